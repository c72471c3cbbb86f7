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

mod batch;
mod done;
mod floats;
mod input;
mod similarity;
mod unfinished;
mod vectors;

pub use self::batch::EmbeddingBatch;
pub use self::similarity::cosine_similarity;
pub use self::unfinished::UnfinishedEmbeddings;
pub use self::vectors::EmbeddingVectors;
use self::vectors::{Reply, Wanted};
use crate::api::generated::types::{CreateEmbeddingRequest, EmbeddingEncoding};
use crate::runtime::call::Call;
use crate::runtime::client::Client;

/// Texts as vectors. A call is paid for by token, and repeated only when the API said that it did not run it.
#[derive(Clone, Copy, Debug)]
pub struct Embeddings<'c> {
    client: &'c Client,
}

impl<'c> Embeddings<'c> {
    pub(super) fn new(client: &'c Client) -> Self {
        Self { client }
    }

    /// The vector of one text.
    ///
    /// # Errors
    /// As for [`create`](Self::create).
    pub fn embed(&self, model: impl Into<String>, text: impl Into<String>) -> Call<Vec<f32>> {
        let request = CreateEmbeddingRequest::new(model, text.into());
        self.create(request).map(|reply| reply.into_iter().next().unwrap_or_default())
    }

    /// The vectors of up to 2048 texts, in their order. For more there is [`batch`](Self::batch).
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::CreateEmbeddingRequest;
    ///
    /// let request = CreateEmbeddingRequest::new("text-embedding-3-small", ["a boat", "a ship"]).dimensions(256);
    /// let reply = venice.embeddings().create(request).await?;
    /// assert_eq!(reply.vectors[1].len(), 256);
    /// println!("{:?} tokens", reply.usage.map(|usage| usage.total_tokens));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Refused before anything is sent: an empty model, no texts, an empty text, more than 2048 of them, token numbers instead of
    /// texts, and `dimensions` below 1. A text may have as many tokens as the model's `max_input_tokens`; the API says when it has
    /// more.
    ///
    /// A reply whose vectors cannot be told apart ([`Decode`](crate::ErrorKind::Decode)): one is missing, comes twice, is cut, or
    /// has not the `dimensions` that were asked for. It is paid for, and in the error's [`body`](crate::Error::body).
    pub fn create(&self, request: impl Into<CreateEmbeddingRequest>) -> Call<EmbeddingVectors> {
        let mut request = request.into();
        request.encoding_format.get_or_insert(EmbeddingEncoding::Base64);
        let wanted = Wanted::of(&request);
        let call = self.client.raw().create_embedding(&request).checked_instead(input::check(&request));
        call.read_as::<Reply>().accept(move |reply| wanted.sorted(reply))
    }

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
        EmbeddingBatch::new(self.client.clone(), request.into())
    }
}
