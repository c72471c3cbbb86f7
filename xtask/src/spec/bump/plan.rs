//! The plan of a bump: its changes, and whether they are accepted.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use venice_ai_codegen::Inputs;
use venice_ai_spec::adapt::{self, Part};
use venice_ai_spec::diff::{self, Diff, Document};
use venice_ai_spec::{Generated, Mode, changelog, docs, generate, import, names, version, wire_test};

use super::report::{Left, Report, Status};
use super::transaction::Change;
use super::{Options, compile, history};
use crate::coverage::{self, Outlook};
use crate::spec::road;
use crate::spec::source::{self, Source};
use crate::{failure::Failure, workspace};

/// What is to be done.
pub struct Plan {
    pub report: Report,
    pub changes: Vec<Change>,
}

/// The tree that a document is taken into.
struct Tree {
    /// `spec/`, as an absolute path.
    spec: PathBuf,
    /// The folder that holds it.
    root: PathBuf,
}

impl Tree {
    fn new(spec: &Path) -> Result<Self, Failure> {
        let unreadable = |error| {
            Failure::new(
                format!("cannot read the folder {}: {error}", workspace::shown(spec)),
                "give a folder like spec/",
            )
        };
        let spec = fs::canonicalize(spec).map_err(unreadable)?;
        let root = spec.parent().unwrap_or(&spec).to_owned();
        Ok(Self { spec, root })
    }

    /// A file beside `spec/`; that of this workspace when the tree is nothing but a `spec/`.
    fn beside(&self, name: &str) -> PathBuf {
        let own = self.root.join(name);
        if own.exists() { own } else { workspace::path(name) }
    }
}

/// Looks at the document and says what would be done with it. Writes nothing into the tree.
pub fn make(options: &Options) -> Result<Plan, Failure> {
    let tree = Tree::new(&options.spec)?;
    let (old, new) = (committed(&tree.spec)?, document(&options.source)?);
    let mut part = Part { text: workspace::read(&tree.spec.join(adapt::FILE))?, inputs: road::inputs(&tree.spec)? };
    let committed_inputs = part.inputs.clone();
    // Each as its overlay corrects it.
    let compared = |adapted: &Inputs| -> Result<Diff, Failure> {
        let prepared = |read: &Read, inputs: &Inputs| {
            Document::prepare(&read.facts, inputs).map_err(|error| Failure::from(error.in_file(read.name.as_str())))
        };
        Ok(diff::compare(&prepared(&old, &committed_inputs)?, &prepared(&new, adapted)?))
    };
    if old.text == new.text || only_the_version_moved(&old, &new) {
        let mut report = Report::new(compared(&committed_inputs)?);
        if old.version != new.version {
            report.notes.push(format!("only `info.version` changed, from {} to {}", old.version, new.version));
        }
        return Ok(Plan { report, changes: Vec::new() });
    }
    if !options.allow_older && version::is_older(&old.version, &new.version) {
        return Err(Failure::new(
            format!(
                "{} has version {}, and the committed document {}, which is newer",
                new.name, new.version, old.version
            ),
            "--allow-older accepts it",
        ));
    }
    let (adapted, generated) = adapt::adapt(&old.facts, &new.facts, &mut part)?;
    let mut report = Report::new(compared(&part.inputs)?);
    report.notes.extend(new.notes.iter().cloned());
    report.adapted = adapted;
    report.adapted.left_out.splice(0..0, new.left_out.iter().cloned());
    report.notes.extend(generated.notices.iter().cloned());
    let before = generate(&old.facts, &committed_inputs, Mode::Lenient);
    let list = tree.spec.join("coverage.toml");
    let outlook = coverage::outlook(&old.facts, &new.facts, &generated, &tree.beside("src/lib.rs"), &list)?;
    let mut changes = changes(&tree, &new, &generated, &part)?;
    if list.exists() && fs::read_to_string(&list).ok().as_ref() != Some(&outlook.list) {
        changes.push(Change { path: list, text: Some(outlook.list.clone()) });
    }
    report.left = left(outlook, before.as_ref().ok(), &generated);
    log(&tree, &new, &mut report, &mut changes)?;
    if options.check && tree.root.join("build.rs").exists() {
        eprintln!("compiling a copy of the crate with the new document");
        report.compiler = compile::check(&tree.root, &changes)?;
    }
    report.files = changes
        .iter()
        .map(|change| {
            let verb = match (&change.text, change.path.exists()) {
                (None, _) => "removed",
                (Some(_), true) => "changed",
                (Some(_), false) => "new",
            };
            (change.path.strip_prefix(&tree.root).unwrap_or(&change.path).display().to_string(), verb)
        })
        .collect();
    report.status = if options.dry_run { Status::WouldBump } else { Status::Bumped };
    Ok(Plan { report, changes })
}

/// A document with its facts.
struct Read {
    name: String,
    text: String,
    version: String,
    facts: Value,
    /// What the import could not keep.
    notes: Vec<String>,
    /// Operations that are not valid.
    left_out: Vec<String>,
}

/// Whether two documents have the same facts but for their version. Facts that were edited by hand are none.
fn only_the_version_moved(old: &Read, new: &Read) -> bool {
    let without = |read: &Read| {
        let mut facts = read.facts.clone();
        facts["info"]["version"] = Value::Null;
        facts
    };
    old.text == import::render(&old.facts) && without(old) == without(new)
}

fn read(source: Source) -> Result<Read, Failure> {
    let import::Imported { facts, notes, left_out } = road::repaired(&source)?;
    let version = facts.pointer("/info/version").and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(Read { name: source.name, text: import::render(&facts), version, facts, notes, left_out })
}

/// The committed document. Its text is that of the file: one that was edited by hand differs from every import.
fn committed(spec: &Path) -> Result<Read, Failure> {
    let path = spec.join("swagger.yaml");
    let source = Source { name: workspace::shown(&path), text: workspace::read(&path)? };
    let text = source.text.clone();
    Ok(Read { text, ..read(source)? })
}

fn document(source: &str) -> Result<Read, Failure> {
    let new = read(source::read(source)?)?;
    version::checked(&new.version)?;
    Ok(new)
}

/// The files of `spec/`, as far as they change.
fn changes(tree: &Tree, new: &Read, generated: &Generated, part: &Part) -> Result<Vec<Change>, Failure> {
    let spec = &tree.spec;
    let mut changes = Vec::new();
    let mut write = |path: PathBuf, text: &str| {
        if fs::read_to_string(&path).ok().as_deref() != Some(text) {
            changes.push(Change { path, text: Some(text.to_owned()) });
        }
    };
    write(spec.join("swagger.yaml"), &new.text);
    write(spec.join("api.txt"), &(generated.api.join("\n") + "\n"));
    write(spec.join(road::NAMES), &names::record(generated));
    write(spec.join(adapt::FILE), &part.text);
    for (path, text) in wire_test::files(generated) {
        let path = tree.root.join(path);
        if path.parent().is_some_and(Path::exists) {
            write(path, &text);
        }
    }
    let folder = spec.join("history");
    write(folder.join(format!("{}.yaml", new.version)), &new.text);
    for name in history::superseded(&folder, &new.version)? {
        changes.push(Change { path: folder.join(name), text: None });
    }
    Ok(changes)
}

/// The entry in the changelog, and the version that it proposes.
fn log(tree: &Tree, new: &Read, report: &mut Report, changes: &mut Vec<Change>) -> Result<(), Failure> {
    let manifest = workspace::read(&tree.beside("Cargo.toml"))?;
    let manifest: toml::Table = manifest
        .parse()
        .map_err(|error: toml::de::Error| Failure::new(format!("Cargo.toml: {}", error.message()), "mend it"))?;
    let version = |table: Option<&toml::Value>| table?.get("package")?.get("version")?.as_str().map(str::to_owned);
    let root = toml::Value::Table(manifest);
    let current = version(root.get("workspace")).or_else(|| version(Some(&root))).unwrap_or_default();
    let path = tree.root.join("CHANGELOG.md");
    let before = if path.exists() { Some(workspace::read(&path)?) } else { None };
    let worst = report.diff.class().max(before.as_deref().and_then(changelog::unreleased_class));
    report.current = current.clone();
    report.next = Some(version::next(&current, worst, &new.version)?);
    report.entry = changelog::entry(&report.diff);
    match before {
        Some(before) => {
            let text = changelog::add(&before, &new.version, &report.entry);
            if text != before {
                changes.push(Change { path, text: Some(text) });
            }
        }
        None => {
            let note = format!("there is no {} to write this entry into:\n\n{}", workspace::shown(&path), report.entry);
            report.notes.push(note);
        }
    }
    Ok(())
}

/// Manual changes that do not affect the build.
fn left(outlook: Outlook, before: Option<&Generated>, after: &Generated) -> Left {
    // What was undocumented before is no matter of this document.
    let news = |old: Option<Vec<String>>, new: Vec<String>| -> Vec<String> {
        let old = old.unwrap_or_default();
        new.into_iter().filter(|line| !old.contains(line)).collect()
    };
    let missing = |generated: &Generated| docs::missing(&generated.model);
    let types = |generated: &Generated| generated.model.types.keys().cloned().collect::<Vec<_>>();
    Left {
        uncovered: outlook.open,
        stale: outlook.stale,
        undocumented: news(before.map(missing), missing(after)),
        stale_docs: news(before.map(|before| before.stale_docs.clone()), after.stale_docs.clone()),
        renamed: before.map(|before| names::renamed(before, after)).unwrap_or_default(),
        gone: news(Some(types(after)), before.map(types).unwrap_or_default()),
    }
}
