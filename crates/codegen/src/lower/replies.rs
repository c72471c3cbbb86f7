//! One success reply an operation. Error replies go: the run-time decodes errors itself, leniently, whatever the document says.
//!
//! A reply that may come as something else than JSON is raw; its JSON form is kept as `x-reply-json`, so that its types exist.

use super::schema::{operations_mut, type_of};
use serde_json::{Map, Value, json};

/// Every status that the document lists for the operation.
pub const STATUSES: &str = "x-statuses";
/// The media types of the success reply.
pub const MEDIA: &str = "x-reply-media";

/// Leaves each operation its success reply; returns how many replies were dropped or made raw.
pub fn choose(doc: &mut Value) -> usize {
    let mut count = 0;
    operations_mut(doc, &mut |_, _, operation| {
        let Some(operation) = operation.as_object_mut() else { return };
        let responses = operation.get("responses").and_then(Value::as_object).cloned().unwrap_or_default();
        let statuses: Vec<Value> =
            responses.keys().filter_map(|status| status.parse::<u16>().ok()).map(Value::from).collect();
        let content = success(&responses)
            .and_then(|reply| reply.get("content"))
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default();
        count += responses.len().saturating_sub(1);
        let stream = content.get(STREAM).and_then(|media| media.get("schema")).cloned();
        let json = content.iter().find(|(name, _)| is_json(name)).and_then(|(_, media)| media.get("schema")).cloned();
        let typed = json.is_some() && content.keys().all(|name| is_json(name) || name == STREAM);
        let reply = if typed {
            json!({"application/json": {"schema": json}})
        } else {
            count += usize::from(!content.is_empty());
            // progenitor knows this media type as a stream of bytes.
            json!({"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}})
        };
        operation.insert(STATUSES.into(), Value::Array(statuses));
        operation.insert(MEDIA.into(), content.keys().map(|name| Value::String(name.clone())).collect());
        let side = |schema: Value| json!({"description": "OK", "content": {"application/json": {"schema": schema}}});
        let mut responses = Map::new();
        responses.insert("200".into(), json!({"description": "OK", "content": reply}));
        if !typed && let Some(json) = json.filter(|schema| type_of(schema).is_none_or(|kind| kind != "string")) {
            // Not a reply to progenitor, but a schema that the other passes see and name.
            responses.insert(JSON_FORM.into(), side(json));
        }
        if let Some(stream) = stream {
            responses.insert(STREAM_FORM.into(), side(stream));
        }
        operation.insert("responses".into(), Value::Object(responses));
    });
    count
}

/// The media type of a stream of events.
const STREAM: &str = "text/event-stream";
/// Where the JSON form of a raw reply is kept.
pub const JSON_FORM: &str = "x-reply-json";
/// Where the event of a streamed reply is kept.
pub const STREAM_FORM: &str = "x-reply-event";

fn is_json(media: &str) -> bool {
    media.split(';').next().is_some_and(|media| media.trim() == "application/json")
}

/// The lowest 2xx reply, else `2XX`, else `default`.
fn success(responses: &Map<String, Value>) -> Option<&Value> {
    let mut codes: Vec<&String> = responses.keys().filter(|status| status.starts_with('2')).collect();
    codes.sort();
    codes.first().map(|status| &responses[status.as_str()]).or_else(|| responses.get("default"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_replies_go_and_their_statuses_stay() {
        let mut doc = json!({"paths": {"/a": {"get": {"responses": {
            "200": {"description": "OK", "content": {"application/json": {"schema": {"type": "object"}}}},
            "401": {"description": "no", "headers": {"x-a": {}}}
        }}}}});
        assert_eq!(choose(&mut doc), 1);
        let get = &doc["paths"]["/a"]["get"];
        assert_eq!(get[STATUSES], json!([200, 401]));
        assert_eq!(get["responses"].as_object().unwrap().len(), 1);
    }

    #[test]
    fn a_reply_in_json_or_bytes_is_raw_and_keeps_its_json_types() {
        let mut doc = json!({"paths": {"/a": {"get": {"responses": {"200": {"description": "OK", "content": {
            "application/json": {"schema": {"type": "object", "properties": {"a": {}}}}, "video/mp4": {"schema": {"type": "string", "format": "binary"}}
        }}}}}}});
        choose(&mut doc);
        let get = &doc["paths"]["/a"]["get"];
        assert!(get["responses"]["200"]["content"].get("application/octet-stream").is_some());
        assert!(
            get["responses"]["x-reply-json"]["content"]["application/json"]["schema"]["properties"].get("a").is_some()
        );
        assert_eq!(get[MEDIA], json!(["application/json", "video/mp4"]));
    }

    fn chosen(responses: Value) -> Value {
        let mut doc = json!({"paths": {"/a": {"get": {"responses": responses}}}});
        choose(&mut doc);
        doc["paths"]["/a"]["get"].clone()
    }

    #[test]
    fn a_streamed_reply_stays_typed_and_keeps_the_type_of_its_events() {
        let event = json!({"type": "object", "properties": {"delta": {"type": "string"}}});
        let get = chosen(json!({"200": {"description": "OK", "content": {
            "application/json; charset=utf-8": {"schema": {"type": "object"}}, "text/event-stream": {"schema": event}
        }}}));
        assert_eq!(get["responses"]["200"]["content"], json!({"application/json": {"schema": {"type": "object"}}}));
        assert_eq!(get["responses"][STREAM_FORM]["content"]["application/json"]["schema"], event);
        assert_eq!(get[MEDIA], json!(["application/json; charset=utf-8", "text/event-stream"]));
    }

    #[test]
    fn a_reply_of_bytes_alone_is_raw() {
        let get = chosen(
            json!({"200": {"description": "OK", "content": {"audio/mpeg": {"schema": {"type": "string", "format": "binary"}}}}}),
        );
        assert!(get["responses"]["200"]["content"].get("application/octet-stream").is_some());
        assert!(get["responses"].get(JSON_FORM).is_none());
    }

    #[test]
    fn the_success_reply_is_the_lowest_2xx_then_the_range_then_the_default() {
        let reply = |text: &str| json!({"description": "", "content": {"application/json": {"schema": {"type": "object", "title": text}}}});
        for (responses, expected) in [
            (json!({"default": reply("d"), "202": reply("b"), "201": reply("a")}), "a"),
            (json!({"default": reply("d"), "2XX": reply("range")}), "range"),
            (json!({"default": reply("d"), "400": reply("no")}), "d"),
        ] {
            assert_eq!(
                chosen(responses)["responses"]["200"]["content"]["application/json"]["schema"]["title"],
                expected
            );
        }
    }
}
