//! `cargo xtask spec import`, run as a program.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod support;

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Output,
};

use support::{serve, xtask};

const VALID: &str = "\
openapi: 3.0.0
info: {title: Lantern API, version: '7', description: Prose.}
paths:
  /lanterns:
    get: {operationId: list, responses: {'200': {description: Prose.}}}
";

/// A folder of its own for each test, removed with it.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{test}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn out(&self) -> String {
        self.0.join("swagger.yaml").to_str().unwrap().to_owned()
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn an_import_writes_the_facts_and_a_second_one_changes_nothing() {
    let folder = Folder::new("twice");
    let (source, out) = (folder.file("vendor.yaml", VALID), folder.out());
    let first = xtask(&["spec", "import", &source, "--out", &out]);
    assert!(first.status.success(), "{}", stderr(&first));
    assert!(String::from_utf8_lossy(&first.stdout).contains("API version 7, 1 operations, 0 schemas; written"));
    let text = fs::read_to_string(&out).unwrap();
    assert!(text.starts_with("# ") && text.contains("description: OK") && !text.contains("Prose"), "{text}");

    let second = xtask(&["spec", "import", &source, "--out", &out]);
    assert!(String::from_utf8_lossy(&second.stdout).contains("unchanged"));
    let own = xtask(&["spec", "import", &out, "--out", &out]);
    assert!(String::from_utf8_lossy(&own.stdout).contains("unchanged"), "{}", stderr(&own));
    assert_eq!(fs::read_to_string(&out).unwrap(), text);
    assert_eq!(folder.names(), ["swagger.yaml", "vendor.yaml"]);
}

#[test]
fn invalid_input_leaves_the_file_untouched_and_says_where_it_is_wrong() {
    let cases = [
        ("not YAML", "a: [1".to_owned(), "not valid YAML", "vendor.yaml:"),
        ("not OpenAPI", "hello: world".to_owned(), "no `openapi` member", "$.openapi"),
        ("3.2", VALID.replace("3.0.0", "3.2.0"), "OpenAPI 3.2.0", "$.openapi"),
        (
            "twice",
            format!("{VALID}    put: {{operationId: list, responses: {{'200': {{description: x}}}}}}\n"),
            "occurs twice",
            "$.paths['/lanterns'].put.operationId",
        ),
        (
            "dangling",
            format!("{VALID}components: {{schemas: {{A: {{$ref: '#/components/schemas/B'}}}}}}\n"),
            "leads nowhere",
            "$.components.schemas.A['$ref']",
        ),
    ];
    let folder = Folder::new("invalid");
    let out = folder.file("swagger.yaml", "as it was\n");
    for (name, text, message, place) in cases {
        let source = folder.file("vendor.yaml", &text);
        let output = xtask(&["spec", "import", &source, "--out", &out]);
        let error = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{name}: {error}");
        assert!(error.starts_with("error: ") && error.contains(message), "{name}: {error}");
        assert!(error.contains("vendor.yaml") && error.contains(place), "{name}: {error}");
        assert_eq!(error.matches("error: ").count(), 1, "{name}: {error}");
        assert_eq!(fs::read_to_string(&out).unwrap(), "as it was\n", "{name}");
    }
    assert_eq!(folder.names(), ["swagger.yaml", "vendor.yaml"], "no temporary file may stay");
}

#[test]
fn a_document_is_fetched_by_url() {
    let folder = Folder::new("url");
    let url = serve(
        "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nopenapi: 3.0.0\ninfo: {title: t, version: '1'}\npaths: {/a: {x-b: 1}}\n",
    );
    let output = xtask(&["spec", "import", &url, "--out", &folder.out()]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(fs::read_to_string(folder.out()).unwrap().contains("x-b: 1"));
}

#[test]
fn a_url_that_does_not_answer_with_a_document_is_one_clear_error() {
    let folder = Folder::new("no-url");
    let out = folder.file("swagger.yaml", "as it was\n");
    let refusing = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (url, message) in [
        (format!("http://{refusing}/"), "cannot fetch"),
        (serve("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"), "answered with status 404"),
        (serve("HTTP/1.1 200 OK\r\ncontent-length: 19\r\n\r\n<html>hello</html>\n"), "not an object"),
        (serve("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n\n\n"), "not an object"),
    ] {
        let output = xtask(&["spec", "import", &url, "--out", &out]);
        let error = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{error}");
        assert!(error.starts_with("error: ") && error.contains(message) && error.contains(&url), "{error}");
        assert_eq!(fs::read_to_string(&out).unwrap(), "as it was\n");
    }
}

#[test]
fn a_check_passes_only_on_what_an_import_writes() {
    let folder = Folder::new("check");
    let (source, out) = (folder.file("vendor.yaml", VALID), folder.out());
    assert!(xtask(&["spec", "import", &source, "--out", &out]).status.success());
    assert!(xtask(&["spec", "import", "--check", "--out", &out]).status.success());
    assert!(xtask(&["spec", "import", "--check", &source, "--out", &out]).status.success());

    let text = fs::read_to_string(&out).unwrap().replace("description: OK", "description: Edited by hand");
    fs::write(&out, &text).unwrap();
    let output = xtask(&["spec", "import", "--check", "--out", &out]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("= found:           description: Edited by hand"), "{}", stderr(&output));
    assert_eq!(fs::read_to_string(&out).unwrap(), text, "a check writes nothing");
}

#[test]
fn the_committed_document_is_what_an_import_writes() {
    let output = xtask(&["spec", "import", "--check"]);
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn a_wrong_command_line_is_refused_with_advice() {
    for args in [
        &[][..],
        &["spec"],
        &["spec", "bake"],
        &["bake"],
        &["spec", "import"],
        &["spec", "import", "a", "b"],
        &["spec", "import", "--bake"],
    ] {
        let output = xtask(args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(stderr(&output).contains("cargo xtask"), "{args:?}: {}", stderr(&output));
    }
    let help = xtask(&["help"]);
    assert!(help.status.success() && String::from_utf8_lossy(&help.stdout).contains("spec import"));
}
