//! `one_line`, `scrub` and the like: sanitise text from a server for messages and logs: short, on one line, without secrets and values.

use bytes::Bytes;
use memchr::memmem;
use serde_json::Value;

/// `text` on one line, truncated after `chars` characters, without characters that reorder or hide the text around them.
pub(crate) fn one_line(text: &str, chars: usize) -> String {
    let mut line = String::with_capacity(text.len().min(chars * 2));
    let mut count = 0;
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
            count += 1;
        }
        for c in word.chars().filter(|c| !is_format(*c)) {
            if count >= chars {
                line.push('…');
                return line;
            }
            line.push(c);
            count += 1;
        }
    }
    line
}

/// Bidirectional controls, and other invisible characters that change how the rest of a line reads.
fn is_format(c: char) -> bool {
    matches!(c,
        '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// At most `bytes` of a text, truncated between characters and marked as such.
pub(crate) fn shortened(text: &str, bytes: usize) -> String {
    if text.len() <= bytes {
        return text.to_owned();
    }
    let end = (0..=bytes).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    format!("{}…", text.get(..end).unwrap_or_default())
}

/// Describes an unusable body of a success without showing it: it may contain an API key or a private answer. The title of a gateway's HTML
/// page is shown.
pub(crate) fn form_of_body(body: &[u8]) -> String {
    let is_text = std::str::from_utf8(body).is_ok_and(|text| !text.contains('\0'));
    match body.trim_ascii() {
        [] => "empty body".to_owned(),
        page if is_html(page) => summary_of_body(page),
        _ if is_text => format!("{} bytes of text", body.len()),
        _ => format!("{} bytes that are not text", body.len()),
    }
}

/// A short description of a body that is not JSON.
pub(crate) fn summary_of_body(body: &[u8]) -> String {
    /// Enough for the head of an HTML page.
    const LOOKED_AT: usize = 16 * 1024;
    const SHOWN: usize = 200;
    let text = String::from_utf8_lossy(body.get(..LOOKED_AT).unwrap_or(body));
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return "empty body".to_owned();
    }
    if is_html(text.as_bytes()) {
        return match title(text) {
            Some(title) => format!("HTML page: {}", one_line(title, SHOWN)),
            None => "HTML page without a title".to_owned(),
        };
    }
    if text.contains('\u{fffd}') || text.contains('\0') {
        return format!("{} bytes that are not text", body.len());
    }
    one_line(text, SHOWN)
}

/// A text without a leading byte order mark.
pub(crate) fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body)
}

pub(crate) fn is_html(body: &[u8]) -> bool {
    let text = body.trim_ascii_start();
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text).trim_ascii_start();
    let starts = |prefix: &[u8]| text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    [&b"<!doctype html"[..], b"<html", b"<head", b"<!--"].into_iter().any(starts)
}

fn title(html: &str) -> Option<&str> {
    // ASCII lower case keeps the byte positions.
    let lower = html.to_ascii_lowercase();
    let start = lower.find("<title")?;
    let start = start + lower.get(start..)?.find('>')? + 1;
    let end = start + lower.get(start..)?.find('<')?;
    html.get(start..end).map(str::trim).filter(|title| !title.is_empty())
}

/// A message of `serde` without the value that it quotes, which may be a prompt, an answer or a secret.
pub(crate) fn without_values(message: &str) -> String {
    let mut shown = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(start) = rest.find("string \"") {
        let (before, quoted) = rest.split_at(start + "string".len());
        shown.push_str(before);
        rest = after_literal(quoted.get(1..).unwrap_or_default());
    }
    shown.push_str(rest);
    shown
}

/// The text after a string literal in `{:?}` form.
fn after_literal(quoted: &str) -> &str {
    let mut escaped = false;
    for (index, c) in quoted.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return quoted.get(index + 1..).unwrap_or_default(),
            _ => {}
        }
    }
    ""
}

const SCRUBBED: &str = "***";

/// Replacing a shorter text would damage ordinary words.
pub(crate) const SHORTEST_SECRET: usize = 6;

/// Replaces each occurrence of a secret. Returns whether there was one.
pub(crate) fn scrub(text: &mut String, secret: &str) -> bool {
    let is_there = secret.len() >= SHORTEST_SECRET && text.contains(secret);
    if is_there {
        *text = text.replace(secret, SCRUBBED);
    }
    is_there
}

/// Like [`scrub`], for all strings and names of a parsed document.
pub(crate) fn scrub_json(value: &mut Value, secret: &str) -> bool {
    match value {
        Value::String(text) => scrub(text, secret),
        // All of them, not only the first match.
        Value::Array(items) => items.iter_mut().filter_map(|item| scrub_json(item, secret).then_some(())).count() > 0,
        Value::Object(fields) => {
            let named = std::mem::take(fields).into_iter();
            let mut found = false;
            fields.extend(named.map(|(mut name, mut value)| {
                found |= scrub(&mut name, secret);
                found |= scrub_json(&mut value, secret);
                (name, value)
            }));
            found
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Like [`scrub`], for bytes. They are copied only if they have the secret.
pub(crate) fn without_secret(bytes: Bytes, secret: &str) -> Bytes {
    let finder = memmem::Finder::new(secret.as_bytes());
    let mut found = finder.find_iter(&bytes).peekable();
    if secret.len() < SHORTEST_SECRET || found.peek().is_none() {
        return bytes;
    }
    let mut clean = Vec::with_capacity(bytes.len());
    let mut from = 0;
    for at in found {
        clean.extend_from_slice(bytes.get(from..at).unwrap_or_default());
        clean.extend_from_slice(SCRUBBED.as_bytes());
        from = at + secret.len();
    }
    clean.extend_from_slice(bytes.get(from..).unwrap_or_default());
    clean.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_of_many_lines_becomes_one_short_line() {
        assert_eq!(one_line("a\n\tb\r\n  c", 10), "a b c");
        assert_eq!(one_line("äöüäöü", 3), "äöü…");
        assert_eq!(one_line("ab cd", 4), "ab c…");
        assert_eq!(one_line("abc", 3), "abc");
        assert_eq!(one_line("a\u{202e}b\u{2066}c\u{200f} \u{1b}[31md", 99), "abc [31md");
    }

    #[test]
    fn the_form_of_a_body_shows_none_of_it() {
        assert_eq!(form_of_body(b"{\"apiKey\": \"vk-1\""), "17 bytes of text");
        assert_eq!(form_of_body(b" "), "empty body");
        assert_eq!(form_of_body(&[0xff, 0xd8, 0xff]), "3 bytes that are not text");
        assert_eq!(form_of_body(b"<html><title>502</title>"), "HTML page: 502");
    }

    #[test]
    fn an_html_page_is_its_title() {
        let page = b"<!DOCTYPE html>\n<HTML><head><Title id=x>\n 502 Bad\nGateway </title>";
        assert_eq!(summary_of_body(page), "HTML page: 502 Bad Gateway");
        assert_eq!(summary_of_body(b"<html><body>x"), "HTML page without a title");
        assert_eq!(summary_of_body(b" \n"), "empty body");
        assert_eq!(summary_of_body(b"upstream\nfailed"), "upstream failed");
        assert_eq!(summary_of_body(&[0xff, 0xd8, 0xff]), "3 bytes that are not text");
    }

    #[test]
    fn messages_of_serde_lose_the_values_they_quote() {
        let quoted = r#"invalid type: string "a \"quoted\" key", expected u64 at line 1 column 9"#;
        assert_eq!(without_values(quoted), "invalid type: string, expected u64 at line 1 column 9");
        assert_eq!(without_values("missing field `id`"), "missing field `id`");
        assert_eq!(without_values(r#"string "open"#), "string");
    }

    #[test]
    fn a_secret_is_removed_everywhere() {
        let body = Bytes::from_static(b"key-1234 and key-1234");
        assert_eq!(&without_secret(body, "key-1234")[..], b"*** and ***");
        let mut text = "no secret".to_owned();
        scrub(&mut text, "key-1234");
        assert_eq!(text, "no secret");
    }
}
