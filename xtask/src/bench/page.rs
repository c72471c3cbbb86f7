//! `cargo xtask bench all`: every benchmark, and `docs/benchmarks.md`, the page of their tables.
//!
//! It takes half an hour. What was measured of this state of `src/` before it was interrupted is in `target/bench` until the page is written,
//! and not measured again.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::failure::Failure;
use crate::workspace;

const METHOD: &str = "\
Written by `cargo xtask bench all`; `tools/bench/README.md` says how each figure is measured. The server and each contender are processes of their
own, the contenders take turns, and every reply is checked. A figure is the median of the processes; a ratio is of the processes of one turn,
to the first line of its table, and the parentheses say how far these ratios reach. Peak memory and page faults are those of a whole
process. **Compare ratios**: seconds and bytes are those of this machine.
";

/// Runs all of them, each in a process whose output is its part of the page.
pub fn run() -> Result<(), Failure> {
    let program = std::env::current_exe()
        .map_err(|error| Failure::new(format!("this program cannot be found: {error}"), "run it by `cargo xtask`"))?;
    let mut page = format!("# Benchmarks\n\n{METHOD}\n{}", machine());
    let source = first_line("git", &["rev-parse", "--short", "HEAD:src"]).unwrap_or_default();
    let measured = workspace::path("target/bench").join(source);
    fs::create_dir_all(&measured)
        .map_err(|error| Failure::new(format!("cannot make {}: {error}", measured.display()), "check the disk"))?;
    for name in super::ALL {
        let part = measured.join(format!("{name}.md"));
        let printed = if let Ok(before) = fs::read_to_string(&part) {
            eprintln!("bench {name}: measured before ({})", workspace::shown(&part));
            before
        } else {
            eprintln!("bench {name} …");
            let printed = measure(&program, name)?;
            workspace::replace(&part, &printed)?;
            printed
        };
        page.push('\n');
        page.push_str(&printed);
    }
    workspace::replace(&workspace::path("docs/benchmarks.md"), &page)?;
    fs::remove_dir_all(&measured)
        .map_err(|error| Failure::new(format!("cannot remove {}: {error}", measured.display()), "remove it by hand"))
}

/// What one benchmark prints.
fn measure(program: &Path, name: &str) -> Result<String, Failure> {
    let output = Command::new(program).args(["bench", name]).output();
    let output = output.map_err(|error| Failure::new(format!("cannot start `bench {name}`: {error}"), "see above"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let printed = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(Failure::new(format!("`bench {name}` ended with {}", output.status), printed))
}

/// Where and of what the figures are: a line each, without those that this system does not tell.
fn machine() -> String {
    let of_file = |path: &str, name: &str| {
        let text = std::fs::read_to_string(path).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        Some(line.trim_start_matches([':', ' ', '\t']).to_owned())
    };
    let cores = std::thread::available_parallelism().ok().map(|cores| cores.to_string());
    let facts = [
        ("Commit", first_line("git", &["log", "-1", "--format=%h of %cs"])),
        ("Processor", of_file("/proc/cpuinfo", "model name")),
        ("Cores", cores),
        ("Memory", of_file("/proc/meminfo", "MemTotal")),
        ("System", first_line("uname", &["-sr"])),
        ("Compiler", first_line("rustc", &["--version"])),
    ];
    facts.into_iter().filter_map(|(name, fact)| Some(format!("- {name}: {}\n", fact?))).collect()
}

/// The first line that a program prints.
fn first_line(program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).current_dir(workspace::path("")).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).lines().next()?.trim().to_owned()).filter(|line| !line.is_empty())
}
