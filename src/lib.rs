#![doc = include_str!(concat!(env!("OUT_DIR"), "/README.md"))]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod amount;
#[cfg(feature = "blocking")]
mod blocking;
mod call;
mod client;
pub mod cost;
mod error;
mod flights;
mod generated;
pub mod jobs;
mod json_cost;
mod lenient;
pub mod many;
mod media;
pub mod meta;
#[cfg(feature = "mock")]
pub mod mock;
mod operation;
mod pages;
pub mod preflight;
mod random;
mod reply;
mod resources;
#[cfg(feature = "schemars")]
mod schema;
mod secret;
pub mod stream;
pub mod tools;
mod transport;
mod validation;
mod wallet;
mod wire;

pub use self::amount::Amount;
pub use self::call::{Call, CallFuture, Flow, Response};
pub use self::client::{Client, ClientBuilder, Compatibility};
pub use self::error::{
    ConsentRequired, ContentPolicy, Delivery, Error, ErrorKind, FieldError, LowWalletBalance, PaymentOption,
    PaymentRequired, PriceAboveLimit, SpendLimit, X402Challenge,
};
pub use self::generated::{API_VERSION, Raw, operations, types};
pub use self::media::{FileInput, Upload};
pub use self::meta::Meta;
pub use self::operation::{AuthScheme, Operation, RetryClass};
pub use self::pages::{Page, Pages};
#[doc(no_inline)]
pub use self::preflight::{Preflight, PreflightReport};
pub use self::reply::{ByteStream, RawReply};
#[cfg(feature = "unstable")]
#[cfg_attr(docsrs, doc(cfg(feature = "unstable")))]
#[doc(no_inline)]
pub use self::resources::Responses;
#[cfg(feature = "unstable")]
#[cfg_attr(docsrs, doc(cfg(feature = "unstable")))]
pub use self::resources::responses;
#[doc(no_inline)]
pub use self::resources::{
    ApiKeys, Audio, Augment, Billing, Characters, Chat, CryptoRpc, Embeddings, Images, Models, Tee, Video, X402,
};
pub use self::resources::{
    api_keys, audio, augment, billing, characters, chat, crypto_rpc, embeddings, images, models, tee, video, x402,
};
pub use self::secret::Secret;
pub use self::transport::{Clock, RetryPolicy, SystemClock};
pub use self::validation::ValidationError;
pub use self::wallet::SignInRequest;

/// The HTTP library below, for [`ClientBuilder::http_client`].
#[doc(no_inline)]
pub use reqwest;

/// The types of HTTP that appear in this crate's interface.
pub mod http {
    pub use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
    pub use reqwest::{Method, StatusCode};
}
