//! Round trips of all serialisable types, with values generated from their schemas.

use std::fmt::Debug;

use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use venice_ai::types::{ChatCompletionRequest, ChatMessage, ConsumptionLimitsUpdate, Tool, VeniceParameters};

include!(concat!(env!("OUT_DIR"), "/round_trips.rs"));

/// Reads a value, writes it, and reads that again.
type Trip = fn(&Value) -> Result<Value, String>;

fn trip<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &Value) -> Result<Value, String> {
    let first: T = serde_json::from_str(&value.to_string()).map_err(|error| error.to_string())?;
    let written = serde_json::to_value(&first).map_err(|error| error.to_string())?;
    let second: T = serde_json::from_value(written.clone()).map_err(|error| error.to_string())?;
    if first == second { Ok(written) } else { Err(format!("{first:?} came back as {second:?}")) }
}

/// Makes values of schemas.
struct Maker {
    schemas: Value,
    state: u64,
}

impl Maker {
    fn new(seed: u64) -> Self {
        Self { schemas: serde_json::from_str(SCHEMAS).unwrap(), state: seed | 1 }
    }

    fn below(&mut self, count: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state >> 33).unwrap() % count
    }

    fn value(&mut self, schema: &Value, depth: usize) -> Value {
        if let Some(constant) = schema.get("x-const") {
            return constant.clone();
        }
        if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(|name| name.rsplit('/').next()) {
            return match name {
                "Amount" => json!(0.25),
                "Secret" => json!("a secret"),
                "Timestamp" => json!(["2026-08-21T19:35:30.125+02:00", "2026-08-21", "soon"][self.below(3)]),
                _ => {
                    let schema = self.schemas[name].clone();
                    self.value(&schema, depth + 1)
                }
            };
        }
        if let Some(arms) = schema.get("oneOf").and_then(Value::as_array) {
            let arm = self.below(arms.len());
            return self.value(&arms[arm], depth);
        }
        match schema.get("type").and_then(Value::as_str) {
            Some("string") => match schema.get("enum").and_then(Value::as_array) {
                // An unknown value is kept, too.
                Some(values) if self.below(4) > 0 => values[self.below(values.len())].clone(),
                _ => json!(["", "a text", "1", "ü\n\"", "2026-08-21T19:35:30.125+02:00"][self.below(5)]),
            },
            Some("integer") if schema["format"] == "uint32" => json!([0, 1, 7, u32::MAX][self.below(4)]),
            Some("integer") => json!([0, 1, -7, 9_007_199_254_740_993_i64][self.below(4)]),
            Some("number") => json!([0.5, -1.25, 1e-7, 1e300][self.below(4)]),
            Some("boolean") => json!(self.below(2) == 0),
            Some("array") => {
                let count = if depth > 6 { 0 } else { self.below(3) };
                (0..count).map(|_| self.value(&schema["items"], depth)).collect()
            }
            Some("object") => Value::Object(self.object(schema, depth)),
            _ => [json!("free"), json!(1.5), json!({"a": [null, 1]}), json!(true)][self.below(4)].clone(),
        }
    }

    fn object(&mut self, schema: &Value, depth: usize) -> Map<String, Value> {
        let mut object = Map::new();
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
            let wanted = required.contains(&name.as_str());
            if wanted || (depth < 7 && self.below(2) == 0) {
                let cleared = !wanted && schema.get("x-clearable") == Some(&json!(true)) && self.below(2) == 0;
                let value = if cleared { Value::Null } else { self.value(schema, depth) };
                object.insert(name.clone(), value);
            }
        }
        let more = &schema["additionalProperties"];
        if *more == json!(true) {
            object.insert("x-not-known".to_owned(), json!({"a": [1, null]}));
        } else if more.is_object() {
            object.insert("a key".to_owned(), self.value(more, depth));
        }
        object
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_type_is_written_as_it_was_read(seed: u64) {
        let mut maker = Maker::new(seed);
        let mut findings = Vec::new();
        for (name, trip) in TYPES {
            let schema = maker.schemas[*name].clone();
            let value = maker.value(&schema, 0);
            match trip(&value) {
                Ok(written) if written == value => {}
                Ok(written) => findings.push(format!("{name}: {value} was written as {written}")),
                Err(problem) => findings.push(format!("{name}: {problem}: {value}")),
            }
        }
        prop_assert!(findings.is_empty(), "{} types: {}", findings.len(), findings.join("\n"));
    }
}

#[test]
fn all_types_but_those_with_files_or_secrets_of_replies_are_tested() {
    let schemas: Value = serde_json::from_str(SCHEMAS).unwrap();
    let all = schemas.as_object().unwrap().len();
    assert!(TYPES.len() > 250 && TYPES.len() <= all, "{} of {all}", TYPES.len());
    for name in ["ChatMessage", "ChatCompletionRequest", "Tool", "ToolChoice", "VeniceParameters", "ChatCompletion"] {
        assert!(TYPES.iter().any(|(known, _)| known == &name), "{name}");
    }
}

#[test]
fn a_conversation_is_read_from_json() {
    let stored = r#"[
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}]},
        {"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": "c1", "content": "a boat"}
    ]"#;
    let messages: Vec<ChatMessage> = serde_json::from_str(stored).unwrap();
    assert!(matches!(
        messages.as_slice(),
        [ChatMessage::System(_), ChatMessage::User(_), ChatMessage::Assistant(_), ChatMessage::Tool(_)]
    ));
    let again: Vec<ChatMessage> = serde_json::from_str(&serde_json::to_string(&messages).unwrap()).unwrap();
    assert_eq!(again, messages);
}

#[test]
fn a_whole_request_is_read_from_json() {
    let stored = json!({
        "model": "default",
        "messages": [{"role": "user", "content": "hello"}],
        "temperature": 0.5,
        "stop": ["end"],
        "tools": [{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}],
        "tool_choice": {"type": "function", "function": {"name": "look"}},
        "venice_parameters": {"include_venice_system_prompt": false},
    });
    let request: ChatCompletionRequest = serde_json::from_value(stored.clone()).unwrap();
    assert_eq!(serde_json::to_value(&request).unwrap(), stored);
    let parameters: VeniceParameters = serde_json::from_value(stored["venice_parameters"].clone()).unwrap();
    assert_eq!(request.venice_parameters, Some(parameters));
}

#[test]
fn a_request_without_what_it_needs_is_an_error_that_names_it() {
    for (stored, problem) in [
        (json!({"messages": []}), "missing field `model`"),
        (json!({"model": "a"}), "missing field `messages`"),
        (json!({"model": null, "messages": []}), "null"),
        (json!({"model": "a", "messages": "hello"}), "a list"),
        (json!([]), "an object (ChatCompletionRequest)"),
    ] {
        let error = serde_json::from_value::<ChatCompletionRequest>(stored).unwrap_err().to_string();
        assert!(error.contains(problem), "{error}");
    }
}

#[test]
fn what_is_only_sent_keeps_what_it_does_not_know() {
    let stored = json!({"type": "a new kind", "shape": {"a": 1}});
    let tool: Tool = serde_json::from_value(stored.clone()).unwrap();
    assert!(matches!(tool, Tool::Unknown(_)));
    assert_eq!(serde_json::to_value(tool).unwrap(), stored);
    let message: ChatMessage = serde_json::from_value(json!({"role": "a new role", "x": 1})).unwrap();
    assert!(matches!(&message, ChatMessage::Unknown(value) if value["x"] == 1));
}

#[test]
fn null_and_left_out_are_read_as_two_things() {
    let cleared: ConsumptionLimitsUpdate = serde_json::from_value(json!({"usd": null, "diem": 1.5})).unwrap();
    assert_eq!(cleared.usd, Some(None));
    assert!(cleared.diem.is_some());
    assert_eq!(serde_json::to_value(&cleared).unwrap(), json!({"usd": null, "diem": 1.5}));
}
