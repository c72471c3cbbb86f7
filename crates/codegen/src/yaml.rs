//! YAML 1.2 (core schema) to a JSON tree.
//!
//! A YAML 1.1 reader turns `off` and `on` into booleans, `16:9` into 969 and `1_000` into a number; the vendor's document
//! has all of these as strings, so it must be read with the 1.2 rules. JSON is YAML and is read as well.

mod build;
mod scalar;

use granit_parser::{Event, Parser};
use serde_json::Value;

use crate::error::Error;

/// Reads one YAML 1.2 document. An empty text is `null`.
///
/// Plain keys that look like numbers (`200:`) become strings as they are written, since a JSON object has no other keys.
///
/// # Errors
/// With line and column: text that is not YAML, a key that occurs twice, a key that is not a scalar, a second document, a
/// merge key (`<<`, which YAML 1.2 does not have), a tag outside the core schema, `.inf` and `.nan` (JSON has no such
/// number), a `%YAML` directive other than 1.2, and aliases that would blow the document up.
pub fn parse(source: &str) -> Result<Value, Error> {
    let mut builder = build::Builder::default();
    for step in Parser::new_from_str(source) {
        let (event, span) = step.map_err(|error| {
            let (line, column) = (error.marker().line(), error.marker().col() + 1);
            Error::new(format!("not valid YAML: {}", error.info()))
                .at_line(line, column)
                .help("check indentation and quoting at that place")
        })?;
        let mark = (span.start.line(), span.start.col() + 1);
        let wrong = |error: Error| error.at_line(mark.0, mark.1);
        match event {
            Event::DocumentStart(_, version) => {
                builder.start(version.map(|version| (version.major, version.minor))).map_err(wrong)?
            }
            Event::Scalar(text, style, anchor, tag) => {
                builder.scalar(&text, style, anchor, tag.as_deref()).map_err(wrong)?;
            }
            Event::SequenceStart(_, anchor, tag) => builder.open(false, anchor, tag.as_deref()).map_err(wrong)?,
            Event::MappingStart(_, anchor, tag) => builder.open(true, anchor, tag.as_deref()).map_err(wrong)?,
            Event::SequenceEnd | Event::MappingEnd => builder.close().map_err(wrong)?,
            Event::Alias(anchor) => builder.alias(anchor).map_err(wrong)?,
            _ => {}
        }
    }
    Ok(builder.finish())
}
