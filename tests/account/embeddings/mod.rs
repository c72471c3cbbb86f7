//! Embeddings: requests and replies.

mod batch;
mod refused;
mod size;

use serde_json::{Value, json};
use venice_ai::embeddings::cosine_similarity;
use venice_ai::types::{CreateEmbeddingRequest, EmbeddingEncoding};
use venice_ai::{Error, ErrorKind};
use venice_ai_mock::MockVenice;

use crate::support::replying;
use crate::support::{Answer, KEY, Server, TestClock, client, once};

/// Little-endian.
pub fn coded(vector: &[f32]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bytes: Vec<u8> = vector.iter().flat_map(|number| number.to_le_bytes()).collect();
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = [0, 1, 2].iter().fold(0_u32, |bits, at| bits << 8 | u32::from(*group.get(*at).unwrap_or(&0)));
        for place in 0..4 {
            let value = (bits >> (18 - 6 * place)) as usize & 63;
            text.push(if place <= group.len() { char::from(ALPHABET[value]) } else { '=' });
        }
    }
    text
}

pub fn item(index: usize, embedding: impl Into<Value>) -> Value {
    json!({"object": "embedding", "index": index, "embedding": embedding.into()})
}

pub fn list(data: &[Value]) -> String {
    json!({"object": "list", "model": "m-1", "data": data, "usage": {"prompt_tokens": 3, "total_tokens": 4}})
        .to_string()
}

fn request(texts: usize) -> CreateEmbeddingRequest {
    CreateEmbeddingRequest::new("m", (0..texts).map(|n| format!("text {n}")).collect::<Vec<_>>())
}

async fn wrong(texts: usize, body: &str) -> Error {
    let (server, venice) = replying(body);
    let error = venice.embeddings().create(request(texts)).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Decode, Some("createEmbedding")), "{error}");
    assert_eq!(error.body().unwrap(), body, "what was paid for is kept");
    assert_eq!(server.count(), 1);
    error
}

#[tokio::test]
async fn base64_is_asked_for_and_read() {
    let (a, b) = ([0.5, -1.25, 1e-7], [f32::MAX, -0.0, 3.0]);
    let (server, venice) = replying(list(&[item(0, coded(&a)), item(1, coded(&b))]));
    let reply = venice.embeddings().create(CreateEmbeddingRequest::new("m", ["a boat", "a ship"])).await.unwrap();
    assert_eq!(reply.vectors, [a, b]);
    assert_eq!(reply.model, "m-1");
    let usage = reply.usage.unwrap();
    assert_eq!((usage.prompt_tokens, usage.total_tokens), (3, 4));

    let sent = &server.requests()[0];
    assert_eq!((&*sent.method, &*sent.target), ("POST", "/api/v1/embeddings"));
    assert_eq!(sent.header("content-type"), Some("application/json"));
    assert_eq!(sent.header("accept"), Some("application/json"));
    assert_eq!(sent.header("authorization").unwrap(), format!("Bearer {KEY}"));
    assert_eq!(sent.json(), json!({"model": "m", "input": ["a boat", "a ship"], "encoding_format": "base64"}));
}

#[tokio::test]
async fn one_text_gives_one_vector() {
    let (server, venice) = replying(list(&[item(0, coded(&[0.25, 2.0]))]));
    assert_eq!(venice.embeddings().embed("m", "a boat").await.unwrap(), [0.25, 2.0]);
    assert_eq!(server.requests()[0].json(), json!({"model": "m", "input": "a boat", "encoding_format": "base64"}));
}

#[tokio::test]
async fn numbers_are_read_where_the_server_does_not_know_base64() {
    let (_, venice) = replying(list(&[item(0, json!([1, -0.5, 2.5e-3])), item(1, coded(&[1.0, 2.0, 3.0]))]));
    let reply = venice.embeddings().create(request(2)).await.unwrap();
    assert_eq!(reply.vectors, [[1.0, -0.5, 0.0025], [1.0, 2.0, 3.0]]);
}

#[tokio::test]
async fn the_callers_encoding_dimensions_and_user_are_sent() {
    let (server, venice) = replying(list(&[item(0, json!([1.0, 2.0]))]));
    let request =
        CreateEmbeddingRequest::new("m", "x").encoding_format(EmbeddingEncoding::Float).dimensions(2).user("u");
    venice.embeddings().create(request).await.unwrap();
    let body = json!({"model": "m", "input": "x", "encoding_format": "float", "dimensions": 2, "user": "u"});
    assert_eq!(server.requests()[0].json(), body);
}

#[tokio::test]
async fn vectors_are_in_the_order_of_their_texts() {
    let vector = |n: u8| json!([f32::from(n), 1.0]);
    let (_, venice) = replying(list(&[item(2, vector(2)), item(0, vector(0)), item(1, vector(1))]));
    let reply = venice.embeddings().create(request(3)).await.unwrap();
    assert_eq!(reply.vectors, [[0.0, 1.0], [1.0, 1.0], [2.0, 1.0]]);
    let firsts: Vec<f32> = reply.into_iter().map(|vector| vector[0]).collect();
    assert_eq!(firsts, [0.0, 1.0, 2.0]);
}

#[tokio::test]
async fn vectors_without_any_index_are_in_order() {
    let (_, venice) = replying(r#"{"data":[{"embedding":[1]},{"embedding":[2],"index":null,"colour":"blue"}]}"#);
    let reply = venice.embeddings().create(request(2)).await.unwrap();
    assert_eq!((reply.vectors, reply.model, reply.usage), (vec![vec![1.0], vec![2.0]], String::new(), None));
}

#[tokio::test]
async fn vectors_that_cannot_be_distinguished_are_an_error() {
    let v = || json!([1.0, 2.0]);
    for (data, message) in [
        (vec![item(0, v())], "1 vectors for 2 texts"),
        (vec![item(0, v()), item(1, v()), item(2, v())], "3 vectors for 2 texts"),
        (vec![item(1, v()), item(1, v())], "two vectors for text 1"),
        (vec![item(0, v()), item(2, v())], "text 2 of 2 texts"),
        (vec![item(0, v()), json!({"index": -1, "embedding": v()})], "text -1 of 2"),
        (vec![item(0, v()), json!({"embedding": v()})], "`data[1]` has no index"),
        (vec![item(0, v()), item(1, json!([]))], "text 1 is empty"),
        (vec![item(0, v()), item(1, "")], "text 1 is empty"),
        (vec![item(0, v()), item(1, Value::Null)], "text 1 is empty"),
        (vec![item(0, v()), json!({"index": 1})], "text 1 is empty"),
        (vec![item(0, v()), item(1, json!([1.0]))], "text 1 has 1 numbers, that for text 0 has 2"),
        (vec![], "0 vectors for 2 texts"),
    ] {
        let error = wrong(2, &list(&data)).await;
        assert!(error.message().contains(message), "{message}: {error}");
    }
}

#[tokio::test]
async fn a_vector_that_cannot_be_read_is_named() {
    for (vector, message) in [
        (json!("AAAA"), "3 bytes"),
        (json!("no base64 at all"), "base64"),
        (json!([1.0, "x"]), "invalid type"),
        (json!({"x": 1}), "invalid type"),
        (json!(7), "invalid type"),
    ] {
        let error = wrong(2, &list(&[item(0, json!([1.0])), item(1, vector)])).await;
        assert!(error.message().contains(message), "{error}");
        assert!(error.json_path().unwrap().starts_with("data[1].embedding"), "{:?}", error.json_path());
    }
}

#[tokio::test]
async fn dimensions_that_were_ignored_are_an_error() {
    let (_, venice) = replying(list(&[item(0, json!([1.0, 2.0, 3.0]))]));
    let error = venice.embeddings().create(request(1).dimensions(2)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.message().contains("3 numbers") && error.message().contains("`dimensions` is 2"), "{error}");
}

#[tokio::test]
async fn what_comes_beside_the_vectors_does_not_hide_them() {
    let body =
        r#"{"hint":[{}],"data":[null,{"index":0.0,"embedding":[1],"encoding_format":7}],"usage":"free","model":null}"#;
    let (_, venice) = replying(body);
    let reply = venice.embeddings().create(request(1)).await.unwrap();
    assert_eq!((reply.vectors, reply.usage), (vec![vec![1.0]], None));
}

#[tokio::test]
async fn it_is_retried_only_when_it_is_known_not_to_have_run() {
    let ok = || Answer::json(200, &list(&[item(0, json!([1.0]))]));
    for (failure, requests) in [(429, 2), (503, 2), (408, 2), (500, 1), (502, 1), (504, 1)] {
        let server = Server::answering([Answer::json(failure, "{}"), ok()]);
        let outcome = client(&server, &TestClock::without_jitter()).embeddings().embed("m", "x").await;
        assert_eq!((server.count(), outcome.is_ok()), (requests, requests == 2), "{failure}");
    }
}

#[tokio::test]
async fn a_long_text_is_rejected_by_the_api_with_its_words() {
    let server = Server::answering([Answer::json(400, r#"{"error":"maximum context length is 8192 tokens"}"#)]);
    let error = once(&server).embeddings().embed("m", "x").await.unwrap_err();
    assert!(error.is_invalid_request() && error.code() == Some("TOO_MANY_TOKENS"), "{error}");
}

#[tokio::test]
async fn the_mock_gives_vectors_that_mean_something() {
    let mock = MockVenice::start().await.unwrap();
    let venice = mock.client();
    let texts = ["a boat on the lagoon", "a ship on the lagoon", "tax forms"];
    let request = CreateEmbeddingRequest::new("altana-embedding", texts).dimensions(256);
    let reply = venice.embeddings().create(request.clone()).await.unwrap();
    assert!(reply.vectors.iter().all(|vector| vector.len() == 256));
    let near = cosine_similarity(&reply.vectors[0], &reply.vectors[1]).unwrap();
    let far = cosine_similarity(&reply.vectors[0], &reply.vectors[2]).unwrap();
    assert!(near > 0.5 && far < 0.3, "{near} {far}");
    let length = cosine_similarity(&reply.vectors[0], &reply.vectors[0]).unwrap();
    assert!((length - 1.0).abs() < 1e-6);

    let as_numbers = venice.embeddings().create(request.encoding_format(EmbeddingEncoding::Float)).await.unwrap();
    assert_eq!(as_numbers.vectors, reply.vectors, "the way they travel changes nothing");
}

#[cfg(feature = "blocking")]
#[test]
fn it_works_without_async() {
    let (_, venice) = replying(list(&[item(0, coded(&[0.25, 2.0]))]));
    assert_eq!(venice.embeddings().embed("m", "x").send_blocking().unwrap(), [0.25, 2.0]);
}

#[test]
fn similarity_is_none_where_there_is_no_angle() {
    for (a, b) in [
        (&[1.0, 2.0][..], &[1.0][..]),
        (&[], &[]),
        (&[0.0, 0.0], &[1.0, 0.0]),
        (&[f32::NAN, 1.0], &[1.0, 0.0]),
        (&[f32::INFINITY, 1.0], &[1.0, 0.0]),
    ] {
        assert_eq!(cosine_similarity(a, b), None, "{a:?} {b:?}");
    }
    assert_eq!(cosine_similarity(&[f32::MAX, 0.0], &[-f32::MAX, 0.0]), Some(-1.0));
    let third = cosine_similarity(&[1.0, 1.0], &[1.0, 0.0]).unwrap();
    assert!((third - 0.5_f32.sqrt()).abs() < 1e-6);
}
