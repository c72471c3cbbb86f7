//! Flows of several calls: each of their calls complies.

#![allow(unused_imports)]

use serde_json::json;
use venice_ai::Amount;
use venice_ai::types::{ChatCompletionRequest, CreateEmbeddingRequest, CreateSpeechRequest, QueueVideoRequest};

use super::*;

#[cfg(feature = "budget")]
#[tokio::test]
async fn a_refused_call_costs_no_budget_and_a_rejected_reply_does() {
    use venice_ai::cost::{Budget, Tally};

    let server = serving(|_| chat_by("foreign").into());
    let (budget, tally) = (Budget::usd(1), Tally::new());
    let builder = builder(&server).clock(TestClock::without_jitter()).privacy(PRIVATE);
    let venice = builder.budget(budget.clone().allow_unknown_prices()).tally(tally.clone()).build().unwrap();
    let outcome = venice.chat().create(ChatCompletionRequest::new("foreign", [PROMPT])).await;
    assert_eq!(refusal(&server, outcome), ["model_privacy model"]);
    assert_eq!(tally.snapshot().total().calls, 0);
    let error = venice.chat().create(ChatCompletionRequest::new("own", [PROMPT])).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Privacy);
    assert_eq!(tally.snapshot().total().calls, 1, "it was answered, and so it is charged");
}

#[cfg(feature = "batch")]
#[tokio::test]
async fn batched_requests_comply() {
    let server = server();
    let venice = client(&server, PRIVATE);
    let requests = ["foreign", "foreign", "own"].map(|model| ChatCompletionRequest::new(model, [PROMPT]));
    let mut run = venice.chat().many(requests);
    let mut kinds = Vec::new();
    while let Some(outcome) = run.next().await {
        let outcome = outcome.unwrap();
        kinds.push((outcome.index, outcome.result.err().map(|error| error.kind())));
    }
    kinds.sort_by_key(|(index, _)| *index);
    assert_eq!(kinds, [(0, Some(ErrorKind::Privacy)), (1, Some(ErrorKind::Privacy)), (2, None)]);
    assert_eq!(sent(&server).len(), 1);
    assert_eq!(sent(&server)[0].json()["model"], "own");
}

#[cfg(feature = "jobs")]
#[tokio::test]
async fn jobs_comply_before_they_are_quoted_or_queued() {
    let server = server();
    let venice = client(&server, PRIVATE);
    let request = || QueueVideoRequest::new("foreign-film").prompt(PROMPT);
    let outcome = venice.video().generate(request()).await.map(drop);
    assert_eq!(refusal(&server, outcome), ["model_privacy model"]);
    let outcome = venice.video().generate(request()).with_price_limit(0.5).await.map(drop);
    assert_eq!(refusal(&server, outcome), ["model_privacy model"]);
}

#[cfg(feature = "tools")]
#[tokio::test]
async fn each_round_of_a_tool_run_complies() {
    use venice_ai::tools::ToolBox;
    use venice_ai::types::Tool;

    let rounds = std::sync::atomic::AtomicUsize::new(0);
    let server = serving(move |_| {
        let n = rounds.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let call = json!({"id": "1", "type": "function", "function": {"name": "tide", "arguments": "{}"}});
        let message = json!({"role": "assistant", "content": null, "tool_calls": [call]});
        let model = if n == 0 { "own" } else { "foreign" };
        let choice = json!({"index": 0, "finish_reason": "tool_calls", "message": message});
        json!({"id": "c", "object": "chat.completion", "created": 1, "model": model, "choices": [choice]})
            .to_string()
            .into()
    });
    let tools =
        || ToolBox::new().implement(Tool::function("tide", "", json!({"type": "object"})), |_: Value| async { "high" });
    let venice = client(&server, PRIVATE);
    let refused = venice.chat().run(ChatCompletionRequest::new("foreign", [PROMPT]), &tools()).await;
    let error = Error::from(refused.unwrap_err());
    assert_eq!(refusal(&server, Err::<(), _>(error)), ["model_privacy model"]);
    let rejected = venice.chat().run(ChatCompletionRequest::new("own", [PROMPT]), &tools()).await;
    let error = Error::from(rejected.unwrap_err());
    assert_eq!(
        (error.kind(), sent(&server).len()),
        (ErrorKind::Privacy, 2),
        "the second round was answered by another model"
    );
}

#[cfg(feature = "long-speech")]
#[tokio::test]
async fn each_piece_of_a_long_speech_complies() {
    let server = server();
    let request = CreateSpeechRequest::new("foreign-voice", PROMPT.repeat(3));
    let outcome = client(&server, PRIVATE).audio().long_speech(request).bytes().await;
    let error = outcome.unwrap_err();
    assert_eq!(refusal(&server, Err::<(), _>(error)), ["model_privacy model"]);
}

#[cfg(feature = "embedding-batch")]
#[tokio::test]
async fn each_request_of_an_embedding_batch_complies() {
    let server = server();
    let request = CreateEmbeddingRequest::new("foreign-vector", vec![PROMPT; 5]);
    let outcome = client(&server, PRIVATE).embeddings().batch(request).await;
    let error = Error::from(outcome.unwrap_err());
    assert_eq!(refusal(&server, Err::<(), _>(error)), ["model_privacy model"]);
}

#[cfg(feature = "blocking")]
#[test]
fn blocking_calls_comply() {
    let server = server();
    let call = client(&server, PRIVATE).chat().create(ChatCompletionRequest::new("foreign", [PROMPT]));
    assert_eq!(refusal(&server, call.send_blocking()), ["model_privacy model"]);
}

#[cfg(feature = "structured")]
#[tokio::test]
async fn structured_outputs_comply() {
    #[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
    #[allow(dead_code)]
    struct Tide {
        hour: u8,
    }
    let server = server();
    let outcome = client(&server, PRIVATE).chat().parse::<Tide>(ChatCompletionRequest::new("foreign", [PROMPT])).await;
    assert_eq!(refusal(&server, outcome.map(drop)), ["model_privacy model"]);
}
