#![doc = include_str!(concat!(env!("OUT_DIR"), "/README.md"))]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod api;
mod face;
mod features;
/// What is fuzzed.
#[cfg(fuzzing)]
pub mod fuzzing;
#[cfg(all(test, not(fuzzing)))]
mod fuzzing;
mod runtime;

#[cfg(any(doc, doctest))]
pub use self::face::guide;
#[cfg(feature = "jobs")]
#[cfg_attr(docsrs, doc(cfg(feature = "jobs")))]
pub use self::face::jobs;
#[cfg(feature = "middleware")]
#[cfg_attr(docsrs, doc(cfg(feature = "middleware")))]
pub use self::face::middleware;
pub use self::face::{audio, billing, chat, cost, embeddings, models, stream};
#[cfg(feature = "attestation")]
#[cfg_attr(docsrs, doc(cfg(feature = "attestation")))]
pub use self::features::attestation;
#[cfg(feature = "blocking")]
#[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
pub use self::features::blocking;
#[cfg(feature = "e2ee")]
#[cfg_attr(docsrs, doc(cfg(feature = "e2ee")))]
pub use self::features::e2ee;
#[cfg(feature = "keys")]
#[cfg_attr(docsrs, doc(cfg(feature = "keys")))]
pub use self::features::keys;
#[cfg(feature = "batch")]
#[cfg_attr(docsrs, doc(cfg(feature = "batch")))]
pub use self::features::many;
#[cfg(feature = "otel")]
#[cfg_attr(docsrs, doc(cfg(feature = "otel")))]
pub use self::features::otel;
#[cfg(feature = "pace")]
#[cfg_attr(docsrs, doc(cfg(feature = "pace")))]
pub use self::features::pace;
#[cfg(feature = "preflight")]
#[cfg_attr(docsrs, doc(cfg(feature = "preflight")))]
pub use self::features::preflight;
#[cfg(feature = "privacy")]
#[cfg_attr(docsrs, doc(cfg(feature = "privacy")))]
pub use self::features::privacy;
#[cfg(feature = "redis")]
#[cfg_attr(docsrs, doc(cfg(feature = "redis")))]
pub use self::features::shared;
#[cfg(feature = "tee")]
#[cfg_attr(docsrs, doc(cfg(feature = "tee")))]
pub use self::features::tee;
#[cfg(feature = "tools")]
#[cfg_attr(docsrs, doc(cfg(feature = "tools")))]
pub use self::features::tools;
#[cfg(feature = "wallet")]
#[cfg_attr(docsrs, doc(cfg(feature = "wallet")))]
pub use self::features::wallet;
pub use self::runtime::meta;

#[cfg(feature = "document")]
#[cfg_attr(docsrs, doc(cfg(feature = "document")))]
pub use self::api::generated::API_DOCUMENT;
pub use self::api::generated::{API_VERSION, Raw, handles, operations, types};
#[doc(no_inline)]
pub use self::api::{
    ApiKeys, Audio, Augment, Billing, Characters, Chat, Decisions, Embeddings, Images, Models, Video, VoiceChanger,
    X402,
};
pub use self::api::{api_keys, augment, characters, decisions, images, video, voice_changer, x402};
#[cfg(feature = "compatibility")]
#[cfg_attr(docsrs, doc(cfg(feature = "compatibility")))]
pub use self::features::compatibility::Compatibility;
#[cfg(feature = "crypto-rpc")]
#[cfg_attr(docsrs, doc(cfg(feature = "crypto-rpc")))]
pub use self::features::crypto_rpc;
#[cfg(feature = "crypto-rpc")]
#[cfg_attr(docsrs, doc(cfg(feature = "crypto-rpc")))]
#[doc(no_inline)]
pub use self::features::crypto_rpc::CryptoRpc;
#[cfg(any(
    feature = "attestation",
    feature = "catalogue",
    feature = "embedding-batch",
    feature = "fallback",
    feature = "jobs",
    feature = "keys",
    feature = "wallet"
))]
#[cfg_attr(
    docsrs,
    doc(cfg(any(
        feature = "attestation",
        feature = "catalogue",
        feature = "embedding-batch",
        feature = "fallback",
        feature = "jobs",
        feature = "keys",
        feature = "wallet"
    )))
)]
pub use self::features::flow::{Flow, FlowSettings};
#[doc(no_inline)]
#[cfg(feature = "jobs")]
#[cfg_attr(docsrs, doc(cfg(feature = "jobs")))]
pub use self::features::jobs::PriceAboveLimit;
#[cfg(feature = "pages")]
#[cfg_attr(docsrs, doc(cfg(feature = "pages")))]
pub use self::features::pages::{Page, Pages};
#[cfg(feature = "preflight")]
#[cfg_attr(docsrs, doc(cfg(feature = "preflight")))]
#[doc(no_inline)]
pub use self::features::preflight::{Preflight, PreflightReport};
#[cfg(feature = "privacy")]
#[cfg_attr(docsrs, doc(cfg(feature = "privacy")))]
#[doc(no_inline)]
pub use self::features::privacy::{Privacy, PrivacyPolicy, PrivacyReport};
#[cfg(feature = "unstable")]
#[cfg_attr(docsrs, doc(cfg(feature = "unstable")))]
pub use self::features::responses;
#[cfg(feature = "unstable")]
#[cfg_attr(docsrs, doc(cfg(feature = "unstable")))]
#[doc(no_inline)]
pub use self::features::responses::Responses;
#[cfg(feature = "save")]
#[cfg_attr(docsrs, doc(cfg(feature = "save")))]
pub use self::features::save::{RemoteCopy, SavedFile};
#[cfg(feature = "tee")]
#[cfg_attr(docsrs, doc(cfg(feature = "tee")))]
#[doc(no_inline)]
pub use self::features::tee::Tee;
pub use self::runtime::amount::Amount;
pub use self::runtime::call::{Call, CallFuture, Response};
pub use self::runtime::client::{Client, ClientBuilder};
pub use self::runtime::error::{
    ConsentRequired, ContentPolicy, Delivery, Error, ErrorKind, FieldError, LowWalletBalance, PaymentCause,
    PaymentOption, PaymentRequired, SpendLimit, X402Challenge,
};
pub use self::runtime::media::{FileInput, Form, Upload};
pub use self::runtime::meta::Meta;
pub use self::runtime::operation::{AuthScheme, Operation, RetryClass};
pub use self::runtime::reply::{ByteStream, RawReply};
pub use self::runtime::secret::Secret;
pub use self::runtime::timestamp::{NotATimestamp, Timestamp};
pub use self::runtime::transport::{CallOptions, Clock, RetryPolicy, SystemClock};
pub use self::runtime::validation::ValidationError;
pub use self::runtime::wallet::{Payer, SignInRequest};

/// The HTTP library, for [`ClientBuilder::http_client`].
#[doc(no_inline)]
pub use reqwest;

/// The HTTP types in this crate's interface.
pub mod http {
    pub use ::http::{Extensions, Request, Response};
    pub use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
    pub use reqwest::{Method, StatusCode};
}
