//! `spec import`: the vendor's document, reduced to its facts, becomes `spec/swagger.yaml`.

use std::path::PathBuf;

use lexopt::{Arg, ValueExt as _};
use serde_json::Value;
use venice_ai_codegen::{document, yaml};
use venice_ai_spec::import;

use super::source::{self, Source};
use crate::{failure::Failure, workspace};

struct Options {
    source: Option<String>,
    out: PathBuf,
    check: bool,
}

/// Runs the command with what is left of the command line.
pub fn run(args: lexopt::Parser) -> Result<(), Failure> {
    let options = options(args)?;
    if options.check {
        return check(&options);
    }
    let Some(source) = &options.source else {
        return Err(Failure::new("no document given", "cargo xtask spec import FILE|URL"));
    };
    let imported = facts(&source::read(source)?)?;
    let before = workspace::read(&options.out).ok();
    let changed = before.as_ref() != Some(&imported.text);
    if changed {
        workspace::replace(&options.out, &imported.text)?;
    }
    println!(
        "{}: API version {}, {} operations, {} schemas; {}",
        workspace::shown(&options.out),
        imported.version,
        imported.operations,
        imported.schemas,
        if changed { "written" } else { "unchanged" },
    );
    Ok(())
}

fn options(mut args: lexopt::Parser) -> Result<Options, Failure> {
    let mut options = Options { source: None, out: workspace::path("spec/swagger.yaml"), check: false };
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Long("out") => options.out = args.value()?.into(),
            Arg::Long("check") => options.check = true,
            Arg::Value(value) if options.source.is_none() => options.source = Some(value.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(options)
}

/// Compares what is there with what an import of the source (or of the file itself) would write.
fn check(options: &Options) -> Result<(), Failure> {
    let text = workspace::read(&options.out)?;
    let name = workspace::shown(&options.out);
    let source = match &options.source {
        Some(source) => source::read(source)?,
        None => Source { name: name.clone(), text: text.clone() },
    };
    let imported = facts(&source)?;
    if imported.text == text {
        println!("{name}: as imported");
        return Ok(());
    }
    let line = text.lines().zip(imported.text.lines()).take_while(|(is, should)| is == should).count();
    let (is, should) = (text.lines().nth(line), imported.text.lines().nth(line));
    Err(Failure::new(
        format!(
            "{name} differs from an import of {}\n  --> {name}:{}\n  = found: {}\n  = expected: {}",
            source.name,
            line + 1,
            is.unwrap_or("the end of the file"),
            should.unwrap_or("the end of the file"),
        ),
        format!("cargo xtask spec import {}", if options.source.is_some() { &source.name } else { "FILE|URL" }),
    ))
}

struct Imported {
    text: String,
    version: String,
    operations: usize,
    schemas: usize,
}

fn facts(source: &Source) -> Result<Imported, Failure> {
    let named = |error: venice_ai_codegen::Error| error.in_file(source.name.as_str());
    let facts = import::import(&yaml::parse(&source.text).map_err(named)?).map_err(named)?;
    Ok(Imported {
        version: facts.pointer("/info/version").and_then(Value::as_str).unwrap_or_default().to_owned(),
        operations: document::operations(&facts).count(),
        schemas: facts.pointer("/components/schemas").and_then(Value::as_object).map_or(0, serde_json::Map::len),
        text: import::render(&facts),
    })
}
