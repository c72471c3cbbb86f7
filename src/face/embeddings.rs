//! Embeddings: texts as vectors, for search, clustering, and finding duplicates.
//!
//! | To | Call |
//! |---|---|
//! | embed one text | [`embed`](Embeddings::embed) |
//! | embed up to 2048 texts | [`create`](Embeddings::create) |
//! | embed any number of texts | [`batch`](Embeddings::batch) |
//! | resume a failed batch | [`UnfinishedEmbeddings::resume`] |
//! | compare two texts | [`cosine_similarity`] of their vectors |
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
//! Vectors are `Vec<f32>`, in whichever encoding they are sent. Unless the request sets `encoding_format`, that is base64, which takes half
//! the size of short decimal numbers and a quarter of long ones (`cargo test --test account embeddings::size` shows it), and is exact.
//!
//! Vectors are charged by token. A request is retried only if the API reported that it did not execute it. Vectors are in the order of the
//! texts. Rejected before sending: an empty text, more than 2048 texts at once, lists of tokens (the API accepts only text).

pub use crate::api::embeddings::{EmbeddingVectors, Embeddings};
#[cfg(feature = "embedding-batch")]
#[cfg_attr(docsrs, doc(cfg(feature = "embedding-batch")))]
pub use crate::features::embedding_batch::{
    EmbeddingBatch, EmbeddingBatchSettings, UnfinishedEmbeddings, cosine_similarity,
};
