//! `cargo xtask spec check`, run as a program on made-up folders.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

const DOCUMENT: &str = "\
openapi: 3.0.0
info: {title: Lantern API, version: '7'}
paths:
  /models:
    get:
      operationId: listModels
      responses:
        '200':
          description: OK
          content: {application/json: {schema: {type: object, properties: {data: {type: string}}}}}
";
const OVERLAY: &str = "
overlay: 1.0.0
info: {title: t, version: '1'}
actions:
  - {target: \"$.paths['/models'].get.responses['200'].content['application/json'].schema\", update: {x-rust-name: ModelList}}
";
const DOCS: &str = "
listModels:
  summary: Lists the models.
ModelList:
  _: The models.
  data: Their names.
";

/// A folder like `spec/`, removed with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let folder = Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("check-{test}-{}", std::process::id())));
        fs::create_dir_all(&folder.0).unwrap();
        folder.write("vendor.yaml", DOCUMENT);
        folder.write("overlay.yaml", OVERLAY);
        folder.write("docs.yaml", DOCS);
        let (vendor, out) = (folder.path("vendor.yaml"), folder.path("swagger.yaml"));
        assert!(xtask(&["spec", "import", &vendor, "--out", &out]).status.success());
        folder
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).unwrap();
    }

    fn check(&self, more: &[&str]) -> (bool, String) {
        let folder = self.0.to_str().unwrap();
        let output = xtask(&[&["spec", "check", "--spec", folder], more].concat());
        (
            output.status.success(),
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)),
        )
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn xtask(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask")).args(args).output().unwrap()
}

#[test]
fn an_update_writes_the_surface_and_a_check_then_passes() {
    let folder = Folder::new("update");
    let (passes, said) = folder.check(&[]);
    assert!(!passes && said.contains("api.txt is stale") && said.contains("+ struct types::ModelList"), "{said}");
    assert!(said.contains("cargo xtask spec check --update"), "{said}");
    assert!(!folder.0.join("api.txt").exists(), "a check writes nothing");

    let (passes, said) = folder.check(&["--update"]);
    assert!(passes && said.contains("api.txt: written"), "{said}");
    let surface = fs::read_to_string(folder.0.join("api.txt")).unwrap();
    assert!(surface.lines().is_sorted() && surface.ends_with('\n') && surface.contains("list_models"), "{surface}");
    let (passes, said) = folder.check(&[]);
    assert!(passes && said.contains("API version 7, 1 operations, 1 types"), "{said}");
}

#[test]
fn a_name_is_changed_in_the_file_of_names_and_kept_from_then_on() {
    let folder = Folder::new("names");
    assert!(folder.check(&["--update"]).0);
    let names = fs::read_to_string(folder.0.join("names.yaml")).unwrap();
    assert!(names.contains("  listModels: GET /models\n") && names.contains("      - listModels.reply\n"), "{names}");
    folder.write("names.yaml", &names.replace("  ModelList:", "  Catalogue:").replace("listModels", "catalogue"));
    folder.write("overlay.yaml", &OVERLAY.replace("x-rust-name: ModelList", "x-a: 1"));
    folder.write("docs.yaml", "{}");
    let (passes, said) = folder.check(&["--update"]);
    assert!(passes, "{said}");
    let surface = fs::read_to_string(folder.0.join("api.txt")).unwrap();
    assert!(surface.contains("struct types::Catalogue\n") && surface.contains(": catalogue("), "{surface}");
    assert!(folder.check(&[]).0, "and the file is a fixed point");
}

#[test]
fn a_document_that_was_edited_by_hand_is_refused() {
    let folder = Folder::new("edited");
    let text = fs::read_to_string(folder.0.join("swagger.yaml")).unwrap();
    folder.write("swagger.yaml", &text.replace("description: OK", "description: All is well."));
    let (passes, said) = folder.check(&["--update"]);
    assert!(!passes && said.contains("differs from an import"), "{said}");
}

#[test]
fn an_action_that_matches_nothing_is_named_with_its_file() {
    let folder = Folder::new("overlay");
    let action = "  - {target: \"$.paths['/wicks']\", update: {x-a: 1}, description: about wicks}\n";
    folder.write("overlay.yaml", &format!("{OVERLAY}{action}"));
    let (passes, said) = folder.check(&["--update"]);
    assert!(
        !passes
            && said.contains("matches nothing")
            && said.contains("about wicks")
            && said.contains("spec/overlay.yaml"),
        "{said}"
    );
}

#[test]
fn what_is_undocumented_is_listed_and_stops_nothing() {
    let folder = Folder::new("docs");
    folder.write("docs.yaml", "ModelList:\n  _: The models.\n");
    let (passes, said) = folder.check(&["--update"]);
    assert!(
        passes && said.contains("operation listModels (GET /models)") && said.contains("field ModelList.data"),
        "{said}"
    );
    assert!(!said.contains("type ModelList"), "{said}");
}

#[test]
fn documentation_of_what_does_not_exist_is_an_error() {
    let folder = Folder::new("stale");
    folder.write("docs.yaml", &format!("{DOCS}  wicks: None.\nWick:\n  _: One.\n"));
    let (passes, said) = folder.check(&["--update"]);
    assert!(!passes && said.contains("ModelList.wicks") && said.contains("\n    Wick\n"), "{said}");
}
