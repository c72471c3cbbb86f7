//! Checks whether the crate compiles with the files that a bump would write, on a copy, so that the tree is unchanged.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::transaction::Change;
use crate::{failure::Failure, workspace};

/// What of a tree is no source of it.
const LEFT_OUT: [&str; 2] = [".git", "target"];
/// How many lines of the compiler are kept.
const LINES: usize = 40;

/// Compiles everything of a copy of `root` with the changes made; what the compiler says when it does not.
pub fn check(root: &Path, changes: &[Change]) -> Result<Option<String>, Failure> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace::path("target"), PathBuf::from);
    let copy = target.join("spec-bump");
    let made = make(root, &copy, changes);
    made.map_err(|error| {
        let problem = format!("cannot copy {} to {}: {error}", workspace::shown(root), copy.display());
        Failure::new(problem, "check that the target folder can be written to, or skip the check with --no-check")
    })?;
    let features = fs::read_to_string(copy.join(".ci/features")).unwrap_or_default();
    let output = workspace::cargo()
        .args(["check", "--quiet", "--workspace", "--all-targets", "--message-format", "short"])
        .args(["--features", features.trim()])
        .arg("--target-dir")
        .arg(&target)
        .current_dir(&copy)
        .output()
        .map_err(|error| Failure::new(format!("cannot run cargo: {error}"), "check that cargo is installed"))?;
    if output.status.success() {
        return Ok(None);
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let mut lines: Vec<&str> = said.lines().filter(|line| line.contains("error")).collect();
    if lines.is_empty() {
        lines = said.lines().collect();
    }
    let more = lines.len().saturating_sub(LINES);
    lines.truncate(LINES);
    let more = if more > 0 { format!("\nand {more} more") } else { String::new() };
    Ok(Some(format!("{}{more}", lines.join("\n"))))
}

fn make(root: &Path, copy: &Path, changes: &[Change]) -> io::Result<()> {
    if copy.exists() {
        fs::remove_dir_all(copy)?;
    }
    fs::create_dir_all(copy)?;
    for entry in fs::read_dir(root)? {
        let entry = entry?;
        // The target folder may have any name.
        let holds_copy = copy.starts_with(entry.path());
        if !holds_copy && !LEFT_OUT.iter().any(|name| entry.file_name() == *name) {
            copy_all(&entry.path(), &copy.join(entry.file_name()))?;
        }
    }
    for change in changes {
        let path = copy.join(change.path.strip_prefix(root).unwrap_or(&change.path));
        match &change.text {
            Some(text) => {
                path.parent().map_or(Ok(()), fs::create_dir_all)?;
                fs::write(path, text)?;
            }
            None => fs::remove_file(path)?,
        }
    }
    Ok(())
}

fn copy_all(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        return fs::copy(from, to).map(drop);
    }
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy_all(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}
