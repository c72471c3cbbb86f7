//! The workflows of this repository: what they may do, and that nothing from outside becomes a part of a script.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::{fs, io::Write as _, path::Path, process::Command};

use serde_json::Value;

fn workflow(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.github/workflows").join(name);
    venice_ai_codegen::yaml::parse(&fs::read_to_string(path).unwrap()).unwrap()
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
    for name in ["ci.yml", "spec.yml"] {
        let workflow = workflow(name);
        for (job, step) in steps(&workflow) {
            let script = step["run"].as_str().unwrap_or_default().replace("${{ matrix.", "");
            assert!(!script.contains("${{"), "{name}, {job}: {script}");
        }
    }
}

#[test]
fn actions_are_pinned_and_permissions_are_given_one_by_one() {
    for name in ["ci.yml", "spec.yml"] {
        let workflow = workflow(name);
        assert!(workflow["permissions"].is_object(), "{name}");
        for (job, step) in steps(&workflow) {
            let Some(action) = step["uses"].as_str() else { continue };
            let version = action.split_once("@v").map(|(_, version)| version);
            assert!(version.is_some_and(|version| version.parse::<u32>().is_ok()), "{name}, {job}: {action}");
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

/// The scripts of `spec.yml`, as bash reads them.
#[test]
fn scripts_are_well_formed() {
    let spec = workflow("spec.yml");
    for (job, step) in steps(&spec) {
        let Some(script) = step["run"].as_str() else { continue };
        let mut bash = Command::new("bash").arg("-n").stdin(std::process::Stdio::piped()).spawn().unwrap();
        bash.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
        assert!(bash.wait().unwrap().success(), "{job}: {script}");
    }
}
