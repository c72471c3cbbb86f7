//! Chats with other models in reserve.

use venice_ai::types::ChatCompletionRequest;
use venice_ai::{Delivery, ErrorKind};

use crate::support::server::Request;
use crate::support::{Answer, Server, TestClock, client};

fn answer_of(model: &str) -> Answer {
    Answer::json(
        200,
        &format!(
            r#"{{"id":"c","object":"chat.completion","created":1,"model":"{model}","choices":[{{"index":0,"message":{{"role":"assistant","content":"Hello!"}},"finish_reason":"stop"}}]}}"#
        ),
    )
}

fn asked(server: &Server) -> Vec<String> {
    server.requests().iter().map(model_of).collect()
}

fn model_of(request: &Request) -> String {
    request.json()["model"].as_str().unwrap().to_owned()
}

/// A server on which only the model `good` answers.
fn server(failure: Answer) -> Server {
    Server::start(move |_, request| match &*model_of(request) {
        "good" => answer_of("good"),
        _ => failure.clone(),
    })
}

fn hello() -> ChatCompletionRequest {
    ChatCompletionRequest::new("first", "Hello!")
}

fn at_capacity() -> Answer {
    Answer::json(503, r#"{"error":"The model is at capacity"}"#)
}

#[tokio::test]
async fn the_next_model_is_asked_at_once_when_one_cannot_answer() {
    for failure in [
        at_capacity(),
        Answer::json(429, r#"{"error":"Rate limit exceeded"}"#),
        Answer::json(404, r#"{"error":"Specified model not found"}"#),
        Answer::json(410, r#"{"error":"The model was retired"}"#),
    ] {
        let (server, clock) = (server(failure), TestClock::without_jitter());
        let venice = client(&server, &clock);
        let reply = venice.chat().with_fallbacks(["second", "good", "never"]).create(hello()).await.unwrap();
        assert_eq!(
            (reply.model.as_str(), asked(&server)),
            ("good", vec!["first".into(), "second".into(), "good".into()])
        );
        assert!(clock.pauses().is_empty(), "only the last model is retried");
    }
}

#[tokio::test]
async fn a_stream_has_fallbacks_until_it_has_begun() {
    let server = Server::start(|_, request| match &*model_of(request) {
        "good" => Answer::new(
            200,
            &[("content-type", "text/event-stream")],
            "data: {\"id\":\"c\",\"model\":\"good\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello!\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
        ),
        _ => at_capacity(),
    });
    let venice = client(&server, &TestClock::without_jitter());
    let mut stream = venice.chat().with_fallbacks(["good"]).stream(hello()).await.unwrap();
    let chunk = stream.next().await.unwrap().unwrap();
    assert_eq!(chunk.choices[0].delta.content.as_deref(), Some("Hello!"));
    assert_eq!(asked(&server), ["first", "good"]);
}

#[tokio::test]
async fn a_request_that_may_have_run_or_is_invalid_is_not_sent_to_another_model() {
    for failure in [
        Answer::nothing(),
        Answer::json(500, r#"{"error":"Inference failed"}"#),
        Answer::json(400, r#"{"error":"Invalid request parameters"}"#),
        Answer::json(401, r#"{"error":"Authentication failed"}"#),
        Answer::json(402, r#"{"error":"Insufficient USD or Diem balance"}"#),
        Answer::html(503, "<html>gateway</html>"),
    ] {
        let server = server(failure);
        let venice = client(&server, &TestClock::without_jitter());
        venice.chat().with_fallbacks(["good"]).create(hello()).await.unwrap_err();
        assert_eq!(asked(&server), ["first"]);
    }
}

#[tokio::test]
async fn the_last_model_is_retried_and_its_error_names_those_before() {
    let server = server(at_capacity());
    let clock = TestClock::without_jitter();
    let error = client(&server, &clock).chat().with_fallbacks(["second"]).create(hello()).await.unwrap_err();
    assert_eq!(asked(&server), ["first", "second", "second", "second"]);
    assert_eq!((error.kind(), error.attempts(), clock.pauses().len()), (ErrorKind::Overloaded, 3, 2));
    assert!(error.to_string().contains("models before it: first (overloaded)"), "{error}");
}

#[tokio::test]
async fn without_fallbacks_it_is_a_call_like_any_other() {
    let server = server(at_capacity());
    let venice = client(&server, &TestClock::without_jitter());
    let none: [&str; 0] = [];
    let error = venice.chat().with_fallbacks(none).create(hello()).await.unwrap_err();
    assert_eq!((error.attempts(), error.delivery()), (3, Delivery::Refused));
    assert!(!error.to_string().contains("models before"), "{error}");
}

#[cfg(feature = "privacy")]
#[tokio::test]
async fn models_that_the_policy_or_the_budget_does_not_allow_are_skipped() {
    use serde_json::json;
    use venice_ai::Privacy;
    use venice_ai::cost::Budget;

    use crate::support::builder;

    let model = |id: &str, privacy: &str, usd: f64| {
        let price = json!({"usd": usd, "diem": usd});
        let spec =
            json!({"privacy": privacy, "pricing": {"input": price, "output": price}, "availableContextTokens": 1000});
        json!({"id": id, "type": "text", "model_spec": spec})
    };
    let list = json!({"object": "list", "data": [
        model("first", "anonymized", 0.0), model("dear", "private", 1e6), model("good", "private", 0.0),
    ]});
    let server = Server::start(move |_, request| match request.method.as_str() {
        "GET" => Answer::json(200, &list.to_string()),
        _ => answer_of("good"),
    });
    let venice = builder(&server).privacy(Privacy::PrivateModels).budget(Budget::usd("1")).build().unwrap();
    let reply = venice.chat().with_fallbacks(["dear", "good"]).create(hello()).await.unwrap();
    assert_eq!(reply.model, "good");
    let chats: Vec<_> = server.requests().into_iter().filter(|request| request.method == "POST").collect();
    assert_eq!(chats.iter().map(model_of).collect::<Vec<_>>(), ["good"], "nothing was sent to the others");
}
