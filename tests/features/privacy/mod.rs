//! Privacy policies: calls whose content would go elsewhere are refused before anything is sent.

mod calls;
mod catalogue;
mod flows;
mod leaks;
mod models;
mod operations;
mod replies;

use serde_json::{Value, json};
use venice_ai::http::Method;
use venice_ai::{Client, Error, ErrorKind, Privacy, PrivacyPolicy};

use crate::support::server::Request;
use crate::support::{Answer, Server, TestClock, builder};

/// What must not leave.
const PROMPT: &str = "the secret of the lagoon";

fn model(id: &str, kind: &str, spec: Value) -> Value {
    json!({"id": id, "object": "model", "type": kind, "model_spec": spec})
}

/// The models that the server lists. The time of the tests is 2023-11-14.
fn models() -> Vec<Value> {
    let tee = |attested, encrypted| json!({"supportsTeeAttestation": attested, "supportsE2EE": encrypted});
    let remapped = |removes: &str, replacement: Value| json!({"autoRemap": true, "date": removes, "removesAt": removes, "replacementModelId": replacement});
    let (past, future) = ("2023-01-01T00:00:00.000Z", "2030-01-01T00:00:00.000Z");
    vec![
        model("own", "text", json!({"privacy": "private", "traits": ["default"], "capabilities": tee(false, false)})),
        model("foreign", "text", json!({"privacy": "anonymized", "traits": ["most_intelligent"]})),
        model("unclear", "text", json!({"privacy": "brand_new"})),
        model("silent", "text", json!({})),
        model("enclave", "text", json!({"privacy": "private", "capabilities": tee(true, false)})),
        model("contradictory", "text", json!({"privacy": "anonymized", "capabilities": tee(true, true)})),
        model("sealed", "text", json!({"privacy": "private", "capabilities": tee(true, true)})),
        model("gone", "text", json!({"privacy": "private", "deprecation": remapped(past, json!("foreign"))})),
        model("lost", "text", json!({"privacy": "private", "deprecation": remapped(past, Value::Null)})),
        model("moved", "text", json!({"privacy": "private", "deprecation": remapped(past, json!("own"))})),
        model("leaving", "text", json!({"privacy": "private", "deprecation": remapped(future, json!("own"))})),
        model("painter", "image", json!({"privacy": "private", "traits": ["default"]})),
        model("foreign-painter", "image", json!({"privacy": "anonymized"})),
        model("brush", "inpaint", json!({"privacy": "private"})),
        model("foreign-brush", "inpaint", json!({"privacy": "anonymized"})),
        model("campanile", "upscale", json!({"privacy": "private"})),
        model("voice", "tts", json!({"privacy": "private"})),
        model("foreign-voice", "tts", json!({"privacy": "anonymized"})),
        model("ear", "asr", json!({"privacy": "private"})),
        model("foreign-ear", "asr", json!({"privacy": "anonymized"})),
        model("vector", "embedding", json!({"privacy": "private"})),
        model("foreign-vector", "embedding", json!({"privacy": "anonymized"})),
        model("film", "video", json!({"privacy": "private"})),
        model("foreign-film", "video", json!({"privacy": "anonymized"})),
        model("foreign-song", "music", json!({"privacy": "anonymized"})),
        model("foreign-judge", "decision", json!({"privacy": "anonymized"})),
    ]
}

/// What the server says of models and characters; `None` for anything else.
fn facts(request: &Request) -> Option<Answer> {
    let (path, query) = request.target.strip_prefix("/api/v1")?.split_once('?').unwrap_or((&request.target[7..], ""));
    let character = |model: &str, web: bool| {
        let time = "2023-01-01T00:00:00.000Z";
        let stats = json!({"averageRating": 1, "imports": 1, "ratingCount": 1, "ratingSum": 1, "userRating": null});
        let data = json!({
            "id": "1", "slug": "s", "name": "n", "description": null, "adult": false, "author": "a", "createdAt": time, "updatedAt": time,
            "featured": false, "shareUrl": null, "photoUrl": null, "stats": stats, "tags": [], "webEnabled": web, "modelId": model,
        });
        json!({"object": "character", "data": data}).to_string()
    };
    Some(match path {
        "/models" if query == "type=all" => json!({"data": models()}).to_string().into(),
        "/models/compatibility_mapping" if query == "type=text" => {
            r#"{"data": {"gpt-own": "own", "gpt-foreign": "foreign", "gpt-lost": "not-listed"}}"#.into()
        }
        "/models/compatibility_mapping" => r#"{"data": {}}"#.into(),
        "/models/traits" => r#"{"data": {}}"#.into(),
        "/characters/same" => character("own", false).into(),
        "/characters/other" => character("foreign", false).into(),
        "/characters/unlisted" => character("not-listed", false).into(),
        "/characters/web" => character("own", true).into(),
        path if path.starts_with("/characters/") => Answer::json(404, r#"{"error": "Character not found"}"#),
        _ => return None,
    })
}

/// A server that lists the models, and answers everything else with `answer`.
fn serving(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Server {
    Server::start(move |_, request| facts(request).unwrap_or_else(|| answer(request)))
}

/// A whole chat reply by a model.
fn chat_by(model: &str) -> String {
    let message = json!({"role": "assistant", "content": "At noon."});
    json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": model,
        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
    })
    .to_string()
}

/// A server whose replies name the requested model.
fn server() -> Server {
    serving(|request| {
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let name = body["model"].as_str().unwrap_or("own").split(':').next().unwrap_or_default().to_owned();
        chat_by(&name).into()
    })
}

fn client(server: &Server, policy: impl Into<PrivacyPolicy>) -> Client {
    builder(server).clock(TestClock::without_jitter()).privacy(policy).build().unwrap()
}

/// A body for chat completions with the prompt, and these fields in addition.
fn chat(model: &str, more: Value) -> Value {
    let mut body = json!({"model": model, "messages": [{"role": "user", "content": PROMPT}]});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

async fn post(venice: &Client, path: &str, body: &Value) -> Result<Value, Error> {
    venice.request::<Value>(Method::POST, path).with_json_body(body).await
}

/// The requests that are not for models and characters.
fn sent(server: &Server) -> Vec<Request> {
    server.requests().into_iter().filter(|request| facts(request).is_none()).collect()
}

/// Nothing of the prompt, in any form, was sent.
fn assert_nothing_left(server: &Server) {
    assert!(sent(server).is_empty(), "{:?}", sent(server));
    for request in server.requests() {
        assert!(request.body.is_empty() && request.method == "GET", "{request:?}");
        assert!(!request.target.contains("secret"), "{request:?}");
    }
}

/// The rules and fields of a refusal, after which nothing must have left.
#[track_caller]
fn refusal<T: std::fmt::Debug>(server: &Server, outcome: Result<T, Error>) -> Vec<String> {
    let error = outcome.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Privacy, None), "{error}");
    assert_eq!(error.delivery(), venice_ai::Delivery::NotSent);
    assert!(error.to_string().contains("nothing was sent") && !error.to_string().contains("secret"), "{error}");
    assert_nothing_left(server);
    let report = error.privacy().expect("it says why");
    assert!(report.is_refused());
    report.refusals().map(|finding| format!("{} {}", finding.rule, finding.field)).collect()
}

/// The refusal of one chat.
async fn refused(policy: impl Into<PrivacyPolicy>, body: &Value) -> Vec<String> {
    let server = server();
    let outcome = post(&client(&server, policy), "/chat/completions", body).await;
    refusal(&server, outcome)
}

/// A chat that must be sent.
async fn passed(policy: impl Into<PrivacyPolicy>, body: &Value) {
    let server = server();
    let outcome = post(&client(&server, policy), "/chat/completions", body).await;
    outcome.unwrap_or_else(|error| panic!("{error}: {body}"));
    assert_eq!(sent(&server).len(), 1);
    assert_eq!(sent(&server)[0].json(), *body, "it is sent unchanged");
}

const PRIVATE: Privacy = Privacy::PrivateModels;
