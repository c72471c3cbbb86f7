//! A conversation in a file: each run of the program continues it.
//!
//! ```text
//! cargo run --example chat_history -- What is an acqua alta?
//! cargo run --example chat_history -- How often does it happen?
//! ```

mod common;

use std::path::PathBuf;

use venice_ai::types::{ChatCompletionRequest, ChatMessage};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (venice, _mock) = common::client_or_mock().await?;
    let words: Vec<String> = std::env::args().skip(1).collect();
    let question = if words.is_empty() { "What is an acqua alta?".to_owned() } else { words.join(" ") };
    let file = std::env::var_os("VENICE_CHAT_FILE")
        .map_or_else(|| std::env::temp_dir().join("venice-chat.json"), PathBuf::from);

    // Messages are `Serialize` and `Deserialize`: a file here, a column of a database elsewhere.
    let mut history: Vec<ChatMessage> = match std::fs::read(&file) {
        Ok(stored) => serde_json::from_slice(&stored)?,
        Err(_) => vec![ChatMessage::system("You know Venice. Answer in one sentence.")],
    };
    history.push(ChatMessage::user(question));

    let reply = venice.chat().create(ChatCompletionRequest::new("default", &history)).await?;
    println!("{reply}");

    // The message goes back as it came, with its reasoning and its tool calls, if it has any.
    history.extend(reply.message().map(ChatMessage::from));
    std::fs::write(&file, serde_json::to_vec_pretty(&history)?)?;
    println!("{} messages in {}", history.len(), file.display());
    Ok(())
}
