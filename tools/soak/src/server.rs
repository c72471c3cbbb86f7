//! The process of the servers: the mock with a fault in every fourth request, and the [`hostile`] one.

use std::io::{BufRead, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use venice_ai_mock::{Answer, Fault, MockJob, MockRequest, MockVenice};

use crate::accounts::{Accounts, PRICE};
use crate::random::Random;
use crate::{Failure, hostile};

/// The operations that fail beside those that come next.
const OPERATIONS: [&str; 6] =
    ["createChatCompletion", "createEmbedding", "queueVideo", "retrieveVideo", "createTranscription", "generateImage"];

/// Prints the base URLs of both servers, and the accounts for each line of its input. It ends with its input.
pub fn run(seed: u64) -> Result<(), Failure> {
    let mock = MockVenice::builder().pause(Duration::from_millis(1)).start_blocking()?;
    let accounts = Arc::new(Accounts::default());
    let answered = Arc::new(AtomicU64::new(0));
    let (charged, count) = (Arc::clone(&accounts), Arc::clone(&answered));
    let answer = move |request: &MockRequest| {
        count.fetch_add(1, Ordering::Relaxed);
        answer(request, &charged)
    };
    mock.answer(Answer::with(answer).on("createChatCompletion"));
    println!("{}", mock.base_url());
    println!("{}", hostile::start(seed)?);
    std::thread::spawn(move || {
        let mut random = Random::new(seed, 1);
        let mut done = 0;
        loop {
            std::thread::sleep(Duration::from_millis(1));
            while done + 3 < answered.load(Ordering::Relaxed) {
                done += 3;
                break_something(&mock, &mut random);
            }
        }
    });
    for line in std::io::stdin().lock().lines() {
        line?;
        println!("{}", accounts.report());
        std::io::stdout().flush()?;
    }
    Ok(())
}

/// Charges an answer, and makes it: a tool call for the first question of a request with tools, text otherwise.
fn answer(request: &MockRequest, accounts: &Accounts) -> Answer {
    let body: Value = request.json().unwrap_or_default();
    let messages = body["messages"].as_array().map_or(0, Vec::len);
    let question = body["messages"][0]["content"].as_str().unwrap_or_default();
    accounts.charge(format!("{question} {messages}"));
    let (delta, reason) = if body["tools"].is_array() && messages == 1 {
        let function = json!({"name": "tide", "arguments": "{}"});
        (
            json!({"role": "assistant", "tool_calls": [{"index": 0, "id": "1", "type": "function", "function": function}]}),
            "tool_calls",
        )
    } else {
        (json!({"role": "assistant", "content": question.repeat(4)}), "stop")
    };
    let (usage, cost) = (
        json!({"prompt_tokens": 4, "completion_tokens": 8, "total_tokens": 12}),
        json!({"usd": PRICE.parse::<f64>().unwrap_or_default(), "diem": 0}),
    );
    let document = |object: &str, choices: Value| json!({"id": "chatcmpl-1", "object": object, "created": 1_767_225_600, "model": "gondola-9b", "choices": choices});
    if body["stream"] != true {
        let mut whole = document("chat.completion", json!([{"index": 0, "message": delta, "finish_reason": reason}]));
        (whole["usage"], whole["cost"]) = (usage, cost);
        return Answer::json(&whole);
    }
    let chunk = |delta: Value, reason: Value| {
        document("chat.completion.chunk", json!([{"index": 0, "delta": delta, "finish_reason": reason}]))
    };
    let mut last = document("chat.completion.chunk", json!([]));
    (last["usage"], last["cost"]) = (usage, cost);
    let words = (0..20).map(|_| chunk(json!({"content": ""}), Value::Null));
    Answer::events([chunk(delta, Value::Null)].into_iter().chain(words).chain([chunk(json!({}), json!(reason)), last]))
}

fn break_something(mock: &MockVenice, random: &mut Random) {
    let chosen = random.below(12);
    let fault = match chosen {
        0 | 1 => Fault::status(429).header("retry-after", "0"),
        2 => Fault::status(500),
        3 => Fault::status(500).executed(),
        4 => Fault::status(503).header("retry-after", "0"),
        5 => Fault::disconnect(),
        6 => Fault::disconnect().executed(),
        7 => Fault::cut(random.below(600) as usize),
        8 => Fault::stall(random.below(600) as usize),
        9 => Fault::garbage(),
        10 => Fault::delay(random.time(100)),
        _ => Fault::status(400 + random.below(30) as u16),
    };
    // The price of an answer that cannot be read is unknown: the budget counts its estimate.
    let first = usize::from(matches!(chosen, 9));
    match OPERATIONS.get(first + random.below(12 - first as u64 * 7) as usize) {
        Some(operation) => mock.fault(fault.on(operation)),
        None => mock.fault(fault),
    }
    match random.below(40) {
        0 => mock.job(MockJob::failed("the lagoon is closed")),
        1 => mock.job(MockJob::done().after_polls(4).at_download_url()),
        _ => {}
    }
}
