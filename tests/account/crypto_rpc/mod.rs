//! Blockchain nodes: requests and replies.

mod batch;
mod refused;
mod repeated;

use serde_json::{Value, json};
use venice_ai::crypto_rpc::{RpcError, RpcReply};
use venice_ai::types::{JsonRpcId, JsonRpcRequest};
use venice_ai::{Client, Error, ErrorKind};
use venice_ai_mock::MockVenice;

use crate::support::replying;
use crate::support::{Answer, KEY, Server, once};

async fn called(body: Value) -> RpcReply {
    let (_, venice) = replying(body.to_string());
    venice.crypto_rpc().call("ethereum-mainnet", "eth_x").await.unwrap()
}

#[tokio::test]
async fn networks_are_listed_without_a_key() {
    let server = Server::answering([Answer::json(200, r#"{"networks":["base-mainnet","solana-mainnet"],"new":1}"#)]);
    let venice = Client::builder().base_url(server.url("/api/v1")).build().unwrap();
    assert_eq!(venice.crypto_rpc().networks().await.unwrap(), ["base-mainnet", "solana-mainnet"]);
    let sent = &server.requests()[0];
    assert_eq!((&*sent.method, &*sent.target), ("GET", "/api/v1/crypto/rpc/networks"));
    assert_eq!((sent.header("authorization"), sent.body.len()), (None, 0));
}

#[tokio::test]
async fn a_call_is_an_object_with_version_id_and_key() {
    let (server, venice) = replying(r#"{"jsonrpc":"2.0","id":1,"result":"0x10"}"#);
    let request = JsonRpcRequest::new("eth_getBalance").params(json!(["0xab", "latest"]));
    let reply = venice.crypto_rpc().call("ethereum-mainnet", request).await.unwrap();
    assert_eq!(reply.result::<String>().unwrap(), "0x10");
    assert_eq!(reply.outcome.id, JsonRpcId::Integer(1));

    let sent = &server.requests()[0];
    assert_eq!((&*sent.method, &*sent.target), ("POST", "/api/v1/crypto/rpc/ethereum-mainnet"));
    assert_eq!(sent.header("content-type"), Some("application/json"));
    assert_eq!(sent.header("authorization").unwrap(), format!("Bearer {KEY}"));
    let body = json!({"jsonrpc": "2.0", "method": "eth_getBalance", "params": ["0xab", "latest"], "id": 1});
    assert_eq!(sent.json(), body);
    assert_eq!(sent.header("idempotency-key").unwrap().len(), 36);
}

#[tokio::test]
async fn named_parameters_and_the_callers_id_are_sent_as_they_are() {
    let (server, venice) = replying(r#"{"id":"mine","result":{"block":7}}"#);
    let request = JsonRpcRequest::new("starknet_call").params(json!({"block_id": "latest"})).id("mine");
    let reply = venice.crypto_rpc().call("starknet-mainnet", request).await.unwrap();
    assert_eq!(reply.result::<Value>().unwrap()["block"], 7);
    let body = server.requests()[0].json();
    assert_eq!((&body["id"], &body["params"]), (&json!("mine"), &json!({"block_id": "latest"})));
}

#[tokio::test]
async fn what_it_cost_is_reported_exactly() {
    let headers = [
        ("content-type", "application/json"),
        ("x-venice-rpc-credits", "20"),
        ("x-venice-rpc-cost-usd", "0.00001400"),
        ("x-request-id", "0123456789abcdef0123456789abcdef"),
    ];
    let server = Server::answering([Answer::new(200, &headers, r#"{"id":1,"result":true}"#)]);
    let reply = once(&server).crypto_rpc().call("base-mainnet", "eth_syncing").with_meta().await.unwrap();
    let usage = &reply.value.usage;
    assert_eq!((usage.credits, usage.cost_usd.unwrap().to_string()), (Some(20), "0.00001400".to_owned()));
    assert!(!reply.value.is_replay);
    assert_eq!(reply.meta.request_id(), Some("0123456789abcdef0123456789abcdef"));
}

#[tokio::test]
async fn a_reply_without_headers_does_not_pretend_to_be_free() {
    let reply = called(json!({"id": 1, "result": true})).await;
    assert_eq!((reply.usage.credits, reply.usage.cost_usd), (None, None));
}

#[tokio::test]
async fn the_stored_answer_of_an_earlier_request_says_so() {
    let headers = [("content-type", "application/json"), ("idempotent-replayed", "true")];
    let server = Server::answering([Answer::new(200, &headers, r#"{"id":1,"result":"0x1"}"#)]);
    let rpc = once(&server);
    let reply = rpc.crypto_rpc().with_idempotency_key("order-7_A").call("base-mainnet", "x").await.unwrap();
    assert!(reply.is_replay);
    assert_eq!(server.requests()[0].header("idempotency-key"), Some("order-7_A"));
}

#[tokio::test]
async fn an_error_of_the_node_is_typed_although_the_status_is_200() {
    let error = json!({"code": 3, "message": "execution reverted", "data": "0x08c379a0"});
    let reply = called(json!({"jsonrpc": "2.0", "id": 1, "error": error})).await;
    let error = reply.result::<String>().unwrap_err();
    let message = "execution reverted".to_owned();
    assert_eq!(error, RpcError::Node { code: Some(3), message, data: Some(json!("0x08c379a0")) });
    assert_eq!(error.code(), Some(3));
    assert_eq!(error.to_string(), "the node returned an error: execution reverted (3)");

    let error = Error::from(error);
    assert_eq!((error.kind(), error.operation(), error.status()), (ErrorKind::Rpc, Some("cryptoRpcProxy"), None));
    let source = std::error::Error::source(&error).unwrap().downcast_ref::<RpcError>().unwrap();
    assert_eq!(source.code(), Some(3), "nothing is lost on the way");
}

#[tokio::test]
async fn errors_come_in_many_shapes() {
    let node = |code, message: &str| RpcError::Node { code, message: message.to_owned(), data: None };
    for (error, wanted) in [
        (json!({"code": -32000.0, "message": "already known", "data": null}), node(None, "already known")),
        (json!({"code": "-32601", "message": "no such method"}), node(Some(-32601), "no such method")),
        (json!({"message": "limit"}), node(None, "limit")),
        (json!({"code": 7}), node(Some(7), "")),
        (json!("upstream is down"), node(None, "upstream is down")),
        (json!({}), node(None, "")),
        (json!({"code": 1, "message": {"text": "odd"}}), node(Some(1), r#"{"text":"odd"}"#)),
    ] {
        let reply = called(json!({"id": 1, "error": error, "result": null})).await;
        assert_eq!(reply.outcome.value, Err(wanted), "{error}");
    }
}

#[tokio::test]
async fn null_is_a_result_and_nothing_is_none() {
    let reply = called(json!({"id": 1, "result": null, "error": null})).await;
    assert_eq!(reply.result::<Option<String>>().unwrap(), None);
    let reply = called(json!({"id": 1})).await;
    assert!(matches!(reply.result::<Option<String>>(), Err(RpcError::Unexpected(_))));
}

#[tokio::test]
async fn a_result_of_another_type_does_not_show_its_value() {
    let reply = called(json!({"id": 1, "result": "a secret text"})).await;
    let error = reply.result::<u64>().unwrap_err();
    assert!(matches!(&error, RpcError::Unexpected(problem) if problem.contains("u64")), "{error}");
    assert!(!error.to_string().contains("secret"));
}

#[tokio::test]
async fn answers_that_belong_to_another_call_are_not_taken() {
    let reply = called(json!({"id": 8, "result": "0x1"})).await;
    let error = reply.result::<String>().unwrap_err();
    assert!(matches!(&error, RpcError::Unexpected(problem) if problem.contains("call 8, and not 1")), "{error}");
}

#[tokio::test]
async fn near_misses_of_an_answer_are_read() {
    for (body, wanted) in [
        (json!({"id": "1", "result": "0x1"}), Ok(json!("0x1"))),
        (json!([{"id": 1, "result": "0x1"}]), Ok(json!("0x1"))),
        (json!({"id": 1, "result": "0x1", "node": "eu-4"}), Ok(json!("0x1"))),
        (json!([]), Err(RpcError::Missing)),
    ] {
        assert_eq!(called(body.clone()).await.outcome.value, wanted, "{body}");
    }
    // A node's error for an invalid request has no id.
    let reply = called(json!({"id": null, "error": {"code": -32700, "message": "parse error"}})).await;
    assert_eq!(reply.result::<String>().unwrap_err().code(), Some(-32700));
}

#[tokio::test]
async fn a_whole_conversation_with_the_mock() {
    let mock = MockVenice::start().await.unwrap();
    let venice = mock.client();
    assert!(venice.crypto_rpc().networks().await.unwrap().contains(&"ethereum-mainnet".to_owned()));
    let reply = venice.crypto_rpc().call("ethereum-mainnet", "eth_chainId").await.unwrap();
    assert_eq!((&*reply.result::<String>().unwrap(), reply.usage.credits), ("0x1", Some(20)));
    assert_eq!(reply.usage.cost_usd.unwrap().to_string(), "0.00001400");

    let send = || JsonRpcRequest::new("eth_sendRawTransaction").params(json!(["0xf86c"]));
    let rpc = venice.crypto_rpc().with_idempotency_key("payout-1");
    let first = rpc.call("ethereum-mainnet", send()).await.unwrap();
    let again = rpc.call("ethereum-mainnet", send()).await.unwrap();
    assert_eq!((first.is_replay, again.is_replay), (false, true));
    assert_eq!(first.outcome, again.outcome, "one transaction");
    let other = rpc.call("ethereum-mainnet", "eth_chainId").await.unwrap_err();
    assert_eq!(other.status().unwrap(), 400);

    let filter = venice.crypto_rpc().batch("ethereum-mainnet", ["eth_chainId", "eth_newFilter"]).await.unwrap_err();
    assert!(filter.is_invalid_request() && filter.message().contains("eth_newFilter"), "{filter}");
    let unknown = venice.crypto_rpc().call("atlantis-mainnet", "eth_chainId").await.unwrap_err();
    assert!(unknown.message().contains("atlantis"), "{unknown}");
}

#[cfg(feature = "blocking")]
#[test]
fn it_works_without_async() {
    let (_, venice) = replying(r#"{"id":1,"result":"0x1"}"#);
    let reply = venice.crypto_rpc().call("base-mainnet", "eth_chainId").send_blocking().unwrap();
    assert_eq!(reply.result::<String>().unwrap(), "0x1");
}
