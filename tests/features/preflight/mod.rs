//! Preflight: requests are checked against the capabilities of their models before they are sent.

mod alone;
mod availability;
mod chat;
mod decisions;
mod embeddings;
mod images;
mod policies;
mod refused;
mod sound;
mod unreachable;
mod video;

use serde_json::{Value, json};
use venice_ai::http::Method;
use venice_ai::{Client, Preflight, PreflightReport};

use crate::support::{Answer, Server, TestClock, builder};

/// A reply for a chat.
pub const CHAT: &str = r#"{"id": "chatcmpl-1", "model": "m", "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Left."}}]}"#;

/// A model with the id `m`.
pub fn model(kind: &str, spec: Value) -> Value {
    json!({"id": "m", "object": "model", "type": kind, "model_spec": spec})
}

/// A server that lists these models, has no other names, and answers everything else with `answer`.
pub fn serving(models: Vec<Value>, answer: impl Into<Answer>) -> Server {
    let (list, answer) = (json!({"data": models}).to_string(), answer.into());
    Server::start(move |_, request| match &*request.target {
        "/api/v1/models?type=all" => list.as_str().into(),
        target if target.starts_with("/api/v1/models/") => r#"{"data": {"gpt-4o": "m"}}"#.into(),
        _ => answer.clone(),
    })
}

pub fn client(server: &Server, policy: Preflight) -> Client {
    builder(server).clock(TestClock::without_jitter()).preflight(policy).build().unwrap()
}

/// The requests except those for models.
pub fn sent(server: &Server) -> Vec<Value> {
    let all = server.requests();
    all.iter().filter(|request| request.method == "POST").map(|request| request.json()).collect()
}

/// The report of a request for the only model.
pub async fn report(model: &Value, path: &str, body: Value) -> PreflightReport {
    let server = serving(vec![model.clone()], "{}");
    let call = client(&server, Preflight::Warn).request::<Value>(Method::POST, path).with_json_body(&body);
    let reply = call.with_meta().await.unwrap();
    assert_eq!(sent(&server), [body], "it is sent as it was");
    reply.meta.preflight().expect("it was checked").clone()
}

/// Like [`report`], each finding as its rule and its field.
pub async fn found(model: &Value, path: &str, body: Value) -> Vec<String> {
    let report = report(model, path, body).await;
    report.findings().iter().map(|finding| format!("{} {}", finding.rule, finding.field)).collect()
}

/// Fields of a body, each with the findings of a request that adds it to `base`.
pub async fn look(model: &Value, path: &str, base: &Value, rows: &[(Value, &[&str])]) {
    for (members, expected) in rows {
        let mut body = base.clone();
        for (name, value) in members.as_object().unwrap() {
            body[name] = value.clone();
        }
        assert_eq!(found(model, path, body).await, *expected, "{members}");
    }
}
