//! `EmbeddingBatch`: embeds any number of texts in several requests. `cosine_similarity`: compares two vectors.

mod batch;
mod done;
mod similarity;
mod texts;
mod unfinished;

pub use self::batch::{EmbeddingBatch, EmbeddingBatchSettings};
pub use self::similarity::cosine_similarity;
pub use self::unfinished::UnfinishedEmbeddings;
use crate::api::embeddings::Embeddings;
use crate::api::generated::types::CreateEmbeddingRequest;

impl Embeddings<'_> {
    /// Embeds any number of texts, in order, in as many requests as needed.
    ///
    /// Paid results are not lost when a request fails: [`UnfinishedEmbeddings`] has them, and resumes the batch.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client, texts: Vec<String>) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::CreateEmbeddingRequest;
    ///
    /// let request = CreateEmbeddingRequest::new("text-embedding-bge-m3", texts);
    /// let vectors = match venice.embeddings().batch(request).with_concurrency(4).await {
    ///     Ok(reply) => reply.vectors,
    ///     Err(unfinished) => {
    ///         eprintln!("{} texts are left: {}", unfinished.remaining(), unfinished.error());
    ///         unfinished.resume().await?.vectors
    ///     }
    /// };
    /// # Ok(()) }
    /// ```
    pub fn batch(&self, request: impl Into<CreateEmbeddingRequest>) -> EmbeddingBatch {
        batch::batch(self.client, request.into())
    }
}
