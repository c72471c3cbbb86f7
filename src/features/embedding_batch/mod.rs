//! `EmbeddingBatch`: the vectors of any number of texts, by as many requests as that takes; `cosine_similarity` of two vectors.

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
    /// The vectors of any number of texts, in their order, by as many requests as that takes.
    ///
    /// What was paid for is not lost when one of them fails: [`UnfinishedEmbeddings`] has it, and goes on from there.
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
