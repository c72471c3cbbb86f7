//! Scalars in the form that YAML 1.1 and 1.2 read alike.

use std::fmt::Write as _;

use serde_json::Number;

/// A string: plain where nothing can go wrong, single-quoted where double quotes would need many escapes (patterns), else double-quoted.
pub(super) fn string(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let escapes = text.contains(['\\', '"']);
    if escapes && text.chars().all(|c| c == ' ' || c.is_ascii_graphic()) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    double_quoted(text)
}

/// A number that is an integer or a float, and the same one, by the rules of both versions: YAML 1.1 wants a point in every
/// float and a sign in every exponent (`1.0e+16`; it reads `1e16` as a string).
pub(super) fn number(number: &Number) -> String {
    let text = match number.as_f64() {
        Some(value) if number.is_f64() => format!("{value:?}"),
        _ => return number.to_string(),
    };
    let Some((mantissa, exponent)) = text.split_once('e') else {
        return text;
    };
    let point = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with('-') { "" } else { "+" };
    format!("{mantissa}{point}e{sign}{exponent}")
}

/// Whether both versions read the text, standing alone in block context, as the string that it is. Deliberately narrower than YAML:
/// it begins with a letter (so it is no number, date, time, indicator, `=` or `<<`) or a slash or dollar before one, holds nothing that YAML
/// or an editor could take for syntax, and is none of the words that either version resolves.
fn is_plain(text: &str) -> bool {
    let stem = text.strip_prefix(['/', '$', '_']).unwrap_or(text);
    stem.starts_with(|c: char| c.is_ascii_alphabetic())
        && !text.ends_with(' ')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-./+ (){}$".contains(&b))
        && !WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// Words that are a boolean or null somewhere.
const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];

fn double_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_printable(c) => out.push(c),
            c => {
                let code = u32::from(c);
                let _ = if code <= 0xff {
                    write!(out, "\\x{code:02x}")
                } else if code <= 0xffff {
                    write!(out, "\\u{code:04x}")
                } else {
                    write!(out, "\\U{code:08x}")
                };
            }
        }
    }
    out.push('"');
    out
}

/// What may stand in a file unescaped and be seen for what it is: no controls, no line or paragraph separator, no byte-order mark, no
/// direction marks or other invisible characters, nothing outside the basic plane's assigned text or its emoji.
fn is_printable(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{a0}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
        && !matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..='\u{10ffff}')
}
