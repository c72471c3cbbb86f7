//! `Embeddings`: the handle of embeddings: vectors of up to 2048 texts.

mod floats;
pub(crate) mod input;
mod vectors;

pub use self::vectors::EmbeddingVectors;
use self::vectors::Wanted;
pub use crate::api::generated::handles::Embeddings;
use crate::api::generated::types::{CreateEmbeddingRequest, EmbeddingEncoding};
use crate::runtime::call::Call;
use crate::runtime::transport::ReplyForm;

impl Embeddings<'_> {
    /// Embeds one text.
    ///
    /// # Errors
    /// As for [`create`](Self::create).
    pub fn embed(&self, model: impl Into<String>, text: impl Into<String>) -> Call<Vec<f32>> {
        let request = CreateEmbeddingRequest::new(model, text.into());
        self.create(request).map(|reply| reply.into_iter().next().unwrap_or_default())
    }

    /// Embeds up to 2048 texts, in order. For more use [`batch`](Self::batch).
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
    /// Rejected before sending: an empty model, no texts, an empty text, more than 2048 of them, token numbers instead of texts, and
    /// `dimensions` below 1. A text may have 8192 tokens by the API's estimate, which is checked here, and the model's `max_input_tokens`,
    /// which only the API can count.
    ///
    /// A reply whose vectors cannot be assigned to the texts ([`Decode`](crate::ErrorKind::Decode)): one is missing, duplicate or
    /// truncated, or does not have the requested `dimensions`. It is charged, and in the error's [`body`](crate::Error::body).
    pub fn create(&self, request: impl Into<CreateEmbeddingRequest>) -> Call<EmbeddingVectors> {
        let mut request = request.into();
        request.encoding_format.get_or_insert(EmbeddingEncoding::Base64);
        let wanted = Wanted::of(&request);
        let call = self.client.raw().create_embedding(&request).checked_instead(input::check(&request));
        call.read(ReplyForm::Json, move |reply| wanted.sorted(reply.json()?))
    }
}
