//! `agreement`: checks the diff of each document of a history with the later ones against the interfaces generated from both.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use venice_ai_codegen::{Inputs, yaml};
use venice_ai_spec::diff::{Class, Diff, Document, Surface, diff, reconcile, surface};

use crate::{failure::Failure, workspace};

/// How many of a hundred pairs must agree.
const WANTED: usize = 99;

/// A document that can be generated from.
struct Revision {
    name: String,
    document: Document,
    surface: Surface,
}

/// Compares each document with all later ones; prints how those fare that follow each other or do not agree, and how many agree.
pub fn run(folder: &Path, inputs: &Inputs) -> Result<ExitCode, Failure> {
    let (mut pairs, mut by_rules, mut by_diff) = (0, 0, 0);
    let mut known: Vec<Revision> = Vec::new();
    for path in documents(folder)? {
        let revision = match read(&path, inputs) {
            Ok(revision) => revision,
            Err(reason) => {
                println!("{}: left out: {reason}", workspace::shown(&path));
                continue;
            }
        };
        for (distance, before) in known.iter().rev().enumerate() {
            let gone = before.surface.difference(&revision.surface).count();
            let rules = diff(&before.document, &revision.document);
            let mut found = rules.clone();
            reconcile(&mut found, Ok(before.surface.clone()), Ok(revision.surface.clone()));
            let agrees = |diff: &Diff| (diff.class() == Some(Class::Breaking)) == (gone > 0);
            pairs += 1;
            by_rules += usize::from(agrees(&rules));
            by_diff += usize::from(agrees(&found));
            if distance == 0 || !agrees(&rules) {
                let verdict = if agrees(&found) { "agrees" } else { "DISAGREES" };
                let alone = if agrees(&rules) { "" } else { ", the rules alone do not" };
                let class = found.class().map_or("no change", Class::name);
                println!("{} -> {}: {class}, {gone} items gone: {verdict}{alone}", before.name, revision.name);
            }
        }
        known.push(revision);
    }
    println!("{pairs} pairs: the diff agrees in {by_diff}, the rules alone in {by_rules}");
    Ok(ExitCode::from(u8::from(by_diff * 100 < pairs * WANTED)))
}

fn documents(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let unreadable =
        |error| Failure::new(format!("cannot read {}: {error}", workspace::shown(folder)), "check the path");
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn read(path: &Path, inputs: &Inputs) -> Result<Revision, String> {
    let text = workspace::read(path).map_err(|failure| failure.to_string())?;
    let read = || {
        let document = Document::prepare(&yaml::parse(&text)?, inputs)?;
        let surface = surface(&document)?;
        Ok(Revision { name: document.version.clone(), document, surface })
    };
    read().map_err(|error: venice_ai_codegen::Error| error.to_string())
}
