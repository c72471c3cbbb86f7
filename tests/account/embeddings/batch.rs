//! Embedding batches.

use std::time::Duration;

use serde_json::{Value, json};
use venice_ai::embeddings::EmbeddingVectors;
use venice_ai::types::CreateEmbeddingRequest;
use venice_ai::{Error, ErrorKind};

use super::{item, list, request};
use crate::support::server::Request;
use crate::support::{Answer, PATIENCE, Server, TestClock, client, once};

/// The numbers of the texts "text 7" that a request has.
fn numbers(request: &Request) -> Vec<u32> {
    let body = request.json();
    let texts = body["input"].as_array().unwrap().iter().map(|text| text.as_str().unwrap());
    texts.map(|text| text.strip_prefix("text ").unwrap().parse().unwrap()).collect()
}

/// A vector for each text that names it. They come in reverse.
fn answer(request: &Request) -> Answer {
    let numbers = numbers(request);
    let mut data: Vec<Value> = numbers.iter().enumerate().map(|(at, number)| item(at, json!([number, 1]))).collect();
    data.reverse();
    Answer::json(200, &list(&data))
}

fn answering() -> Server {
    Server::start(|_, request| answer(request))
}

fn assert_in_order(reply: &EmbeddingVectors, count: usize) {
    let numbers: Vec<usize> = reply.vectors.iter().map(|vector| vector[0] as usize).collect();
    assert_eq!(numbers, (0..count).collect::<Vec<_>>());
}

fn sizes(server: &Server) -> Vec<usize> {
    server.requests().iter().map(|request| numbers(request).len()).collect()
}

#[tokio::test]
async fn five_thousand_texts_are_three_requests() {
    let server = answering();
    let reply = once(&server).embeddings().batch(request(5000)).await.unwrap();
    assert_in_order(&reply, 5000);
    assert_eq!(sizes(&server), [2048, 2048, 904]);
    let usage = reply.usage.unwrap();
    assert_eq!((usage.prompt_tokens, usage.total_tokens), (9, 12), "of all three together");
    assert_eq!(reply.model, "m-1");
    assert!(server.requests().iter().all(|request| request.json()["encoding_format"] == "base64"));
}

#[tokio::test]
async fn as_many_as_one_request_takes_are_one() {
    let server = answering();
    assert_in_order(&once(&server).embeddings().batch(request(2048)).await.unwrap(), 2048);
    assert_eq!(sizes(&server), [2048]);
}

#[tokio::test]
async fn one_text_that_is_not_a_list_is_a_batch_too() {
    let server = Server::answering([Answer::json(200, &list(&[item(0, json!([1, 2]))]))]);
    let reply = once(&server).embeddings().batch(CreateEmbeddingRequest::new("m", "x").dimensions(2)).await.unwrap();
    assert_eq!(reply.vectors, [[1.0, 2.0]]);
    assert_eq!(server.requests()[0].json()["dimensions"], 2);
}

#[tokio::test]
async fn the_size_of_the_steps_can_be_set_within_its_limits() {
    for (asked, sent) in [(2, vec![2, 2, 1]), (0, vec![1; 5]), (100_000, vec![5])] {
        let server = answering();
        let batch = once(&server).embeddings().batch(request(5)).with_texts_per_request(asked);
        assert_in_order(&batch.await.unwrap(), 5);
        assert_eq!(sizes(&server), sent);
    }
}

#[tokio::test]
async fn several_are_under_way_at_once_when_asked_for() {
    // Nothing is answered before three have arrived.
    let server = Server::start(move |_, request| {
        static ARRIVED: std::sync::Barrier = std::sync::Barrier::new(3);
        ARRIVED.wait();
        answer(request)
    });
    let batch = once(&server).embeddings().batch(request(6)).with_texts_per_request(1).with_concurrency(3);
    let reply = tokio::time::timeout(PATIENCE, batch.into_future()).await.unwrap().unwrap();
    assert_in_order(&reply, 6);
    assert_eq!(server.count(), 6);
}

#[tokio::test]
async fn one_after_the_other_unless_asked_otherwise() {
    let server = answering();
    once(&server).embeddings().batch(request(6)).with_texts_per_request(2).await.unwrap();
    assert_eq!(server.connections(), 1, "the next is sent when the one before was answered");
}

#[tokio::test]
async fn what_was_paid_for_is_kept_and_the_rest_sent_later() {
    let server = Server::start(|n, request| match n {
        2 => Answer::json(402, r#"{"error":"Insufficient USD or DIEM balance"}"#),
        _ => answer(request),
    });
    let batch = once(&server).embeddings().batch(request(10)).with_texts_per_request(3);
    let unfinished = batch.await.unwrap_err();
    assert_eq!(unfinished.error().kind(), ErrorKind::InsufficientBalance);
    assert_eq!(unfinished.error().operation(), Some("createEmbedding"));
    assert_eq!(server.count(), 3, "nothing more is begun");
    let done: Vec<bool> = unfinished.vectors().iter().map(Option::is_some).collect();
    assert_eq!(done, [true, true, true, true, true, true, false, false, false, false]);
    assert_eq!(unfinished.vectors()[5].as_ref().unwrap(), &[5.0, 1.0]);
    assert_eq!((unfinished.remaining(), unfinished.usage().unwrap().total_tokens), (4, 8));
    let shown = unfinished.to_string();
    assert!(shown.starts_with("4 of 10 texts are not embedded: createEmbedding"), "{shown}");

    let reply = unfinished.resume().await.unwrap();
    assert_in_order(&reply, 10);
    assert_eq!(reply.usage.unwrap().total_tokens, 16);
    let sent: Vec<u32> = server.requests().iter().skip(3).flat_map(numbers).collect();
    assert_eq!(sent, [6, 7, 8, 9], "only what was left");
}

#[tokio::test]
async fn those_under_way_when_one_fails_are_waited_for() {
    let server = Server::start(|_, request| match numbers(request)[0] {
        0 => Answer::json(400, r#"{"error":"no"}"#),
        _ => Answer::default().wait(Duration::from_millis(100)).then(answer(request)),
    });
    let batch = once(&server).embeddings().batch(request(8)).with_texts_per_request(1).with_concurrency(3);
    let unfinished = batch.await.unwrap_err();
    assert_eq!(unfinished.error().status().unwrap(), 400);
    let (vectors, error) = unfinished.into_parts();
    let done: Vec<bool> = vectors.iter().map(Option::is_some).collect();
    assert_eq!(done, [false, true, true, false, false, false, false, false]);
    assert!(error.is_invalid_request());
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn a_question_mark_turns_it_into_the_error() {
    let server = Server::answering([Answer::json(404, r#"{"error":"Specified model not found: m"}"#)]);
    let run = async || -> Result<EmbeddingVectors, Error> { Ok(once(&server).embeddings().batch(request(3)).await?) };
    assert_eq!(run().await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn each_request_is_retried_by_its_own_rules() {
    let server = Server::start(|n, request| match n {
        1 => Answer::json(429, "{}"),
        _ => answer(request),
    });
    let venice = client(&server, &TestClock::without_jitter());
    assert_in_order(&venice.embeddings().batch(request(4)).with_texts_per_request(2).await.unwrap(), 4);
    assert_eq!(sizes(&server), [2, 2, 2]);
}

#[tokio::test]
async fn a_wrong_text_anywhere_is_found_before_the_first_is_paid_for() {
    let server = answering();
    let mut texts: Vec<String> = (0..3000).map(|n| format!("text {n}")).collect();
    texts[2999].clear();
    let unfinished = once(&server).embeddings().batch(CreateEmbeddingRequest::new("m", texts)).await.unwrap_err();
    assert_eq!(unfinished.error().kind(), ErrorKind::InvalidRequest);
    assert_eq!(unfinished.error().field_errors()[0].field, "input[2999]");
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn when_time_is_over_what_came_is_kept() {
    let server = Server::start(|n, request| if n == 0 { answer(request) } else { Answer::silence() });
    let batch = once(&server).embeddings().batch(request(4)).with_texts_per_request(2);
    let unfinished = batch.with_time_limit(Duration::from_secs(2)).await.unwrap_err();
    assert!(unfinished.error().is_timeout(), "{unfinished}");
    assert_eq!(unfinished.remaining(), 2);
    assert!(server.closed_by_client_within(PATIENCE).await);
}

#[tokio::test]
async fn a_batch_whose_time_is_over_sends_nothing() {
    let server = answering();
    let venice = once(&server);
    // An open connection could take a request at once.
    venice.embeddings().batch(request(1)).await.unwrap();
    let unfinished = venice.embeddings().batch(request(3)).with_time_limit(Duration::ZERO).await.unwrap_err();
    assert_eq!((unfinished.error().is_timeout(), unfinished.remaining()), (true, 3));
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_reply_that_does_not_fit_its_texts_is_an_error_of_its_part() {
    let server = Server::start(|n, request| match n {
        1 => Answer::json(200, &list(&[item(0, json!([1, 2]))])),
        _ => answer(request),
    });
    let unfinished = once(&server).embeddings().batch(request(4)).with_texts_per_request(2).await.unwrap_err();
    assert_eq!(unfinished.error().kind(), ErrorKind::Decode);
    assert_eq!(unfinished.remaining(), 2);
}

#[tokio::test]
async fn the_texts_are_not_shown() {
    let server = Server::answering([Answer::json(400, "{}")]);
    let batch = once(&server).embeddings().batch(CreateEmbeddingRequest::new("m", ["a secret"]));
    assert!(!format!("{batch:?}").contains("secret"), "{batch:?}");
    let unfinished = batch.await.unwrap_err();
    assert!(!format!("{unfinished:?} {unfinished}").contains("secret"));
}

#[cfg(feature = "blocking")]
#[test]
fn it_works_without_async() {
    let server = Server::start(|n, request| if n == 1 { Answer::json(402, "{}") } else { answer(request) });
    let batch = once(&server).embeddings().batch(request(5)).with_texts_per_request(2).with_concurrency(1);
    let unfinished = batch.send_blocking().unwrap_err();
    assert_eq!(unfinished.remaining(), 3);
    assert_in_order(&unfinished.resume().send_blocking().unwrap(), 5);
}

#[cfg(feature = "blocking")]
#[tokio::test]
async fn a_blocking_batch_in_a_runtime_is_rejected_and_kept() {
    let server = answering();
    let unfinished = once(&server).embeddings().batch(request(2)).send_blocking().unwrap_err();
    assert_eq!(unfinished.error().kind(), ErrorKind::BlockingInAsync);
    assert_eq!(server.connections(), 0);
    assert_in_order(&unfinished.resume().await.unwrap(), 2);
}

#[tokio::test]
async fn texts_that_may_be_paid_for_twice_are_counted() {
    for (answer_of_second, may_be_paid) in [
        (Answer::nothing(), 2),
        (Answer::html(503, "<html>"), 2),
        (Answer::json(200, "{"), 2),
        (Answer::json(503, r#"{"error":"busy"}"#), 0),
        (Answer::json(400, r#"{"error":"no"}"#), 0),
    ] {
        let shown = format!("{answer_of_second:?}");
        let server = Server::start(move |n, request| if n == 1 { answer_of_second.clone() } else { answer(request) });
        let batch = once(&server).embeddings().batch(request(6)).with_texts_per_request(2);
        let unfinished = batch.await.unwrap_err();
        assert_eq!((unfinished.remaining(), unfinished.may_be_paid()), (4, may_be_paid), "{shown}");
        assert_in_order(&unfinished.resume().await.unwrap(), 6);
    }
    // The shortest limit in which this machine reaches the second request.
    for limit in [500, 2_000, 8_000].map(Duration::from_millis) {
        let server = Server::start(|n, request| if n == 0 { answer(request) } else { Answer::silence() });
        let batch = once(&server).embeddings().batch(request(6)).with_texts_per_request(2);
        let unfinished = batch.with_time_limit(limit).await.unwrap_err();
        if server.count() > 1 {
            assert_eq!((unfinished.remaining(), unfinished.may_be_paid()), (4, 2));
            return;
        }
    }
    panic!("the second request was never sent");
}
