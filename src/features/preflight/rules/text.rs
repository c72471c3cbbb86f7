//! `CHAT`, `RESPONSES`: rules for chats.

use serde_json::Value;

use super::super::report::Findings;
use super::super::subject::Subject;
use super::super::tokens;
use super::{Area, Rule, USUAL, is_on, it_takes, nothing, quoted};
use crate::api::generated::types::{ModelType, ReasoningEffort};
use crate::features::catalogue::CatalogueModel;

pub(super) static CHAT: Area = Area {
    paths: &["/chat/completions"],
    kinds: &[ModelType::Text],
    rules: &[
        tools(|tools| tools.as_array().is_some_and(|tools| !tools.is_empty())),
        calls("tool_choice", |choice| !choice.is_null()),
        calls("parallel_tool_calls", is_on),
        Rule::Needs {
            rule: "response_format",
            field: "response_format",
            asks: |format| format.get("type").is_some_and(|kind| kind != "text"),
            has: CatalogueModel::supports_response_schema,
            does: "supports response schemas",
            droppable: false,
        },
        logprobs("logprobs", is_on),
        logprobs("top_logprobs", Value::is_number),
        Rule::Special(|subject, found| effort("reasoning_effort", subject, found)),
        Rule::Special(|subject, found| effort("reasoning.effort", subject, found)),
        WEB_SEARCH,
        X_SEARCH,
        completion_tokens("max_completion_tokens"),
        completion_tokens("max_tokens"),
        Rule::Special(|subject, found| media("messages", subject, found)),
        Rule::Special(|subject, found| context("messages", subject, found)),
    ],
    ..USUAL
};

pub(super) static RESPONSES: Area = Area {
    paths: &["/responses"],
    kinds: &[ModelType::Text],
    rules: &[
        // The API runs searches and interpreters itself.
        tools(|tools| {
            let is_function = |tool: &Value| tool.get("type").is_some_and(|kind| kind == "function");
            tools.as_array().is_some_and(|tools| tools.iter().any(is_function))
        }),
        Rule::Special(|subject, found| effort("reasoning.effort", subject, found)),
        WEB_SEARCH,
        searches("web_search"),
        completion_tokens("max_output_tokens"),
        Rule::Special(|subject, found| media("input", subject, found)),
        Rule::Special(|subject, found| context("input", subject, found)),
    ],
    ..USUAL
};

const WEB_SEARCH: Rule = searches("venice_parameters.enable_web_search");

const X_SEARCH: Rule = Rule::Needs {
    rule: "x_search",
    field: "venice_parameters.enable_x_search",
    asks: is_on,
    has: CatalogueModel::supports_x_search,
    does: "searches X",
    droppable: false,
};

const fn searches(field: &'static str) -> Rule {
    let (has, does) = (CatalogueModel::supports_web_search, "searches the web");
    Rule::Needs { rule: "web_search", field, asks: is_on, has, does, droppable: false }
}

const fn tools(asks: fn(&Value) -> bool) -> Rule {
    calls("tools", asks)
}

const fn calls(field: &'static str, asks: fn(&Value) -> bool) -> Rule {
    let (has, does) = (CatalogueModel::supports_tools, "calls functions");
    Rule::Needs { rule: "tools", field, asks, has, does, droppable: false }
}

const fn logprobs(field: &'static str, asks: fn(&Value) -> bool) -> Rule {
    let (has, does) = (CatalogueModel::supports_logprobs, "returns log probabilities");
    Rule::Needs { rule: "logprobs", field, asks, has, does, droppable: true }
}

const fn completion_tokens(field: &'static str) -> Rule {
    let most = |model: &CatalogueModel| model.max_completion_tokens().map(|tokens| tokens as f64);
    Rule::Range { rule: "max_tokens", field, least: nothing, most }
}

/// Models that do not support an effort ignore it, except an effort of none.
fn effort(field: &'static str, subject: &Subject<'_>, found: &mut Findings) {
    const RULE: &str = "reasoning_effort";
    let Some(effort) = subject.text(field) else { return };
    let (model, id) = (subject.model, subject.model.id());
    let not_at_all = effort == ReasoningEffort::None.as_str();
    match (model.supports_reasoning(), model.supports_reasoning_effort()) {
        (Some(false), _) => found.droppable(RULE, field, format!("needs a model with reasoning, and {id} has none")),
        (_, Some(false)) => {
            let problem = format!("needs a model with a configurable effort, and {id} has a fixed one");
            match not_at_all {
                true => found.problem(RULE, field, problem),
                false => found.droppable(RULE, field, problem),
            }
        }
        _ => {
            let Some(efforts) = model.reasoning_efforts().filter(|efforts| !efforts.is_empty()) else { return };
            let efforts: Vec<&str> = efforts.iter().map(ReasoningEffort::as_str).collect();
            if !efforts.contains(&effort) {
                let problem = format!("is {}, which {id} does not take; {}", quoted(effort), it_takes(&efforts));
                found.problem(RULE, field, problem);
            }
        }
    }
}

/// An image, audio or video part of a message.
struct MediaPart {
    field: String,
    message: usize,
}

/// The parts of these types in all messages.
fn parts(list: &'static str, types: &[&str], subject: &Subject<'_>) -> Vec<MediaPart> {
    let messages = subject.get(list).and_then(Value::as_array).into_iter().flatten().enumerate();
    let contents = messages.filter_map(|(message, item)| Some((message, item.get("content")?.as_array()?)));
    let all = contents.flat_map(|(message, parts)| parts.iter().enumerate().map(move |part| (message, part)));
    let wanted =
        all.filter(|(_, (_, part))| part.get("type").and_then(Value::as_str).is_some_and(|kind| types.contains(&kind)));
    wanted
        .map(|(message, (part, _))| MediaPart { field: format!("{list}[{message}].content[{part}]"), message })
        .collect()
}

/// Images, audio and videos in messages: whether the model supports them, and how many.
fn media(list: &'static str, subject: &Subject<'_>, found: &mut Findings) {
    let (model, id) = (subject.model, subject.model.id());
    let images = parts(list, &["image_url", "input_image"], subject);
    if let Some(most) = model.max_images() {
        too_many("images", "sees images", &images, most, id, found);
    }
    if let (Some(false), Some(last), Some(true)) =
        (model.supports_several_images(), images.last(), model.supports_vision())
        && let Some(earlier) = images.iter().find(|image| image.message != last.message)
    {
        let problem = format!("is ignored: {id} only sees the last message with images");
        found.note("images", &earlier.field, problem);
    }
    let sounds = parts(list, &["input_audio"], subject);
    if let (Some(sound), Some(false)) = (sounds.first(), model.supports_audio_input()) {
        found.problem("audio", &sound.field, format!("needs a model with audio input, and {id} has none"));
    }
    if let Some(most) = model.max_videos() {
        too_many("videos", "sees videos", &parts(list, &["video_url", "input_video"], subject), most, id, found);
    }
}

/// If a model takes one image, those of the last message with an image count.
fn too_many(rule: &'static str, does: &str, parts: &[MediaPart], most: u64, id: &str, found: &mut Findings) {
    let last = parts.last().map(|part| part.message);
    let (first, counted) = match most {
        1 => (
            parts.iter().find(|part| Some(part.message) == last),
            parts.iter().filter(|part| Some(part.message) == last).count(),
        ),
        _ => (parts.first(), parts.len()),
    };
    let Some(first) = first.filter(|_| counted as u64 > most) else { return };
    let problem = match most {
        0 => format!("needs a model that {does}, and {id} does not"),
        _ => format!("is one of {counted} {rule}, and {id} takes {most} at most"),
    };
    found.problem(rule, &first.field, problem);
}

/// The text of all messages. Other content needs context too and is not counted.
fn context(list: &'static str, subject: &Subject<'_>, found: &mut Findings) {
    let Some(room) = subject.model.context_tokens() else { return };
    let least: u64 = match subject.get(list) {
        Some(Value::String(text)) => tokens::at_least(text),
        Some(Value::Array(messages)) => messages.iter().map(tokens_of).sum(),
        _ => 0,
    };
    if least > u64::from(room) {
        let id = subject.model.id();
        found.problem(
            "context",
            list,
            format!("has more than {least} tokens by a low estimate, and {id} takes {room}"),
        );
    }
}

fn tokens_of(message: &Value) -> u64 {
    match message.get("content") {
        // The hex of an envelope has more digits than its text has characters, and nothing is known of those.
        #[cfg(feature = "e2ee")]
        Some(Value::String(text)) if crate::features::e2ee::envelope::is_envelope(text) => 0,
        Some(Value::String(text)) => tokens::at_least(text),
        Some(Value::Array(parts)) => {
            parts.iter().filter_map(|part| part.get("text")?.as_str()).map(tokens::at_least).sum()
        }
        _ => 0,
    }
}
