//! Which strings of a JSON document are prompts, media or secrets, and what replaces them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::redaction::{RedactionMode, SECRET, hash};
use super::redactor::Redactor;
use crate::{document, media};

/// Fields whose values identify or select something, and are no text of a person.
const IDENTIFIERS: [&str; 28] = [
    "aspect_ratio",
    "code",
    "created_at",
    "currency",
    "duration",
    "encoding_format",
    "finish_reason",
    "fingerprint",
    "id",
    "job_id",
    "language",
    "model",
    "object",
    "quality",
    "quantization",
    "queue_id",
    "request_id",
    "requestId",
    "resolution",
    "role",
    "size",
    "sku",
    "status",
    "style_preset",
    "timestamp",
    "tool_call_id",
    "type",
    "voice",
];

/// Shorter strings of base64 are words, unless they begin like a file.
const SHORTEST_FILE: usize = 256;

/// Redacts the strings of a value. `name` is the field that it is in, and `parent` the field around that.
pub(super) fn walk(
    redactor: &mut Redactor<'_>,
    value: &mut Value,
    name: &str,
    parent: &str,
    schemas: &[&'static Value],
    is_request: bool,
) {
    match value {
        Value::String(text) => {
            if is_request {
                redactor.texts.push(text.clone());
            }
            *text = redacted(redactor, name, parent, text, schemas, !is_request);
        }
        Value::Array(items) => {
            let alternatives = schemas.iter().copied().flat_map(document::alternatives);
            let of_items: Vec<_> = alternatives.filter_map(|schema| schema.get("items")).collect();
            items.iter_mut().for_each(|item| walk(redactor, item, name, parent, &of_items, is_request));
        }
        Value::Object(fields) => {
            for (field, value) in fields {
                let schemas: Vec<_> =
                    schemas.iter().copied().filter_map(|schema| document::property(schema, field)).collect();
                walk(redactor, value, field, name, &schemas, is_request);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What replaces a string.
pub(super) fn redacted(
    redactor: &Redactor<'_>,
    name: &str,
    parent: &str,
    text: &str,
    schemas: &[&'static Value],
    is_reply: bool,
) -> String {
    if text.is_empty() {
        return String::new();
    }
    if redactor.policy.hides_field(name) && !(is_reply && parent == "content") {
        return SECRET.chars().take(text.len().max(1)).collect();
    }
    let text = redactor.scrubbed(text);
    if is_file(&text) {
        return file(redactor, &text);
    }
    let is_word = name == "name" && ["function", "tool_choice"].contains(&parent);
    let is_kept = is_word
        || IDENTIFIERS.contains(&name)
        || is_value(&text, schemas)
        || is_literal(&text)
        || is_reply && redactor.is_of_api && !repeats_request(redactor, &text);
    if is_kept {
        return text;
    }
    match redactor.policy.prompts {
        RedactionMode::Keep => text,
        _ if name == "arguments" => {
            // The pieces of a stream together are an empty object.
            let starts = text.trim_start().starts_with('{');
            if starts { "{}".to_owned() } else { String::new() }
        }
        RedactionMode::Hash if is_url(&text) => format!("https://redacted.example/{}", hash(text.as_bytes())),
        RedactionMode::Hash => hash(text.as_bytes()),
        RedactionMode::Placeholder if is_url(&text) => "https://redacted.example/".to_owned(),
        RedactionMode::Placeholder => placeholder(schemas),
    }
}

/// A body that is text.
pub(super) fn text(redactor: &Redactor<'_>, text: &str) -> String {
    let text = redactor.scrubbed(text);
    let is_kept = redactor.is_of_api && !repeats_request(redactor, &text);
    match redactor.policy.prompts {
        _ if is_kept => text,
        RedactionMode::Keep => text,
        RedactionMode::Hash => hash(text.as_bytes()),
        RedactionMode::Placeholder => SECRET.to_owned(),
    }
}

/// A text of a valid length.
fn placeholder(schemas: &[&'static Value]) -> String {
    let limit = |name: &str| {
        let all = schemas.iter().copied().flat_map(document::alternatives);
        all.filter_map(|schema| schema[name].as_u64()).max().and_then(|limit| usize::try_from(limit).ok())
    };
    let mut text = SECRET.to_owned();
    while text.len() < limit("minLength").unwrap_or(0).min(100_000) {
        text.push_str(" redacted");
    }
    text.truncate(limit("maxLength").filter(|most| *most > 0).unwrap_or(usize::MAX));
    text
}

/// Whether the document lists the value, or describes its form.
fn is_value(text: &str, schemas: &[&'static Value]) -> bool {
    schemas.iter().copied().flat_map(document::alternatives).any(|schema| {
        let is_listed =
            |values: &Value| values.as_array().is_some_and(|values| values.iter().any(|value| value == text));
        let has_form = schema.get("pattern").is_some()
            || ["date-time", "date", "uuid"].iter().any(|format| schema["format"] == *format);
        is_listed(&schema["enum"]) || schema["const"] == text || has_form
    })
}

/// A number, a time or a code such as `X402_SIGN_IN_EXPIRED`.
fn is_literal(text: &str) -> bool {
    let is_code = text.contains('_')
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    let is_time = text.len() >= 10
        && text.as_bytes().get(4) == Some(&b'-')
        && text.bytes().all(|byte| b"0123456789-:TZ.+".contains(&byte));
    text.parse::<f64>().is_ok() || ["true", "false", "null"].contains(&text) || is_code || is_time
}

/// Whether a text repeats one of the request, or its beginning.
fn repeats_request(redactor: &Redactor<'_>, text: &str) -> bool {
    const SHORTEST: usize = 4;
    const BEGINNING: usize = 12;
    redactor.texts.iter().any(|sent| {
        let beginning: String = sent.chars().take(BEGINNING).collect();
        sent.len() >= SHORTEST && !is_literal(sent) && text.contains(&*beginning)
    })
}

fn is_url(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

/// Whether a string is a file.
fn is_file(text: &str) -> bool {
    let is_base64 = || text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=-_\r\n".contains(&byte));
    text.starts_with("data:") || is_base64() && (text.len() >= SHORTEST_FILE || !kind_of(text).is_empty())
}

fn file(redactor: &Redactor<'_>, text: &str) -> String {
    let (prefix, kind) = match text.strip_prefix("data:").and_then(|rest| rest.split_once(',')) {
        Some((head, _)) => (format!("data:{head},"), head.split(';').next().unwrap_or_default().to_owned()),
        None => (String::new(), kind_of(text).to_owned()),
    };
    match redactor.policy.media {
        RedactionMode::Keep => text.to_owned(),
        RedactionMode::Hash => format!("{prefix}{}", STANDARD.encode(hash(text.as_bytes()))),
        RedactionMode::Placeholder => {
            let sample = media::file(&kind).unwrap_or_else(|| SECRET.as_bytes().into());
            format!("{prefix}{}", STANDARD.encode(sample))
        }
    }
}

/// The media type of a file in base64, by its first bytes.
fn kind_of(base64: &str) -> &'static str {
    let beginning = STANDARD.decode(base64.get(..32).unwrap_or_default()).unwrap_or_default();
    match &*beginning {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xff, 0xd8, ..] => "image/jpeg",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        [b'R', b'I', b'F', b'F', ..] => "audio/wav",
        [b'I', b'D', b'3', ..] | [0xff, 0xe0..=0xff, ..] => "audio/mpeg",
        _ => "",
    }
}
