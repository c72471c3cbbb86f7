//! One handle an area of the API. A handle is made by a method of [`Client`](crate::Client), is free to make and to copy, and
//! its methods make [`Call`](crate::Call)s: nothing is sent before a call is awaited.

pub mod api_keys;
pub mod audio;
pub mod augment;
pub mod billing;
pub(crate) mod capture;
pub mod characters;
pub mod chat;
pub mod crypto_rpc;
pub mod embeddings;
mod envelope;
pub(crate) mod generated;
pub mod images;
pub mod models;
pub mod tee;
mod text_reply;
pub(crate) mod usage;
pub mod video;
pub mod x402;

pub use self::api_keys::ApiKeys;
pub use self::audio::Audio;
pub use self::augment::Augment;
pub use self::billing::Billing;
pub use self::characters::Characters;
pub use self::chat::Chat;
pub use self::crypto_rpc::CryptoRpc;
pub use self::embeddings::Embeddings;
pub use self::images::Images;
pub use self::models::Models;
pub use self::tee::Tee;
pub use self::video::Video;
pub use self::x402::X402;

use crate::runtime::client::Client;

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

    /// Web pages, web searches, and the text of documents.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let page = venice.augment().scrape("https://example.org/tides").await?;
    /// println!("{}", page.content);
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn augment(&self) -> Augment<'_> {
        Augment::new(self)
    }

    /// Sound: speech, transcriptions, voices, music and effects.
    #[must_use]
    pub fn audio(&self) -> Audio<'_> {
        Audio::new(self)
    }

    /// Characters: the public ones that a chat can play, and what people think of them.
    #[must_use]
    pub fn characters(&self) -> Characters<'_> {
        Characters::new(self)
    }

    /// Billing: what the account has, and every charge.
    #[must_use]
    pub fn billing(&self) -> Billing<'_> {
        Billing::new(self)
    }

    /// x402: a wallet's prepaid credit, and how to buy some.
    #[must_use]
    pub fn x402(&self) -> X402<'_> {
        X402::new(self)
    }

    /// Images: drawn, changed, enlarged, cut out.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::GenerateImageRequest;
    /// let request = GenerateImageRequest::new("z-image-turbo", "a canal at night").return_binary(true);
    /// venice.images().generate(request).await?.into_image()?.save("canal.webp").await?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn images(&self) -> Images<'_> {
        Images::new(self)
    }

    /// Films: what they cost, making them, and writing down what is said in one.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::QueueVideoRequest;
    /// let request = QueueVideoRequest::new("wan-2.5-preview-text-to-video").prompt("Fog over a lagoon");
    /// venice.video().generate_to(request, "lagoon.mp4").await?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn video(&self) -> Video<'_> {
        Video::new(self)
    }

    /// Texts as vectors.
    #[must_use]
    pub fn embeddings(&self) -> Embeddings<'_> {
        Embeddings::new(self)
    }

    /// Block-chain nodes, by JSON-RPC.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let reply = venice.crypto_rpc().call("ethereum-mainnet", "eth_blockNumber").await?;
    /// println!("{}", reply.result::<String>()?);
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn crypto_rpc(&self) -> CryptoRpc<'_> {
        CryptoRpc::new(self)
    }

    /// Proofs of where a model runs, and signatures of its answers.
    #[must_use]
    pub fn tee(&self) -> Tee<'_> {
        Tee::new(self)
    }
}
