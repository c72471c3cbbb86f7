//! The files of this workspace.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{Command, ExitStatus},
};

use crate::failure::Failure;

/// A file of the workspace, wherever the command is run.
pub fn path(relative: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(""));
    root.join(relative)
}

/// A path for output: relative to the workspace if it is in it.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(self::path("")).unwrap_or(path).display().to_string()
}

/// The Cargo that runs this.
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs a command that has to succeed.
pub fn succeed(command: &mut Command) -> Result<(), Failure> {
    let status = status_of(command)?;
    if status.success() {
        return Ok(());
    }
    let args: Vec<_> = command.get_args().map(|argument| argument.to_string_lossy()).collect();
    Err(Failure::new(format!("`cargo {}` ended with {status}", args.join(" ")), "what it printed says why"))
}

/// Runs a tool, which is a package of its own, with these arguments.
pub fn run_tool(package: &str, args: impl Iterator<Item = OsString>) -> Result<ExitStatus, Failure> {
    let mut command = cargo();
    command.args(["run", "--quiet", "--package", package, "--manifest-path"]).arg(path("Cargo.toml"));
    status_of(command.arg("--").args(args))
}

fn status_of(command: &mut Command) -> Result<ExitStatus, Failure> {
    command.status().map_err(|error| Failure::new(format!("cannot run cargo: {error}"), "check PATH"))
}

/// Reads a text file.
pub fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path)
        .map_err(|error| Failure::new(format!("cannot read {}: {error}", shown(path)), "check the path"))
}

/// Replaces a file as a whole: it holds the old text or the new one, whatever happens in between.
pub fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let written = write_and_rename(&temporary, path, text);
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written.map_err(|error| {
        Failure::new(
            format!("cannot write {}: {error}", shown(path)),
            "check that its folder exists and can be written to",
        )
    })
}

fn write_and_rename(temporary: &Path, path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create(temporary)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(temporary, path)
}
