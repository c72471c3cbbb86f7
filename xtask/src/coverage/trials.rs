//! Ways to fool the report, each on a small crate with a handle of two methods, and tests of them.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use serde_json::json;

use super::*;

const GENERATED: &str = r#"
    pub mod operations {
        pub const LIST_WICKS: Operation = Operation { id: "listWicks", method: "GET", path: "/wicks", request_media: &[], reply_media: &["application/json"] };
        pub const GET_WICK: Operation = Operation { id: "getWick", method: "GET", path: "/wicks/{id}", request_media: &[], reply_media: &["application/json"] };
    }
    impl Raw<'_> {
        pub fn list_wicks(&self) -> Call<Wicks> { Call::raw(self.owner, &operations::LIST_WICKS) }
        pub fn get_wick(&self, id: &str) -> Call<Wick> { Call::raw(self.owner, &operations::GET_WICK) }
    }
"#;
const SOURCE: &str = r"
    impl Client { pub fn wicks(&self) -> Wicks<'_> { Wicks { client: self } } }
    impl Wicks<'_> {
        /// ```
        /// ```
        pub fn list(&self) -> Call<Vec<Wick>> { self.client.raw().list_wicks().map(|list| list.data) }
        /// ```
        /// ```
        pub fn retrieve(&self, id: &str) -> Call<Wick> { self.client.raw().get_wick(id) }
    }
";
const TESTS: &str = r#"
    #[tokio::test] async fn wicks_are_listed() {
        let (server, venice) = replying(LIST);
        let wicks = venice.wicks().list().await.unwrap();
        assert_eq!(wicks.len(), 2);
    }
    #[tokio::test] async fn a_wick_is_retrieved() {
        let (server, venice) = replying(ONE);
        let wick = venice.wicks().retrieve("7").await.unwrap();
        assert_eq!(wick.id, "7");
    }
"#;

/// A line of a recording.
fn sent(test: &str, path: &str) -> String {
    json!({"test": test, "method": "GET", "path": path, "request_content_type": null, "status": 200, "reply_content_type": "application/json"})
        .to_string()
}

/// What the tests send when all of them run.
fn whole_run() -> Vec<String> {
    vec![sent("wicks_are_listed", "/wicks"), sent("a_wick_is_retrieved", "/wicks/{id}")]
}

/// What is missing, after a run of a program.
fn missing(source: &str, tests: &str, program: &str, lines: &[String]) -> Vec<String> {
    let reply = json!({"200": {"content": {"application/json": {}}}});
    let rows = rows::read(&json!({"paths": {
        "/wicks": {"get": {"operationId": "listWicks", "responses": reply}},
        "/wicks/{id}": {"get": {"operationId": "getWick", "responses": reply}},
    }}));
    let folder = Folder::new();
    fs::write(folder.0.join(format!("{program}.1.jsonl")), lines.join("\n")).unwrap();
    let recording = Recording::read(&folder.0, None).unwrap();
    let programs = BTreeMap::from([("account".to_owned(), Program::of_text(tests))]);
    let table = code::read(GENERATED).unwrap();
    let wrapped = wrapped::read(&Crate::of_text(source).unwrap());
    let judged = |row: &Row| {
        judged(row, &table, &wrapped, true, |row, wrapping| is_exercised(row, wrapping, &recording, &programs))
    };
    gaps::compare(&rows.iter().map(judged).collect::<Vec<_>>(), &[]).open
}

/// A folder of its own, removed with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("venice-coverage-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn source_with(from: &str, to: &str) -> String {
    assert!(SOURCE.contains(from), "{from}");
    SOURCE.replace(from, to)
}

const BODY: &str = "{ self.client.raw().get_wick(id) }";

#[test]
fn all_is_covered_when_nothing_is_wrong() {
    assert!(missing(SOURCE, TESTS, "account", &whole_run()).is_empty());
}

#[test]
fn a_method_that_is_removed_is_missing() {
    let method = "        /// ```\n        /// ```\n        pub fn retrieve(&self, id: &str) -> Call<Wick> ";
    let source = source_with(&format!("{method}{BODY}"), "");
    let row = "getWick for application/json";
    assert_eq!(
        missing(&source, TESTS, "account", &whole_run()),
        [format!("{row}: not wrapped"), format!("{row}: not exercised")]
    );
}

#[test]
fn a_method_that_is_private_is_not_wrapped() {
    let found = missing(&source_with("pub fn retrieve", "fn retrieve"), TESTS, "account", &whole_run());
    assert!(found.contains(&"getWick for application/json: not wrapped".to_owned()), "{found:?}");
}

#[test]
fn a_call_in_code_that_is_never_compiled_wraps_nothing() {
    for body in [
        "{ #[cfg(any())] { return self.client.raw().get_wick(id); } unimplemented!() }",
        "{ unimplemented!() }\n#[cfg(any())] fn dead(&self, id: &str) { self.client.raw().get_wick(id) }",
        "{ unimplemented!() }\nfn dead(&self, id: &str) { self.client.raw().get_wick(id) }",
    ] {
        let found = missing(&source_with(BODY, body), TESTS, "account", &whole_run());
        assert!(found.contains(&"getWick for application/json: not wrapped".to_owned()), "{body}: {found:?}");
    }
}

#[test]
fn a_method_that_drops_its_call_and_panics_is_not_exercised() {
    let source = source_with(BODY, "{ drop(self.client.raw().get_wick(id)); panic!() }");
    // Its tests send nothing, and fail.
    let lines =
        [sent("wicks_are_listed", "/wicks"), json!({"test": "a_wick_is_retrieved", "failed": true}).to_string()];
    let row = "getWick for application/json: not exercised";
    assert_eq!(missing(&source, TESTS, "account", &lines), [row]);
    // Nor does it help that a test fails after its request.
    let lines = [&whole_run()[..], &lines[1..]].concat();
    assert_eq!(missing(&source, TESTS, "account", &lines), [row]);
}

#[test]
fn an_area_whose_tests_are_skipped_is_not_exercised() {
    let found = missing(SOURCE, TESTS, "account", &[]);
    assert_eq!(found, ["listWicks for application/json: not exercised", "getWick for application/json: not exercised"]);
    // Tests that are gone are no tests, whatever an older recording has.
    assert_eq!(missing(SOURCE, "", "account", &whole_run()).len(), 2);
}

#[test]
fn tests_of_the_mock_exercise_nothing() {
    assert_eq!(missing(SOURCE, TESTS, "mock", &whole_run()).len(), 2);
    assert_eq!(missing(SOURCE, TESTS, "venice_ai_mock", &whole_run()).len(), 2);
}

#[test]
fn a_test_that_sends_everything_by_raw_or_without_a_look_exercises_nothing() {
    let raw = TESTS
        .replace("venice.wicks().list()", "venice.raw().list_wicks()")
        .replace("venice.wicks().retrieve", "venice.raw().get_wick");
    assert_eq!(missing(SOURCE, &raw, "account", &whole_run()).len(), 2);
    let request = TESTS.replace("venice.wicks().list()", "venice.request(Method::GET, \"/wicks\")");
    assert_eq!(missing(SOURCE, &request, "account", &whole_run()), ["listWicks for application/json: not exercised"]);
    let blind = TESTS.replace("assert_eq!(wicks.len(), 2)", "assert_eq!(server.count(), 1)");
    assert_eq!(missing(SOURCE, &blind, "account", &whole_run()), ["listWicks for application/json: not exercised"]);
    let one_test_for_all = "#[tokio::test] async fn everything_is_answered() { for operation in ALL { assert!(venice.request(operation).await.is_ok()); } }";
    let lines = [sent("everything_is_answered", "/wicks"), sent("everything_is_answered", "/wicks/{id}")];
    assert_eq!(missing(SOURCE, one_test_for_all, "account", &lines).len(), 2);
}
