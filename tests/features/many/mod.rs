//! Runs of many calls.

#[cfg(feature = "blocking")]
mod blocking;
mod crash;
mod faults;
mod flow;
mod journal;
mod journal_damage;
#[cfg(target_os = "linux")]
mod journal_full;
mod outcomes;
mod pacing;
mod panics;
mod progress;

use venice_ai::Error;
use venice_ai::many::{Many, Outcome};
use venice_ai::types::{ChatCompletion, ChatCompletionRequest};

use crate::support::server::Request;
use crate::support::{Answer, Server, TestClock};

/// The model, if it does not matter which.
const MODEL: &str = "gondola-9b";

/// Question number `n`.
fn question(n: usize) -> ChatCompletionRequest {
    ChatCompletionRequest::new(MODEL, [format!("question {n}")])
}

fn questions(count: usize) -> impl ExactSizeIterator<Item = ChatCompletionRequest> + Send + 'static {
    (0..count).map(question)
}

/// The number of the question in a request.
fn number(request: &Request) -> usize {
    let content = &request.json()["messages"][0]["content"];
    content.as_str().unwrap().rsplit(' ').next().unwrap().parse().unwrap()
}

/// The answer to a request, which repeats the number of the question. It has an unknown field.
fn answer(request: &Request) -> Answer {
    Answer::json(200, &answer_body(number(request)))
}

fn answer_body(n: usize) -> String {
    format!(
        r#"{{"id": "chatcmpl-{n}", "model": "{MODEL}", "object": "chat.completion", "created": 1700000000, "brand_new": [{n}, null],
            "choices": [{{"index": 0, "message": {{"role": "assistant", "content": "answer {n}"}}, "finish_reason": "stop"}}],
            "usage": {{"prompt_tokens": 6, "completion_tokens": 4, "total_tokens": 10}}, "cost": {{"usd": 0.5, "diem": 0.5}}}}"#
    )
}

/// A server that answers every question.
fn answering() -> Server {
    Server::start(|_, request| answer(request))
}

fn refusal(status: u16, message: &str) -> Answer {
    Answer::json(status, &serde_json::json!({"error": message}).to_string())
}

/// All outcomes, and the error that stopped the run, if one did.
async fn collected<I, T: 'static>(run: &mut Many<I, T>) -> (Vec<Outcome<T>>, Option<Error>) {
    let mut outcomes = Vec::new();
    while let Some(outcome) = run.next().await {
        match outcome {
            Ok(outcome) => outcomes.push(outcome),
            Err(error) => return (outcomes, Some(error)),
        }
    }
    (outcomes, None)
}

/// All outcomes of a run that does not stop.
async fn all<I, T: 'static>(run: &mut Many<I, T>) -> Vec<Outcome<T>> {
    let (outcomes, stop) = collected(run).await;
    assert!(stop.is_none(), "{stop:?}");
    outcomes
}

fn indexes<T>(outcomes: &[Outcome<T>]) -> Vec<usize> {
    outcomes.iter().map(|outcome| outcome.index).collect()
}

/// Each of them is answered, with the answer to its own question.
fn assert_answered(outcomes: &[Outcome<ChatCompletion>]) {
    for outcome in outcomes {
        assert_eq!(outcome.result.as_ref().unwrap().text(), format!("answer {}", outcome.index));
    }
}

fn client(server: &Server) -> (venice_ai::Client, TestClock) {
    let clock = TestClock::without_jitter();
    (crate::support::client(server, &clock), clock)
}
