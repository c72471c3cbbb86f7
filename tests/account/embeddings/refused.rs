//! Requests that are rejected before sending.

use serde_json::json;
use venice_ai::types::{CreateEmbeddingRequest, EmbeddingInput};
use venice_ai::{Error, ErrorKind};

use super::{item, list, request};
use crate::support::{Answer, Server, once};

fn assert_refused(error: &Error, field: &str, words: &str) {
    assert_eq!((error.kind(), error.status()), (ErrorKind::InvalidRequest, None), "{error}");
    assert_eq!(error.operation(), Some("createEmbedding"));
    let fields: Vec<&str> = error.field_errors().iter().map(|wrong| &*wrong.field).collect();
    assert_eq!(fields, [field], "{error}");
    let shown = error.to_string();
    assert!(shown.contains(words) && shown.contains("nothing was sent"), "{shown}");
}

/// The same request is invalid alone and in a batch.
async fn refused(request: CreateEmbeddingRequest, field: &str, words: &str) {
    let server = Server::answering([Answer::json(200, &list(&[item(0, json!([1.0]))]))]);
    let venice = once(&server);
    assert_refused(&venice.embeddings().create(request.clone()).await.unwrap_err(), field, words);
    let unfinished = venice.embeddings().batch(request).await.unwrap_err();
    assert_refused(unfinished.error(), field, words);
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn no_text_at_all() {
    refused(CreateEmbeddingRequest::new("m", ""), "input", "").await;
    let server = Server::answering([Answer::json(200, "{}")]);
    let none = CreateEmbeddingRequest::new("m", Vec::<String>::new());
    let error = once(&server).embeddings().create(none.clone()).await.unwrap_err();
    assert_refused(&error, "input", "at least 1");
    let unfinished = once(&server).embeddings().batch(none).await.unwrap_err();
    assert_refused(unfinished.error(), "input", "no texts");
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn an_empty_text_among_others() {
    refused(CreateEmbeddingRequest::new("m", ["a", "", "c"]), "input[1]", "is empty").await;
}

#[tokio::test]
async fn a_model_without_a_name_and_dimensions_below_one() {
    refused(CreateEmbeddingRequest::new(" ", "x"), "model", "is empty").await;
    refused(CreateEmbeddingRequest::new("m", "x").dimensions(0), "dimensions", "at least 1").await;
}

#[tokio::test]
async fn token_numbers() {
    for tokens in [json!([1, 2, 3]), json!([[1], [2]]), json!(["a", 2]), json!(7), json!(null)] {
        refused(CreateEmbeddingRequest::new("m", EmbeddingInput::Unknown(tokens)), "input", "token").await;
    }
}

#[tokio::test]
async fn more_texts_than_one_request_takes() {
    let server = Server::answering([Answer::json(200, "{}")]);
    let error = once(&server).embeddings().create(request(2049)).await.unwrap_err();
    assert_refused(&error, "input", "has 2049 texts, at most 2048");
    assert!(error.message().contains("batch"), "the way out is named: {error}");
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn texts_above_the_estimate_of_the_api_are_rejected() {
    let most = "a".repeat(27_594);
    let server = Server::answering([Answer::json(200, &list(&[item(0, json!([1.0]))]))]);
    once(&server).embeddings().create(CreateEmbeddingRequest::new("m", most.clone())).await.unwrap();
    refused(CreateEmbeddingRequest::new("m", most.clone() + "a"), "input", "8193 tokens").await;
    refused(CreateEmbeddingRequest::new("m", ["a", &(most + "ä")]), "input[1]", "8192 are allowed").await;
}
