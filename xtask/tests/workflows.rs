//! The workflows of this repository: what they may do, and that nothing from outside becomes a part of a script.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::{fs, io::Write as _, path::Path, process::Command};

use serde_json::Value;

fn workflow(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.github/workflows").join(name);
    venice_ai_codegen::yaml::parse(&fs::read_to_string(path).unwrap()).unwrap()
}

/// The names of all workflows.
fn names() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.github/workflows");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let names: Vec<_> = entries.collect();
    assert!(names.len() >= 3, "{names:?}");
    names
}

/// Every step with the name of its job.
fn steps(workflow: &Value) -> Vec<(String, &Value)> {
    let jobs = workflow["jobs"].as_object().unwrap();
    jobs.iter()
        .flat_map(|(name, job)| job["steps"].as_array().unwrap().iter().map(move |step| (name.clone(), step)))
        .collect()
}

#[test]
fn no_script_is_built_from_values() {
    for name in names() {
        let workflow = workflow(&name);
        for (job, step) in steps(&workflow) {
            let script = step["run"].as_str().unwrap_or_default().replace("${{ matrix.", "");
            assert!(!script.contains("${{"), "{name}, {job}: {script}");
        }
    }
}

#[test]
fn actions_are_pinned_and_permissions_are_given_one_by_one() {
    for name in names() {
        let workflow = workflow(&name);
        assert!(workflow["permissions"].is_object(), "{name}");
        for (job, step) in steps(&workflow) {
            let Some(action) = step["uses"].as_str() else { continue };
            let digest = action.split_once('@').map(|(_, digest)| digest).unwrap_or_default();
            let is_digest = digest.len() == 40 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(is_digest, "{name}, {job}: {action}");
        }
        assert!(!workflow.to_string().contains("secrets."), "{name}");
    }
    let spec = workflow("spec.yml");
    assert_eq!(spec["permissions"], serde_json::json!({}));
    let writes = |job: &str| spec["jobs"][job]["permissions"].to_string().contains("write");
    assert_eq!(["bump", "ci", "propose"].map(writes), [false, false, true]);
    // What can write runs nothing of ours, and so nothing that was generated.
    for (job, step) in steps(&spec) {
        let script = step["run"].as_str().unwrap_or_default();
        let mut lines = script.lines().map(str::trim_start);
        assert!(
            job != "propose" || lines.all(|line| !line.starts_with("cargo") && !line.starts_with(".ci/")),
            "{script}"
        );
    }
}

/// The scripts, as bash reads them.
#[test]
fn scripts_are_well_formed() {
    for name in names() {
        for (job, step) in steps(&workflow(&name)) {
            let Some(script) = step["run"].as_str() else { continue };
            let script = script.replace("${{ matrix.", "${").replace(" }}", "}");
            let mut bash = Command::new("bash").arg("-n").stdin(std::process::Stdio::piped()).spawn().unwrap();
            bash.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
            assert!(bash.wait().unwrap().success(), "{name}, {job}: {script}");
        }
    }
}

/// Runs `.ci/release-notes` in a folder with this manifest and changelog.
fn release_notes(changelog: &str, version: &str) -> (bool, String) {
    let folder = std::env::temp_dir().join(format!("venice-release-notes-{}-{}", std::process::id(), changelog.len()));
    fs::create_dir_all(folder.join(".ci")).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.ci/release-notes");
    fs::copy(script, folder.join(".ci/release-notes")).unwrap();
    fs::write(folder.join("CHANGELOG.md"), changelog).unwrap();
    let manifest = "[workspace.package]\nversion = \"1.2.3\"\n[package]\nversion = \"9.9.9\"\n";
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    let output = Command::new("bash").arg(folder.join(".ci/release-notes")).arg(version).output().unwrap();
    fs::remove_dir_all(&folder).unwrap();
    let text = if output.status.success() { output.stdout } else { output.stderr };
    (output.status.success(), String::from_utf8(text).unwrap())
}

#[test]
fn the_notes_of_a_release_are_its_section_of_the_changelog() {
    let changelog =
        "# Changelog\n\n## Unreleased\n\n- new\n\n## 1.2.3 - 2026-12-01\n\n### Added\n\n- a\n\n## 1.2.30\n\n- b\n";
    let (is_found, notes) = release_notes(changelog, "1.2.3");
    assert_eq!((is_found, notes.trim()), (true, "### Added\n\n- a"));
    let (is_found, problem) = release_notes(changelog, "1.2.4");
    assert!(!is_found && problem.contains("the version is 1.2.3, not 1.2.4"), "{problem}");
    let (is_found, problem) = release_notes("# Changelog\n\n## Unreleased\n\n- new\n", "1.2.3");
    assert!(!is_found && problem.contains("no section"), "{problem}");
}
