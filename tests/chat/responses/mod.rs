//! The Responses API: whole answers.

mod events;

use serde_json::{Value, json};
use venice_ai::types::{
    Function, FunctionTool, ResponseInputItem, ResponseItem, ResponseItemStatus, ResponsesInput, ResponsesReply,
    ResponsesRequest, ResponsesStatus,
};
use venice_ai::{Error, ErrorKind};
use venice_ai_mock::MockVenice;

use crate::support::replying;
use crate::support::{Answer, KEY, Server, TestClock, client};

const WHOLE: &str = include_str!("../../fixtures/replies/response.json");

fn request() -> ResponsesRequest {
    ResponsesRequest::new("default", "How high is the water?")
}

async fn read(body: &str) -> ResponsesReply {
    let (_, venice) = replying(body);
    venice.responses().create(request()).await.unwrap()
}

#[tokio::test]
async fn a_text_is_sent_and_the_answer_read() {
    let (server, venice) = replying(WHOLE);
    let reply = venice.responses().create(request().max_output_tokens(50).temperature(0.5)).await.unwrap();
    assert_eq!(reply.output_text(), "At 10:40 it is 95 cm. Bring boots.");
    assert_eq!((&*reply.id, &reply.status, &*reply.model), ("resp_1", &ResponsesStatus::Completed, "gondola-9b"));
    let usage = reply.usage.as_ref().unwrap();
    assert_eq!((usage.input_tokens, usage.output_tokens, usage.total_tokens), (12, 30, 42));
    assert_eq!(usage.output_tokens_details.as_ref().unwrap().reasoning_tokens, Some(9));

    let sent = &server.requests()[0];
    assert_eq!((&*sent.method, &*sent.target), ("POST", "/api/v1/responses"));
    assert_eq!(sent.header("authorization").unwrap(), format!("Bearer {KEY}"));
    let body =
        json!({"model": "default", "input": "How high is the water?", "max_output_tokens": 50, "temperature": 0.5});
    assert_eq!(sent.json(), body);
}

#[tokio::test]
async fn items_are_typed_and_new_ones_kept() {
    let reply = read(WHOLE).await;
    let kinds: Vec<&str> = reply
        .output
        .iter()
        .map(|item| match item {
            ResponseItem::Reasoning(_) => "reasoning",
            ResponseItem::WebSearchCall(call) if call.status == ResponseItemStatus::Completed => "search",
            ResponseItem::Message(_) => "message",
            ResponseItem::FunctionCall(_) => "call",
            ResponseItem::Unknown(json) => json["type"].as_str().unwrap(),
            _ => "other",
        })
        .collect();
    assert_eq!(kinds, ["reasoning", "reasoning", "search", "message", "message", "call", "hologram"]);
    let summaries: Vec<String> = reply
        .output
        .iter()
        .filter_map(|item| if let ResponseItem::Reasoning(item) = item { Some(item.summary_text()) } else { None })
        .collect();
    assert_eq!(summaries, ["Looked at the tables.", "Then at the moon."], "as texts and as objects");
    let calls: Vec<_> = reply.function_calls().map(|call| (&*call.call_id, &*call.name, &*call.arguments)).collect();
    assert_eq!(calls, [("call_1", "tide", "{\"day\":1}")]);
}

#[tokio::test]
async fn an_answer_goes_back_as_input() {
    let reply = read(WHOLE).await;
    let mut items = vec![ResponseInputItem::system("Be brief."), ResponseInputItem::user("How high?")];
    items.extend(reply.into_input());
    items.push(ResponseInputItem::function_output("call_1", "95"));
    let (server, venice) = replying(WHOLE);
    venice.responses().create(ResponsesRequest::new("default", items)).await.unwrap();
    let sent = server.requests()[0].json();
    let kinds: Vec<&Value> = sent["input"].as_array().unwrap().iter().map(|item| &item["type"]).collect();
    let wanted = [
        "message",
        "message",
        "reasoning",
        "reasoning",
        "message",
        "message",
        "function_call",
        "hologram",
        "function_call_output",
    ];
    assert_eq!(kinds, wanted, "the search stays here");
    assert_eq!(sent["input"][0], json!({"type": "message", "role": "system", "content": "Be brief."}));
    assert_eq!(sent["input"][2]["encrypted_content"], "gAAA");
    assert_eq!(sent["input"][3]["summary"], json!([{"type": "summary_text", "text": "Then at the moon."}]));
    let content = json!([{"type": "output_text", "text": "At 10:40 it is 95 cm."}]);
    assert_eq!(sent["input"][4], json!({"type": "message", "role": "assistant", "content": content}));
    assert_eq!(sent["input"][6]["call_id"], "call_1");
    assert_eq!(sent["input"][7], json!({"type": "hologram", "beams": [1, 2]}));
    assert_eq!(sent["input"][8], json!({"type": "function_call_output", "call_id": "call_1", "output": "95"}));
}

#[tokio::test]
async fn a_200_that_says_failed_is_an_error() {
    for (error, kind, code, message) in [
        (
            json!({"code": "MODEL_OVERLOADED", "message": "Too busy"}),
            ErrorKind::Overloaded,
            Some("MODEL_OVERLOADED"),
            "Too busy",
        ),
        (json!({"code": "server_error", "message": "Lost it"}), ErrorKind::Server, Some("server_error"), "Lost it"),
    ] {
        let body =
            json!({"id": "resp_1", "object": "response", "status": "failed", "output": [], "error": error}).to_string();
        let (server, venice) = replying(&body);
        let failure = venice.responses().create(request()).await.unwrap_err();
        assert_eq!((failure.kind(), failure.code(), failure.message()), (kind, code, message));
        assert_eq!((failure.status().unwrap().as_u16(), failure.operation()), (200, Some("createResponse")));
        assert_eq!(failure.body().unwrap(), &body, "what came is kept");
        assert!(!failure.is_retryable());
        assert_eq!(server.count(), 1);
    }
    let (_, venice) = replying(r#"{"status":"failed","error":null,"output":[]}"#);
    let failure = venice.responses().create(request()).await.unwrap_err();
    assert_eq!(failure.kind(), ErrorKind::Server);
}

#[tokio::test]
async fn other_states_are_facts() {
    for status in ["incomplete", "cancelled", "in_progress", "brand_new"] {
        let reply = read(&json!({"status": status, "output": [], "error": null}).to_string()).await;
        assert_eq!((reply.status.as_str(), reply.output_text().as_ref()), (status, ""));
    }
}

#[tokio::test]
async fn what_is_missing_or_new_does_not_hide_the_answer() {
    let body = r#"{"output":[{"type":"message","content":[{"type":"output_text","text":"Hi","logprobs":[]}]}, null, 7],"usage":"free","x":1}"#;
    let reply = read(body).await;
    assert_eq!(reply.output_text(), "Hi");
    assert_eq!((reply.usage.as_ref(), &reply.extra["x"]), (None, &json!(1)));
}

async fn refused(request: ResponsesRequest, field: &str) {
    let (server, venice) = replying(WHOLE);
    let check = |error: Error| {
        assert_eq!((error.kind(), error.status()), (ErrorKind::InvalidRequest, None), "{error}");
        assert_eq!((error.operation(), &*error.field_errors()[0].field), (Some("createResponse"), field), "{error}");
    };
    check(venice.responses().create(request.clone()).await.unwrap_err());
    check(venice.responses().stream(request).await.unwrap_err());
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn bad_requests_are_rejected_before_anything_is_sent() {
    refused(ResponsesRequest::new("", "x"), "model").await;
    refused(ResponsesRequest::new("m", ""), "input").await;
    refused(ResponsesRequest::new("m", Vec::<ResponseInputItem>::new()), "input").await;
    let items = vec![ResponseInputItem::user("x"), ResponseInputItem::user("")];
    refused(ResponsesRequest::new("m", items), "input[1].content").await;
    refused(ResponsesRequest::new("m", vec![ResponseInputItem::user(vec![])]), "input[0].content").await;
    refused(request().max_output_tokens(0), "max_output_tokens").await;
    refused(request().temperature(2.1), "temperature").await;
    refused(request().top_p(f64::NAN), "top_p").await;
    refused(request().fallbacks(vec![venice_ai::types::FallbackModel::new("m"); 11]), "fallbacks").await;
}

#[tokio::test]
async fn a_stream_is_not_asked_for_by_the_back_door() {
    let (server, venice) = replying(WHOLE);
    let error = venice.responses().create(request().stream(true)).await.unwrap_err();
    assert!(error.message().contains("`stream`") && error.message().contains("responses().stream"), "{error}");
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn it_is_retried_only_when_it_is_known_not_to_have_run() {
    for (failure, requests) in [(429, 2), (503, 2), (500, 1), (504, 1)] {
        let server = Server::answering([Answer::json(failure, "{}"), Answer::json(200, WHOLE)]);
        let outcome = client(&server, &TestClock::without_jitter()).responses().create(request()).await;
        assert_eq!((server.count(), outcome.is_ok()), (requests, requests == 2), "{failure}");
    }
}

#[tokio::test]
async fn a_conversation_with_the_mock() {
    let mock = MockVenice::start().await.unwrap();
    let venice = mock.client();
    let request = request().tools([FunctionTool::new(Function::new("tide"))]);
    let reply = venice.responses().create(request.clone()).await.unwrap();
    let call = reply.function_calls().next().unwrap().clone();
    assert_eq!((&*call.name, reply.output_text().as_ref()), ("tide", ""));
    let mut items = vec![ResponseInputItem::user("How high is the water?")];
    items.extend(reply.into_input());
    items.push(ResponseInputItem::function_output(call.call_id, "95"));
    let mut request = request;
    request.input = ResponsesInput::Items(items);
    let reply = venice.responses().create(request.clone()).await.unwrap();
    assert!(reply.output_text().contains("How high is the water?"));
    let streamed = venice.responses().stream(request).await.unwrap().collect().await.unwrap();
    assert_eq!(streamed.output_text(), reply.output_text());
}

#[cfg(feature = "blocking")]
#[test]
fn it_works_without_async() {
    let (_, venice) = replying(WHOLE);
    assert!(venice.responses().create(request()).send_blocking().unwrap().output_text().starts_with("At 10:40"));
}
