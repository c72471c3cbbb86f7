//! A reply against the document.

mod schema;

use serde_json::Value;
use venice_ai::stream::sse::SseDecoder;

use self::schema::{Difference, Drift};
use crate::discretion::Discretion;
use crate::document::{Document, Operation};
use crate::exchange::{Exchange, is_json};
use crate::finding::{Finding, Kind};

/// Everything in which a reply differs from what the document says of it.
pub fn reply(
    document: &Document,
    operation: Operation<'_>,
    exchange: &Exchange,
    discretion: &Discretion,
) -> Vec<Finding> {
    let media = exchange.media.clone().unwrap_or_default();
    let finding = |difference: Difference| Finding {
        operation: operation.id.to_owned(),
        status: exchange.status,
        // A media type is as free a text as any.
        media: if media.is_empty() { String::new() } else { discretion.shown(&media) },
        kind: difference.kind,
        path: difference.path,
        expected: difference.expected,
        found: difference.found,
    };
    differences(document, operation, exchange, &media, discretion).into_iter().map(finding).collect()
}

fn differences(
    document: &Document,
    operation: Operation<'_>,
    exchange: &Exchange,
    media: &str,
    discretion: &Discretion,
) -> Vec<Difference> {
    let whole =
        |kind, expected: String, found: String| vec![Difference { kind, path: "$".to_owned(), expected, found }];
    let Some(described) = document.reply(operation, exchange.status) else {
        let declared: Vec<&str> = statuses(operation).collect();
        return whole(Kind::UndeclaredStatus, declared.join(" | "), exchange.status.to_string());
    };
    let Some(content) = described["content"].as_object().filter(|content| !content.is_empty()) else {
        return Vec::new();
    };
    let Some(declared) = content.get(media).or_else(|| content.get("*/*")) else {
        let all: Vec<&str> = content.keys().map(String::as_str).collect();
        let found = if media.is_empty() { String::new() } else { discretion.shown(media) };
        return whole(Kind::UndeclaredMediaType, all.join(" | "), found);
    };
    let bodies = match bodies(media, exchange) {
        Ok(bodies) => bodies,
        Err(what) => return whole(Kind::Unparsable, what.to_owned(), String::new()),
    };
    let drift = Drift { discretion };
    bodies.iter().flat_map(|body| document.schemas().compare(&drift, &declared["schema"], body)).collect()
}

fn statuses<'d>(operation: Operation<'d>) -> impl Iterator<Item = &'d str> {
    operation.described["responses"].as_object().into_iter().flatten().map(|(status, _)| status.as_str())
}

/// The JSON in a body: one value, one an event, or none in a file.
fn bodies(media: &str, exchange: &Exchange) -> Result<Vec<Value>, &'static str> {
    if is_json(media) {
        return Ok(vec![serde_json::from_slice(&exchange.reply).map_err(|_| "JSON")?]);
    }
    if media != "text/event-stream" {
        return Ok(Vec::new());
    }
    let mut decoder = SseDecoder::new();
    decoder.push(exchange.reply.clone());
    decoder.finish();
    let mut bodies = Vec::new();
    while let Some(event) = decoder.next_event() {
        let event = event.map_err(|_| "server-sent events")?;
        let data = event.data().trim();
        if !data.is_empty() && data != "[DONE]" {
            bodies.push(serde_json::from_str(data).map_err(|_| "JSON in each event")?);
        }
    }
    Ok(bodies)
}

#[cfg(test)]
mod tests;
