//! `Document`: finds the JSON document in an answer.
//!
//! Models that are not bound to a schema put it in a code fence, think before it, or add prose. That is skipped as long as the document is
//! unambiguous.

use std::ops::Range;

use serde::de::IgnoredAny;
use serde_json::Value;

use crate::runtime::error::locate;

/// The tags that models put around their reasoning, if the API does not separate it.
pub(crate) const REASONING_TAGS: [(&str, &str); 2] = [("<think>", "</think>"), ("<thinking>", "</thinking>")];

#[derive(Debug)]
pub(super) struct Document<'t> {
    pub(super) json: &'t str,
    /// Only a code fence is around it.
    pub(super) is_alone: bool,
}

/// Why there is no document.
#[derive(Debug)]
pub(super) enum NoDocument {
    /// No text, or only reasoning.
    Nothing,
    NotJson(serde_json::Error),
    /// Several different ones.
    Several,
}

pub(super) fn find(text: &str) -> Result<Document<'_>, NoDocument> {
    let text = without_thoughts(text);
    if text.is_empty() {
        return Err(NoDocument::Nothing);
    }
    let Err(problem) = serde_json::from_str::<IgnoredAny>(text) else {
        return Ok(Document { json: text, is_alone: true });
    };
    // Reasoning whose start tag is in the prompt has only an end tag here.
    let may_be_thought = !text.starts_with(['{', '[', '`']);
    let places = match places(text) {
        Ok(places) => places,
        // Broken JSON may be part of the reasoning, if the answer after it is unambiguous.
        Err(Broken { start, error }) => {
            let tail = text.get(start..).filter(|_| may_be_thought).and_then(behind_thought).unwrap_or_default();
            let whole = self::places(tail).ok().and_then(|places| one_of(tail, &places).ok().flatten());
            return whole.filter(|document| document.is_alone).ok_or(NoDocument::NotJson(error));
        }
    };
    let from = if may_be_thought { end_of_thought(text, &places) } else { 0 };
    let places: Vec<_> =
        places.into_iter().filter(|place| place.start >= from).map(|place| shifted(place, from)).collect();
    one_of(text.get(from..).unwrap_or_default(), &places)?.ok_or(NoDocument::NotJson(problem))
}

fn shifted(place: Range<usize>, by: usize) -> Range<usize> {
    place.start - by..place.end - by
}

/// The end of the first reasoning that ends outside of a document; 0 if there is none.
fn end_of_thought(text: &str, places: &[Range<usize>]) -> usize {
    let mut from = 0;
    let ends = (text.len(), text.len());
    for (start, end) in places.iter().map(|place| (place.start, place.end)).chain([ends]) {
        let between = text.get(from..start).unwrap_or_default();
        if let Some(tail) = behind_thought(between) {
            return start - tail.len();
        }
        from = end;
    }
    0
}

/// The text without byte order mark, space, and reasoning before the answer. Unterminated reasoning extends to the end.
fn without_thoughts(text: &str) -> &str {
    let mut text = trimmed(text);
    while let Some((open, close)) = REASONING_TAGS.iter().find(|(open, _)| text.starts_with(open)) {
        text = trimmed(text.get(open.len()..).and_then(|text| text.split_once(close)).map_or("", |(_, tail)| tail));
    }
    text
}

fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

/// The text after the first end tag of reasoning.
fn behind_thought(text: &str) -> Option<&str> {
    let ends = REASONING_TAGS.iter().filter_map(|(_, close)| Some(text.find(close)? + close.len()));
    text.get(ends.min()?..)
}

/// The only document of a text. Lists are considered only if there is no object: `[1]` is also a citation marker.
fn one_of<'t>(text: &'t str, places: &[Range<usize>]) -> Result<Option<Document<'t>>, NoDocument> {
    let of = |is_object: bool| -> Vec<&Range<usize>> {
        let begins = |place: &&Range<usize>| text.as_bytes().get(place.start) == Some(&b'{');
        places.iter().filter(|place| begins(place) == is_object).collect()
    };
    let candidates = Some(of(true)).filter(|objects| !objects.is_empty()).unwrap_or_else(|| of(false));
    let Some((first, others)) = candidates.split_first() else { return Ok(None) };
    let json = |place: &Range<usize>| text.get(place.clone()).unwrap_or_default();
    let value = |place: &Range<usize>| serde_json::from_str::<Value>(json(place)).ok();
    if !others.is_empty() {
        let one = value(first);
        if others.iter().any(|other| value(other) != one) {
            return Err(NoDocument::Several);
        }
    }
    let around = [text.get(..first.start), text.get(first.end..)];
    let is_alone = others.is_empty() && around.into_iter().flatten().all(is_fence);
    Ok(Some(Document { json: json(first), is_alone }))
}

/// A broken document.
struct Broken {
    start: usize,
    error: serde_json::Error,
}

/// The positions of complete, outermost objects and lists. A broken document makes the text unreadable: what is nested in it is not the
/// answer.
fn places(text: &str) -> Result<Vec<Range<usize>>, Broken> {
    /// The average number of failed reads per byte: nested lists that are not JSON would each be read to the end.
    const PATIENCE: usize = 8;
    let mut places = Vec::new();
    let (mut at, mut in_vain) = (0, 0);
    while let Some(rest) = text.get(at..) {
        let Some(offset) = memchr::memchr2(b'{', b'[', rest.as_bytes()) else { break };
        let start = at + offset;
        let rest = text.get(start..).unwrap_or_default();
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<IgnoredAny>();
        match values.next() {
            Some(Ok(_)) => {
                at = start + values.byte_offset();
                places.push(start..at);
            }
            Some(Err(error)) if is_object_start(rest) || in_vain > PATIENCE * text.len() => {
                return Err(Broken { start, error });
            }
            // What is still open at the end is followed by nothing complete.
            Some(Err(error)) if error.is_eof() => break,
            Some(Err(error)) => {
                at = start + 1;
                in_vain += locate::offset_of(rest.as_bytes(), error.line(), error.column()).unwrap_or_default();
            }
            None => break,
        }
    }
    Ok(places)
}

/// Whether it starts like an object with fields, or a list of objects, rather than a brace in prose.
fn is_object_start(text: &str) -> bool {
    /// The nesting limit of `serde_json`.
    const DEEPEST: usize = 128;
    let mut rest = text;
    for _ in 0..DEEPEST {
        let Some(inner) = rest.strip_prefix('[') else { break };
        rest = inner.trim_start();
    }
    let Some(name) = rest.strip_prefix('{').and_then(|rest| rest.trim_start().strip_prefix('"')) else { return false };
    let mut escaped = false;
    let end = name.find(|c: char| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    end.and_then(|end| name.get(end + 1..)).is_some_and(|rest| rest.trim_start().starts_with(':'))
}

/// Whether the text is empty, or one line with a code fence.
fn is_fence(text: &str) -> bool {
    let text = trimmed(text);
    text.is_empty() || text.starts_with("```") && !text.contains('\n') && text.len() < 32
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = r#"{"a": "}{ \" </think> ``` <think>", "b": [{"c": 1}]}"#;

    fn found(text: &str) -> Option<(&str, bool)> {
        find(text).ok().map(|document| (document.json, document.is_alone))
    }

    #[test]
    fn a_document_is_found_alone_and_in_common_wrappings() {
        for around in [
            "JSON",
            " \n JSON\n",
            "\u{feff}JSON",
            "<think>{\"a\": 0}</think>\nJSON",
            "<think>{\"a\": </think><thinking>[1]</thinking> JSON",
            "```json\nJSON\n```",
            "```\nJSON\n```\n",
            "```json JSON```",
            "<think>Hm.</think>\n```json\nJSON\n```",
            "```json\nJSON",
            "First I think {\"a\": 1}.</think>JSON",
            "First I think {\"a\": 1, so}.</think>\n```json\nJSON\n```",
        ] {
            assert_eq!(found(&around.replace("JSON", JSON)), Some((JSON, true)), "{around}");
        }
    }

    #[test]
    fn prose_around_one_document_is_skipped() {
        for around in [
            "Here it is: JSON",
            "JSON\nI hope this helps.",
            "As in [1] and [see there](x), {so}, { and {\"so\"}:\n```json\nJSON\n```\nDone {here}.",
            "Thought.</think> It is JSON",
            "The <b>answer</b> JSON and again JSON",
        ] {
            assert_eq!(found(&around.replace("JSON", JSON)), Some((JSON, false)), "{around}");
        }
        assert_eq!(found("The list: [1, 2]"), Some(("[1, 2]", false)));
    }

    #[test]
    fn ambiguous_and_broken_documents_are_rejected() {
        for text in ["{\"a\": 1} or {\"a\": 2}", "```json\n{\"a\": 1}\n```\n```json\n{\"b\": 1}\n```", "x [1] y [2]"] {
            assert!(matches!(find(text), Err(NoDocument::Several)), "{text}");
        }
        for text in [
            "{\"a\": {\"b\": 1}, oops}",
            "{\"a\": {\"b\": 1}",
            "Here: {\"a\": {\"b\": 1}, \"c\": ",
            "Here: {\"a\": \"</think> [1]\", oops}",
            "{\"a\": 1, oops}</think>{\"a\": 1}",
            "I think {\"a\": 1}.</think> No.",
            "[{\"a\": 1}, {\"a\": 2}",
            "[[{\"a\": 1}], {\"a\": 2",
            "{'a': 1}",
            "{\"a\"",
            "I cannot.",
            "<think",
        ] {
            assert!(matches!(find(text), Err(NoDocument::NotJson(_))), "{text}");
        }
        for text in ["", " \n", "\u{feff}", "<think>{\"a\": 1}", "<think>{\"a\": 1}</think> "] {
            assert!(matches!(find(text), Err(NoDocument::Nothing)), "{text}");
        }
    }

    #[test]
    fn every_text_is_scanned_in_linear_time() {
        for part in [
            "{",
            "[",
            "{\"",
            "[{",
            "{\"a\":",
            "</think>",
            "<think>",
            "<think></think>",
            "[1] ",
            "```",
            "{\"a\"",
            "[\"",
            "[1,",
            "[1,\n",
            "[[1] x ",
        ] {
            let _ = find(&(part.repeat(100_000) + "x"));
        }
    }
}
