//! A streamed answer, and its cost.
//!
//! ```text
//! cargo run --example chat_stream                                        # on the bundled mock
//! VENICE_API_KEY=… cargo run --example chat_stream -- Who built the Rialto bridge?
//! ```

mod common;

use std::io::Write;

use venice_ai::Error;
use venice_ai::stream::ChatAccumulator;
use venice_ai::types::{ChatCompletionRequest, ChatMessage};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let (venice, _mock) = common::client_or_mock().await?;

    let words: Vec<String> = std::env::args().skip(1).collect();
    let question = if words.is_empty() { "Who built the Rialto bridge?".to_owned() } else { words.join(" ") };
    let messages = [ChatMessage::system("Answer in two sentences."), ChatMessage::user(question)];
    let request = ChatCompletionRequest::new("default", messages).max_completion_tokens(500);

    let mut stream = venice.chat().stream(request).await?;
    let mut answer = ChatAccumulator::new();
    while let Some(chunk) = stream.next().await {
        // An error in the stream means that the answer is incomplete.
        let chunk = chunk?;
        for choice in &chunk.choices {
            // Models with reasoning reason first. That goes to stderr.
            eprint!("{}", choice.delta.reasoning_content.as_deref().unwrap_or_default());
            print!("{}", choice.delta.content.as_deref().unwrap_or_default());
        }
        std::io::stdout().flush().ok();
        answer.push(chunk)?;
    }

    // The same type as from `chat().create()`.
    let reply = answer.finish();
    println!("\n\n{} ended with {:?}", reply.model, reply.finish_reason());
    if let (Some(usage), Some(usd)) = (&reply.usage, reply.cost().and_then(|cost| cost.usd)) {
        println!("{} tokens in, {} out, {} USD", usage.prompt_tokens, usage.completion_tokens, usd);
    }
    Ok(())
}
