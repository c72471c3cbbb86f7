//! Bodies read into memory.

use serde_json::{Value, json};
use venice_ai::{ErrorKind, RawReply};

use super::fetch;
use crate::support::Answer;

#[tokio::test]
async fn a_body_may_be_as_long_as_its_limit() {
    let chunked = || Answer::head(200, &[("transfer-encoding", "chunked")]).chunk("half").chunk("half").chunk("");
    for answer in [Answer::new(200, &[], "halfhalf"), chunked()] {
        let body = fetch(answer.clone()).await.unwrap().bytes_up_to(8).await.unwrap();
        assert_eq!(&body[..], b"halfhalf");
        let error = fetch(answer).await.unwrap().bytes_up_to(7).await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Decode, Some("GET /x")));
        assert!(error.to_string().contains("the allowed 7 bytes"), "{error}");
    }
}

#[tokio::test]
async fn what_is_announced_as_too_long_is_not_read() {
    let length = (RawReply::MAX_BYTES + 1).to_string();
    let endless = || Answer::head(200, &[("content-length", &length)]).hang();
    for (error, limit) in [
        (fetch(endless()).await.unwrap().bytes().await.unwrap_err(), "268435456"),
        (fetch(endless()).await.unwrap().text().await.unwrap_err(), "268435456"),
        (fetch(endless()).await.unwrap().json::<Value>().await.unwrap_err(), "33554432"),
    ] {
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains(limit), "{error}");
    }
}

#[tokio::test]
async fn text_is_read_whatever_it_holds() {
    for (body, text) in [
        (&b"plain \xc3\xa4"[..], "plain \u{e4}"),
        (b"\xef\xbb\xbfmarked", "marked"),
        (b"bro\xffken", "bro\u{fffd}ken"),
        (b"", ""),
    ] {
        let reply = fetch(Answer::new(200, &[("content-type", "text/plain")], body)).await.unwrap();
        assert_eq!(reply.text().await.unwrap(), text);
    }
}

#[tokio::test]
async fn json_is_read_if_the_reply_is_not_a_file() {
    let reply = fetch(Answer::json(200, r#"{"status":"PROCESSING"}"#)).await.unwrap();
    assert_eq!(reply.content_type().as_deref(), Some("application/json"));
    assert_eq!(reply.json::<Value>().await.unwrap(), json!({"status": "PROCESSING"}));
}
