//! Optional fields that a model refuses, although the catalogue does not say so.

use serde_json::{Value, json};
use venice_ai::preflight::FindingAction;
use venice_ai::{Client, ErrorKind, Preflight};

use super::{CHAT, client, model, sent};
use crate::support::{Answer, Server};

/// A server whose model refuses a field of requests with this answer.
fn refusing(field: &'static str, refusal: Value) -> Server {
    let list = json!({"data": [model("text", json!({}))]}).to_string();
    Server::start(move |_, request| match &*request.target {
        "/api/v1/models?type=all" => list.as_str().into(),
        _ if request.method == "GET" => r#"{"data": {}}"#.into(),
        _ if request.json().get(field).is_some() => Answer::json(400, &refusal.to_string()),
        _ => CHAT.into(),
    })
}

fn openai_style(field: &str) -> Value {
    let message = format!("Unsupported parameter: '{field}' is not supported with this model.");
    json!({"error": {"message": message, "type": "invalid_request_error", "param": field, "code": "unsupported_parameter"}})
}

fn request(fields: Value) -> venice_ai::types::ChatCompletionRequest {
    let mut request = json!({"model": "m", "messages": [{"role": "user", "content": "Port?"}]});
    request.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    serde_json::from_value(request).unwrap()
}

async fn dropped(venice: &Client, fields: Value) -> Vec<String> {
    let reply = venice.chat().create(request(fields)).with_meta().await.unwrap();
    let report = reply.meta.preflight().unwrap();
    let refused = report.findings().iter().filter(|finding| finding.rule == "refused");
    refused
        .map(|finding| {
            assert_eq!(finding.action, FindingAction::Dropped);
            finding.field.clone()
        })
        .collect()
}

#[tokio::test]
async fn a_refused_field_is_left_out_and_remembered() {
    let forms = [
        openai_style("top_k"),
        json!({"error": "top_k is not supported by this model"}),
        json!({"error": "Invalid request", "issues": [{"code": "unrecognized_keys", "keys": ["top_k"], "path": [], "message": "Unrecognized key(s) in object: 'top_k'"}]}),
    ];
    for refusal in forms {
        let server = refusing("top_k", refusal);
        let venice = client(&server, Preflight::Drop);
        assert_eq!(dropped(&venice, json!({"top_k": 40, "seed": 1})).await, ["top_k"]);
        let bodies = sent(&server);
        assert_eq!(bodies.len(), 2);
        assert_eq!(
            (bodies[0]["top_k"].as_i64(), bodies[1].get("top_k"), &bodies[1]["seed"]),
            (Some(40), None, &json!(1))
        );
        // From now on it is not sent at all.
        assert_eq!(dropped(&venice, json!({"top_k": 40})).await, ["top_k"]);
        assert_eq!(sent(&server).len(), 3);
        assert!(dropped(&venice, json!({"seed": 2})).await.is_empty());
    }
}

#[tokio::test]
async fn a_field_that_matters_and_an_invalid_value_stay_errors() {
    for (field, value, refusal) in [
        ("tools", json!([{"type": "function", "function": {"name": "f"}}]), openai_style("tools")),
        ("max_completion_tokens", json!(5), openai_style("max_completion_tokens")),
        (
            "temperature",
            json!(1.5),
            json!({"error": {"message": "temperature must be at most 1", "param": "temperature"}}),
        ),
        (
            "temperature",
            json!(0.5),
            json!({"error": {"message": "'temperature' does not support 0.5, only the default value", "param": "temperature", "code": "unsupported_value"}}),
        ),
        ("seed", json!(5), json!({"error": "Invalid request parameters. For assistance, contact support"})),
    ] {
        let server = refusing(field, refusal);
        let error = client(&server, Preflight::Drop).chat().create(request(json!({field: value}))).await.unwrap_err();
        assert_eq!((error.kind(), sent(&server).len()), (ErrorKind::InvalidRequest, 1), "{error}");
    }
}

#[tokio::test]
async fn a_second_refusal_within_a_call_is_its_error() {
    let list = json!({"data": [model("text", json!({}))]}).to_string();
    let server = Server::start(move |_, request| match request.method.as_str() {
        "GET" if request.target.ends_with("type=all") => list.as_str().into(),
        "GET" => r#"{"data": {}}"#.into(),
        _ => {
            let body = request.json();
            let field = ["top_k", "seed"].into_iter().find(|field| body.get(field).is_some());
            field.map_or_else(|| CHAT.into(), |field| Answer::json(400, &openai_style(field).to_string()))
        }
    });
    let venice = client(&server, Preflight::Drop);
    let error = venice.chat().create(request(json!({"top_k": 1, "seed": 1}))).await.unwrap_err();
    assert_eq!((error.kind(), sent(&server).len()), (ErrorKind::InvalidRequest, 2));
    let report = error.preflight().unwrap();
    assert!(report.findings().iter().any(|finding| finding.field == "top_k"), "{report}");
    // The next call knows one of them.
    assert_eq!(dropped(&venice, json!({"top_k": 1, "seed": 1})).await, ["top_k", "seed"]);
}

#[tokio::test]
async fn other_policies_send_what_they_are_given() {
    for policy in [Preflight::Off, Preflight::Warn, Preflight::Refuse] {
        let server = refusing("top_k", openai_style("top_k"));
        client(&server, policy).chat().create(request(json!({"top_k": 40}))).await.unwrap_err();
        assert_eq!(sent(&server).len(), 1, "{policy:?}");
    }
}
