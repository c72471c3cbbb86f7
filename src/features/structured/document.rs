//! The JSON document that a text holds.
//!
//! Models that are not held to a schema put it in a code fence, think aloud before it, or say something around it. That is left out as
//! long as there is no doubt what the document is.

use std::ops::Range;

use serde::de::IgnoredAny;
use serde_json::Value;

use crate::runtime::error::locate;

/// What models put around their thoughts, where the API does not keep them apart.
pub(crate) const THOUGHTS: [(&str, &str); 2] = [("<think>", "</think>"), ("<thinking>", "</thinking>")];

#[derive(Debug)]
pub(super) struct Document<'t> {
    pub(super) json: &'t str,
    /// Nothing but a code fence is around it.
    pub(super) is_alone: bool,
}

/// Why there is none.
#[derive(Debug)]
pub(super) enum NoDocument {
    /// There is no text, or only thoughts.
    Nothing,
    NotJson(serde_json::Error),
    /// Different ones.
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
    // A thought that has its beginning in the prompt has only an end here.
    let may_be_thought = !text.starts_with(['{', '[', '`']);
    let places = match places(text) {
        Ok(places) => places,
        // What is broken may be part of the thought, if the answer behind it is beyond doubt.
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

/// Where the first thought ends that does so outside of a document; 0 if none does.
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

/// Without a byte order mark, space, and thoughts before the answer. Of a thought that does not end everything is thought.
fn without_thoughts(text: &str) -> &str {
    let mut text = trimmed(text);
    while let Some((open, close)) = THOUGHTS.iter().find(|(open, _)| text.starts_with(open)) {
        text = trimmed(text.get(open.len()..).and_then(|text| text.split_once(close)).map_or("", |(_, tail)| tail));
    }
    text
}

fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

/// What follows the first end of a thought.
fn behind_thought(text: &str) -> Option<&str> {
    let ends = THOUGHTS.iter().filter_map(|(_, close)| Some(text.find(close)? + close.len()));
    text.get(ends.min()?..)
}

/// The one document of those in a text. Lists are looked at only where there is no object: `[1]` is also how sources are cited.
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

/// Something that is meant as a document, and is none.
struct Broken {
    start: usize,
    error: serde_json::Error,
}

/// Where whole objects and lists stand that are not part of another. One that is meant as such and is broken makes the text
/// unreadable: what stands inside it is not the answer.
fn places(text: &str) -> Result<Vec<Range<usize>>, Broken> {
    /// How often each byte may be read in vain on the average: in lists of lists that are none, every one would be read to its end.
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
            Some(Err(error)) if is_meant(rest) || in_vain > PATIENCE * text.len() => {
                return Err(Broken { start, error });
            }
            // What is still open at the end has no whole one behind it.
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

/// Whether it begins like an object with members, or a list of them, and not like a brace in a sentence.
fn is_meant(text: &str) -> bool {
    /// As deep as `serde_json` goes.
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

/// Nothing, or one line with the marks of a code fence.
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
    fn a_document_is_found_alone_and_in_what_models_put_around_it() {
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
    fn prose_around_one_document_is_left_out() {
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
    fn nothing_is_guessed() {
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
    fn no_text_takes_long() {
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
