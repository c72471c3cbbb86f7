//! Another OpenAI-compatible server: Ollama on this machine, or the bundled mock in its place if there is none.
//!
//! ```text
//! cargo run --example ollama -- llama3.2
//! OLLAMA_URL=http://localhost:8080/v1 cargo run --example ollama -- my-model    # llama.cpp, vLLM, …
//! ```

use std::io::Write as _;

use venice_ai::types::{ChatCompletionRequest, ModelFilter};
use venice_ai::{Client, Error, ErrorKind};
use venice_ai_mock::MockVenice;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let url = std::env::var("OLLAMA_URL").unwrap_or_else(|_| "http://localhost:11434/v1".to_owned());
    let model = std::env::args().nth(1).unwrap_or_else(|| "llama3.2".to_owned());

    let server = Client::builder().base_url(url).api_key("ollama").no_proxy().build()?;
    match tell(&server, &model).await {
        Err(error) if error.kind() == ErrorKind::Connect => {
            println!("No server: {error}\nThe bundled mock answers.");
            let mock = MockVenice::start().await?;
            let server = Client::builder().base_url(mock.base_url()).api_key(mock.api_key()).no_proxy().build()?;
            tell(&server, &model).await
        }
        told => told,
    }
}

async fn tell(server: &Client, model: &str) -> Result<(), Error> {
    let models = server.models().list(ModelFilter::All).await?;
    println!("{} models, such as {}", models.len(), models.first().map_or("none", |model| &*model.id));

    let mut text = server.chat().stream(ChatCompletionRequest::new(model, "Tell me a story.")).await?.text();
    while let Some(piece) = text.next().await {
        print!("{}", piece?);
        std::io::stdout().flush().ok();
    }
    println!();
    Ok(())
}
