//! `cargo xtask coverage`, run as a program on the committed document with recordings that are made up.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::{fs, path::PathBuf, process::Command};

use serde_json::Value;

/// A folder with one recording, removed with the test.
struct Recordings(PathBuf);

impl Recordings {
    fn new(test: &str, lines: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("wire-{test}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join("account.1.jsonl"), lines).unwrap();
        Self(path)
    }

    fn coverage(&self, more: &[&str]) -> (bool, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(["coverage", "--recorded"])
            .arg(&self.0)
            .args(more)
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.success(), text(output.stdout), text(output.stderr))
    }
}

impl Drop for Recordings {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Of a test that there is, and that asserts on the reply.
const TRAITS: &str = r#"{"test":"models::traits_are_names_of_models","method":"GET","path":"/models/traits","request_content_type":null,"status":200,"reply_content_type":"application/json"}"#;

#[test]
fn a_row_that_no_test_exercised_is_a_gap_and_fails() {
    let (passes, table, error) = Recordings::new("gap", &format!("{TRAITS}\n")).coverage(&[]);
    assert!(!passes, "{table}");
    assert!(
        error.contains("listModels for application/json: not exercised") && error.contains("spec/coverage.toml"),
        "{error}"
    );
    assert!(!error.contains("listModelTraits"), "{error}");
    let row = |operation: &str| {
        table.lines().find(|line| line.starts_with(&format!("{operation} "))).unwrap_or_default().to_owned()
    };
    assert!(row("listModelTraits").ends_with("yes") && row("listModels").ends_with('-'), "{table}");
}

#[test]
fn the_same_in_json_for_programs() {
    let (passes, json, _) = Recordings::new("json", &format!("{TRAITS}\n")).coverage(&["--format", "json"]);
    assert!(!passes);
    let report: Value = serde_json::from_str(&json).unwrap();
    let rows = report["rows"].as_array().unwrap();
    assert_eq!(report["totals"]["rows"], rows.len());
    let open: Vec<&str> = report["open"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(
        !open.iter().any(|line| line.ends_with(": not generated") || line.ends_with(": not documented")),
        "all of it is generated and documented, but for what a bump left: {open:#?}"
    );
    let traits = rows.iter().find(|row| row["operation"] == "listModelTraits").unwrap();
    assert_eq!(
        (&traits["wrapped"], &traits["exercised"], &traits["request"]),
        (&true.into(), &true.into(), &Value::Null)
    );
    assert_eq!(report["totals"]["exercised"], 1);
    assert!(open.contains(&"listModels for application/json: not exercised"));
}

#[test]
fn the_request_of_a_test_that_does_not_look_at_its_reply_is_a_gap() {
    let other = TRAITS.replace("models::traits_are_names_of_models", "models::no_such_test");
    let (passes, _, error) = Recordings::new("blind", &format!("{other}\n")).coverage(&[]);
    assert!(!passes && error.contains("listModelTraits for application/json: not exercised"), "{error}");
}

#[test]
fn a_recording_that_cannot_be_read_is_an_error() {
    let (passes, _, error) = Recordings::new("broken", "{\"method\": \"GET\"\n").coverage(&[]);
    assert!(!passes && error.contains("account.1.jsonl:1") && error.contains("not a record of a request"), "{error}");
}

#[test]
fn an_unknown_format_is_refused() {
    let (passes, _, error) = Recordings::new("format", "").coverage(&["--format", "xml"]);
    assert!(!passes && error.contains("no format `xml`"), "{error}");
}
