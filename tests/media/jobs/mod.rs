//! Jobs: from the queue request to the file, over sockets.

#[cfg(feature = "blocking")]
mod blocking;
mod cleanup;
mod consent;
mod download_hosts;
mod download_url;
mod ends;
mod generate;
mod handle;
mod pace;
mod price;
mod progress;
mod response_kind;
mod restart;
mod resume;
mod save;

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use venice_ai::Client;
use venice_ai::jobs::{Job, JobHandle};
use venice_ai::types::QueueVideoRequest;

use crate::support::{Answer, Server, TestClock, client};

pub const VIDEO: &[u8] = b"\0\0\0\x18ftypmp42 and what a video is made of";

/// A server with a list of answers for each path of the API; the last one is repeated.
pub fn serving(routes: impl IntoIterator<Item = (&'static str, Vec<Answer>)>) -> Server {
    let routes: HashMap<&str, Vec<Answer>> = routes.into_iter().collect();
    let seen: Mutex<HashMap<String, usize>> = Mutex::default();
    Server::start(move |_, request| {
        let path = request.target.strip_prefix("/api/v1").unwrap_or(&request.target).to_owned();
        let Some(answers) = routes.get(path.as_str()) else {
            return Answer::json(500, r#"{"error":"no test expects this"}"#);
        };
        let mut seen = seen.lock().unwrap();
        let count = seen.entry(path).or_default();
        *count += 1;
        answers[(*count - 1).min(answers.len() - 1)].clone()
    })
}

/// The requested paths, in order.
pub fn paths(server: &Server) -> Vec<String> {
    let path = |target: &str| target.strip_prefix("/api/v1").unwrap_or(target).to_owned();
    server.requests().iter().map(|request| format!("{} {}", request.method, path(&request.target))).collect()
}

pub fn video() -> Answer {
    Answer::new(200, &[("content-type", "video/mp4")], VIDEO)
}

/// A video whose connection breaks after a piece.
pub fn cut_video() -> Answer {
    Answer::head(200, &[("content-type", "video/mp4"), ("content-length", "500")]).send(VIDEO).close()
}

/// Times in seconds.
pub fn processing(elapsed: u64, expected: u64) -> Answer {
    let (elapsed, expected) = (elapsed * 1000, expected * 1000);
    Answer::json(
        200,
        &format!(
            r#"{{"status":"PROCESSING","average_execution_time":{expected},"execution_duration":{elapsed},"stage":"new"}}"#
        ),
    )
}

pub fn status(status: &str) -> Answer {
    Answer::json(200, &format!(r#"{{"status":"{status}"}}"#))
}

pub fn queued() -> Answer {
    Answer::json(200, r#"{"model":"laguna-video","queue_id":"q-1"}"#)
}

pub fn deleted() -> Answer {
    Answer::json(200, r#"{"success":true}"#)
}

pub fn handle() -> JobHandle {
    JobHandle::video("laguna-video", "q-1")
}

pub fn request() -> QueueVideoRequest {
    QueueVideoRequest::new("laguna-video").prompt("Fog over a lagoon")
}

/// A server with these answers to polls, a clock that does not wait, and the job.
pub fn job(polls: impl IntoIterator<Item = Answer>) -> (Server, TestClock, Job) {
    let server = serving([("/video/retrieve", polls.into_iter().collect()), ("/video/complete", vec![deleted()])]);
    let clock = TestClock::without_jitter();
    let job = venice(&server, &clock).job(handle());
    (server, clock, job)
}

pub fn venice(server: &Server, clock: &TestClock) -> Client {
    client(server, clock)
}

pub fn seconds(pauses: &[Duration]) -> Vec<u64> {
    pauses.iter().map(Duration::as_secs).collect()
}
