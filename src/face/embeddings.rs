//! Texts as vectors: for search, clustering, finding duplicates.
//!
//! | To | Call |
//! |---|---|
//! | get the vector of one text | [`embed`](Embeddings::embed) |
//! | get the vectors of up to 2048 texts | [`create`](Embeddings::create) |
//! | get the vectors of any number of texts | [`batch`](Embeddings::batch) |
//! | go on with a batch that failed on its way | [`UnfinishedEmbeddings::resume`] |
//! | see how alike two texts are | [`cosine_similarity`] of their vectors |
//!
//! ```no_run
//! # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
//! use venice_ai::embeddings::cosine_similarity;
//! use venice_ai::types::CreateEmbeddingRequest;
//!
//! let request = CreateEmbeddingRequest::new("text-embedding-bge-m3", ["a boat", "a ship", "a tax form"]);
//! let vectors = venice.embeddings().create(request).await?.vectors;
//! println!("boat and ship: {:?}", cosine_similarity(&vectors[0], &vectors[1]));
//! println!("boat and form: {:?}", cosine_similarity(&vectors[0], &vectors[2]));
//! # Ok(()) }
//! ```
//!
//! Vectors come as `Vec<f32>`, whichever way they travel. Unless the request sets `encoding_format`, they travel as base64, which
//! takes half of the room of short numbers and a quarter of long ones (`cargo test --test account embeddings::size` shows it), and
//! loses nothing.
//!
//! Vectors are paid for by token, and a request is repeated only when the API said that it did not run it. They stand in the order of
//! the texts. Refused before anything is sent: an empty text, more than 2048 texts at once, lists of tokens (the API takes text alone).

pub use crate::api::embeddings::{EmbeddingVectors, Embeddings};
#[cfg(feature = "embedding-batch")]
#[cfg_attr(docsrs, doc(cfg(feature = "embedding-batch")))]
pub use crate::features::embedding_batch::{
    EmbeddingBatch, EmbeddingBatchSettings, UnfinishedEmbeddings, cosine_similarity,
};
