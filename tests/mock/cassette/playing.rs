//! How a player compares requests with a cassette.

use serde_json::{Value, json};
use venice_ai::http::Method;
use venice_ai::types::ChatCompletionRequest;
use venice_ai::{Client, Error, ErrorKind};

use super::{Studio, keeping_all, once};
use venice_ai_mock::cassette::{Redaction, RedactionMode};

async fn ask(venice: &Client, text: &str) -> Result<String, Error> {
    let reply = venice.chat().create(ChatCompletionRequest::new("default", [text])).await?;
    Ok(reply.text().into_owned())
}

/// A cassette with two questions and a list of models.
async fn recorded(redaction: Redaction) -> Studio {
    let studio = Studio::new(redaction).await;
    ask(&studio.venice, "One boat?").await.unwrap();
    ask(&studio.venice, "Two boats?").await.unwrap();
    studio.venice.request::<Value>(Method::GET, "/models").with_extra_query("type", "text").await.unwrap();
    studio
}

#[tokio::test]
async fn a_strict_player_wants_the_recorded_order() {
    let studio = recorded(keeping_all()).await;
    let player = studio.player().start().await.unwrap();
    let venice = once(&player);
    let error = ask(&venice, "Two boats?").await.unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::InvalidRequest, 400));
    assert!(error.message().contains("has another body than number 0"), "{error}");
    assert!(ask(&venice, "One boat?").await.unwrap().contains("One boat?"));
    let problems = player.verify().unwrap_err().to_string();
    assert!(problems.contains("POST /chat/completions has another body"), "{problems}");
    assert!(problems.contains("GET /models (number 2) was not sent"), "{problems}");
    assert!(!problems.contains("boat"), "no prompt: {problems}");
}

#[tokio::test]
async fn a_strict_player_has_nothing_after_the_last_request() {
    let studio = Studio::new(keeping_all()).await;
    ask(&studio.venice, "One boat?").await.unwrap();
    let player = studio.player().start().await.unwrap();
    ask(&once(&player), "One boat?").await.unwrap();
    player.verify().unwrap();
    let error = ask(&once(&player), "One boat?").await.unwrap_err();
    assert!(error.message().contains("came after the last one"), "{error}");
    player.verify().unwrap_err();
}

#[tokio::test]
async fn a_lenient_player_takes_requests_in_any_order_and_again() {
    let studio = recorded(keeping_all()).await;
    let player = studio.player().lenient(true).start().await.unwrap();
    let venice = once(&player);
    for text in ["Two boats?", "One boat?", "Two boats?"] {
        assert!(ask(&venice, text).await.unwrap().contains(text));
    }
    player.verify().unwrap();
    let error = ask(&venice, "Three boats?").await.unwrap_err();
    assert!(error.message().contains("is not in the cassette"), "{error}");
    assert!(player.verify().unwrap_err().to_string().contains("is not in the cassette"));
}

#[tokio::test]
async fn the_query_and_the_method_count() {
    let studio = recorded(keeping_all()).await;
    let player = studio.player().lenient(true).start().await.unwrap();
    let venice = once(&player);
    let models = |kind: &'static str| venice.request::<Value>(Method::GET, "/models").with_extra_query("type", kind);
    models("text").await.unwrap();
    models("image").await.unwrap_err();
    venice.request::<Value>(Method::DELETE, "/models").with_extra_query("type", "text").await.unwrap_err();
}

#[tokio::test]
async fn hashed_prompts_stay_different_and_placeholders_do_not() {
    for (mode, is_other) in [(RedactionMode::Hash, true), (RedactionMode::Placeholder, false)] {
        let studio = recorded(Redaction::new().prompts(mode)).await;
        let player = studio.player().lenient(true).start().await.unwrap();
        assert_eq!(ask(&once(&player), "Three boats?").await.is_err(), is_other, "{mode:?}");
        ask(&once(&player), "Two boats?").await.unwrap();
    }
}

#[tokio::test]
async fn json_is_compared_as_a_value() {
    let studio = Studio::new(keeping_all()).await;
    ask(&studio.venice, "One boat?").await.unwrap();
    let player = studio.player().start().await.unwrap();
    let body = json!({"messages": [{"content": "One boat?", "role": "user"}], "model": "default"});
    let text = serde_json::to_string_pretty(&body).unwrap();
    let http = venice_ai::reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/chat/completions", player.base_url());
    let reply = http.post(url).header("content-type", "application/json").body(text).send().await.unwrap();
    assert_eq!(reply.status(), 200, "{}", reply.text().await.unwrap());
    player.verify().unwrap();
}

#[cfg(feature = "blocking")]
#[test]
fn blocking_calls_are_replayed() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let studio = runtime.block_on(recorded(keeping_all()));
    let player = studio.player().lenient(true).start_blocking().unwrap();
    let call = player.client().chat().create(ChatCompletionRequest::new("default", ["One boat?"]));
    assert!(call.send_blocking().unwrap().text().contains("One boat?"));
}
