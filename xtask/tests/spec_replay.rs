//! `cargo xtask spec replay`, run as a program. That the compiler takes what is generated is shown by the replay of `spec/history` in
//! `.ci/run`.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

const OVERLAY: &str = "
overlay: 1.0.0
info: {title: t, version: '1'}
actions:
  - {target: \"$.paths['/nowhere']\", update: {x-a: 1}}
  - {target: $.info, update: {x-a: 1}}
";

fn document(version: &str, operations: &[&str]) -> String {
    let paths: Vec<String> = operations
        .iter()
        .map(|id| format!("  /{id}: {{get: {{operationId: {id}, responses: {{'200': {{description: OK}}}}}}}}\n"))
        .collect();
    format!("openapi: 3.0.0\ninfo: {{title: Lanterns, version: '{version}'}}\npaths:\n{}", paths.concat())
}

/// A folder with documents beside one with an overlay, removed with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let folder = Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("replay-{test}-{}", std::process::id())));
        fs::create_dir_all(folder.0.join("documents")).unwrap();
        fs::write(folder.0.join("overlay.yaml"), OVERLAY).unwrap();
        fs::write(folder.0.join("docs.yaml"), "{}").unwrap();
        folder
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.join("documents").join(name), text).unwrap();
    }

    fn replay(&self, args: &[&str]) -> Output {
        self.run(&[&["--no-check"], args].concat())
    }

    /// With the compiler.
    fn run(&self, args: &[&str]) -> Output {
        let documents = self.0.join("documents");
        Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(["spec", "replay", "--spec"])
            .arg(&self.0)
            .arg(documents)
            .args(args)
            .output()
            .unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The cells of the table's lines, by version.
fn cells(output: &Output) -> Vec<Vec<String>> {
    let table = stdout(output);
    let lines = table.lines().skip(1).take_while(|line| !line.is_empty());
    lines
        .map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned).collect())
        .collect()
}

#[test]
fn documents_come_in_the_order_of_their_versions_with_what_changed_in_between() {
    let folder = Folder::new("order");
    folder.write("a.yaml", &document("10.1", &["one", "two"]));
    folder.write("b.yml", &document("9.20", &["one"]));
    folder.write("c.json", r#"{"openapi": "3.0.0", "info": {"title": "t", "version": "9.3"}, "paths": {}}"#);
    folder.write(".hidden.yaml", "a: [");
    folder.write("notes.txt", "a: [");
    let output = folder.replay(&[]);
    assert!(output.status.success(), "{}", stderr(&output));
    let cells = cells(&output);
    let column = |index: usize| cells.iter().map(|line| line[index].as_str()).collect::<Vec<_>>();
    assert_eq!(column(0), ["9.3", "9.20", "10.1"]);
    assert_eq!(column(1), ["0", "1", "2"], "operations");
    assert_eq!(column(4), ["1", "1", "1"], "actions of the overlay that do not fit");
    assert_eq!(column(5), ["-", "0/0/1/0", "0/0/1/0"], "changes");
    assert_eq!(column(7), ["-", "-", "-"], "not checked");
    assert_eq!(column(8), ["ok", "ok", "ok"]);
}

#[test]
fn a_failure_stops_nothing_and_is_told_with_its_reason() {
    let folder = Folder::new("failures");
    folder.write("1.yaml", &document("1", &["one"]));
    folder.write("2.yaml", "openapi: 3.2.0\ninfo: {title: t, version: '2'}\npaths: {}");
    folder.write("3.yaml", "a: [1");
    folder.write("4.yaml", &document("4", &["one"]).replace("responses", "x-retry: sometimes, responses"));
    folder.write("5.yaml", &document("5", &["one", "two"]));
    let output = folder.replay(&[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("3 of 5 documents failed"), "{}", stderr(&output));
    let results: Vec<String> = cells(&output).iter().map(|line| format!("{} {}", line[0], line[8])).collect();
    assert_eq!(
        results,
        ["1 ok", "2 no valid OpenAPI document", "3.yaml no valid OpenAPI document", "4 cannot be generated", "5 ok"]
    );
    let said = stdout(&output);
    for reason in [
        "OpenAPI 3.2.0; only 3.0 is read",
        "3.yaml: no valid OpenAPI document\nerror: not valid YAML",
        "`x-retry` has another form than it should",
        "found: \"sometimes\"\n  = help: write safe, inference, once or payment",
    ] {
        assert!(said.contains(reason), "no {reason}:\n{said}");
    }
}

#[test]
fn a_walk_takes_each_document_after_the_one_before_it() {
    let folder = Folder::new("walk");
    folder.write("a.yaml", &document("1", &["one"]));
    folder.write("b.yaml", &document("2", &["one", "two"]));
    folder.write("c.yaml", &document("3", &["one", "two"]));
    folder.write("d.yaml", &document("4", &["two"]));
    fs::write(folder.0.join("swagger.yaml"), document("1", &["one"])).unwrap();
    let output = folder.replay(&["--walk"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let said = stdout(&output);
    for line in ["b.yaml: bumped, additive\n", "c.yaml: nothing to do, no changes\n", "d.yaml: bumped, breaking"] {
        assert!(said.contains(line), "no {line}:\n{said}");
    }
    assert_eq!(fs::read_to_string(folder.0.join("swagger.yaml")).unwrap(), document("1", &["one"]), "it is a copy");
}

#[test]
fn programs_read_json() {
    let folder = Folder::new("json");
    folder.write("1.yaml", &document("1", &["one"]));
    folder.write("2.yaml", &document("2", &[]).replace("paths:\n", "paths: []"));
    let output = folder.replay(&["--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let rows: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!((&rows[0]["version"], &rows[0]["operations"]), (&"1".into(), &1.into()));
    assert!(rows[0]["passes"]["hoist"].is_u64() && rows[0]["seconds"]["generate"].is_f64(), "{rows:#}");
    assert!(rows[0]["failure"].is_null() && rows[0]["seconds"]["check"].is_null(), "{rows:#}");
    assert_eq!(rows[1]["failure"]["stage"], "invalid");
}

#[test]
fn without_documents_there_is_nothing_to_replay() {
    let folder = Folder::new("empty");
    folder.write("notes.txt", "");
    let output = folder.replay(&[]);
    assert!(output.status.code() == Some(1) && stdout(&output).is_empty());
    assert!(stderr(&output).contains("has no documents"), "{}", stderr(&output));
    fs::remove_dir_all(folder.0.join("documents")).unwrap();
    assert!(stderr(&folder.replay(&[])).contains("cannot read the folder"));
    fs::write(folder.0.join("documents"), "a file").unwrap();
    assert!(stderr(&folder.replay(&[])).contains("cannot read the folder"));
}

#[test]
fn the_committed_history_is_as_imported_and_begins_with_the_first_revision() {
    let history = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/history");
    let mut names: Vec<String> =
        fs::read_dir(&history).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert!(names.len() >= 6 && names[0] == "20250713.224148.yaml", "{names:?}");
    for name in names {
        let path = history.join(&name);
        let check =
            Command::new(env!("CARGO_BIN_EXE_xtask")).args(["spec", "import", "--check", "--out"]).arg(&path).output();
        let check = check.unwrap();
        assert!(check.status.success(), "{}", stderr(&check));
        let version = name.trim_end_matches(".yaml");
        assert!(fs::read_to_string(&path).unwrap().contains(&format!("  version: \"{version}\"\n")), "{name}");
    }
}

/// A new operation needs nothing but the document: its handle is that of its tag, and the compiler takes it.
#[test]
fn a_new_plain_operation_is_a_method_that_compiles() {
    let folder = Folder::new("plain");
    let lamp = "{type: object, required: [id], properties: {id: {type: string}, oil: {type: number}}}";
    let json = |schema: &str| format!("{{content: {{application/json: {{schema: {schema}}}}}}}");
    let replies = format!(
        "{{'200': {{description: OK, headers: {{x-lamp-oil: {{schema: {{type: number}}}}}}, content: {{application/json: {{schema: {lamp}}}}}}}}}"
    );
    let query = |name: &str| format!("{{in: query, name: {name}, schema: {{type: string}}}}");
    folder.write(
        "1.yaml",
        &format!(
            "openapi: 3.0.0\ninfo: {{title: Lamps, version: '20260101.1'}}\npaths:\n  /lamps:\n    \
             get: {{operationId: listLamps, tags: [Lamps], parameters: [{}, {}], responses: {replies}}}\n    \
             post: {{operationId: createLamp, tags: [Lamps], requestBody: {}, responses: {replies}}}\n  /lamps/{{id}}:\n    \
             get: {{operationId: getLampById, tags: [Lamps], parameters: [{{in: path, name: id, required: true, schema: {{type: string}}}}], responses: {replies}}}\n    \
             delete: {{operationId: request, tags: [Request], parameters: [{{in: path, name: id, required: true, schema: {{type: string}}}}, {}], responses: {replies}}}\n",
            query("colour"), query("size"), json(lamp), query("reason")
        ),
    );
    let output = folder.run(&[]);
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
}
