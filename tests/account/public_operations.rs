//! Operations without a key: quotes and attestations.

use serde_json::json;
use venice_ai::types::{QuoteAudioRequest, QuoteVideoRequest};
use venice_ai::{Client, RetryPolicy};

use crate::support::{KEY, replying};

#[tokio::test]
async fn quotes_and_proofs_need_no_key_and_send_the_one_that_is_there() {
    let reply = json!({"quote": 0.25, "verified": true, "text": "a:b", "signature": "0xc4"});
    let (server, with_key) = replying(&reply);
    let without = Client::builder().base_url(server.url("/api/v1")).no_proxy().retry(RetryPolicy::disabled());
    for (venice, authorization) in [(without.build().unwrap(), None), (with_key, Some(format!("Bearer {KEY}")))] {
        let before = server.count();
        venice.audio().quote(QuoteAudioRequest::new("squero")).await.unwrap();
        venice.video().quote(QuoteVideoRequest::new("laguna-video")).await.unwrap();
        venice.tee().attestation("e2ee-x", [0x5a; 32]).await.unwrap();
        venice.tee().signature("e2ee-x", "chatcmpl-7").await.unwrap();
        assert_eq!(server.count() - before, 4);
        for request in &server.requests()[before..] {
            assert_eq!(request.header("authorization"), authorization.as_deref(), "{}", request.target);
        }
    }
}
