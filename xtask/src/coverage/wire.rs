//! `Recording`: the requests and replies of tests, as their servers recorded them (`crates/mock/src/record.rs`).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::rows::{Row, essence};
use crate::{failure::Failure, workspace};

/// A request that reached a server, and the head of the reply.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exchange {
    /// The test program and the test in it.
    pub test: (String, String),
    method: String,
    /// The template of the operation's path.
    path: String,
    request: Option<String>,
    status: String,
    success: Option<String>,
}

/// The recordings of a folder.
#[derive(Debug, Default)]
pub struct Recording {
    exchanges: BTreeSet<Exchange>,
    failed: BTreeSet<(String, String)>,
    /// By program: the fingerprints of the sources of its whole runs, and with which arguments they were made.
    runs: BTreeMap<String, (BTreeSet<String>, Vec<String>)>,
}

impl Recording {
    /// Reads a folder; one that is not there has nothing. Of a tree that is known, only what was recorded of it is read.
    pub fn read(folder: &Path, tree: Option<&str>) -> Result<Self, Failure> {
        let mut recording = Self::default();
        if !folder.exists() {
            return Ok(recording);
        }
        let unreadable =
            |error| Failure::new(format!("cannot read {}: {error}", workspace::shown(folder)), "check the path");
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if path.extension().is_some_and(|extension| extension == "jsonl") {
                recording.file(&path, tree)?;
            }
        }
        Ok(recording)
    }

    fn file(&mut self, path: &Path, tree: Option<&str>) -> Result<(), Failure> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let program = name.split('.').next().unwrap_or_default();
        for (index, line) in workspace::read(path)?.lines().enumerate() {
            let wrong = || {
                let at = format!("{}:{}", workspace::shown(path), index + 1);
                Failure::new(format!("{at}: not a record of a request: {line}"), "record anew")
            };
            let value: Value = serde_json::from_str(line).map_err(|_| wrong())?;
            if let Some(of) = value.get("tree") {
                if tree.is_some_and(|tree| of != tree) {
                    return Ok(());
                }
                let (trees, arguments) = self.runs.entry(program.to_owned()).or_default();
                if value["is_part"] == false {
                    trees.extend(of.as_str().map(str::to_owned));
                    let given = value["arguments"].as_array().into_iter().flatten().filter_map(Value::as_str);
                    arguments.extend(given.filter(|argument| !is_of_output(argument)).map(str::to_owned));
                }
                continue;
            }
            let test = (program.to_owned(), value["test"].as_str().unwrap_or_default().to_owned());
            if value["failed"] == true {
                self.failed.insert(test);
            } else {
                self.exchanges.insert(exchange(test, &value).ok_or_else(wrong)?);
            }
        }
        Ok(())
    }

    /// Whether each of the programs was run as a whole.
    pub fn is_of(&self, programs: &[String]) -> bool {
        programs.iter().all(|program| self.runs.get(program).is_some_and(|(trees, _)| !trees.is_empty()))
    }

    /// The programs that were run with arguments that may leave tests out, with these.
    pub fn filtered(&self) -> impl Iterator<Item = (&str, String)> {
        let runs = self.runs.iter().filter(|(_, (_, arguments))| !arguments.is_empty());
        runs.map(|(program, (_, arguments))| (program.as_str(), arguments.join(" ")))
    }

    /// The tests that passed and in which a request of the row was answered as it asks for.
    pub fn tests_of<'a>(&'a self, row: &'a Row) -> impl Iterator<Item = &'a (String, String)> {
        let fits = move |exchange: &&Exchange| {
            exchange.method == row.method
                && exchange.request == row.request
                && row.statuses.iter().any(|status| is_status(status, &exchange.status))
                && (row.success.is_none() || exchange.success == row.success)
                && exchange.path == row.path
                && !self.failed.contains(&exchange.test)
        };
        self.exchanges.iter().filter(fits).map(|exchange| &exchange.test)
    }
}

/// Arguments of a test program that leave no test out.
fn is_of_output(argument: &str) -> bool {
    ["--quiet", "-q", "--nocapture", "--no-capture", "--test-threads", "--format", "--color"]
        .iter()
        .any(|known| argument.starts_with(known))
        || argument.bytes().all(|byte| byte.is_ascii_digit())
}

fn exchange(test: (String, String), value: &Value) -> Option<Exchange> {
    let media = |name: &str| value.get(name).and_then(Value::as_str).map(essence);
    Some(Exchange {
        test,
        method: value.get("method")?.as_str()?.to_owned(),
        path: value.get("path")?.as_str()?.to_owned(),
        request: media("request_content_type"),
        status: value.get("status")?.as_u64()?.to_string(),
        success: media("reply_content_type"),
    })
}

/// `2XX` and `default` stand for many statuses.
fn is_status(listed: &str, status: &str) -> bool {
    listed == status || (listed.ends_with("XX") && listed.get(..1) == status.get(..1)) || listed == "default"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(method: &str, path: &str, request: Option<&str>, success: Option<&str>) -> Row {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Row {
            operation: "x".into(),
            method: method.into(),
            path: path.into(),
            request: owned(request),
            success: owned(success),
            statuses: vec!["200".into()],
        }
    }

    fn test() -> (String, String) {
        ("account".into(), "keys::one".into())
    }

    fn line(method: &str, path: &str, request: &str, status: u16, reply: &str) -> Exchange {
        let line = format!(
            r#"{{"method":"{method}","path":"{path}","request_content_type":{request},"status":{status},"reply_content_type":"{reply}"}}"#
        );
        let value = serde_json::from_str(&line).unwrap_or_default();
        exchange(test(), &value).unwrap_or_else(|| panic!("{line}"))
    }

    fn exercises(row: &Row, exchanges: &[Exchange], failed: bool) -> bool {
        let failed = failed.then(test).into_iter().collect();
        let recording = Recording { exchanges: exchanges.iter().cloned().collect(), failed, runs: BTreeMap::new() };
        recording.tests_of(row).next().is_some()
    }

    #[test]
    fn method_media_types_and_status_must_be_those_of_the_row() {
        let row = row("POST", "/keys", Some("application/json"), Some("application/json"));
        let right = line("POST", "/keys", "\"application/json\"", 200, "application/json; charset=utf-8");
        assert!(exercises(&row, std::slice::from_ref(&right), false));
        assert!(!exercises(&row, &[right], true), "the test failed");
        for wrong in [
            line("PATCH", "/keys", "\"application/json\"", 200, "application/json"),
            line("POST", "/keys/{id}", "\"application/json\"", 200, "application/json"),
            line("POST", "/keys", "\"multipart/form-data; boundary=x\"", 200, "application/json"),
            line("POST", "/keys", "null", 200, "application/json"),
            line("POST", "/keys", "\"application/json\"", 401, "application/json"),
            line("POST", "/keys", "\"application/json\"", 200, "text/html"),
        ] {
            assert!(!exercises(&row, std::slice::from_ref(&wrong), false), "{wrong:?}");
        }
    }

    #[test]
    fn ranges_of_statuses_count() {
        let mut row = row("GET", "/keys", None, None);
        row.statuses = vec!["2XX".into()];
        assert!(exercises(&row, &[line("GET", "/keys", "null", 204, "")], false));
        assert!(!exercises(&row, &[line("GET", "/keys", "null", 404, "")], false));
    }

    #[test]
    fn only_whole_runs_of_the_tree_are_a_recording_of_it() {
        let head = |tree: &str, is_part: bool, arguments: &str| {
            format!(r#"{{"tree":"{tree}","is_part":{is_part},"arguments":{arguments}}}"#)
        };
        let line = r#"{"test":"keys::one","method":"GET","path":"/keys","request_content_type":null,"status":200,"reply_content_type":null}"#;
        let folder = std::env::temp_dir().join(format!("venice-recording-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("{error}"));
        let write = |name: &str, head: &str| {
            fs::write(folder.join(name), format!("{head}\n{line}\n")).unwrap_or_else(|error| panic!("{error}"))
        };
        let of = |tree: &str| Recording::read(&folder, Some(tree)).unwrap_or_else(|error| panic!("{error}"));
        let programs = ["account".to_owned()];
        let row = row("GET", "/keys", None, None);
        let sent = |recording: &Recording| recording.tests_of(&row).next().is_some();

        write("account.1.jsonl", &head("a", true, r#"["--exact", "keys::one"]"#));
        assert!(!of("a").is_of(&programs) && sent(&of("a")), "a test alone adds to a run");
        write("account.2.jsonl", &head("a", false, r#"["--quiet"]"#));
        assert!(of("a").is_of(&programs) && of("a").filtered().next().is_none());
        assert!(!of("b").is_of(&programs) && !sent(&of("b")), "of another tree");
        assert!(!of("a").is_of(&["account".to_owned(), "chat".to_owned()]), "a program has not run");
        write("account.2.jsonl", &head("a", false, r#"["--skip", "characters"]"#));
        assert_eq!(of("a").filtered().collect::<Vec<_>>(), [("account", "--skip characters".to_owned())]);
        let _ = fs::remove_dir_all(&folder);
    }
}
