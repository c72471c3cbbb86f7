//! Handler of chat completions.

mod answer;
mod cache;
mod parameters;
mod stream;
mod whole;

use serde_json::Value;

use self::answer::Answer;
pub(super) use self::cache::Cached;
use super::parsed_request::ParsedRequest;
use super::reply::Reply;
use super::state::State;
use super::{models, time};

pub(super) fn create(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let body = &request.body;
    let (name, suffix) = parameters::split(request.text("model"));
    let model = models::wanted(request, "text", name)?;
    let parameters = parameters::applied(&body["venice_parameters"], suffix);
    let id = format!("chatcmpl-{:016x}", state.next_id());
    let answer = Answer::new(state, id, time::now().as_secs(), &model, body, parameters);
    state.balance_usd -= answer.usd.to_f64();
    state.limits.count_tokens(answer.prompt_tokens + answer.completion_tokens());
    let reply = if body["stream"] == true {
        let with_usage = body["stream_options"]["include_usage"] == true;
        Reply::events(&stream::events(&answer, with_usage))
    } else {
        Reply::json(200, &whole::body(&answer))
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Ok(reply
        .with("x-venice-model-id", text(&model["id"]))
        .with("x-venice-model-name", text(&model["model_spec"]["name"]))
        .with("x-venice-model-router", if answer.dialect == answer::Dialect::A { "mock-a" } else { "mock-b" }))
}
