//! Scripted answers.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use venice_ai::types::*;
use venice_ai::{Client, ErrorKind, FileInput, RetryPolicy, operations};
use venice_ai_mock::{Answer, Fault, MockVenice};

use super::{post, start};

async fn quote(venice: &Client) -> f64 {
    venice.raw().quote_video(&QuoteVideoRequest::new("m")).await.unwrap().quote.unwrap().to_f64()
}

fn usd(quote: f64) -> Answer {
    Answer::json(&json!({"quote": quote})).on("quoteVideo")
}

#[tokio::test]
async fn a_typed_reply_with_a_field_of_the_tests_own() {
    let (mock, venice) = start().await;
    let mut reply: CharacterResponse = MockVenice::default_body("getCharacterBySlug").unwrap();
    reply.data.name = "Casanova".to_owned();
    reply.data.stats.imports = 1725;
    mock.answer(Answer::json(&reply).on("getCharacterBySlug"));
    for _ in 0..2 {
        let got = venice.raw().get_character_by_slug("casanova").await.unwrap().data;
        assert_eq!((got.name.as_str(), got.stats.imports), ("Casanova", 1725));
    }
    assert_ne!(venice.raw().list_characters(&ListCharactersParams::new()).await.unwrap().data[0].name, "Casanova");
}

#[tokio::test]
async fn answers_for_some_requests_come_first_and_the_newest_of_the_others_counts() {
    let (mock, venice) = start().await;
    mock.answer(usd(1.0));
    mock.answer(usd(2.0));
    mock.answer(usd(3.0).times(2));
    mock.answer(usd(4.0).times(1));
    mock.answer(usd(5.0).times(0));
    let mut quotes = Vec::new();
    for _ in 0..5 {
        quotes.push(quote(&venice).await);
    }
    assert_eq!(quotes, [3.0, 3.0, 4.0, 2.0, 2.0]);
    mock.answer(usd(6.0).times(usize::MAX));
    assert_eq!((quote(&venice).await, quote(&venice).await), (6.0, 6.0));
}

#[tokio::test]
async fn an_answer_without_an_operation_is_for_all_of_them() {
    let (mock, venice) = start().await;
    mock.answer(Answer::json(&json!({"success": true, "data": ["x"]})));
    assert_eq!(venice.raw().list_image_styles().await.unwrap().data, ["x"]);
    assert_eq!(venice.raw().complete_video(&CompleteJobRequest::new("m", "q")).await.unwrap().success, Some(true));
}

#[tokio::test]
async fn status_headers_and_bytes_are_the_tests() {
    let (mock, venice) = start().await;
    let edit = || EditImageRequest::new(FileInput::text("https://images.example/a.png"), "bluer");
    mock.answer(
        Answer::bytes("image/webp", &b"RIFF...."[..])
            .header("x-venice-is-content-violation", "true")
            .header("cf-ray", "mine")
            .header("no good", "x")
            .on("editImage")
            .times(1),
    );
    let reply = venice.raw().edit_image(&edit()).await.unwrap();
    assert_eq!(reply.content_type().as_deref(), Some("image/webp"));
    assert_eq!(reply.meta().header("x-venice-is-content-violation"), Some("true"));
    assert_eq!(reply.meta().request_id(), Some("mine"), "over the one that each reply has");
    assert!(reply.meta().balances().usd.is_some());
    assert_eq!(reply.bytes().await.unwrap().as_ref(), b"RIFF....");

    mock.answer(Answer::json(&json!({"error": "no", "suggested_prompt": "x"})).status(422).on("editImage").times(1));
    let error = venice.raw().edit_image(&edit()).await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::ContentPolicy, "no"));
    mock.answer(Answer::json(&json!({})).status(7).on("editImage").times(1));
    assert_eq!(venice.raw().edit_image(&edit()).await.unwrap_err().status().unwrap().as_u16(), 500);
    assert_eq!(venice.raw().edit_image(&edit()).await.unwrap().content_type().as_deref(), Some("image/png"));
}

#[tokio::test]
async fn a_stream_says_what_the_test_says() {
    let (mock, venice) = start().await;
    let chunk = |text: &str, reason: Value| {
        json!({"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "m",
               "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": reason}]})
    };
    let events = [chunk("Left, ", Value::Null), chunk("then right.", json!("stop"))];
    mock.answer(Answer::events(events).on("createChatCompletion"));
    let stream = venice.chat().stream(ChatCompletionRequest::new("default", ["Where?"])).await.unwrap();
    assert_eq!(stream.collect().await.unwrap().text(), "Left, then right.");
}

#[tokio::test]
async fn a_function_sees_the_request_and_may_ask_the_mock() {
    let (mock, venice) = start().await;
    let mock = Arc::new(mock);
    let same = Arc::downgrade(&mock);
    mock.answer(
        Answer::with(move |request| {
            let so_far = same.upgrade().map_or(0, |mock| mock.requests_of("webSearch").len());
            let asked: Value = request.json().unwrap();
            Answer::json(&json!({"query": asked["query"], "results": []})).header("x-so-far", so_far.to_string())
        })
        .on("webSearch"),
    );
    for (query, so_far) in [("tide", "1"), ("moon", "2")] {
        let found = venice.raw().web_search(&WebSearchRequest::new(query)).with_meta().await.unwrap();
        assert_eq!((found.value.query.as_str(), found.meta.header("x-so-far")), (query, Some(so_far)));
    }
}

#[tokio::test]
async fn an_answer_can_be_late() {
    let (mock, venice) = start().await;
    let half = Duration::from_millis(60);
    mock.answer(Answer::with(move |_| usd(1.0).after(half)).after(half).on("quoteVideo"));
    let begun = Instant::now();
    quote(&venice).await;
    assert!(begun.elapsed() >= 2 * half);
}

#[tokio::test]
async fn a_request_that_is_rejected_uses_no_answer_up() {
    let (mock, venice) = start().await;
    mock.answer(Answer::json(&json!({"model": "m", "queue_id": "q-7"})).on("queueVideo").times(1));
    post(&venice, "/video/queue", &json!({})).await.unwrap_err();
    let request = || QueueVideoRequest::new("m").prompt("Fog").duration("5s");
    let stranger = Client::builder().base_url(mock.base_url()).api_key("no").no_proxy().build().unwrap();
    stranger.raw().queue_video(&request()).await.unwrap_err();
    assert!(mock.verify().unwrap_err().to_string().contains("1 answer(s) left for queueVideo"));
    assert_eq!(venice.raw().queue_video(&request()).await.unwrap().queue_id, "q-7");
}

#[tokio::test]
async fn faults_apply_to_answers_too() {
    let (mock, venice) = start().await;
    mock.answer(usd(7.0));
    mock.fault(Fault::cut(3));
    let error = venice.raw().quote_video(&QuoteVideoRequest::new("m")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    mock.fault(Fault::status(503));
    let patient = mock.client_builder().retry(RetryPolicy::default().with_base_delay(Duration::ZERO)).build().unwrap();
    assert_eq!(quote(&patient).await, 7.0);
}

#[tokio::test]
async fn what_cannot_be_json_is_reported() {
    let (mock, venice) = start().await;
    let odd: HashMap<(u8, u8), u8> = HashMap::from([((1, 2), 3)]);
    for answer in [Answer::json(&odd), Answer::events([&odd])] {
        mock.answer(answer.on("quoteVideo"));
        let error = venice.raw().quote_video(&QuoteVideoRequest::new("m")).await.unwrap_err();
        let body = String::from_utf8_lossy(error.body().unwrap()).into_owned();
        assert!(error.status().unwrap().as_u16() == 500 && body.contains("is not JSON"), "{body}");
    }
}

#[tokio::test]
async fn a_chat_is_scripted_whole_and_as_a_stream() {
    let (mock, venice) = start().await;
    mock.answer(Answer::chat("Left, then right."));
    let reply = venice.chat().create("Which way?").await.unwrap();
    assert_eq!((&*reply.text(), reply.finish_reason()), ("Left, then right.", Some(&FinishReason::Stop)));
    assert!(reply.usage.as_ref().unwrap().completion_tokens == 3 && reply.cost().is_some(), "{reply:?}");

    let mut text = venice.chat().stream("Which way?").await.unwrap().text();
    let mut pieces = Vec::new();
    while let Some(piece) = text.next().await {
        pieces.push(piece.unwrap());
    }
    assert_eq!(pieces, ["Left,", " then", " right."]);
    mock.verify().unwrap();
}

#[tokio::test]
async fn a_scripted_stream_comes_in_its_chunks() {
    let (mock, venice) = start().await;
    let chunks = ["Le", "ft, then ", "right."];
    mock.answer(Answer::chunks(chunks).header("x-mine", "1"));
    for model in ["default", "gondola-9b", "squero-small"] {
        let stream = venice.chat().stream(ChatCompletionRequest::new(model, "Which way?")).await.unwrap();
        assert_eq!(stream.meta().header("x-mine"), Some("1"));
        let mut text = stream.text();
        let mut pieces = Vec::new();
        while let Some(piece) = text.next().await {
            pieces.push(piece.unwrap());
        }
        assert_eq!(pieces, chunks, "{model}");
    }
    assert_eq!(venice.chat().create("Which way?").await.unwrap().into_text(), "Left, then right.");
}

#[tokio::test]
async fn scripted_tool_calls_are_followed_by_the_next_answer() {
    let (mock, venice) = start().await;
    let calls = [("tide", json!({"station": "Lido"})), ("wind", json!({"station": 3}))];
    mock.answer(Answer::tool_call("tide", json!({"station": "Lido"})));
    mock.answer(Answer::tool_calls(calls));
    mock.answer(Answer::chat("Dry."));
    let schema = json!({"type": "object", "properties": {"station": {"type": "string"}}});
    let tools = venice_ai::tools::ToolBox::new()
        .implement(Tool::function("tide", "The tide", schema.clone()), |at: Value| async move {
            format!("62 cm at {}", at["station"])
        })
        .implement(Tool::function("wind", "The wind", schema), |at: Value| async move {
            format!("calm at {}", at["station"])
        });
    let run = venice.chat().run_stream("Are my feet dry?", &tools).await.unwrap();
    assert_eq!((&*run.to_string(), run.rounds()), ("Dry.", 3));
    let last: ChatCompletionRequest = mock.requests_of(operations::CREATE_CHAT_COMPLETION)[2].json().unwrap();
    let results: Vec<String> = last
        .messages
        .iter()
        .filter_map(|message| match message {
            ChatMessage::Tool(result) => {
                Some(serde_json::to_value(result).unwrap()["content"].as_str().unwrap().to_owned())
            }
            _ => None,
        })
        .collect();
    assert_eq!(results, ["62 cm at \"Lido\"", "62 cm at \"Lido\"", "calm at 3"]);
    mock.verify().unwrap();
}

#[tokio::test]
async fn a_scripted_value_is_what_parse_returns() {
    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
    struct Bridge {
        name: String,
        year: Option<i32>,
    }
    let (mock, venice) = start().await;
    let rialto = Bridge { name: "Rialto".to_owned(), year: Some(1591) };
    mock.answer(Answer::value(&rialto));
    assert_eq!(venice.chat().parse::<Bridge>("Which bridge?").await.unwrap().value, rialto);

    mock.answer(Answer::value(&HashMap::from([(vec![1], 2)])));
    let error = venice.chat().create("Which bridge?").with_retry(RetryPolicy::disabled()).await.unwrap_err();
    assert!(error.to_string().contains("the scripted value is not JSON"), "{error}");
}

#[tokio::test]
async fn a_function_may_answer_with_a_chat() {
    let (mock, venice) = start().await;
    mock.answer(Answer::with(|request| {
        let request: ChatCompletionRequest = request.json().unwrap();
        Answer::chat(format!("{} messages", request.messages.len())).header("x-mine", "2").status(201)
    }));
    let reply = venice.chat().create(ChatCompletionRequest::new("m", ["a", "b"])).with_meta().await.unwrap();
    assert_eq!(reply.value.text(), "2 messages");
    assert_eq!((reply.meta.header("x-mine"), reply.meta.status().as_u16()), (Some("2"), 201));
}

#[tokio::test]
async fn a_chat_for_another_operation_is_reported() {
    let (mock, venice) = start().await;
    mock.answer(Answer::chat("x").on(operations::LIST_IMAGE_STYLES));
    let error = venice.raw().list_image_styles().await.unwrap_err();
    assert!(error.to_string().contains("a chat completion is scripted as the answer of listImageStyles"), "{error}");
    assert!(mock.verify().is_err());
}
