//! Batching: two hundred questions within the rate limits, in a run that is interrupted and resumed from its journal.
//!
//! ```text
//! cargo run --example many                              # on the bundled mock, which fails now and then
//! VENICE_API_KEY=… cargo run --example many -- 10       # so many questions to the real API
//! ```

mod common;

use std::io::Write;
use std::time::Duration;

use venice_ai::types::ChatCompletionRequest;
use venice_ai::{Client, Error};
use venice_ai_mock::{Fault, MockVenice};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let (venice, mock) = common::client_or_mock().await?;
    if let Some(mock) = &mock {
        break_things(mock);
    }
    let count = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(200);
    let journal = std::env::temp_dir().join(format!("venice-many-{}.jsonl", std::process::id()));

    // The first run ends midway, as if the process had been stopped. Requests in flight may have been charged.
    let mut answers = ask(&venice, count).with_journal(&journal);
    while answers.progress().finished() < count / 2 {
        let Some(outcome) = answers.next().await else { break };
        outcome?;
    }
    eprintln!();
    println!("Interrupted: {}", answers.progress());
    drop(answers);

    // The second one returns the recorded answers, and sends only the rest.
    let mut answers = ask(&venice, count).with_journal(&journal).with_input_order();
    let mut lengths = Vec::new();
    while let Some(outcome) = answers.next().await {
        // An error here would stop the run: no key, no balance. `answers.resume()` continues after it.
        let outcome = outcome?;
        match outcome.result {
            Ok(reply) => lengths.push(reply.text().len()),
            Err(error) => println!("Question {}: {error}", outcome.index + 1),
        }
    }
    eprintln!();
    println!("{} answers, {} bytes of text", lengths.len(), lengths.iter().sum::<usize>());
    println!("In the end: {}", answers.progress());
    std::fs::remove_file(&journal).ok();
    Ok(())
}

fn ask(venice: &Client, count: u64) -> venice_ai::many::Many<ChatCompletionRequest, venice_ai::types::ChatCompletion> {
    let requests = (1..=count).map(|n| {
        let question = format!("What is the square of {n}? Answer with the number alone.");
        ChatCompletionRequest::new("default", [question]).max_completion_tokens(200)
    });
    venice.chat().many(requests).with_progress(|progress| {
        eprint!("\r{progress}\u{1b}[K");
        std::io::stderr().flush().ok();
    })
}

/// Some of the first questions are rejected for a while, one fails, and one answer breaks off.
fn break_things(mock: &MockVenice) {
    let faults = [
        Fault::status(429).header("retry-after", "0.3"),
        Fault::status(503),
        Fault::status(429).times(2),
        Fault::status(500),
        Fault::cut(200),
        Fault::status(400),
    ];
    for fault in faults {
        mock.fault(Fault::delay(Duration::from_millis(2)).times(10).on("createChatCompletion"));
        mock.fault(fault.on("createChatCompletion"));
    }
}
