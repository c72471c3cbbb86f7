//! `Answer`: the content of a chat completion, with its usage and price.

use serde_json::{Value, json};
use venice_ai::Amount;

use super::cache::Cached;
use super::script::ScriptedChat;
use crate::state::State;
use crate::{price, sample};

/// An answer, to be sent whole or as a stream.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) id: String,
    pub(super) created: u64,
    pub(super) model: String,
    pub(super) dialect: Dialect,
    /// The number of choices (`n`).
    pub(super) choices: usize,
    pub(super) reasoning: Vec<String>,
    pub(super) text: Vec<String>,
    pub(super) tool_calls: Vec<ToolCall>,
    pub(super) finish_reason: &'static str,
    pub(super) parameters: Value,
    /// The web was searched, and the parameters have the results.
    pub(super) searched: bool,
    pub(super) prompt_tokens: u64,
    pub(super) cached: Cached,
    pub(super) usd: Amount,
}

/// The dialect of a backend's chunks. The API has two kinds of backends behind one endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Usage and cost are in a last chunk without choices. Used by models that reason.
    A,
    /// Usage and cost are in the chunk with the finish reason, fields without a value are null, the role is sent twice.
    B,
}

#[derive(Debug)]
pub(super) struct ToolCall {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) arguments: String,
}

impl Answer {
    pub(super) fn new(
        state: &mut State,
        id: String,
        created: u64,
        model: &Value,
        body: &Value,
        parameters: Value,
        script: Option<&ScriptedChat>,
    ) -> Self {
        let reasons = model["model_spec"]["capabilities"]["supportsReasoning"] == true;
        let silenced = parameters["disable_thinking"] == true
            || parameters["strip_thinking_response"] == true
            || body["reasoning_effort"] == "none"
            || body["reasoning"]["effort"] == "none"
            || body["reasoning"]["enabled"] == false;
        let mut answer = Self {
            id,
            created,
            model: model["id"].as_str().unwrap_or_default().to_owned(),
            dialect: if reasons { Dialect::A } else { Dialect::B },
            choices: body["n"].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(1).clamp(1, 8),
            reasoning: if reasons && !silenced && script.is_none() { tokens(REASONING) } else { Vec::new() },
            text: Vec::new(),
            tool_calls: match script {
                Some(script) => script.calls(state),
                None => tool_calls(state, body),
            },
            finish_reason: "tool_calls",
            searched: matches!(parameters["enable_web_search"].as_str(), Some("on" | "auto")),
            parameters,
            prompt_tokens: 0,
            cached: Cached::of(state, model, body),
            usd: Amount::ZERO,
        };
        if answer.searched {
            answer.parameters["web_search_citations"] = citations();
        }
        if let Some(script) = script.filter(|_| answer.tool_calls.is_empty()) {
            answer.text.clone_from(&script.text);
            answer.finish_reason = "stop";
        } else if answer.tool_calls.is_empty() {
            answer.text = match body["response_format"]["type"].as_str() {
                Some("json_schema" | "json_object") => json_tokens(&answer_text(body, answer.searched)),
                _ => tokens(&answer_text(body, answer.searched)),
            };
            answer.finish_reason = "stop";
            answer.shorten(body);
        }
        answer.charge(model, body);
        answer
    }

    /// Applies stop sequences and limits. Reasoning counts too, so an answer may end before it began.
    fn shorten(&mut self, body: &Value) {
        let limit = ["max_completion_tokens", "max_tokens"].iter().find_map(|name| body[name].as_i64());
        let Some(limit) = limit.filter(|limit| *limit > 0).and_then(|limit| usize::try_from(limit).ok()) else {
            return;
        };
        if limit < self.reasoning.len() + self.text.len() {
            self.finish_reason = "length";
            self.reasoning.truncate(limit);
            self.text.truncate(limit - self.reasoning.len());
        }
    }

    fn charge(&mut self, model: &Value, body: &Value) {
        let characters = body["messages"].to_string().len() + body["tools"].to_string().len();
        let system = if self.parameters["include_venice_system_prompt"] == false { 0 } else { 1100 };
        self.prompt_tokens = characters as u64 / 4 + system;
        self.usd = price::of_tokens(model, self.prompt_tokens, self.cached, self.completion_tokens());
    }

    pub(super) fn completion_tokens(&self) -> u64 {
        let arguments: usize = self.tool_calls.iter().map(|call| call.arguments.len() / 4 + 8).sum();
        ((self.reasoning.len() + self.text.len() + arguments) * self.choices) as u64
    }

    pub(super) fn usage(&self) -> Value {
        let completion = self.completion_tokens();
        let mut usage = json!({
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": completion,
            "total_tokens": self.prompt_tokens + completion,
            "prompt_tokens_details": {"cached_tokens": self.cached.read},
        });
        if self.cached.written > 0 {
            usage["prompt_tokens_details"]["cache_creation_input_tokens"] = self.cached.written.into();
        }
        usage["completion_tokens_details"] = match self.dialect {
            Dialect::A => json!({"reasoning_tokens": self.reasoning.len() * self.choices}),
            Dialect::B => Value::Null,
        };
        usage
    }

    pub(super) fn cost(&self) -> Value {
        json!({"usd": self.usd, "diem": 0})
    }
}

const REASONING: &str = "The user wants an answer. There is only one here, so it will do.";

fn answer_text(body: &Value, searched: bool) -> String {
    let format = &body["response_format"];
    match format["type"].as_str() {
        Some("json_schema") => {
            let schema = format["json_schema"].get("schema").unwrap_or(&format["json_schema"]);
            return sample::of(schema).to_string();
        }
        Some("json_object") => return json!({"answer": "mock"}).to_string(),
        _ => {}
    }
    let found = if searched { "The web knows it^1,2^. " } else { "" };
    let messages = body["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let beginning = |message: &Value| text_of(&message["content"]).chars().take(80).collect::<String>();
    let results = messages.rsplit(|message| message["role"] != "tool").next().unwrap_or_default();
    if !results.is_empty() {
        let says = if results.len() == 1 { "tool says" } else { "tools say" };
        let quotes: Vec<String> = results.iter().map(|result| format!("“{}”", beginning(result))).collect();
        return format!("{found}The {says}: {}. A model would make more of it.", quotes.join(", "));
    }
    let last = messages.last().map(beginning).unwrap_or_default();
    format!(
        "{found}You said: “{last}”. The mock that comes with the crate has one answer for everybody, and gives it as a model \
         would: token by token, with a pause between them…"
    )
}

/// The text of a message: a string, or the parts that are text.
fn text_of(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect::<Vec<_>>().join(" "),
        _ => String::new(),
    }
}

/// A call of the first tool, of the one that the request names, or of all if it wants parallel calls. After a tool result comes text, or a
/// loop of calls would never end.
fn tool_calls(state: &mut State, body: &Value) -> Vec<ToolCall> {
    let answered =
        body["messages"].as_array().and_then(|messages| messages.last()).is_some_and(|last| last["role"] == "tool");
    if answered || body["tool_choice"] == "none" {
        return Vec::new();
    }
    let wanted = body["tool_choice"]["function"]["name"].as_str();
    let functions = body["tools"].as_array().into_iter().flatten().map(|tool| &tool["function"]);
    let named =
        functions.filter(|function| function["name"].is_string() && wanted.is_none_or(|name| function["name"] == name));
    let most = if body["parallel_tool_calls"] == true { usize::MAX } else { 1 };
    named
        .take(most)
        .map(|function| ToolCall {
            id: format!("call_{:016x}", state.next_id()),
            name: function["name"].as_str().unwrap_or_default().to_owned(),
            arguments: match sample::of(&function["parameters"]) {
                Value::Null => "{}".to_owned(),
                arguments => arguments.to_string(),
            },
        })
        .collect()
}

fn citations() -> Value {
    json!([
        {
            "title": "Tide tables of the lagoon",
            "url": "https://tides.example/lagoon",
            "content": "High water at <strong>10:40</strong> &amp; 22:55",
            "date": "2026-08-01T00:00:00.000Z",
        },
        {"title": "Phases of the moon", "url": "https://moon.example/phases", "content": "Full on the 12th", "date": ""},
    ])
}

/// Splits JSON into names, values and punctuation, as models do.
pub(super) fn json_tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut last = ' ';
    for character in text.chars() {
        let goes_on = character.is_alphanumeric() && last.is_alphanumeric();
        match tokens.last_mut() {
            Some(token) if goes_on => token.push(character),
            _ => tokens.push(character.to_string()),
        }
        last = character;
    }
    tokens
}

/// Splits text into words with the space before them, as models do.
pub(super) fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    for character in text.chars() {
        match tokens.last_mut() {
            Some(token) if character != ' ' => token.push(character),
            _ => tokens.push(character.to_string()),
        }
    }
    tokens
}
