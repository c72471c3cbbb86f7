//! `cargo xtask bench build`: the cost of a user's first build, compared with the same program on async-openai.
//!
//! Two programs of three lines are built cold, each in a fresh target folder and with one job, both at the same time, so other load of the
//! machine slows both. Compare only figures of one run; ratios are more stable than seconds on a shared machine.

use crate::failure::Failure;
use crate::workspace;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A program that asks one question.
struct Program {
    name: &'static str,
    dependency: String,
    source: &'static str,
}

/// What its build took.
struct Cost {
    user: f64,
    system: f64,
    peak: u64,
    crates: usize,
}

const OURS: &str = r#"#[tokio::main]
async fn main() -> Result<(), venice_ai::Error> {
    let request = venice_ai::types::ChatCompletionRequest::new("default", ["Why is the sky blue?"]);
    println!("{}", venice_ai::Client::from_env()?.chat().create(request).await?.text());
    Ok(())
}
"#;

const THEIRS: &str = r#"use async_openai::{Client, types::chat::{ChatCompletionRequestUserMessageArgs, CreateChatCompletionRequestArgs}};
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let message = ChatCompletionRequestUserMessageArgs::default().content("Why is the sky blue?").build()?.into();
    let request = CreateChatCompletionRequestArgs::default().model("default").messages([message]).build()?;
    println!("{:?}", Client::new().chat().create(request).await?.choices);
    Ok(())
}
"#;

/// Builds the program with different features beside the one on async-openai, and prints the comparison.
pub fn run() -> Result<(), Failure> {
    let theirs = Program {
        name: "async-openai",
        dependency: "async-openai = { version = \"0.43\", features = [\"chat-completion\"] }".to_owned(),
        source: THEIRS,
    };
    let theirs_folder = prepare(&theirs)?;
    println!("## Cold build\n");
    println!(
        "A program of three lines, built with one job, each time beside the same program on `async-openai` with its feature"
    );
    println!(
        "`chat-completion` and its default TLS, rustls with aws-lc. The ratios are of the two that were built at the same time.\n"
    );
    println!(
        "| features of `venice-ai` | user CPU | ratio | user and system CPU | ratio | peak memory | ratio | crates | ratio |"
    );
    println!("|---|{}", "---:|".repeat(8));
    for (name, features) in variants()? {
        let path = workspace::path("");
        let dependency =
            format!("venice-ai = {{ path = {path:?}, default-features = false, features = {features:?} }}");
        let ours = Program { name: "venice-ai", dependency, source: OURS };
        let ours_folder = prepare(&ours)?;
        let (ours_cost, theirs_cost) = std::thread::scope(|scope| {
            let theirs = scope.spawn(|| build(&theirs, &theirs_folder));
            (build(&ours, &ours_folder), theirs.join())
        });
        let theirs_cost = theirs_cost.map_err(|_| Failure::new("the build thread panicked", "see above"))?;
        println!("| {name} |{}", ours_cost?.beside(&theirs_cost?));
    }
    Ok(())
}

/// What a program can choose: the features of the crate, and TLS.
fn variants() -> Result<[(&'static str, Vec<String>); 4], Failure> {
    let with = |features: &[String], tls: &str| features.iter().cloned().chain([tls.to_owned()]).collect();
    let default = default_features()?;
    Ok([
        ("default", with(&default, "rustls")),
        ("`rustls` alone", with(&[], "rustls")),
        ("default, with `rustls-ring` for `rustls`", with(&default, "rustls-ring")),
        ("`rustls-ring` alone", with(&[], "rustls-ring")),
    ])
}

/// The default features but `rustls`.
fn default_features() -> Result<Vec<String>, Failure> {
    let manifest = workspace::read(&workspace::path("Cargo.toml"))?;
    let unreadable = || Failure::new("Cargo.toml has no default features", "are they an array of names?");
    let manifest: toml::Table = manifest.parse().map_err(|_| unreadable())?;
    let default = manifest.get("features").and_then(|features| features.get("default")?.as_array());
    let names = default.ok_or_else(unreadable)?.iter().filter_map(|name| name.as_str().map(str::to_owned));
    Ok(names.filter(|name| name != "rustls").collect())
}

impl Cost {
    /// The cells of a row: figures of this build, each with its ratio to the other one.
    fn beside(&self, other: &Self) -> String {
        let cell = |what: fn(&Self) -> f64, unit: &str, digits: usize| {
            format!(" {:.digits$}{unit} | {:.2} |", what(self), what(self) / what(other))
        };
        [
            cell(|cost| cost.user, " s", 1),
            cell(|cost| cost.user + cost.system, " s", 1),
            cell(|cost| mebibytes(cost.peak), " MiB", 0),
            cell(|cost| cost.crates as f64, "", 0),
        ]
        .concat()
    }
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / (1024.0 * 1024.0)
}

fn failed(program: &Program, what: &str, error: &dyn std::fmt::Display) -> Failure {
    Failure::new(format!("{}: {what}: {error}", program.name), "see above")
}

/// Writes the program and fetches what it depends on, which does not count. Its folder.
fn prepare(program: &Program) -> Result<PathBuf, Failure> {
    let folder = workspace::path("target/bench-build").join(program.name);
    let failed = |what: &str, error: &dyn std::fmt::Display| failed(program, what, error);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("src")).map_err(|error| failed("cannot make its folder", &error))?;
    let manifest = format!(
        "[package]\nname = \"program\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{}\ntokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n\n[workspace]\n",
        program.dependency
    );
    for (file, text) in [("Cargo.toml", manifest.as_str()), ("src/main.rs", program.source)] {
        fs::write(folder.join(file), text).map_err(|error| failed("cannot write its files", &error))?;
    }
    let fetched = cargo(&folder).arg("fetch").status().map_err(|error| failed("cannot run cargo", &error))?;
    if !fetched.success() {
        return Err(failed("cannot fetch its dependencies", &fetched));
    }
    Ok(folder)
}

fn build(program: &Program, folder: &Path) -> Result<Cost, Failure> {
    let failed = |what: &str, error: &dyn std::fmt::Display| failed(program, what, error);
    let _ = fs::remove_dir_all(folder.join("target"));
    // The shell adds up the CPU time of everything it ran.
    let script = "cargo build -j1 2>cargo.log; status=$?; times; exit $status";
    let child = Command::new("bash")
        .args(["-c", script])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        // What comes from a registry is not compiled incrementally; this crate comes from a folder here, which would be.
        .env("CARGO_INCREMENTAL", "0")
        .stdout(Stdio::piped())
        .spawn();
    let child = child.map_err(|error| failed("cannot run bash", &error))?;
    let root = child.id();
    let done = AtomicBool::new(false);
    let (output, peak) = std::thread::scope(|scope| {
        let watcher = scope.spawn(|| watch(root, &done));
        let output = child.wait_with_output();
        done.store(true, Ordering::Relaxed);
        (output, watcher.join().unwrap_or(0))
    });
    let output = output.map_err(|error| failed("the build cannot be waited for", &error))?;
    let log = fs::read_to_string(folder.join("cargo.log")).unwrap_or_default();
    if !output.status.success() {
        return Err(failed("the build failed", &log));
    }
    let (user, system) = child_times(&String::from_utf8_lossy(&output.stdout))
        .ok_or_else(|| failed("cannot read its times", &"unexpected output of `times`"))?;
    let crates = log.lines().filter(|line| line.trim_start().starts_with("Compiling ")).count();
    Ok(Cost { user, system, peak, crates })
}

fn cargo(folder: &Path) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(folder).env_remove("CARGO_TARGET_DIR");
    command
}

/// The second line of the shell's `times`: user and system time of its children, as `1m26.545s`.
fn child_times(output: &str) -> Option<(f64, f64)> {
    let seconds = |text: &str| {
        let (minutes, rest) = text.strip_suffix('s')?.split_once('m')?;
        Some(minutes.parse::<f64>().ok()? * 60.0 + rest.parse::<f64>().ok()?)
    };
    let mut fields = output.lines().nth(1)?.split_whitespace();
    Some((seconds(fields.next()?)?, seconds(fields.next()?)?))
}

/// The largest sum of resident memory of the process and all below it, as far as samples see it. Zero where there is no `/proc`.
fn watch(root: u32, done: &AtomicBool) -> u64 {
    let mut peak = 0;
    while !done.load(Ordering::Relaxed) {
        peak = peak.max(resident(root));
        std::thread::sleep(Duration::from_millis(100));
    }
    peak
}

fn resident(root: u32) -> u64 {
    let mut parents: HashMap<u32, u32> = HashMap::new();
    let mut memory: HashMap<u32, u64> = HashMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(process) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        let status = fs::read_to_string(entry.path().join("status")).unwrap_or_default();
        let field = |name: &str| {
            status.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse::<u64>().ok())
        };
        if let Some(parent) = field("PPid:").and_then(|parent| u32::try_from(parent).ok()) {
            parents.insert(process, parent);
        }
        memory.insert(process, field("VmRSS:").unwrap_or(0) * 1024);
    }
    let below = |process: u32| {
        let mut current = process;
        while let Some(parent) = parents.get(&current) {
            if current == root || *parent == root {
                return true;
            }
            current = *parent;
        }
        current == root
    };
    memory.iter().filter(|(process, _)| below(**process)).map(|(_, bytes)| bytes).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_times_of_children_are_read() {
        assert_eq!(child_times("0m0.001s 0m0.002s\n1m26.545s 0m15.227s\n"), Some((86.545, 15.227)));
        assert_eq!(child_times(""), None);
    }
}
