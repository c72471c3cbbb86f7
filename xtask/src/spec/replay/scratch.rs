//! The package in which generated code is compiled.
//!
//! The resource layer is written for the operations of the present document, so the whole crate can only be checked with that. This
//! package holds the generated module with what it calls; its dependencies are those of the crate and are checked once.

use std::fs;
use std::path::PathBuf;

use crate::{failure::Failure, workspace};

/// What the generated code and the modules that it calls need.
const DEPENDENCIES: [&str; 6] =
    ["percent-encoding", "progenitor-client", "regex-lite", "reqwest", "serde", "serde_json"];
/// The crate around the generated code.
const SUPPORT: &str = include_str!("support.rs.in");
/// How many lines of the compiler are kept.
const LINES: usize = 12;

/// The package, in the target folder.
pub struct Scratch {
    folder: PathBuf,
    target: PathBuf,
}

impl Scratch {
    /// Writes the package, but for the generated code, into the folder `name` of the target folder. It stays there: who looks for
    /// a failure finds the code of the last document.
    pub fn new(name: &str) -> Result<Self, Failure> {
        Self::of(name, &DEPENDENCIES, &support())
    }

    /// A package with a root of its own, which has the generated code as the module `generated`.
    fn of(name: &str, dependencies: &[&str], root: &str) -> Result<Self, Failure> {
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace::path("target"), PathBuf::from);
        let folder = target.join(name);
        fs::create_dir_all(folder.join("src")).map_err(|error| {
            Failure::new(
                format!("cannot make {}: {error}", folder.display()),
                "check that the target folder can be written to",
            )
        })?;
        let scratch = Self { folder, target };
        workspace::replace(&scratch.folder.join("Cargo.toml"), &manifest(name, dependencies)?)?;
        workspace::replace(&scratch.folder.join("Cargo.lock"), &workspace::read(&workspace::path("Cargo.lock"))?)?;
        workspace::replace(&scratch.folder.join("src/lib.rs"), root)?;
        Ok(scratch)
    }

    /// Checks generated code; the error is what the compiler says.
    pub fn check(&self, code: &str) -> Result<(), Failure> {
        let file = self.folder.join("src/generated.rs");
        workspace::replace(&file, code)?;
        let output = workspace::cargo()
            .args(["check", "--quiet", "--message-format", "short", "--target-dir"])
            .arg(&self.target)
            .current_dir(&self.folder)
            .output()
            .map_err(|error| Failure::new(format!("cannot run cargo: {error}"), "check that cargo is installed"))?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let lines: Vec<&str> = said.lines().take(LINES).collect();
        Err(Failure::new(
            format!("the generated code ({}) does not compile:\n    {}", file.display(), lines.join("\n    ")),
            "a construct of the document needs a pass in crates/codegen/src/lower, or better code in crates/codegen/src/emit",
        ))
    }
}

/// A manifest with the crate's own lines for the dependencies. Two folders need two names: in one target folder, cargo distinguishes
/// packages of different workspaces only by name.
fn manifest(name: &str, dependencies: &[&str]) -> Result<String, Failure> {
    let path = workspace::path("Cargo.toml");
    let text = workspace::read(&path)?;
    let line = |dependency: &&str| {
        let found = text
            .lines()
            .find(|line| line.strip_prefix(*dependency).is_some_and(|rest| rest.trim_start().starts_with('=')));
        found.ok_or_else(|| {
            let problem = format!("{} has no line for the dependency {dependency}", workspace::shown(&path));
            Failure::new(problem, "see xtask/src/spec/replay/scratch.rs")
        })
    };
    let lines: Vec<&str> = dependencies.iter().map(line).collect::<Result<_, _>>()?;
    Ok(format!(
        "[package]\nname = \"venice-ai-{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n[workspace]\n\n[dependencies]\n{}\n",
        lines.join("\n")
    ))
}

/// The crate, with the paths of the real modules.
fn support() -> String {
    ["amount/mod.rs", "operation.rs", "secret.rs", "timestamp/mod.rs", "url.rs", "validation.rs", "wire/mod.rs"]
        .iter()
        .fold(SUPPORT.to_owned(), |text, module| {
            let path = workspace::path("src/runtime").join(module);
            text.replace(&format!("@{module}@"), &format!("{:?}", path.display().to_string()))
        })
}

#[cfg(test)]
#[allow(clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_takes_the_lines_of_the_crate() {
        let manifest = manifest("replay", &DEPENDENCIES).unwrap_or_else(|failure| failure.to_string());
        for name in DEPENDENCIES {
            assert_eq!(
                manifest.lines().filter(|line| line.starts_with(&format!("{name} = "))).count(),
                1,
                "{manifest}"
            );
        }
    }

    #[test]
    fn the_real_modules_stand_at_their_paths() {
        let support = support();
        assert!(!support.contains('@') && support.contains("/src/runtime/wire/mod.rs\""), "{support}");
    }

    #[test]
    fn what_does_not_compile_is_told_with_the_words_of_the_compiler() {
        let scratch = Scratch::of("replay-test", &[], "mod generated;").unwrap_or_else(|failure| panic!("{failure}"));
        let said =
            scratch.check("pub struct Raw(Nothing);").map_or_else(|failure| failure.to_string(), |()| String::new());
        assert!(
            said.contains("does not compile") && said.contains("src/generated.rs:1:16") && said.contains("Nothing"),
            "{said}"
        );
    }
}
