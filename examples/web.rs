//! Searches the web, reads the first result, and extracts the text of a document.
//!
//! ```text
//! cargo run --example web                                    # on the bundled mock
//! VENICE_API_KEY=… cargo run --example web -- "acqua alta" report.pdf    # on the real API; about one US cent a call
//! ```

mod common;

use venice_ai::types::WebSearchRequest;
use venice_ai::{Error, Upload};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let (venice, _mock) = common::client_or_mock().await?;
    let mut arguments = std::env::args().skip(1);
    let query = arguments.next().unwrap_or_else(|| "acqua alta".to_owned());

    let found = venice.augment().search(WebSearchRequest::new(query).limit(3)).await?;
    for result in &found.results {
        // `content` is HTML, as from the search engine.
        println!("{} <{}>, {}\n  {}", result.title, result.url, result.date().unwrap_or("no date"), result.content);
    }

    if let Some(best) = found.results.first() {
        let page = venice.augment().scrape(best.url.as_str()).await?;
        println!("\nThe first page begins: {}", page.content.lines().next().unwrap_or_default());
    }

    let document = match arguments.next() {
        Some(path) => Upload::path(path),
        None => Upload::bytes("tides.md", "# Tides\n\nHigh water is at noon."),
    };
    let name = document.file_name().to_owned();
    let text = venice.augment().parse_document(document).await?;
    println!(
        "\n{name} has {} tokens and ends: {}",
        text.tokens.unwrap_or_default(),
        text.text.lines().last().unwrap_or_default()
    );
    Ok(())
}
