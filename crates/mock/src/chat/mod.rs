//! Handler of chat completions.

mod answer;
mod cache;
mod parameters;
mod script;
mod stream;
mod whole;

use serde_json::Value;

use self::answer::Answer;
pub(super) use self::cache::Cached;
pub(super) use self::script::ScriptedChat;
use super::parsed_request::ParsedRequest;
use super::reply::Reply;
use super::state::State;
#[cfg(feature = "e2ee")]
use super::{e2ee, tee};
use super::{models, time};

pub(super) fn create(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    #[cfg(feature = "e2ee")]
    if e2ee::asks_for_encryption(request.headers, &request.body) {
        return encrypted(state, request);
    }
    let model = models::wanted(request, "text", parameters::split(request.text("model")).0)?;
    Ok(answered(state, &model, &request.body, request.script, |_| ()))
}

/// An encrypted chat: the model reads the messages, and what it answers is encrypted.
#[cfg(feature = "e2ee")]
fn encrypted(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let model = tee::model(request, parameters::split(request.text("model")).0)?;
    let (generation, fault) = (&mut state.key_generation, request.encryption_fault);
    let chat = e2ee::EncryptedChat::read(request.headers, &request.body, &model, generation, fault)?;
    let reply = answered(state, &model, &chat.body, request.script, |events| chat.sealed(events));
    Ok(reply.with("x-venice-tee", "true").with("x-venice-tee-provider", "phala"))
}

/// Answers, with events that are changed before they are sent.
fn answered(
    state: &mut State,
    model: &Value,
    body: &Value,
    script: Option<&ScriptedChat>,
    change: impl FnOnce(&mut Vec<Value>),
) -> Reply {
    let (_, suffix) = parameters::split(body["model"].as_str().unwrap_or_default());
    let parameters = parameters::applied(&body["venice_parameters"], suffix);
    let id = format!("chatcmpl-{:016x}", state.next_id());
    let answer = Answer::new(state, id, time::now().as_secs(), model, body, parameters, script);
    state.balance_usd -= answer.usd.to_f64();
    state.limits.count_tokens(answer.prompt_tokens + answer.completion_tokens());
    let reply = if body["stream"] == true {
        let with_usage = body["stream_options"]["include_usage"] == true;
        let mut events = stream::events(&answer, with_usage);
        change(&mut events);
        Reply::events(&events)
    } else {
        Reply::json(200, &whole::body(&answer))
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    reply
        .with("x-venice-model-id", text(&model["id"]))
        .with("x-venice-model-name", text(&model["model_spec"]["name"]))
        .with("x-venice-model-router", if answer.dialect == answer::Dialect::A { "mock-a" } else { "mock-b" })
}
