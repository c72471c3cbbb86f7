//! Several calls to a blockchain node in one request.
//!
//! ```text
//! cargo run --example crypto_rpc                                         # on the bundled mock
//! VENICE_API_KEY=… cargo run --example crypto_rpc -- base-mainnet
//! ```

mod common;

use serde_json::json;
use venice_ai::Error;
use venice_ai::types::JsonRpcRequest;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let (venice, _mock) = common::client_or_mock().await?;
    let network = std::env::args().nth(1).unwrap_or_else(|| "ethereum-mainnet".to_owned());

    let networks = venice.crypto_rpc().networks().await?;
    println!("{} networks, such as {}", networks.len(), networks.join(", "));

    let reply = venice.crypto_rpc().call(&network, "eth_blockNumber").await?;
    println!("{network} is at block {}", reply.result::<String>()?);

    // Answers are in the order of the calls. A failed one does not hide the others.
    let calls = [
        JsonRpcRequest::new("eth_chainId"),
        JsonRpcRequest::new("eth_getBalance").params(json!(["0x52908400098527886E0F7030069857D2E4169EE7", "latest"])),
        JsonRpcRequest::new("eth_mintMoney"),
    ];
    let names: Vec<String> = calls.iter().map(|call| call.method.clone()).collect();
    let reply = venice.crypto_rpc().batch(&network, calls).await?;
    for (name, outcome) in names.iter().zip(&reply.outcomes) {
        match outcome.result::<String>() {
            Ok(value) => println!("{name}: {value}"),
            Err(error) => println!("{name}: {error}"),
        }
    }
    if let (Some(credits), Some(usd)) = (reply.usage.credits, &reply.usage.cost_usd) {
        println!("{credits} credits, {usd} USD");
    }
    Ok(())
}
