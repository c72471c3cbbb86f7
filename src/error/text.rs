//! Making server text fit for a message: short, on one line, without values that are nobody's business.

use bytes::Bytes;
use memchr::memmem;

/// `text` on one line, cut after `chars` characters.
pub(super) fn one_line(text: &str, chars: usize) -> String {
    let mut line = String::with_capacity(text.len().min(chars * 2));
    let mut count = 0;
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
            count += 1;
        }
        for c in word.chars() {
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

/// What a body that is no JSON holds, in a few words.
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
        return format!("{} bytes that are no text", body.len());
    }
    one_line(text, SHOWN)
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

/// A message of `serde` without the value that it quotes: values are prompts, answers and secrets.
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

/// What follows a string literal as `{:?}` writes it.
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

/// Replacing a shorter text would tear ordinary words apart.
pub(crate) const SHORTEST_SECRET: usize = 6;

/// `text` with each occurrence of a secret crossed out.
pub(super) fn scrub(text: &mut String, secret: &str) {
    if secret.len() >= SHORTEST_SECRET && text.contains(secret) {
        *text = text.replace(secret, SCRUBBED);
    }
}

/// As [`scrub`], for bytes. They are copied only if the secret is there.
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
    }

    #[test]
    fn an_html_page_is_its_title() {
        let page = b"<!DOCTYPE html>\n<HTML><head><Title id=x>\n 502 Bad\nGateway </title>";
        assert_eq!(summary_of_body(page), "HTML page: 502 Bad Gateway");
        assert_eq!(summary_of_body(b"<html><body>x"), "HTML page without a title");
        assert_eq!(summary_of_body(b" \n"), "empty body");
        assert_eq!(summary_of_body(b"upstream\nfailed"), "upstream failed");
        assert_eq!(summary_of_body(&[0xff, 0xd8, 0xff]), "3 bytes that are no text");
    }

    #[test]
    fn messages_of_serde_lose_the_values_they_quote() {
        let quoted = r#"invalid type: string "a \"quoted\" key", expected u64 at line 1 column 9"#;
        assert_eq!(without_values(quoted), "invalid type: string, expected u64 at line 1 column 9");
        assert_eq!(without_values("missing field `id`"), "missing field `id`");
        assert_eq!(without_values(r#"string "open"#), "string");
    }

    #[test]
    fn a_secret_is_removed_wherever_it_stands() {
        let body = Bytes::from_static(b"key-1234 and key-1234");
        assert_eq!(&without_secret(body, "key-1234")[..], b"*** and ***");
        let mut text = "no secret".to_owned();
        scrub(&mut text, "key-1234");
        assert_eq!(text, "no secret");
    }
}
