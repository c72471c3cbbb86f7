//! `choose`: content negotiation, from the request's format fields and its `accept` header.

use serde_json::Value;
use venice_ai::Operation;

use super::JSON;
use crate::document;
use crate::encoding::essence_of;
use crate::parsed_request::ParsedRequest;

/// The fields of a body that set the type of the reply.
const FORMATS: [&str; 3] = ["output_format", "response_format", "format"];

/// The media type of the reply to a request: one of the documented ones.
pub(super) fn choose(request: &ParsedRequest<'_>, operation: &Operation, success: &'static Value) -> &'static str {
    let possible: Vec<&'static str> =
        success["content"].as_object().into_iter().flatten().map(|(media, _)| media.as_str()).collect();
    let own = |media: &str| possible.iter().copied().find(|known| *known == media);
    let first_file = possible.iter().copied().find(|media| *media != JSON);
    let Some(file) = first_file else { return own(JSON).unwrap_or(JSON) };
    let accepted = accepted(request);
    match wanted_format(request, operation) {
        // An image is returned as bytes only if the request sets `return_binary`.
        Format::Named(_) if takes(operation, "return_binary") && request.body["return_binary"] != true => {
            own(JSON).unwrap_or(file)
        }
        Format::Named(media) => own(media).or(own(JSON)).unwrap_or(file),
        // The request has no format field: the operation reports its status, or returns the file at once.
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
    /// The media type of a field, or its default.
    Named(&'static str),
    /// The body has no such field.
    Silent,
}

fn wanted_format(request: &ParsedRequest<'_>, operation: &Operation) -> Format {
    let bodies = operation.request_media.iter().filter_map(|media| document::request_schema(operation, media));
    for schema in bodies {
        for name in FORMATS {
            let Some(property) = document::property(schema, name) else { continue };
            let named = request.body[name].as_str().or(property["default"].as_str());
            if let Some(media) = named.and_then(media_of) {
                return Format::Named(media);
            }
        }
    }
    Format::Silent
}

fn takes(operation: &Operation, field: &str) -> bool {
    let mut bodies = operation.request_media.iter().filter_map(|media| document::request_schema(operation, media));
    bodies.any(|schema| document::property(schema, field).is_some())
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
fn accepted(request: &ParsedRequest<'_>) -> Vec<String> {
    let header = request.header("accept").unwrap_or_default();
    header.split(',').map(essence_of).filter(|media| !media.is_empty() && !media.contains('*')).collect()
}
