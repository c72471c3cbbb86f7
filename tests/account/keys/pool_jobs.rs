//! Jobs of a client with several keys.

use std::sync::{Arc, Mutex};

use serde_json::json;
use venice_ai::http::Method;
use venice_ai::keys::KeyPool;
use venice_ai::types::{QueueVideoRequest, RetrieveJobRequest};
use venice_ai::{Client, ErrorKind};

use super::{Answer, Server, TestClock, key_of, keys_of};
use crate::support::builder;

const A: &str = "vk-pool-aaaaaaaa";
const B: &str = "vk-pool-bbbbbbbb";
const PROCESSING: &str = r#"{"status": "PROCESSING", "average_execution_time": 1000, "execution_duration": 10}"#;

/// A server that numbers jobs, and knows each of them only with the key that queued it.
fn server() -> Server {
    let owners: Arc<Mutex<Vec<String>>> = Arc::default();
    Server::start(move |_, request| {
        let mut owners = owners.lock().unwrap();
        if request.target.ends_with("/queue") {
            owners.push(key_of(request));
            return Answer::json(200, &json!({"model": "m", "queue_id": (owners.len() - 1).to_string()}).to_string());
        }
        let id: usize = request.json()["queue_id"].as_str().unwrap().parse().unwrap();
        match owners.get(id) {
            Some(owner) if *owner == key_of(request) => PROCESSING.into(),
            _ => Answer::json(404, r#"{"error": "Media could not be found"}"#),
        }
    })
}

fn pooled(server: &Server) -> Client {
    builder(server).clock(TestClock::without_jitter()).key_pool(KeyPool::new([A, B])).build().unwrap()
}

async fn poll(venice: &Client, id: &str) -> Result<(), venice_ai::Error> {
    venice.raw().retrieve_video(&RetrieveJobRequest::new("m", id)).await.map(|_| ())
}

#[tokio::test]
async fn a_job_is_polled_with_the_key_that_queued_it() {
    let server = server();
    let venice = pooled(&server);
    for _ in 0..2 {
        venice.raw().queue_video(&QueueVideoRequest::new("m").prompt("Fog")).await.unwrap();
    }
    for id in ["1", "0", "1", "1", "0"] {
        poll(&venice, id).await.unwrap();
    }
    assert_eq!(keys_of(&server), [A, B, B, A, B, B, A]);
}

#[tokio::test]
async fn the_key_of_a_job_of_another_process_is_found() {
    let server = server();
    let other = pooled(&server);
    for _ in 0..2 {
        other.raw().queue_video(&QueueVideoRequest::new("m").prompt("Fog")).await.unwrap();
    }
    let venice = pooled(&server);
    poll(&venice, "1").await.unwrap();
    poll(&venice, "1").await.unwrap();
    assert_eq!(keys_of(&server)[2..], [A, B, B], "found once");
    let error = poll(&venice, "7").await.unwrap_err();
    assert_eq!((error.kind(), &keys_of(&server)[5..]), (ErrorKind::NotFound, &[A.to_owned(), B.to_owned()][..]));
}

#[tokio::test]
async fn requests_that_the_document_does_not_have_use_the_first_key() {
    let server = Server::answering([Answer::json(200, "{}")]);
    let venice = pooled(&server);
    for _ in 0..2 {
        venice.request::<serde_json::Value>(Method::GET, "/new").await.unwrap();
    }
    assert_eq!(keys_of(&server), [A, A]);
}
