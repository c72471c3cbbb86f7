//! `Answer`, `of_request`: OpenTelemetry's attributes of a request that runs a model, and of its answer, without their content.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::attribute::{Attribute, Attributes};
use crate::features::request_model::model_of;
use crate::runtime::operation::{Carries, Operation, RetryClass};
use crate::runtime::transport::{Outgoing, fields};

/// Parameters of requests, by their paths.
const PARAMETERS: &[(&str, &str)] = &[
    ("/dimensions", "gen_ai.embeddings.dimension.count"),
    ("/encoding_format", "gen_ai.request.encoding_formats"),
    ("/frequency_penalty", "gen_ai.request.frequency_penalty"),
    ("/max_tokens", "gen_ai.request.max_tokens"),
    ("/max_completion_tokens", "gen_ai.request.max_tokens"),
    ("/max_output_tokens", "gen_ai.request.max_tokens"),
    ("/n", "gen_ai.request.choice.count"),
    ("/variants", "gen_ai.request.choice.count"),
    ("/presence_penalty", "gen_ai.request.presence_penalty"),
    ("/previous_response_id", "gen_ai.request.previous_response.id"),
    ("/reasoning/effort", "gen_ai.request.reasoning.level"),
    ("/reasoning_effort", "gen_ai.request.reasoning.level"),
    ("/response_format/type", "gen_ai.output.type"),
    ("/seed", "gen_ai.request.seed"),
    ("/stop", "gen_ai.request.stop_sequences"),
    ("/stream", "gen_ai.request.stream"),
    ("/temperature", "gen_ai.request.temperature"),
    ("/text/format/type", "gen_ai.output.type"),
    ("/top_k", "gen_ai.request.top_k"),
    ("/top_p", "gen_ai.request.top_p"),
];

/// What replies and parts of streamed answers report. The names of the tokens differ by endpoint.
const REPORTED: &[(&str, &str)] = &[
    ("/cost/diem", "venice.cost.diem"),
    ("/cost/usd", "venice.cost.usd"),
    ("/usage/completion_tokens", "gen_ai.usage.output_tokens"),
    ("/usage/completion_tokens_details/reasoning_tokens", "gen_ai.usage.reasoning.output_tokens"),
    ("/usage/input_tokens", "gen_ai.usage.input_tokens"),
    ("/usage/input_tokens_details/cache_creation_input_tokens", "gen_ai.usage.cache_write.input_tokens"),
    ("/usage/input_tokens_details/cached_tokens", "gen_ai.usage.cache_read.input_tokens"),
    ("/usage/output_tokens", "gen_ai.usage.output_tokens"),
    ("/usage/output_tokens_details/reasoning_tokens", "gen_ai.usage.reasoning.output_tokens"),
    ("/usage/prompt_tokens", "gen_ai.usage.input_tokens"),
    ("/usage/prompt_tokens_details/cache_creation_input_tokens", "gen_ai.usage.cache_write.input_tokens"),
    ("/usage/prompt_tokens_details/cached_tokens", "gen_ai.usage.cache_read.input_tokens"),
];

/// The name of an operation that runs a model, and the kind of its output.
fn kind(operation: &Operation) -> Option<(&'static str, Option<&'static str>)> {
    let Carries::Models { types, .. } = operation.carries else { return None };
    // A quote of a price runs no model.
    let model_type = types.first().filter(|_| operation.retry != RetryClass::Safe)?;
    Some(match *model_type {
        "text" => ("chat", None),
        "embedding" => ("embeddings", None),
        "image" | "inpaint" | "upscale" => ("generate_content", Some("image")),
        "tts" => ("generate_content", Some("speech")),
        "asr" => ("generate_content", Some("text")),
        "music" => ("generate_content", Some("audio")),
        "video" => ("generate_content", Some("video")),
        _ => ("generate_content", None),
    })
}

/// The attributes of a request that runs a model; none of another.
pub(super) fn of_request(outgoing: &Outgoing) -> Attributes {
    let Some((name, output)) = kind(outgoing.scope.operation().facts()) else { return Attributes::new() };
    let mut attributes =
        Attributes::from([("gen_ai.operation.name", name.into()), ("gen_ai.provider.name", "venice".into())]);
    attributes.extend(output.map(|output| ("gen_ai.output.type", output.into())));
    let names: Vec<&str> = PARAMETERS.iter().filter_map(|(path, _)| path.split('/').nth(1)).collect();
    let body = outgoing.body().and_then(|body| fields(body, &[&names[..], &["model", "modelId"]].concat()));
    let body = body.unwrap_or_default();
    let model = model_of(&body).map(|(_, model)| model.to_owned()).or_else(|| outgoing.model());
    attributes.extend(model.map(|model| ("gen_ai.request.model", model.into())));
    read(PARAMETERS, body, &mut attributes);
    attributes
}

/// The reasons why the choices of an answer ended; empty while one is not known.
#[derive(Debug, Default)]
pub(super) struct Answer(BTreeMap<u64, String>);

impl Answer {
    /// Reads a reply, or a part of a streamed one.
    pub(super) fn read(&mut self, json: &[u8], attributes: &mut Attributes) {
        const FIELDS: [&str; 9] =
            ["choices", "cost", "id", "incomplete_details", "model", "object", "response", "status", "usage"];
        let Some(mut part) = fields(json, &FIELDS) else { return };
        // An event of the Responses API.
        if let Some(Value::Object(response)) = part.remove("response") {
            part = response;
        }
        for (field, name) in [("id", "gen_ai.response.id"), ("model", "gen_ai.response.model")] {
            if let Some(value) = part.get(field).and_then(Value::as_str) {
                attributes.entry(name).or_insert_with(|| value.to_owned().into());
            }
        }
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let choices = part.get("choices").and_then(Value::as_array);
        for (place, choice) in choices.into_iter().flatten().enumerate() {
            let index = choice.get("index").and_then(Value::as_u64).unwrap_or(place as u64);
            self.note(index, text(choice.get("finish_reason")));
        }
        if part.get("object").is_some_and(|object| object == "response") {
            let status = text(part.get("status"));
            let reason = text(part.get("incomplete_details").and_then(|details| details.get("reason")));
            let is_open = matches!(&*status, "in_progress" | "queued");
            self.note(0, if is_open || !reason.is_empty() { reason } else { status });
        }
        read(REPORTED, part, attributes);
    }

    fn note(&mut self, index: u64, reason: String) {
        let known = self.0.entry(index).or_default();
        if !reason.is_empty() {
            *known = reason;
        }
    }

    /// The reasons at the end of the answer. If it broke off, one that is missing is `error`.
    pub(super) fn finish_reasons(self, is_whole: bool) -> Option<Attribute> {
        let is_unknown = self.0.is_empty() || is_whole && self.0.values().all(String::is_empty);
        let or_error = |reason: String| if reason.is_empty() { "error".to_owned() } else { reason };
        (!is_unknown).then(|| Attribute::Texts(self.0.into_values().map(or_error).collect()))
    }
}

fn read(table: &[(&str, &'static str)], json: Map<String, Value>, attributes: &mut Attributes) {
    let json = Value::Object(json);
    attributes.extend(table.iter().filter_map(|(path, name)| Some((*name, attribute(name, json.pointer(path)?)?))));
}

/// The value of an attribute, in the type that the conventions give it.
fn attribute(name: &str, value: &Value) -> Option<Attribute> {
    let is_float = ["temperature", "top_p", "_penalty", "cost.diem", "cost.usd"].iter().any(|end| name.ends_with(end));
    let is_list = ["encoding_formats", "stop_sequences"].iter().any(|end| name.ends_with(end));
    Some(match value {
        Value::Number(number) if is_float => Attribute::Float(number.as_f64()?),
        Value::Number(number) => {
            Attribute::Integer(number.as_i64().filter(|n| *n != 1 || !name.ends_with("choice.count"))?)
        }
        Value::String(text) if is_list => Attribute::Texts(vec![text.clone()]),
        Value::String(format) if name == "gen_ai.output.type" && format.starts_with("json") => "json".into(),
        Value::String(text) => text.clone().into(),
        Value::Array(all) if is_list => {
            Attribute::Texts(all.iter().map(|text| text.as_str().map(str::to_owned)).collect::<Option<_>>()?)
        }
        Value::Bool(true) => Attribute::Flag(true),
        _ => return None,
    })
}
