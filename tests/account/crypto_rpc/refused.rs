//! Requests that are rejected before sending.

use crate::support::replying;
use serde_json::json;
use venice_ai::types::{JsonRpcId, JsonRpcRequest};
use venice_ai::{Call, Client};

async fn refused<T>(call: impl FnOnce(&Client) -> Call<T>, field: &str, words: &str) {
    let error = crate::support::refused::refused(call, "cryptoRpcProxy", field).await;
    assert!(error.to_string().contains(words), "{error}");
}

fn request() -> JsonRpcRequest {
    JsonRpcRequest::new("eth_chainId")
}

#[tokio::test]
async fn a_call_without_a_method() {
    refused(|venice| venice.crypto_rpc().call("base-mainnet", " "), "method", "is empty").await;
    refused(|venice| venice.crypto_rpc().batch("base-mainnet", ["a", ""]), "[1].method", "is empty").await;
}

#[tokio::test]
async fn parameters_that_are_neither_a_list_nor_an_object() {
    for params in [json!("0xab"), json!(7), json!(null), json!(true)] {
        let wrong = || request().params(params.clone());
        refused(|venice| venice.crypto_rpc().call("base-mainnet", wrong()), "params", "neither a list nor an object")
            .await;
        let calls = [request(), wrong()];
        refused(|venice| venice.crypto_rpc().batch("base-mainnet", calls), "[1].params", "neither a list").await;
    }
}

#[tokio::test]
async fn ids_that_are_neither_a_whole_number_nor_a_text() {
    for id in [json!(null), json!(1.5), json!([1])] {
        let wrong = || request().id(JsonRpcId::Unknown(id.clone()));
        refused(|venice| venice.crypto_rpc().call("base-mainnet", wrong()), "id", "whole number").await;
        refused(|venice| venice.crypto_rpc().batch("base-mainnet", [wrong()]), "[0].id", "whole number").await;
    }
}

#[tokio::test]
async fn two_calls_with_one_id() {
    for (first, second) in [(JsonRpcId::from(7), JsonRpcId::from(7)), (7.into(), "7".into()), ("a".into(), "a".into())]
    {
        let calls = [request().id(first), request(), request().id(second)];
        refused(|venice| venice.crypto_rpc().batch("base-mainnet", calls), "[2].id", "that of [0]").await;
    }
}

#[tokio::test]
async fn no_calls_and_more_than_a_hundred() {
    refused(|venice| venice.crypto_rpc().batch("base-mainnet", [""; 0]), "requests", "no calls").await;
    refused(|venice| venice.crypto_rpc().batch("base-mainnet", ["a"; 101]), "requests", "101 calls, at most 100").await;
}

#[tokio::test]
async fn networks_that_no_path_can_have() {
    for network in ["ethereum mainnet", "a/b", "../x", "a?b", "é", "a%2f"] {
        refused(|venice| venice.crypto_rpc().call(network, request()), "network", "ethereum-mainnet").await;
        refused(|venice| venice.crypto_rpc().batch(network, [request()]), "network", "ethereum-mainnet").await;
    }
    for network in ["", "  ", ".", ".."] {
        refused(|venice| venice.crypto_rpc().call(network, request()), "network", "").await;
        // Another endpoint would be called.
        refused(|venice| venice.crypto_rpc().call(network, request()).with_validation(false), "network", "").await;
    }
}

#[tokio::test]
async fn keys_that_the_api_does_not_take() {
    for key in ["", "a b", "a.b", "é", &"k".repeat(256)] {
        let call = |venice: &Client| venice.crypto_rpc().with_idempotency_key(key).call("base-mainnet", request());
        refused(call, "Idempotency-Key", "1 to 255").await;
    }
}

#[tokio::test]
async fn everything_that_is_wrong_is_reported_at_once() {
    let (server, venice) = replying("[]");
    let calls = [JsonRpcRequest::new(""), request().params(json!(1)), request().id(4), request().id(4)];
    let rpc = venice.crypto_rpc().with_idempotency_key("?");
    let error = rpc.batch("a b", calls).await.unwrap_err();
    let fields: Vec<&str> = error.field_errors().iter().map(|wrong| &*wrong.field).collect();
    assert_eq!(fields, ["network", "Idempotency-Key", "[0].method", "[1].params", "[3].id"], "{error}");
    assert_eq!(server.connections(), 0);
}
