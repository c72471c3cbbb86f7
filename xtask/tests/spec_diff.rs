//! `cargo xtask spec diff`, run as a program.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const DOCUMENT: &str = "\
openapi: 3.0.0
info: {title: Lantern API, version: '7', description: Prose.}
paths:
  /wicks:
    get:
      operationId: listWicks
      responses:
        '200':
          description: Prose.
          content: {application/json: {schema: {type: object, properties: {data: {type: string, enum: [a, b]}}}}}
";
const OVERLAY: &str = "
overlay: 1.0.0
info: {title: t, version: '1'}
actions:
  - {target: \"$.paths['/nowhere']\", update: {x-rust-name: Nothing}}
  - {target: \"$.paths['/wicks'].get.responses['200'].content['application/json'].schema\", update: {x-rust-name: WickList}}
";

/// A folder with documents, removed with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let folder = Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("diff-{test}-{}", std::process::id())));
        fs::create_dir_all(&folder.0).unwrap();
        folder.write("overlay.yaml", OVERLAY);
        folder.write("docs.yaml", "{}");
        folder.write("old.yaml", DOCUMENT);
        folder
    }

    fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.0.join(name), text).unwrap();
        self.path(name)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    /// Exit code, what was printed, what went wrong.
    fn diff(&self, args: &[&str]) -> (Option<i32>, String, String) {
        let spec = self.path("");
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(["spec", "diff", "--spec", &spec])
            .args(args)
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    }

    /// The exit code and what is printed for the document with some text replaced.
    fn changed(&self, from: &str, to: &str) -> (Option<i32>, String) {
        assert!(DOCUMENT.contains(from));
        let new = self.write("new.yaml", &DOCUMENT.replace(from, to));
        let (code, text, failure) = self.diff(&[&self.path("old.yaml"), &new]);
        assert!(failure.is_empty(), "{failure}");
        (code, text)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn the_exit_code_says_how_bad_it_is() {
    let folder = Folder::new("codes");
    assert_eq!(folder.changed("Prose.}", "Other prose.}"), (Some(0), "7 -> 7: no changes\n".to_owned()));
    let (code, text) = folder.changed("[a, b]", "[a, b, c]");
    assert!(code == Some(1) && text.contains("enum value added: c"), "{text}");
    let (code, text) = folder.changed("operationId: listWicks", "operationId: listWicks\n      tags: [Wicks]");
    assert!(code == Some(1) && text.contains("1 cosmetic"), "{text}");
    let (code, text) = folder.changed("operationId: listWicks", "operationId: listWicks\n      security: []");
    assert!(code == Some(2) && text.contains("1 behaviour"), "{text}");
    let (code, text) = folder.changed("[a, b]", "[a]");
    assert!(code == Some(2) && text.contains("1 breaking"), "{text}");
}

#[test]
fn the_vendors_document_and_its_import_are_the_same() {
    let folder = Folder::new("import");
    let (old, imported) = (folder.path("old.yaml"), folder.path("imported.yaml"));
    let import = Command::new(env!("CARGO_BIN_EXE_xtask")).args(["spec", "import", &old, "--out", &imported]).output();
    assert!(import.unwrap().status.success());
    assert_ne!(fs::read_to_string(&imported).unwrap(), DOCUMENT);
    assert_eq!(folder.diff(&[&old, &imported]).0, Some(0));
    assert_eq!(folder.diff(&[&imported, &old]).0, Some(0));
}

#[test]
fn the_overlay_of_the_folder_decides_what_types_are_called() {
    let folder = Folder::new("overlay");
    // The operation's new id would rename the type of its reply, which has a name of its own here.
    let (_, text) = folder.changed("listWicks", "getWicks");
    assert!(text.contains("operationId changed: listWicks -> getWicks") && !text.contains("type name"), "{text}");
    folder.write("overlay.yaml", &OVERLAY.replace("  - {target: \"$.paths['/wicks']", "  - {target: \"$.paths['/no']"));
    let (_, text) = folder.changed("listWicks", "getWicks");
    assert!(text.contains("type name changed: ListWicksResponse -> GetWicksResponse"), "{text}");
}

#[test]
fn formats_are_for_people_programs_and_pages() {
    let folder = Folder::new("formats");
    let new = folder.write("new.yaml", &DOCUMENT.replace("[a, b]", "[a, b, c]"));
    let old = folder.path("old.yaml");
    let json = folder.diff(&[&old, &new, "--format", "json"]).1;
    assert!(json.starts_with("{\n  \"old\": \"7\",") && json.contains("\"class\": \"additive\""), "{json}");
    let markdown = folder.diff(&["--format", "markdown", &old, &new]).1;
    assert!(markdown.starts_with("## API 7 → 7\n") && markdown.contains("### additive (1)\n"), "{markdown}");
    assert_eq!(folder.diff(&[&old, &new]).1, folder.diff(&[&old, &new, "--format", "text"]).1);
}

#[test]
fn what_cannot_be_compared_has_an_exit_code_of_its_own() {
    let folder = Folder::new("bad");
    let old = folder.path("old.yaml");
    let openapi = folder.write("other.yaml", "hello: world");
    let yaml = folder.write("broken.yaml", "a: [1");
    let binary = folder.path("binary.yaml");
    fs::write(&binary, [0xff, 0xfe, 0x00]).unwrap();
    let missing = folder.path("missing.yaml");
    let cases: [(&[&str], &str); 8] = [
        (&[&old, &missing], "cannot read"),
        (&[&old, &folder.path("")], "cannot read"),
        (&[&old, &binary], "cannot read"),
        (&[&openapi, &old], "other.yaml: $.openapi"),
        (&[&old, &yaml], "broken.yaml:"),
        (&[&old], "two documents are needed"),
        (&[&old, &old, &old], "unexpected"),
        (&[&old, &old, "--format", "xml"], "unknown format `xml`"),
    ];
    for (args, expected) in cases {
        let (code, printed, failure) = folder.diff(args);
        assert_eq!((code, printed.as_str()), (Some(3), ""), "{args:?}: {failure}");
        assert!(failure.starts_with("error: ") && failure.contains(expected), "{args:?}: {failure}");
    }
    fs::remove_file(folder.0.join("overlay.yaml")).unwrap();
    let (code, _, failure) = folder.diff(&[&old, &old]);
    assert!(code == Some(3) && failure.contains("overlay.yaml"), "{failure}");
}

#[test]
fn over_the_history_breaking_is_what_takes_something_from_the_generated_interface() {
    let history = concat!(env!("CARGO_MANIFEST_DIR"), "/../spec/history");
    let output =
        Command::new(env!("CARGO_BIN_EXE_xtask")).args(["spec", "diff", "--history", history]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let documents = fs::read_dir(history).unwrap().count();
    let pairs = documents * (documents - 1) / 2;
    assert!(text.contains(&format!("{pairs} pairs: the diff agrees in {pairs},")), "{text}");
    assert!(output.status.success() && !text.contains("left out"), "{text}");
}
