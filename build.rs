//! Generates the API's types and methods from `spec/` into `$OUT_DIR/generated.rs`. With the feature `document`, the document that
//! they are made from goes beside them, as `document.json`. The README goes there too, with what makes its examples compile. And it
//! finds out whether the standard library can lock files, which it can from Rust 1.89 on.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use venice_ai_codegen::emit::round_trips;
use venice_ai_codegen::{Error, Inputs, Value, generate, yaml};

/// What several features need, each a `cfg` of its own, and those features.
const SHARED_PARTS: [(&str, &[&str]); 6] = [
    ("flow", &["ATTESTATION", "CATALOGUE", "EMBEDDING_BATCH", "FALLBACK", "JOBS", "KEYS", "WALLET"]),
    ("flow_without_settings", &["CATALOGUE", "E2EE", "FALLBACK", "JOBS", "KEYS", "WALLET"]),
    ("interceptors", &["BUDGET", "E2EE", "KEYS", "PACE", "PREFLIGHT", "PRIVACY", "WALLET"]),
    ("model_of_json", &["BUDGET", "PACE", "PREFLIGHT", "SPANS"]),
    ("model_of_request", &["PACE", "SPANS"]),
    ("request_form", &["BUDGET", "PACE", "PREFLIGHT", "PRIVACY", "SPANS"]),
];

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Error> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(file_lock, bundled_mock)");
    // The examples use it. The package on its own has none.
    if Path::new("crates/mock").is_dir() {
        println!("cargo::rustc-cfg=bundled_mock");
    }
    for (part, features) in SHARED_PARTS {
        println!("cargo::rustc-check-cfg=cfg({part})");
        if features.iter().any(|name| has_feature(name)) {
            println!("cargo::rustc-cfg={part}");
        }
    }
    if minor_version().is_none_or(|minor| minor >= 89) {
        println!("cargo::rustc-cfg=file_lock");
    }
    let spec = read("spec/swagger.yaml")?;
    let inputs = Inputs::read(|name| read(&format!("spec/{name}")))?;
    let generated = generate(&spec, &inputs).map_err(|error| error.in_file("spec/swagger.yaml"))?;
    write("generated.rs", &generated.code)?;
    let version = spec.pointer("/info/version").and_then(Value::as_str).unwrap_or_default();
    println!("cargo::rustc-env=VENICE_API_VERSION={version}");
    // The tests are no part of the package.
    if Path::new("tests").is_dir() {
        write("round_trips.rs", &round_trips::table(&generated.model))?;
    }
    if has_feature("DOCUMENT") {
        write("document.json", &generated.document.to_string())?;
    }
    write("README.md", &for_rustdoc(&text("README.md")?)?)
}

/// Whether a cargo feature is on, by its name in upper case.
fn has_feature(name: &str) -> bool {
    std::env::var_os(format!("CARGO_FEATURE_{name}")).is_some()
}

/// The `95` of `rustc 1.95.0 (59807616e 2026-04-14)`.
fn minor_version() -> Option<u32> {
    let rustc = std::env::var_os("RUSTC")?;
    let output = std::process::Command::new(rustc).arg("--version").output().ok()?;
    String::from_utf8(output.stdout).ok()?.split('.').nth(1)?.parse().ok()
}

/// The README as rustdoc wants it: around each example that is no program, the hidden lines that it needs to compile, which other readers
/// would show; and pictures.
fn for_rustdoc(readme: &str) -> Result<String, Error> {
    let (mut out, mut example) = (String::new(), None);
    for line in readme.lines() {
        match (&mut example, line) {
            (None, "```rust") => example = Some(String::new()),
            (Some(code), "```") => {
                let is_program = code.contains("fn main()");
                let (before, after) = if is_program { ("", "") } else { (BEFORE, AFTER) };
                out.extend(["```rust,no_run\n", before, code, after, "```\n"]);
                example = None;
            }
            (Some(code), line) => code.extend([line, "\n"]),
            // Pictures of the repository become part of the page.
            (None, line) => match line.strip_suffix(".svg)").and_then(|line| line.split_once("](docs/")) {
                Some((_, name)) => out.push_str(&text(&format!("docs/{name}.svg"))?),
                None => out.extend([line, "\n"]),
            },
        }
    }
    Ok(out)
}

const BEFORE: &str = "# #[cfg(all(feature = \"batch\", feature = \"blocking\", feature = \"budget\", feature = \"jobs\", \
    feature = \"structured\", feature = \"tools\"))]\n\
    # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {\n";
const AFTER: &str = "# Ok(()) }\n";

fn write(name: &str, text: &str) -> Result<(), Error> {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default()).join(name);
    std::fs::write(&out, text)
        .map_err(|error| Error::new("cannot write what was generated").in_file(out.display().to_string()).found(error))
}

fn text(path: &str) -> Result<String, Error> {
    println!("cargo::rerun-if-changed={path}");
    std::fs::read_to_string(Path::new(path))
        .map_err(|error| Error::new("cannot read what the crate is made from").in_file(path).found(error))
}

fn read(path: &str) -> Result<Value, Error> {
    yaml::parse(&text(path)?).map_err(|error| error.in_file(path))
}
