//! Asks about a photo and a document on disk, searches the web with citations, and gets an answer without reasoning.
//!
//! ```text
//! cargo run --example multimodal                                                  # on the bundled mock, with files of its own
//! VENICE_API_KEY=… cargo run --example multimodal -- photo.jpg report.pdf         # on the real API; a search costs about a cent
//! ```

mod common;

use std::io::Write;
use std::path::PathBuf;

use venice_ai::chat::{CitationStyle, ReasoningControl};
use venice_ai::types::{ChatCompletionRequest, ChatMessage, UserMessage, WebSearchMode};
use venice_ai::{Client, Upload};

/// Any image of at least 64 × 64 pixels works.
const PHOTO: &[u8] = include_bytes!("../crates/mock/src/media/image.png");
const REPORT: &str = "# The bridge\n\nClosed at high water, which is at 10:40 and 22:55.\n";

type Done = Result<(), Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> Done {
    let (venice, _mock) = common::client_or_mock().await?;
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (photo, report) = match (arguments.next(), arguments.next()) {
        (Some(photo), Some(report)) => (photo, report),
        _ => own_files()?,
    };

    look(&venice, photo, report).await?;
    search(&venice).await?;
    answer_at_once(&venice).await
}

/// A photo and a report for the question.
fn own_files() -> std::io::Result<(PathBuf, PathBuf)> {
    let folder = std::env::temp_dir().join(format!("venice-multimodal-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let (photo, report) = (folder.join("bridge.png"), folder.join("report.md"));
    std::fs::write(&photo, PHOTO)?;
    std::fs::write(&report, REPORT)?;
    Ok((photo, report))
}

async fn look(venice: &Client, photo: PathBuf, report: PathBuf) -> Done {
    // Read, validated and encoded; what the API would reject is an error here.
    let question = UserMessage::builder()
        .text("Does the report tell of the bridge in the photo?")
        .image(Upload::path(photo))
        .file(Upload::path(report))
        .build()
        .await?;
    // Later questions about the same rules use the provider's prompt cache, on models that have one.
    let messages = [ChatMessage::system("Answer in one sentence.").cached(), question.into()];
    let reply = venice.chat().create(ChatCompletionRequest::new("default_vision", messages)).await?;
    println!("{} saw the photo and the report: {}", reply.model, reply.answer());
    if let Some(usage) = &reply.usage {
        println!("{} tokens in, {} of them out of the cache", usage.prompt_tokens, usage.cached_tokens());
    }
    Ok(())
}

async fn search(venice: &Client) -> Done {
    let request = ChatCompletionRequest::new("default", ["When is high water?"]).web_search(WebSearchMode::On);
    let mut text = venice.chat().stream(request).await?.cited(CitationStyle::Footnotes);
    println!();
    while let Some(piece) = text.next().await {
        print!("{}", piece?);
        std::io::stdout().flush()?;
    }
    println!();
    Ok(())
}

async fn answer_at_once(venice: &Client) -> Done {
    let catalogue = venice.models().catalogue().await?;
    let Some(model) = catalogue.iter().find(|model| model.supports_reasoning() == Some(true)) else { return Ok(()) };
    for control in [ReasoningControl::Default, ReasoningControl::Off] {
        let request = ChatCompletionRequest::new(model.id(), ["What is 15 % of 240?"]);
        let reply = venice.chat().create(request.reasoning_for(model, control.clone())).await?;
        println!("\n{} with {control:?} reasoned {:?}", model.id(), reply.reasoning());
    }
    Ok(())
}
