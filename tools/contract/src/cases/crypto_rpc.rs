//! Block-chain nodes.

use serde_json::json;
use venice_ai::types::JsonRpcRequest;

use super::Cost::{Free, Usd};
use super::Size::{Maximal, Minimal, Only};
use super::{Case, case};

const NETWORK: &str = "ethereum-mainnet";

pub fn cases() -> Vec<Case> {
    vec![
        case("listCryptoRpcNetworks", Only, Free, |scene| async move {
            scene.venice().crypto_rpc().networks().await?;
            Ok(())
        }),
        case("cryptoRpcProxy", Minimal, Usd(0.001), |scene| async move {
            scene.venice().crypto_rpc().call(NETWORK, "eth_blockNumber").await?;
            Ok(())
        }),
        case("cryptoRpcProxy", Maximal, Usd(0.001), |scene| async move {
            let request = JsonRpcRequest::new("eth_getBlockByNumber").id(7).params(json!(["latest", false]));
            let rpc = scene.venice().crypto_rpc().with_idempotency_key("venice-contract-1");
            rpc.call(NETWORK, request).await?;
            Ok(())
        }),
        case("cryptoRpcProxy", Maximal, Usd(0.002), |scene| async move {
            let requests = ["eth_blockNumber", "eth_chainId"].map(JsonRpcRequest::new);
            scene.venice().crypto_rpc().batch(NETWORK, requests).await?;
            Ok(())
        }),
    ]
}
