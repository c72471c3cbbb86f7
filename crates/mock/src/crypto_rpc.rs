//! Handlers of crypto RPC: blockchain nodes that know a handful of methods.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::errors::error;
use super::parsed_request::ParsedRequest;
use super::reply::Reply;
use super::state::State;

const NETWORKS: [&str; 4] = ["base-mainnet", "ethereum-mainnet", "polygon-mainnet", "solana-mainnet"];
const USD_PER_CREDIT: f64 = 7e-7;
/// A call that a node refuses costs less than one that it answers.
const REFUSED: u64 = 5;
const GOOD: u64 = 20;
const SLOT: u64 = 350_000_123;
/// USDC, whose mint is the one account of Solana that has data here.
const USDC: &str = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v";

/// The requests that had a key, with their answers.
#[derive(Debug, Default)]
pub(super) struct IdempotencyCache(Vec<(String, Value, Value)>);

pub(super) fn networks(_: &mut State, _: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    Ok(Reply::json(200, &json!({"networks": NETWORKS})))
}

pub(super) fn proxy(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let network = request.route.parameter();
    if !NETWORKS.contains(&network) {
        return Err(error(400, &format!("Unsupported network: {network}")));
    }
    let key = request.header("idempotency-key");
    let known = key.and_then(|key| state.rpc.0.iter().find(|known| known.0 == key));
    let call = json!([network, request.body]);
    if let Some((_, before, answer)) = known {
        if *before != call {
            return Err(error(400, "The Idempotency-Key was used with another request"));
        }
        let answer = answer.clone();
        return Ok(reply(state, &answer, 0).with("idempotent-replayed", "true"));
    }
    let calls = match &request.body {
        // That there are too many is in the API's description.
        Value::Array(calls) if calls.is_empty() => return Err(error(400, "A batch holds at least one call")),
        Value::Array(calls) => calls.as_slice(),
        call => std::slice::from_ref(call),
    };
    // One method that is not passed on refuses all.
    let filter = |call: &&Value| method(call).contains("Filter") || method(call).ends_with("ubscribe");
    if let Some(call) = calls.iter().find(filter) {
        return Err(error(400, &format!("Unsupported method: {}", method(call))));
    }
    let mut credits = 0;
    let mut answers = Vec::new();
    for call in calls {
        let answer = answer(state, call);
        credits += if answer.get("error").is_some() { REFUSED } else { GOOD };
        answers.push(answer);
    }
    let answer = if request.body.is_array() {
        // In an order that is not that of the calls, as nodes do.
        answers.reverse();
        Value::Array(answers)
    } else {
        answers.pop().unwrap_or_default()
    };
    if let Some(key) = key {
        state.rpc.0.push((key.to_owned(), call, answer.clone()));
    }
    Ok(reply(state, &answer, credits))
}

fn method(call: &Value) -> &str {
    call["method"].as_str().unwrap_or_default()
}

fn answer(state: &mut State, call: &Value) -> Value {
    let id = &call["id"];
    let result = match method(call) {
        "eth_chainId" => json!("0x1"),
        "eth_blockNumber" => json!("0x15f2a3c"),
        "eth_gasPrice" => json!("0x3b9aca00"),
        "eth_getBalance" if call["params"][0].is_string() => json!("0xde0b6b3a7640000"),
        "eth_getTransactionReceipt" => Value::Null,
        "getSlot" => json!(SLOT),
        "getLatestBlockhash" => {
            let value = json!({"blockhash": "EkSnNWid2cvwEVnVx9aBqawnmiCNiDgp3gUdkDPTKN1N", "lastValidBlockHeight": 328_000_456});
            json!({"context": {"slot": SLOT}, "value": value})
        }
        "getAccountInfo" if call["params"][0].is_string() => {
            let value = if call["params"][0] == USDC { mint(&call["params"][1]["encoding"]) } else { Value::Null };
            json!({"context": {"slot": SLOT}, "value": value})
        }
        "eth_sendRawTransaction" | "sendTransaction" if call["params"][0].is_string() => {
            let hash: String = (0..4).map(|_| format!("{:016x}", state.next_id())).collect();
            json!(format!("0x{hash}"))
        }
        "eth_getBalance" | "eth_sendRawTransaction" | "getAccountInfo" | "sendTransaction" => {
            let error = json!({"code": -32602, "message": "missing value for required argument 0"});
            return json!({"jsonrpc": "2.0", "id": id, "error": error});
        }
        other => {
            let message = format!("the method {other} does not exist");
            return json!({"jsonrpc": "2.0", "id": id, "error": {"code": -32601, "message": message}});
        }
    };
    json!({"jsonrpc": "2.0", "id": id, "result": result})
}

/// The mint of USDC, in the encoding that was asked for.
fn mint(encoding: &Value) -> Value {
    let data = if *encoding == "jsonParsed" {
        let info = json!({"decimals": 6, "freezeAuthority": null, "isInitialized": true, "mintAuthority": null, "supply": "0"});
        json!({"parsed": {"info": info, "type": "mint"}, "program": "spl-token", "space": 82})
    } else {
        // An authority (4 and 32 bytes), the supply (8 bytes), decimals, whether it is initialized, and another authority.
        let mut bytes = [0; 82];
        (bytes[44], bytes[45]) = (6, 1);
        json!([STANDARD.encode(bytes), "base64"])
    };
    json!({
        "data": data, "executable": false, "lamports": 1_461_600, "owner": "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
        "rentEpoch": 0, "space": 82,
    })
}

fn reply(state: &mut State, answer: &Value, credits: u64) -> Reply {
    let usd = credits as f64 * USD_PER_CREDIT;
    state.balance_usd -= usd;
    let id = format!("{:016x}{:016x}", state.next_id(), state.next_id());
    Reply::json(200, answer)
        .with("x-venice-rpc-credits", credits)
        .with("x-venice-rpc-cost-usd", format!("{usd:.8}"))
        .with("x-request-id", id)
}
