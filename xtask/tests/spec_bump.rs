//! `cargo xtask spec bump`, run as a program on made-up trees and on copies of the committed `spec/`.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod support;

use std::{
    collections::BTreeMap,
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    thread,
};

use serde_json::Value;
use support::{serve, xtask};

const DOCUMENT: &str = "\
openapi: 3.0.0
info: {title: Lantern API, version: '20260810.1'}
paths:
  /lamps:
    get:
      operationId: listLamps
      responses:
        '200':
          description: OK
          content:
            application/json:
              schema:
                type: object
                properties:
                  data: {type: string, enum: [a, b]}
                  shade: {type: object, properties: {colour: {type: string}, width: {type: integer}}}
";
const OVERLAY: &str = "\
overlay: 1.0.0
info: {title: t, version: '1'}
actions:
  - target: $.paths['/lamps'].get.responses['200'].content['application/json'].schema
    update:
      x-rust-name: LampList
  # The shade.
  - target: $.paths['/lamps'].get.responses['200'].content['application/json'].schema.properties.shade
    description: It has a name.
    update:
      x-rust-name: Shade
";
const DOCS: &str = "\
listLamps: {summary: Lists the lamps.}
Shade: {_: What dims the light.}
";
const LOG: &str = "# Changelog\n\n## Unreleased\n\n### Added\n\n- Light.\n";

/// A tree with `spec/` and what stands beside it, removed with the test.
struct Tree(PathBuf);

impl Tree {
    /// A made-up tree.
    fn new(test: &str) -> Self {
        let tree = Self::empty(test);
        fs::create_dir_all(tree.0.join("spec/history")).unwrap();
        tree.write("spec/overlay.yaml", OVERLAY);
        tree.write("spec/docs.yaml", DOCS);
        tree.write(
            "spec/coverage.toml",
            "[[gap]]\noperation = \"listLamps\"\ncolumns = [\"exercised\"]\nreason = \"r\"\n",
        );
        tree.write("CHANGELOG.md", LOG);
        tree.write("Cargo.toml", "[package]\nname = \"lantern\"\nversion = \"0.3.1\"\n");
        tree.import(&tree.write("document.yaml", DOCUMENT));
        tree.write("spec/history/20260101.1.yaml", "as imported");
        tree.write("spec/history/20260810.1.yaml", "as imported");
        assert!(xtask(&["spec", "check", "--update", "--spec", &tree.path("spec")]).status.success());
        tree
    }

    /// A copy of the committed tree, as far as a bump looks at it.
    fn committed(test: &str) -> Self {
        let tree = Self::empty(test);
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        fs::create_dir_all(tree.0.join("spec/history")).unwrap();
        for name in ["Cargo.toml", "CHANGELOG.md"] {
            fs::copy(root.join(name), tree.0.join(name)).unwrap();
        }
        for folder in ["spec", "spec/history"] {
            for entry in fs::read_dir(root.join(folder)).unwrap() {
                let path = entry.unwrap().path();
                if path.is_file() {
                    fs::copy(&path, tree.0.join(folder).join(path.file_name().unwrap())).unwrap();
                }
            }
        }
        tree
    }

    fn empty(test: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bump-{test}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.0.join(name), text).unwrap();
        self.path(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap()
    }

    fn import(&self, document: &str) {
        let output = xtask(&["spec", "import", document, "--out", &self.path("spec/swagger.yaml")]);
        assert!(output.status.success(), "{}", text(&output.stderr));
    }

    /// The committed document with text replaced, as another version.
    fn changed(&self, version: &str, changes: &[(&str, &str)]) -> String {
        let mut text = DOCUMENT.replace("20260810.1", version);
        for (from, to) in changes {
            assert!(text.contains(from), "{from}");
            text = text.replace(from, to);
        }
        self.write("new.yaml", &text)
    }

    /// Exit code, what was printed, and what went wrong.
    fn bump(&self, args: &[&str]) -> (Option<i32>, String, String) {
        let spec = self.path("spec");
        let output = xtask(&[&["spec", "bump", "--spec", &spec], args].concat());
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    }

    /// The report for programs.
    fn report(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.bump(&[args, &["--format", "json"]].concat()).1).unwrap()
    }

    /// Everything below `spec/` and what stands beside it, byte for byte; but for what the tests put there.
    fn all(&self) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
        let mut found = BTreeMap::new();
        let mut open = vec![self.0.clone()];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path.clone());
                    found.insert(path, None);
                } else if !path.ends_with("new.yaml") {
                    found.insert(path.clone(), Some(fs::read(&path).unwrap()));
                }
            }
        }
        found
    }

    fn checks(&self) -> (bool, String) {
        let output = xtask(&["spec", "check", "--spec", &self.path("spec")]);
        (output.status.success(), format!("{}{}", text(&output.stdout), text(&output.stderr)))
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn what_is_added_is_taken_as_a_whole_and_the_tree_then_fits_together() {
    let tree = Tree::new("additive");
    let new = tree.changed("20260902.1", &[("enum: [a, b]", "enum: [a, b, c]")]);
    let (code, said, failure) = tree.bump(&[&new]);
    assert_eq!((code, failure.as_str()), (Some(1), ""), "{said}");
    assert!(
        said.starts_with(
            "bumped: API 20260810.1 -> 20260902.1; the next version of the crate after 0.3.1 is 0.3.2+20260902.1\n"
        ),
        "{said}"
    );
    assert!(tree.checks().0, "{}", tree.checks().1);
    assert!(tree.read("spec/api.txt").contains("::C\n") && tree.read("spec/swagger.yaml").contains("20260902.1"));
    assert_eq!(tree.read("spec/history/20260902.1.yaml"), tree.read("spec/swagger.yaml"));
    let entry = "## Unreleased\n\n### API 20260810.1 → 20260902.1\n\n#### Additive\n\n- enum value added: `c` (";
    assert!(tree.read("CHANGELOG.md").contains(entry), "{}", tree.read("CHANGELOG.md"));
    assert!(tree.read("CHANGELOG.md").ends_with("\n### Added\n\n- Light.\n"));

    let after = tree.all();
    assert_eq!(tree.bump(&[&new]).0, Some(0), "the same once more is nothing to do");
    assert_eq!(tree.all(), after);
}

#[test]
fn the_worst_change_decides_the_exit_code_and_the_version() {
    let tree = Tree::new("classes");
    type Case<'c> = (&'c [(&'c str, &'c str)], i32, &'c str);
    let cases: [Case<'_>; 3] = [
        (&[("operationId: listLamps", "x-internal: true\n      operationId: listLamps")], 1, "0.3.2+20260902.1"),
        (&[("operationId: listLamps", "security: []\n      operationId: listLamps")], 2, "0.3.2+20260902.1"),
        (&[("enum: [a, b]", "enum: [a]")], 2, "0.4.0+20260902.1"),
    ];
    for (changes, code, next) in cases {
        let new = tree.changed("20260902.1", changes);
        assert_eq!(tree.bump(&["--dry-run", &new]).0, Some(code), "{changes:?}");
        assert_eq!(tree.report(&["--dry-run", &new])["next_version"], next, "{changes:?}");
    }
    // What is unreleased counts: after a breaking bump an additive one proposes the same number.
    assert_eq!(tree.bump(&[&tree.changed("20260902.1", &[("enum: [a, b]", "enum: [a]")])]).0, Some(2));
    let next = tree.changed("20260903.1", &[("enum: [a, b]", "enum: [a, c]")]);
    assert_eq!(tree.report(&[&next])["next_version"], "0.4.0+20260903.1");
    let log = tree.read("CHANGELOG.md");
    assert!(log.find("→ 20260903.1") < log.find("→ 20260902.1") && log.contains("→ 20260902.1"), "{log}");
}

#[test]
fn a_dry_run_writes_nothing() {
    let tree = Tree::new("dry");
    let before = tree.all();
    let new = tree.changed("20260902.1", &[("enum: [a, b]", "enum: [a]")]);
    let (code, said, _) = tree.bump(&["--dry-run", &new]);
    assert!(
        code == Some(2) && said.starts_with("would bump: ") && said.contains("new      spec/history/20260902.1.yaml")
    );
    assert_eq!(tree.all(), before);
}

#[test]
fn history_keeps_the_last_document_of_a_month() {
    let tree = Tree::new("history");
    assert_eq!(tree.bump(&[&tree.changed("20260811.1", &[("enum: [a, b]", "enum: [a, b, c]")])]).0, Some(1));
    assert!(
        !tree.0.join("spec/history/20260810.1.yaml").exists() && tree.0.join("spec/history/20260811.1.yaml").exists()
    );
    assert!(tree.0.join("spec/history/20260101.1.yaml").exists());
}

#[test]
fn an_older_document_is_refused_and_the_same_version_is_not() {
    let tree = Tree::new("older");
    let before = tree.all();
    let older = tree.changed("20260809.235959", &[("enum: [a, b]", "enum: [a, b, c]")]);
    let (code, _, failure) = tree.bump(&[&older]);
    assert!(code == Some(3) && failure.contains("--allow-older"), "{failure}");
    assert_eq!(tree.all(), before);
    assert_eq!(tree.bump(&["--allow-older", "--dry-run", &older]).0, Some(1));
    // A version does not identify a document.
    let same = tree.changed("20260810.1", &[("enum: [a, b]", "enum: [a, b, c]")]);
    assert_eq!(tree.bump(&[&same]).0, Some(1));
    assert_eq!(tree.read("spec/history/20260810.1.yaml"), tree.read("spec/swagger.yaml"));
}

#[test]
fn an_action_follows_what_it_corrects() {
    let tree = Tree::new("follows");
    let new = tree.changed("20260902.1", &[("/lamps:", "/lanterns:"), ("shade:", "screen:")]);
    let report = tree.report(&["--dry-run", &new]);
    let followed = report["followed"].as_array().unwrap();
    assert_eq!((&followed[1]["action"]["path"], &followed[1]["action"]["line"]), (&"$.actions[1]".into(), &8.into()));
    let (code, said, failure) = tree.bump(&[&new]);
    assert_eq!((code, failure.as_str()), (Some(2), ""), "{said}");
    for expected in [
        "overlay.yaml:4 $.actions[0] matches nothing",
        "now: $.paths['/lanterns'].get.responses['200'].content['application/json'].schema\n",
        "overlay.yaml:8 $.actions[1] matches nothing",
        "about: It has a name.",
        "now: $.paths['/lanterns'].get.responses['200'].content['application/json'].schema.properties.screen\n",
    ] {
        assert!(said.contains(expected), "no {expected}:\n{said}");
    }
    let overlay = tree.read("spec/overlay.yaml");
    assert!(
        overlay.contains("/lanterns") && !overlay.contains("/lamps") && overlay.contains("# The shade."),
        "{overlay}"
    );
    assert!(tree.read("spec/api.txt").contains("struct types::Shade\n"), "the shade keeps its name");
    assert!(tree.checks().0, "{}", tree.checks().1);
}

#[test]
fn a_correction_of_what_became_a_reference_goes_to_what_it_refers_to() {
    let tree = Tree::new("reference");
    let shade = "{type: object, properties: {colour: {type: string}, width: {type: integer}}}";
    let new = tree.changed("20260902.1", &[(shade, "{$ref: '#/components/schemas/Shade'}")]);
    let text = fs::read_to_string(&new).unwrap();
    fs::write(&new, format!("{text}components: {{schemas: {{Shade: {shade}}}}}\n")).unwrap();
    let report = tree.report(&[&new]);
    assert_eq!(report["status"], "bumped", "{report:#}");
    let followed = &report["followed"][0];
    assert_eq!(followed["action"]["problem"], "changes what is only a reference now", "{report:#}");
    assert_eq!(
        (&followed["action"]["path"], &followed["targets"][0]),
        (&"$.actions[1]".into(), &"$.components.schemas.Shade".into())
    );
    assert_eq!((&report["class"], &report["narrowed"]), (&"cosmetic".into(), &Value::Array(Vec::new())), "{report:#}");
    assert!(tree.checks().0, "{}", tree.checks().1);
}

#[test]
fn a_bump_that_was_killed_is_put_back_by_the_next_one() {
    let tree = Tree::new("killed");
    let before = tree.all();
    // As it is left when the process goes after the first of two renames.
    fs::create_dir(tree.0.join("spec/.bump")).unwrap();
    let copy = |name: &str, to: &str| fs::copy(tree.0.join(name), tree.0.join("spec/.bump").join(to)).unwrap();
    copy("spec/swagger.yaml", "old.0");
    copy("CHANGELOG.md", "old.1");
    tree.write("spec/.bump/new.1", "new");
    tree.write("spec/.bump/journal", &format!("{}\n{}\n", tree.path("spec/swagger.yaml"), tree.path("CHANGELOG.md")));
    tree.write("spec/swagger.yaml", "openapi: 3.0.0");
    let (code, _, failure) = tree.bump(&["--dry-run", &tree.path("document.yaml")]);
    assert!(code == Some(3) && failure.contains("was interrupted"), "{failure}");
    let (code, said, _) = tree.bump(&[&tree.path("document.yaml")]);
    assert!(code == Some(0) && said.contains("they were restored first"), "{said}");
    assert_eq!(tree.all(), before);
}

#[test]
fn an_action_whose_place_is_gone_is_dropped_and_reported() {
    let tree = Tree::new("dropped");
    let shade =
        "                  shade: {type: object, properties: {colour: {type: string}, width: {type: integer}}}\n";
    let new = tree.changed("20260902.1", &[(shade, "")]);
    let (code, said, _) = tree.bump(&[&new]);
    assert!(
        code == Some(2) && said.contains("x-rust-name: Shade") && said.contains("documentation of removed items"),
        "{said}"
    );
    assert!(said.contains("These types are gone\n  Shade\n"), "{said}");
    let kept = OVERLAY
        .find("  - target: $.paths['/lamps'].get.responses['200'].content['application/json'].schema.prop")
        .unwrap();
    assert_eq!(tree.read("spec/overlay.yaml"), OVERLAY[..kept], "with its comments");
    tree.write("spec/docs.yaml", &DOCS[..DOCS.find("Shade:").unwrap()]);
    assert!(tree.checks().0, "{}", tree.checks().1);
}

#[test]
fn an_action_that_refers_to_what_is_gone_is_dropped() {
    let tree = Tree::new("dangling");
    let shade = "#/paths/~1lamps/get/responses/200/content/application~1json/schema/properties/shade";
    let action = format!(
        "  - target: $.paths['/lamps'].get.responses['200'].content['application/json'].schema.properties\n    update: {{other: {{$ref: '{shade}'}}}}\n"
    );
    tree.write("spec/overlay.yaml", &OVERLAY.replace("  # The shade.\n", &format!("{action}  # The shade.\n")));
    let gone =
        "                  shade: {type: object, properties: {colour: {type: string}, width: {type: integer}}}\n";
    let report = tree.report(&[&tree.changed("20260902.1", &[(gone, "")])]);
    let dropped = report["dropped"].as_array().unwrap();
    assert!(dropped.iter().any(|action| action["reason"].as_str().unwrap().contains("which is gone")), "{report:#}");
    assert!(!tree.read("spec/overlay.yaml").contains("other:"), "{}", tree.read("spec/overlay.yaml"));
}

#[test]
fn an_action_that_lost_some_of_its_places_is_told_and_stops_nothing() {
    let tree = Tree::new("narrowed");
    tree.write("spec/overlay.yaml", &OVERLAY.replace("schema.properties.shade", "schema.properties['shade','data']"));
    let overlay = tree.read("spec/overlay.yaml").replace("x-rust-name: Shade", "nullable: true");
    tree.write("spec/overlay.yaml", &overlay);
    tree.write("spec/docs.yaml", &DOCS[..DOCS.find("Shade:").unwrap()]);
    let new = tree.changed("20260902.1", &[("                  data: {type: string, enum: [a, b]}\n", "")]);
    let (code, said, failure) = tree.bump(&[&new]);
    assert!(
        code == Some(2) && said.contains("$.actions[1] matches 1 of the 2 places that it matched"),
        "{said}{failure}"
    );
    assert!(said.contains("schema.properties.data: gone; "), "{said}");
}

#[test]
fn what_is_new_has_a_method_on_a_handle_and_is_left_to_test_and_describe() {
    let tree = Tree::new("left");
    let wicks = "\n  /wicks:\n    get: {operationId: listWicks, responses: {'200': {description: OK, content: {application/json: {schema: \
                 {type: object, properties: {length: {type: integer}}}}}}}}\n  /lamps:";
    let report = tree.report(&[&tree.changed("20260902.1", &[("\n  /lamps:", wicks)])]);
    assert_eq!(report["status"], "bumped");
    let open = "listWicks for application/json: not ";
    let columns = ["documented", "exercised"].map(|column| Value::from(format!("{open}{column}")));
    assert_eq!(report["left"]["uncovered"], Value::from(columns.to_vec()), "{report:#}");
    let undocumented = report["left"]["undocumented"].to_string();
    assert!(undocumented.contains("operation listWicks (GET /wicks)"), "{undocumented}");
    assert!(undocumented.contains("ListWicksResponse.length") && !undocumented.contains("LampList"), "{undocumented}");
    assert_eq!(report["left"]["stale"], serde_json::json!([]));
    assert!(tree.read("spec/coverage.toml").ends_with("\n[[automatic]]\noperation = \"listWicks\"\n"));
}

#[test]
fn what_cannot_be_taken_is_one_clear_error_and_changes_nothing() {
    let tree = Tree::new("bad");
    let before = tree.all();
    let refusing = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let bad = |text: &str| {
        tree.write("new.yaml", text);
        tree.bump(&[&tree.path("new.yaml"), "--report", "/dev/null"])
    };
    let mut results = vec![
        (bad("hello: world"), "$.openapi"),
        (bad("a: [1"), "not valid YAML"),
        (bad(""), "not an object"),
        (bad(&DOCUMENT.replace("20260810.1", "../../20270101.1")), "the document's version"),
        (
            bad(&DOCUMENT.replace("20260810.1", "2027\\n## Hello").replace("'2027\\n## Hello'", "\"2027\\n## Hello\"")),
            "the document's version",
        ),
        (tree.bump(&[&format!("http://{refusing}/")]), "cannot fetch"),
        (tree.bump(&[&serve("HTTP/1.1 500 Oh\r\ncontent-length: 0\r\n\r\n".to_owned())]), "answered with status 500"),
        (tree.bump(&[&tree.path("missing.yaml")]), "cannot read"),
        (tree.bump(&[&tree.path("spec")]), "cannot read"),
        (tree.bump(&[]), "no document given"),
        (tree.bump(&["a", "b"]), "unexpected"),
        (tree.bump(&["a", "--format", "xml"]), "unknown format `xml`"),
    ];
    fs::write(tree.0.join("new.yaml"), [0xff, 0xfe]).unwrap();
    results.push((tree.bump(&[&tree.path("new.yaml")]), "cannot read"));
    for ((code, said, failure), expected) in results {
        assert_eq!((code, said.as_str()), (Some(3), ""), "{expected}: {failure}");
        assert!(failure.starts_with("error: ") && failure.contains(expected), "{expected}: {failure}");
    }
    assert_eq!(tree.all(), before);
}

#[test]
fn an_operation_that_cannot_be_generated_is_left_out_and_listed() {
    let tree = Tree::new("construct");
    let path = "\n  /wicks:\n    post: {operationId: burnWick, requestBody: {content: {text/turtle: {schema: {type: string}}}}, \
                responses: {'200': {description: OK}}}\n  /lamps:";
    let report = tree.report(&[&tree.changed("20260902.1", &[("\n  /lamps:", path)])]);
    assert_eq!(report["status"], "bumped", "{report:#}");
    assert!(report["left_out"][0].as_str().unwrap().starts_with("POST /wicks: its body is text/turtle"), "{report:#}");
    assert!(tree.read("spec/coverage.toml").contains("[[left_out]]\noperation = \"burnWick\"\n"));
    assert!(!tree.read("spec/api.txt").contains("burn_wick"));
    assert!(tree.checks().0, "{}", tree.checks().1);
}

#[test]
fn what_is_invalid_in_a_document_is_left_out_and_listed() {
    let tree = Tree::new("invalid");
    let wicks = "\n  /wicks/{id}:\n    get: {operationId: readWick, responses: {'200': {description: OK}}}\
                 \n  /shades:\n    get: {operationId: listShades, responses: {'200': {description: OK, content: {application/json: {schema: {\
                 type: object, properties: {all: {$ref: '#/components/schemas/Shades'}, lost: {$ref: '#/components/schemas/Lost'}}}}}}}}\n  /lamps:";
    let schemas = "components:\n  schemas:\n    Shades: {type: object, properties: {width: {type: integer}}, allOf: [{$ref: '#/components/schemas/Shades'}]}\n";
    let text = DOCUMENT.replace("20260810.1", "20260902.1").replace("\n  /lamps:", wicks);
    let report = tree.report(&[&tree.write("new.yaml", &format!("{text}{schemas}"))]);
    assert_eq!(report["status"], "bumped", "{report:#}");
    assert_eq!(report["left_out"], serde_json::json!(["GET /wicks/{id}: path parameter `id` is not declared"]));
    let notes = report["notes"].to_string();
    for expected in [
        "Schemas/Lost",
        "leads nowhere; this is read as a value of any kind",
        "allOf/0: #/components/schemas/Shades leads back",
    ] {
        assert!(notes.to_lowercase().contains(&expected.to_lowercase()), "{expected}: {notes}");
    }
    let api = tree.read("spec/api.txt");
    for line in
        ["struct types::ListShadesResponse.lost: Option<serde_json::Value>", "struct types::Shades.width: Option<i64>"]
    {
        assert!(api.contains(line), "{line}: {api}");
    }
    assert!(!api.contains("wick") && tree.checks().0, "{}", tree.checks().1);
}

#[test]
fn an_action_that_keeps_the_document_from_being_generated_is_dropped() {
    let tree = Tree::new("blamed");
    let rule = "  - target: $.paths['/lamps'].get.responses['200'].content['application/json'].schema.properties.data\n    update:\n      x-required-when: shade\n";
    tree.write("spec/overlay.yaml", &format!("{OVERLAY}{rule}"));
    let gone =
        "                  shade: {type: object, properties: {colour: {type: string}, width: {type: integer}}}\n";
    let report = tree.report(&[&tree.changed("20260902.1", &[(gone, "")])]);
    assert_eq!(report["status"], "bumped", "{report:#}");
    assert!(report["dropped"].to_string().contains("x-required-when"), "{report:#}");
    assert!(tree.read("spec/overlay.yaml").contains("LampList"));
}

#[test]
fn a_document_that_only_moves_its_version_is_nothing_to_do() {
    let tree = Tree::new("version");
    let before = tree.all();
    let (code, said, failure) = tree.bump(&[&tree.changed("20260902.1", &[])]);
    assert_eq!((code, failure.as_str()), (Some(0), ""), "{said}");
    assert!(said.starts_with("nothing to do") && said.contains("from 20260810.1 to 20260902.1"), "{said}");
    assert_eq!(tree.all(), before);
}

#[test]
fn a_document_of_openapi_3_1_is_taken_with_notes() {
    let tree = Tree::new("newer");
    let new = tree.changed(
        "20260902.1",
        &[("openapi: 3.0.0", "openapi: 3.1.0"), ("colour: {type: string}", "colour: {type: [string, 'null']}")],
    );
    let report = tree.report(&[&new]);
    assert_eq!(report["status"], "bumped", "{report:#}");
    let notes = report["notes"].to_string();
    assert!(notes.contains("3.1.0 is read as 3.0") && notes.contains("a list of types"), "{notes}");
    assert!(
        tree.read("spec/swagger.yaml").contains("openapi: \"3.0.3\"")
            && tree.read("spec/swagger.yaml").contains("nullable: true")
    );
    assert!(tree.checks().0, "{}", tree.checks().1);
}

#[test]
fn a_file_that_cannot_be_written_leaves_the_tree_as_it_was() {
    for obstacle in ["spec/api.txt", "spec/history/20260902.1.yaml", "CHANGELOG.md"] {
        let tree = Tree::new(&obstacle.replace('/', "-"));
        let new = tree.changed("20260902.1", &[("enum: [a, b]", "enum: [a, b, c]")]);
        let _ = fs::remove_file(tree.0.join(obstacle));
        fs::create_dir_all(tree.0.join(obstacle).join("full")).unwrap();
        let before = tree.all();
        let (code, _, failure) = tree.bump(&[&new]);
        assert!(code == Some(3) && failure.starts_with("error: cannot "), "{obstacle}: {failure}");
        assert_eq!(tree.all(), before, "{obstacle}");
    }
}

#[test]
fn what_does_not_compile_with_the_document_is_listed_as_to_change_by_hand() {
    let tree = Tree::new("compile");
    tree.write("build.rs", "fn main() {}");
    let new = tree.changed("20260902.1", &[("enum: [a, b]", "enum: [a, b, c]")]);
    let before = tree.all();
    // Stands for cargo; it is run on a copy in which everything is changed already.
    let cargo = tree.write("new.yaml.sh", "");
    let run = |script: &str, args: &[&str]| {
        fs::write(&cargo, format!("#!/bin/sh\n{script}\n")).unwrap();
        Command::new("chmod").args(["+x", &cargo]).status().unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(["spec", "bump", "--spec", &tree.path("spec"), &new])
            .args(args)
            .env("CARGO", &cargo)
            .env("CARGO_TARGET_DIR", tree.path("target"))
            .output()
            .unwrap();
        (output.status.code(), text(&output.stdout))
    };
    let all = || {
        let own = [tree.path("target"), cargo.clone()];
        let mut all = tree.all();
        all.retain(|path, _| !own.iter().any(|own| path.starts_with(own)));
        all
    };
    let broken =
        "grep -q 20260902.1 spec/swagger.yaml && echo 'src/lamps.rs:3:1: error[E0004]: no arm for C' >&2; exit 1";
    let (code, said) = run(broken, &["--dry-run"]);
    assert!(code == Some(2) && said.contains("To change by hand"), "{said}");
    assert!(said.contains("src/lamps.rs:3:1: error[E0004]: no arm for C"), "{said}");
    assert_eq!(all(), before);
    let (code, said) = run("exit 1", &["--no-check"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(tree.read("spec/swagger.yaml").contains("20260902.1"));
    fs::write(tree.0.join("spec/swagger.yaml"), before[&tree.0.join("spec/swagger.yaml")].as_ref().unwrap()).unwrap();
    assert_eq!(run("exit 0", &[]).0, Some(1));
}

#[test]
fn a_document_is_fetched_by_url_and_reports_are_written_for_all_readers() {
    let tree = Tree::new("url");
    let body = DOCUMENT.replace("20260810.1", "20260902.1").replace("enum: [a, b]", "enum: [a]");
    let url = serve(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()));
    let (markdown, json) = (tree.path("report.md"), tree.path("report.json"));
    let (code, _, failure) = tree.bump(&[&url, "--report", &markdown, "--report", &json]);
    assert_eq!(code, Some(2), "{failure}");
    let markdown = tree.read("report.md");
    assert!(
        markdown.starts_with("**bumped: API 20260810.1 -> 20260902.1; ") && markdown.contains("### breaking (1)"),
        "{markdown}"
    );
    let report: Value = serde_json::from_str(&tree.read("report.json")).unwrap();
    assert_eq!((&report["class"], &report["diff"]["counts"]["breaking"]), (&"breaking".into(), &1.into()));
    let (code, _, _) = tree.bump(&[&tree.path("missing"), "--report", &json]);
    assert_eq!(code, Some(3));
    let report: Value = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
    assert!(report["status"] == "failed" && report["problem"].to_string().contains("cannot read"), "{report}");
}

#[test]
fn each_revision_of_the_history_is_taken_from_the_one_before_it() {
    let history = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/history");
    let mut documents: Vec<PathBuf> = fs::read_dir(history).unwrap().map(|entry| entry.unwrap().path()).collect();
    documents.sort();
    let last = documents.last().unwrap();
    thread::scope(|scope| {
        for pair in documents.windows(2) {
            scope.spawn(move || is_taken_from_the_one_before_it(pair, last));
        }
    });
}

fn is_taken_from_the_one_before_it(pair: &[PathBuf], last: &Path) {
    let [old, new] = pair else { return };
    let tree = Tree::committed(new.file_stem().unwrap().to_str().unwrap());
    let committed = tree.all();
    fs::copy(old, tree.0.join("spec/swagger.yaml")).unwrap();
    let (code, said, failure) = tree.bump(&["--no-check", new.to_str().unwrap()]);
    assert!(matches!(code, Some(1 | 2)), "{}: {said}{failure}", new.display());
    if new == last {
        let same = |name: &str| committed[&tree.0.join(name)] == Some(fs::read(tree.0.join(name)).unwrap());
        for name in ["swagger.yaml", "api.txt", "overlay.yaml", "names.yaml", "docs.yaml"] {
            assert!(same(&format!("spec/{name}")), "spec/{name} is not what was committed");
        }
        assert!(tree.checks().0, "{}", tree.checks().1);
    }
}
