//! A stream counts when it has ended.

use venice_ai::cost::Budget;
use venice_ai::stream::ChatStream;

use super::{a_dollar, dollars, shop, within};
use crate::support::{Answer, Server};

const WORDS: &str = r#"{"model": "writer", "choices": [{"index": 0, "delta": {"content": "Hi"}}]}"#;
const FINISH: &str = r#"{"model": "writer", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}"#;
const COST: &str = r#"{"model": "writer", "choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 10}, "cost": {"usd": 0.125, "diem": 0}}"#;
const USAGE: &str = r#"{"model": "writer", "choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 50}}"#;
const FAILURE: &str = r#"{"error": "inference failed"}"#;

fn streaming(events: &[&str]) -> Server {
    let text: String = events.iter().map(|event| format!("data: {event}\n\n")).collect();
    let head = [("content-type", "text/event-stream"), ("x-venice-model-id", "writer")];
    let answer = Answer::new(200, &head, text);
    shop(move |_| answer.clone())
}

async fn open(server: &Server, budget: &Budget) -> ChatStream {
    within(server, budget).chat().stream(a_dollar()).await.unwrap()
}

#[track_caller]
fn assert_counts(budget: &Budget, expected: [&str; 3]) {
    assert_eq!(dollars(budget), expected.map(String::from), "spent, set aside, uncertain");
}

#[tokio::test]
async fn a_stream_that_was_read_to_its_end_counts_with_its_cost() {
    let server = streaming(&[WORDS, FINISH, COST, "[DONE]"]);
    let budget = Budget::usd(1);
    let mut stream = open(&server, &budget).await;
    assert_counts(&budget, ["0", "1", "0"]);
    while let Some(chunk) = stream.next().await {
        chunk.unwrap();
    }
    // The stream still exists, and the rest of its reservation is released.
    assert_counts(&budget, ["0.125", "0", "0"]);
    drop(stream);
    assert_counts(&budget, ["0.125", "0", "0"]);
}

#[cfg(feature = "collect")]
#[tokio::test]
async fn the_text_alone_counts_as_well() {
    let server = streaming(&[WORDS, FINISH, COST, "[DONE]"]);
    let budget = Budget::usd(1);
    let mut text = open(&server, &budget).await.text();
    while text.next().await.is_some() {}
    assert_counts(&budget, ["0.125", "0", "0"]);
}

#[cfg(feature = "collect")]
#[tokio::test]
async fn a_stream_that_reports_only_tokens_counts_by_the_list_and_one_that_reports_nothing_as_estimated() {
    for (events, spent) in [(&[WORDS, FINISH, USAGE, "[DONE]"][..], "0.5"), (&[WORDS, FINISH, "[DONE]"], "1")] {
        let server = streaming(events);
        let budget = Budget::usd(1);
        open(&server, &budget).await.collect().await.unwrap();
        assert_counts(&budget, [spent, "0", "0"]);
    }
}

#[tokio::test]
async fn a_stream_that_is_dropped_early_stays_set_aside_for_good() {
    let server = streaming(&[WORDS, FINISH, COST, "[DONE]"]);
    let budget = Budget::usd(5);
    drop(open(&server, &budget).await);
    assert_counts(&budget, ["0", "0", "1"]);
    let mut stream = open(&server, &budget).await;
    stream.next().await.unwrap().unwrap();
    drop(stream);
    assert_counts(&budget, ["0", "0", "2"]);
}

#[tokio::test]
async fn a_stream_that_is_dropped_after_its_cost_counts_with_it() {
    let server = streaming(&[WORDS, FINISH, COST, "[DONE]"]);
    let budget = Budget::usd(5);
    let mut stream = open(&server, &budget).await;
    for _ in 0..3 {
        stream.next().await.unwrap().unwrap();
    }
    drop(stream);
    assert_counts(&budget, ["0.125", "0", "0"]);
}

#[tokio::test]
async fn a_stream_that_fails_or_breaks_is_uncertain() {
    for events in [&[WORDS, FAILURE][..], &[WORDS]] {
        let server = streaming(events);
        let budget = Budget::usd(5);
        let mut stream = open(&server, &budget).await;
        stream.next().await.unwrap().unwrap();
        assert!(stream.next().await.unwrap().is_err());
        assert_counts(&budget, ["0", "0", "1"]);
    }
}

#[cfg(feature = "collect")]
#[tokio::test]
async fn a_whole_answer_where_a_stream_was_asked_for_counts_too() {
    let server = shop(|_| super::costing("0.75"));
    let budget = Budget::usd(1);
    open(&server, &budget).await.collect().await.unwrap();
    assert_counts(&budget, ["0.75", "0", "0"]);
}

#[tokio::test]
async fn a_stream_that_is_rejected_counts_as_nothing() {
    let server = shop(|_| Answer::json(429, r#"{"error": "slow down"}"#));
    let budget = Budget::usd(1);
    assert!(within(&server, &budget).chat().stream(a_dollar()).await.is_err());
    assert_counts(&budget, ["0", "0", "0"]);
}

#[cfg(feature = "unstable")]
#[tokio::test]
async fn a_streamed_response_counts_with_what_its_last_event_reports() {
    use venice_ai::types::ResponsesRequest;

    let usage = r#""usage": {"input_tokens": 5, "output_tokens": 50, "total_tokens": 55}"#;
    for (reported, spent) in
        [(usage.to_owned(), "0.5"), (format!(r#"{usage}, "cost": {{"usd": 0.125, "diem": 0}}"#), "0.125")]
    {
        let delta = r#"{"type": "response.output_text.delta", "item_id": "m", "output_index": 0, "content_index": 0, "delta": "Hi"}"#;
        let last = format!(
            r#"{{"type": "response.completed", "response": {{"id": "r", "model": "writer", "status": "completed", "output": [], {reported}}}}}"#
        );
        let server = streaming(&[delta, &last]);
        let budget = Budget::usd(1);
        let request = ResponsesRequest::new("writer", "Hello").max_output_tokens(100);
        let mut stream = within(&server, &budget).responses().stream(request).await.unwrap();
        assert_counts(&budget, ["0", "1", "0"]);
        while let Some(event) = stream.next().await {
            event.unwrap();
        }
        assert_counts(&budget, [spent, "0", "0"]);
    }
}
