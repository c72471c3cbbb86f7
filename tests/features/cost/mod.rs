//! Money: exact amounts, estimates, budgets, tallies.

mod amounts;
mod budget;
mod budget_outcomes;
mod budget_prices;
mod budget_streams;
mod prices;
mod tally;

use serde_json::{Value, json};
use venice_ai::cost::Budget;
use venice_ai::types::{ChatCompletionRequest, VeniceParameters};
use venice_ai::{Client, RetryPolicy};

use crate::support::server::Request;
use crate::support::{Answer, Server, builder};

/// A server with a list of models and scripted answers. A request costs a dollar per 100 `max_completion_tokens`, and nothing for its
/// prompt.
fn shop(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Server {
    Server::start(move |_, request| if is_list(request) { models() } else { answer(request) })
}

fn is_list(request: &Request) -> bool {
    request.method == "GET" && request.target.contains("/models")
}

fn models() -> Answer {
    let price = |usd: f64| json!({"usd": usd, "diem": usd});
    let model = |id: &str, kind: &str, pricing: Value| json!({"id": id, "type": kind, "model_spec": {"name": id, "pricing": pricing, "availableContextTokens": 1000, "maxCompletionTokens": 500}});
    let tokens = json!({"input": price(0.0), "output": price(10_000.0)});
    let list = [
        model("writer", "text", tokens.clone()),
        model("other-writer", "text", tokens),
        model("free", "text", json!({"input": price(0.0), "output": price(0.0)})),
        model("unpriced", "text", Value::Null),
        model("painter", "image", json!({"generation": price(0.25)})),
        model(
            "editor",
            "inpaint",
            json!({"inpaint": price(0.5), "inputImages": {"included": 1, "additional": price(0.125)}}),
        ),
        model("enlarger", "upscale", json!({"upscale": {"2x": price(0.02), "4x": price(0.08)}})),
        model("reader", "embedding", json!({"input": price(1000.0)})),
        model("decider", "decision", json!({"input": price(1000.0), "output": price(0.0)})),
        model("speaker", "tts", json!({"input": price(1000.0)})),
        model("listener", "asr", json!({"per_audio_second": price(0.01)})),
    ];
    Answer::json(200, &json!({"object": "list", "data": list}).to_string())
}

/// Costs a dollar at most.
fn a_dollar() -> ChatCompletionRequest {
    asking("writer").max_completion_tokens(100)
}

fn asking(model: &str) -> ChatCompletionRequest {
    let bare = VeniceParameters::new().include_venice_system_prompt(false);
    ChatCompletionRequest::new(model, ["Hello"]).venice_parameters(bare)
}

/// A whole answer that cost this much.
fn costing(usd: &str) -> Answer {
    Answer::json(
        200,
        &format!(
            r#"{{"id": "1", "model": "writer", "choices": [{{"index": 0, "message": {{"content": "Hi"}}, "finish_reason": "stop"}}], "usage": {{"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30}}, "cost": {{"usd": {usd}, "diem": 0}}}}"#
        ),
    )
}

/// The reply of a blockchain node, whose headers have its cost.
fn on_chain() -> Answer {
    let head =
        [("content-type", "application/json"), ("x-venice-rpc-credits", "20"), ("x-venice-rpc-cost-usd", "0.00001400")];
    Answer::new(200, &head, r#"{"jsonrpc": "2.0", "id": 1, "result": "0x1"}"#)
}

/// A client of the server that sends each request once, within a budget.
fn within(server: &Server, budget: &Budget) -> Client {
    builder(server).retry(RetryPolicy::disabled()).budget(budget.clone()).build().unwrap()
}

/// The number of requests, without the list of models.
fn calls(server: &Server) -> usize {
    server.requests().iter().filter(|request| !is_list(request)).count()
}

/// Spent, reserved and uncertain dollars.
fn dollars(budget: &Budget) -> [String; 3] {
    let usd = budget.in_usd();
    [usd.spent, usd.reserved, usd.uncertain].map(|amount| amount.to_f64().to_string())
}
