//! Semantic search: which of several texts is closest to a question.
//!
//! ```text
//! cargo run --example embeddings                                         # on the bundled mock
//! VENICE_API_KEY=… cargo run --example embeddings -- Where can I moor a boat?
//! ```

mod common;

use venice_ai::Error;
use venice_ai::embeddings::cosine_similarity;
use venice_ai::types::{CreateEmbeddingRequest, ModelFilter};

const TEXTS: [&str; 4] = [
    "You can moor a boat at the Arsenale for a day.",
    "The tax office opens at nine.",
    "High water is at 10:40 tomorrow.",
    "Gondolas are black by law.",
];

#[tokio::main]
async fn main() -> Result<(), Error> {
    let (venice, _mock) = common::client_or_mock().await?;

    let words: Vec<String> = std::env::args().skip(1).collect();
    let question = if words.is_empty() { "Where can I moor a boat?".to_owned() } else { words.join(" ") };

    let models = venice.models().list(ModelFilter::Embedding).await?;
    let model = models.first().map_or("text-embedding-bge-m3", |model| &model.id);

    let reply = venice.embeddings().create(CreateEmbeddingRequest::new(model, TEXTS)).await?;
    let wanted = venice.embeddings().embed(model, &question).await?;

    let nearness = |vector: &Vec<f32>| cosine_similarity(vector, &wanted).unwrap_or_default();
    let mut found: Vec<(f32, &str)> = reply.vectors.iter().map(nearness).zip(TEXTS).collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));

    println!("{question} ({model}, {} numbers)", wanted.len());
    for (nearness, text) in found {
        println!("{nearness:+.3} {text}");
    }
    if let Some(usage) = reply.usage {
        println!("{} tokens", usage.total_tokens);
    }
    Ok(())
}
