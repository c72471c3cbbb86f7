//! Streamed answers.

use std::time::Duration;

use serde_json::json;
use venice_ai::Error;
use venice_ai::stream::ChatStream;
use venice_ai::types::{ChatCompletion, ChatCompletionChunk, FinishReason, StreamOptions};

use crate::support::chat::{DIALECT_A, DIALECT_B, a_question, head, open, open_at, streamed};
use crate::support::{Answer, Gate, KEY, PATIENCE, Server, amount, once};

const TWO_CHOICES: &str = include_str!("../fixtures/sse/two_choices.sse");
const WEB_SEARCH: &str = include_str!("../fixtures/sse/web_search.sse");
const LOGPROBS: &str = include_str!("../fixtures/sse/logprobs.sse");

/// All items, asserting that nothing follows.
pub async fn drain(stream: &mut ChatStream) -> Vec<Result<ChatCompletionChunk, Error>> {
    let mut items = Vec::new();
    while let Some(item) = stream.next().await {
        items.push(item);
    }
    assert!(stream.next().await.is_none(), "it goes on behind its end");
    items
}

async fn collected(text: &str) -> ChatCompletion {
    let server = Server::answering([streamed([text.as_bytes()])]);
    open_at(&server).await.collect().await.unwrap()
}

#[tokio::test]
async fn usage_and_cost_are_read_from_a_chunk_of_their_own() {
    let reply = collected(DIALECT_A).await;
    let usage = reply.usage.unwrap();
    assert_eq!(usage.total_tokens, 1434);
    assert_eq!(usage.prompt_tokens_details.unwrap().cached_tokens, Some(1024));
    assert_eq!(reply.cost.unwrap().usd, amount("0.0002191"));
}

#[tokio::test]
async fn usage_and_cost_are_read_from_the_last_chunk_of_text() {
    let reply = collected(DIALECT_B).await;
    assert_eq!(reply.usage.unwrap().total_tokens, 1300);
    assert_eq!(reply.cost.unwrap().diem, amount("0.00001"));
}

#[tokio::test]
async fn a_collected_stream_equals_the_reply_without_streaming() {
    let whole = [
        (DIALECT_A, include_str!("../fixtures/sse/dialect_a.json")),
        (DIALECT_B, include_str!("../fixtures/sse/dialect_b.json")),
    ];
    for (streamed, whole) in whole {
        let server = Server::answering([Answer::json(200, whole)]);
        let created = once(&server).chat().create(a_question()).await.unwrap();
        assert_eq!(collected(streamed).await, created);
    }
}

#[tokio::test]
async fn a_stream_split_anywhere_is_the_same_stream() {
    for text in [DIALECT_A, DIALECT_B] {
        let text = text.as_bytes();
        let expected = collected(std::str::from_utf8(text).unwrap()).await;
        let server = Server::start(move |n, _| {
            let (start, end) = text.split_at(n.min(text.len()));
            streamed([start, end])
        });
        let client = once(&server);
        for place in 0..=text.len() {
            let reply = open(&client).await.collect().await;
            assert_eq!(reply.unwrap(), expected, "split at {place}");
        }
    }
}

#[tokio::test]
async fn a_stream_in_single_bytes_is_the_same_stream() {
    let server = Server::answering([streamed(DIALECT_A.as_bytes().chunks(1))]);
    assert_eq!(open_at(&server).await.collect().await.unwrap(), collected(DIALECT_A).await);
}

#[tokio::test]
async fn line_ends_comments_and_a_byte_order_mark_make_no_difference() {
    let expected = collected(DIALECT_A).await;
    let commented = DIALECT_A.replace("data: {", ": keep-alive\n\ndata:\n\n:\ndata: {");
    for text in [
        DIALECT_A.replace('\n', "\r\n"),
        DIALECT_A.replace('\n', "\r"),
        DIALECT_A.replace("data: ", "data:"),
        DIALECT_A.replace("data: ", "event: message\nid: 1\ndata: "),
        format!("\u{feff}{DIALECT_A}"),
        commented,
        DIALECT_A.trim_end().to_owned(),
    ] {
        assert_eq!(collected(&text).await, expected, "{text:?}");
    }
}

#[tokio::test]
async fn the_text_comes_in_pieces_of_which_none_is_empty() {
    let server = Server::answering([streamed([DIALECT_A.as_bytes()])]);
    let mut text = open_at(&server).await.text();
    assert_eq!(text.meta().request_id(), Some("8f00-VCE"));
    let mut pieces = Vec::new();
    while let Some(piece) = text.next().await {
        pieces.push(piece.unwrap());
    }
    assert_eq!(pieces, ["The tide", " in the lagoon", " rises 🌊 — ", "perché è luna piena."]);
}

#[cfg(feature = "reasoning")]
#[tokio::test]
async fn the_reasoning_is_a_text_of_its_own() {
    let server = Server::answering([streamed([DIALECT_A.as_bytes()])]);
    let reasoning = open_at(&server).await.reasoning().collect().await;
    assert_eq!(reasoning.unwrap(), "The user asks for the tide.");
}

#[tokio::test]
async fn with_two_choices_the_text_is_that_of_the_first() {
    let server = Server::answering([streamed([TWO_CHOICES.as_bytes()])]);
    assert_eq!(open_at(&server).await.text().collect().await.unwrap(), "Gondola");

    let reply = collected(TWO_CHOICES).await;
    let choices = reply.choices;
    let seen: Vec<_> = choices.iter().map(|choice| (choice.index, choice.finish_reason.clone())).collect();
    assert_eq!(seen, [(0, Some(FinishReason::Stop)), (1, Some(FinishReason::Length))]);
    assert_eq!(choices[1].message.content, Some("Canal".to_owned().into()));
}

#[tokio::test]
async fn citations_of_the_first_chunk_are_in_the_reply() {
    let reply = collected(WEB_SEARCH).await;
    let citations = reply.venice_parameters.unwrap().web_search_citations.unwrap();
    assert_eq!(citations.len(), 2);
    assert_eq!(citations[1].url, "https://moon.example");
}

#[tokio::test]
async fn log_probabilities_add_up() {
    let reply = collected(LOGPROBS).await;
    let choice = reply.choices.into_iter().next().unwrap();
    let tokens: Vec<_> = choice.logprobs.unwrap().content.unwrap().into_iter().map(|token| token.token).collect();
    assert_eq!(tokens, ["Sì", "."]);
}

#[tokio::test]
async fn chunks_come_when_they_are_sent() {
    let (first, rest) = DIALECT_B.split_at(DIALECT_B.find("\n\n").unwrap() + 2);
    let gate = Gate::default();
    let server = Server::answering([head().send(first).until(&gate).send(rest).close()]);
    let mut stream = open_at(&server).await;
    let first = tokio::time::timeout(PATIENCE, stream.next()).await.expect("the first chunk waits for the rest");
    assert!(first.unwrap().is_ok());
    gate.open();
    assert_eq!(drain(&mut stream).await.len(), 5);
}

#[tokio::test]
async fn meta_is_known_before_the_first_chunk() {
    let server = Server::answering([head().hang()]);
    let stream = open_at(&server).await;
    assert_eq!(stream.meta().request_id(), Some("8f00-VCE"));
    assert_eq!(stream.meta().status(), 200);
}

#[tokio::test]
async fn the_request_asks_for_a_stream_and_its_usage() {
    let server = Server::answering([streamed([DIALECT_B.as_bytes()])]);
    open_at(&server).await.collect().await.unwrap();
    let sent = server.requests().remove(0);
    assert_eq!((&sent.method[..], &sent.target[..]), ("POST", "/api/v1/chat/completions"));
    assert_eq!(sent.header("accept"), Some("text/event-stream"));
    assert_eq!(sent.header("authorization"), Some(&format!("Bearer {KEY}")[..]));
    assert_eq!(sent.json()["stream"], json!(true));
    assert_eq!(sent.json()["stream_options"], json!({"include_usage": true}));
}

#[tokio::test]
async fn stream_options_of_the_caller_are_sent_as_they_are() {
    let server = Server::answering([streamed([DIALECT_B.as_bytes()])]);
    let request = a_question().stream_options(StreamOptions::new().include_usage(false));
    once(&server).chat().stream(request).await.unwrap().collect().await.unwrap();
    assert_eq!(server.requests()[0].json()["stream_options"], json!({"include_usage": false}));
}

#[tokio::test]
async fn a_whole_answer_instead_of_a_stream_is_one_chunk() {
    let whole = include_str!("../fixtures/sse/dialect_a.json");
    let server = Server::answering([Answer::json(200, whole)]);
    let client = once(&server);
    let items = drain(&mut open(&client).await).await;
    assert_eq!(items.len(), 1);
    assert_eq!(items[0].as_ref().unwrap().object, "chat.completion.chunk");
    let created = client.chat().create(a_question()).await.unwrap();
    assert_eq!(open(&client).await.collect().await.unwrap(), created);
    let text = open(&client).await.text().collect().await.unwrap();
    assert_eq!(text, "The tide in the lagoon rises 🌊 — perché è luna piena.");
}

#[tokio::test]
async fn a_call_for_the_next_chunk_can_be_given_up_without_loss() {
    let pieces: Vec<&[u8]> = DIALECT_B.as_bytes().chunks(40).collect();
    let answer = pieces.iter().fold(head(), |answer, piece| answer.send(piece).wait(Duration::from_millis(3)));
    let server = Server::answering([answer.close()]);
    let mut stream = open_at(&server).await;
    let mut chunks = 0;
    let mut given_up = 0;
    loop {
        match tokio::time::timeout(Duration::from_millis(1), stream.next()).await {
            Ok(Some(chunk)) => chunks += usize::from(chunk.is_ok()),
            Ok(None) => break,
            Err(_) => given_up += 1,
        }
    }
    assert_eq!(chunks, 6);
    assert!(given_up > 0);
}
