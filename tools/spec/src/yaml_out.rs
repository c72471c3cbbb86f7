//! A JSON tree as YAML that every reader reads alike.
//!
//! Readers of YAML 1.1 and of 1.2 disagree about plain scalars: `off`, `16:9`, `1_000`, `017`, `1e3`, `2025-01-01`. This writer
//! leaves a string plain only if it begins with a letter and means nothing in either version, and writes numbers in the one
//! form that both resolve to the same value and type. Block style, two spaces, no folding, a member a line: a difference between two
//! documents is a difference of lines.

mod scalar;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;

use std::fmt::Write as _;

use serde_json::Value;

/// Keys up to this length may stand before `: ` (both versions of YAML allow 1024 characters, quotes and escapes included).
const LONGEST_PLAIN_KEY: usize = 900;

/// Writes a document, ending with a line break. The same tree always gives the same bytes.
#[must_use]
pub fn write(doc: &Value) -> String {
    let mut out = String::new();
    match doc {
        Value::Object(members) if !members.is_empty() => block(&mut out, doc, 0),
        Value::Array(items) if !items.is_empty() => block(&mut out, doc, 0),
        _ => {
            out.push_str(&inline(doc));
            out.push('\n');
        }
    }
    out
}

/// Writes a collection that is not empty; the cursor stands where its first line begins, already indented.
fn block(out: &mut String, value: &Value, indent: usize) {
    let mut first = true;
    let mut begin = |out: &mut String| {
        if !std::mem::take(&mut first) {
            push_indent(out, indent);
        }
    };
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                begin(out);
                let name = scalar::string(name);
                if name.len() > LONGEST_PLAIN_KEY {
                    let _ = writeln!(out, "? {name}");
                    push_indent(out, indent);
                } else {
                    out.push_str(&name);
                }
                out.push(':');
                if is_block(value) {
                    out.push('\n');
                    push_indent(out, indent + 2);
                    block(out, value, indent + 2);
                } else {
                    let _ = writeln!(out, " {}", inline(value));
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                begin(out);
                out.push_str("- ");
                if is_block(item) {
                    block(out, item, indent + 2);
                } else {
                    let _ = writeln!(out, "{}", inline(item));
                }
            }
        }
        _ => {}
    }
}

fn push_indent(out: &mut String, indent: usize) {
    out.extend(std::iter::repeat_n(' ', indent));
}

fn is_block(value: &Value) -> bool {
    match value {
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        _ => false,
    }
}

/// A scalar or an empty collection.
fn inline(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => scalar::number(number),
        Value::String(text) => scalar::string(text),
        Value::Array(_) => "[]".to_owned(),
        Value::Object(_) => "{}".to_owned(),
    }
}
