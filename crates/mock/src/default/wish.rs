//! Which media type a request asks for.

use serde_json::Value;
use venice_ai::Operation;

use super::JSON;
use crate::asked::Asked;
use crate::document;
use crate::encoding::essence_of;

/// The members of a body that name the type of the reply.
const FORMATS: [&str; 3] = ["output_format", "response_format", "format"];

/// The media type of the reply to a request: one of those that the API has for it.
pub(super) fn media(asked: &Asked<'_>, operation: &Operation, success: &'static Value) -> &'static str {
    let possible: Vec<&'static str> =
        success["content"].as_object().into_iter().flatten().map(|(media, _)| media.as_str()).collect();
    let own = |media: &str| possible.iter().copied().find(|known| *known == media);
    let first_file = possible.iter().copied().find(|media| *media != JSON);
    let Some(file) = first_file else { return own(JSON).unwrap_or(JSON) };
    let accepted = accepted(asked);
    match wanted_format(asked, operation) {
        // Only an image that is asked for as bytes comes as bytes.
        Format::Named(_) if takes(operation, "return_binary") && asked.body["return_binary"] != true => {
            own(JSON).unwrap_or(file)
        }
        Format::Named(media) => own(media).or(own(JSON)).unwrap_or(file),
        // The request has no say, so the operation tells how far it is, or brings the file: it is there at once.
        Format::Silent if operation.method == "POST" && accepted != [JSON] => {
            accepted.iter().find_map(|media| own(media).filter(|media| *media != JSON)).unwrap_or(file)
        }
        Format::Silent => {
            let named = accepted.iter().find_map(|media| own(media));
            named.or(own(JSON)).unwrap_or(file)
        }
    }
}

enum Format {
    /// The media type that a member names, or its default.
    Named(&'static str),
    /// The body has no such member.
    Silent,
}

fn wanted_format(asked: &Asked<'_>, operation: &Operation) -> Format {
    let bodies = operation.request_media.iter().filter_map(|media| document::request_schema(operation, media));
    for schema in bodies {
        for name in FORMATS {
            let Some(property) = document::property(schema, name) else { continue };
            let named = asked.body[name].as_str().or(property["default"].as_str());
            if let Some(media) = named.and_then(media_of) {
                return Format::Named(media);
            }
        }
    }
    Format::Silent
}

fn takes(operation: &Operation, member: &str) -> bool {
    let mut bodies = operation.request_media.iter().filter_map(|media| document::request_schema(operation, media));
    bodies.any(|schema| document::property(schema, member).is_some())
}

fn media_of(format: &str) -> Option<&'static str> {
    Some(match format {
        "png" => "image/png",
        "jpeg" | "jpg" => "image/jpeg",
        "webp" => "image/webp",
        "mp3" => "audio/mpeg",
        "opus" => "audio/opus",
        "aac" => "audio/aac",
        "flac" => "audio/flac",
        "wav" => "audio/wav",
        "pcm" => "audio/pcm",
        "json" => JSON,
        "text" => "text/plain",
        _ => return None,
    })
}

/// The media types that the header `accept` names, in its order.
fn accepted(asked: &Asked<'_>) -> Vec<String> {
    let header = asked.header("accept").unwrap_or_default();
    header.split(',').map(essence_of).filter(|media| !media.is_empty() && !media.contains('*')).collect()
}
