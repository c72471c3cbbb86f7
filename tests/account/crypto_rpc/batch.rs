//! Several calls in one request.

use crate::support::replying;
use serde_json::{Value, json};
use venice_ai::crypto_rpc::{RpcBatch, RpcError};
use venice_ai::types::{JsonRpcId, JsonRpcRequest};
use venice_ai_mock::MockVenice;

async fn answered(body: Value, calls: usize) -> RpcBatch {
    let (_, venice) = replying(body.to_string());
    venice.crypto_rpc().batch("ethereum-mainnet", vec!["eth_x"; calls]).await.unwrap()
}

fn values(batch: &RpcBatch) -> Vec<Result<Value, RpcError>> {
    batch.outcomes.iter().map(|outcome| outcome.value.clone()).collect()
}

#[tokio::test]
async fn calls_without_an_id_get_a_unique_one() {
    let (server, venice) = replying("[]");
    let calls = [
        JsonRpcRequest::new("a"),
        JsonRpcRequest::new("b").id(1),
        JsonRpcRequest::new("c").id("2"),
        JsonRpcRequest::new("d"),
        JsonRpcRequest::new("e").id("mine"),
    ];
    let reply = venice.crypto_rpc().batch("base-mainnet", calls).await.unwrap();
    let sent = server.requests()[0].json();
    let ids: Vec<&Value> = sent.as_array().unwrap().iter().map(|call| &call["id"]).collect();
    assert_eq!(ids, [&json!(3), &json!(1), &json!("2"), &json!(4), &json!("mine")]);
    assert!(sent.as_array().unwrap().iter().all(|call| call["jsonrpc"] == "2.0"));
    let ids: Vec<JsonRpcId> = reply.outcomes.iter().map(|outcome| outcome.id.clone()).collect();
    assert_eq!(ids, [3.into(), 1.into(), "2".into(), 4.into(), JsonRpcId::from("mine")]);
    assert_eq!(server.requests()[0].target, "/api/v1/crypto/rpc/base-mainnet");
}

#[tokio::test]
async fn a_batch_of_one_is_a_list() {
    let (server, venice) = replying(r#"[{"id":1,"result":5}]"#);
    let reply = venice.crypto_rpc().batch("base-mainnet", ["a"]).await.unwrap();
    assert_eq!(reply.outcomes[0].result::<u8>().unwrap(), 5);
    assert_eq!(server.requests()[0].json(), json!([{"jsonrpc": "2.0", "method": "a", "id": 1}]));
}

#[tokio::test]
async fn answers_in_any_order_find_their_calls() {
    let body = json!([{"id": 3, "result": "c"}, {"id": 1, "result": "a"}, {"id": "2", "result": "b"}]);
    let reply = answered(body, 3).await;
    assert_eq!(values(&reply), [Ok(json!("a")), Ok(json!("b")), Ok(json!("c"))]);
    assert!(reply.unmatched.is_empty());
    assert_eq!(reply.get(2).unwrap().result::<String>().unwrap(), "b");
    assert!(reply.get("nobody").is_none());
}

#[tokio::test]
async fn one_error_does_not_hide_the_other_answers() {
    let body = json!([
        {"id": 1, "result": "a"},
        {"id": 2, "error": {"code": -32602, "message": "bad address"}},
        {"id": 3},
    ]);
    let reply = answered(body, 4).await;
    assert_eq!(reply.outcomes[0].result::<String>().unwrap(), "a");
    assert_eq!(reply.outcomes[1].result::<String>().unwrap_err().code(), Some(-32602));
    assert!(matches!(reply.outcomes[2].value, Err(RpcError::Unexpected(_))));
    assert_eq!(reply.outcomes[3].value, Err(RpcError::Missing));
}

#[tokio::test]
async fn unmatched_and_second_answers_are_reported() {
    let stranger = json!({"id": 9, "result": "?"});
    let second = json!({"id": 1, "result": "later"});
    let nameless = json!({"id": null, "error": {"code": 1}});
    let no_object = json!("what");
    let body = json!([{"id": 1, "result": "first"}, stranger, second, nameless, no_object]);
    let reply = answered(body, 2).await;
    assert_eq!(values(&reply), [Ok(json!("first")), Err(RpcError::Missing)]);
    assert_eq!(reply.unmatched, [stranger, second, nameless, no_object]);
}

#[tokio::test]
async fn one_error_without_an_id_is_that_of_all_calls() {
    let reply =
        answered(json!({"jsonrpc": "2.0", "id": null, "error": {"code": -32600, "message": "too large"}}), 2).await;
    assert!(reply.outcomes.iter().all(|outcome| outcome.result::<String>().unwrap_err().code() == Some(-32600)));
    let reply = answered(json!({"result": "whose?"}), 2).await;
    assert!(reply.outcomes.iter().all(|outcome| outcome.value == Err(RpcError::Missing)));
}

#[tokio::test]
async fn a_hundred_calls_are_taken_and_cost_what_they_cost_one_by_one() {
    let mock = MockVenice::start().await.unwrap();
    let calls = (0..100).map(|n| if n == 50 { "eth_mintMoney" } else { "eth_chainId" });
    let reply = mock.client().crypto_rpc().batch("ethereum-mainnet", calls).await.unwrap();
    assert_eq!(reply.outcomes.len(), 100);
    let refused: Vec<usize> = (0..100).filter(|n| reply.outcomes[*n].result::<String>().is_err()).collect();
    assert_eq!(refused, [50], "the mock answers in reverse");
    assert_eq!(reply.usage.credits, Some(99 * 20 + 5));
}

#[cfg(feature = "blocking")]
#[test]
fn it_works_without_async() {
    let (_, venice) = replying(r#"[{"id":2,"result":2},{"id":1,"result":1}]"#);
    let reply = venice.crypto_rpc().batch("base-mainnet", ["a", "b"]).send_blocking().unwrap();
    let numbers: Vec<u8> = reply.outcomes.iter().map(|outcome| outcome.result().unwrap()).collect();
    assert_eq!(numbers, [1, 2]);
}
