//! One handle an area of the API. A handle is made by a method of [`Client`](crate::Client), is free to make and to copy, and
//! its methods make [`Call`](crate::Call)s: nothing is sent before a call is awaited.

mod api_keys;
mod audio;
pub(crate) mod chat;
mod envelope;
mod models;

pub use self::api_keys::ApiKeys;
pub use self::audio::Audio;
pub use self::chat::Chat;
pub use self::models::Models;

use crate::Client;

impl Client {
    /// API keys: list, create, change, delete, their limits, and keys for a wallet.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// for key in venice.api_keys().list().await? {
    ///     println!("{} …{}", key.id, key.last6_chars);
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn api_keys(&self) -> ApiKeys<'_> {
        ApiKeys::new(self)
    }

    /// Models: what can be called, what it can do and what it costs.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::ModelFilter;
    /// println!("{} models", venice.models().list(ModelFilter::All).await?.len());
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn models(&self) -> Models<'_> {
        Models::new(self)
    }

    /// Chat completions, whole or as a stream.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::ChatCompletionRequest;
    /// let request = ChatCompletionRequest::new("default", ["Why is the sky blue?"]);
    /// println!("{}", venice.chat().create(request).await?.text());
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn chat(&self) -> Chat<'_> {
        Chat::new(self)
    }

    /// Sound: speech, transcriptions, voices, music and effects.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let audio = venice.audio();
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn audio(&self) -> Audio<'_> {
        Audio::new(self)
    }
}
