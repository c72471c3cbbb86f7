//! Optional features on top of the API: tools, structured outputs, batches, budgets, preflight, jobs, wallets.

#[cfg(feature = "attachments")]
#[cfg_attr(docsrs, doc(cfg(feature = "attachments")))]
pub mod attachments;
#[cfg(feature = "attestation")]
#[cfg_attr(docsrs, doc(cfg(feature = "attestation")))]
pub mod attestation;
#[cfg(feature = "blocking")]
#[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
pub mod blocking;
#[cfg(feature = "catalogue")]
#[cfg_attr(docsrs, doc(cfg(feature = "catalogue")))]
pub mod catalogue;
#[cfg(feature = "citations")]
#[cfg_attr(docsrs, doc(cfg(feature = "citations")))]
pub mod citations;
#[cfg(feature = "collect")]
#[cfg_attr(docsrs, doc(cfg(feature = "collect")))]
pub mod collect;
#[cfg(feature = "compatibility")]
#[cfg_attr(docsrs, doc(cfg(feature = "compatibility")))]
pub(crate) mod compatibility;
#[cfg(feature = "budget")]
#[cfg_attr(docsrs, doc(cfg(feature = "budget")))]
pub mod cost;
#[cfg(feature = "crypto-rpc")]
#[cfg_attr(docsrs, doc(cfg(feature = "crypto-rpc")))]
pub mod crypto_rpc;
#[cfg(feature = "csv")]
#[cfg_attr(docsrs, doc(cfg(feature = "csv")))]
pub mod csv;
#[cfg(feature = "rust_decimal")]
mod decimal;
mod defaults;
#[cfg(feature = "e2ee")]
#[cfg_attr(docsrs, doc(cfg(feature = "e2ee")))]
pub mod e2ee;
#[cfg(feature = "embedding-batch")]
#[cfg_attr(docsrs, doc(cfg(feature = "embedding-batch")))]
pub mod embedding_batch;
#[cfg(feature = "fallback")]
#[cfg_attr(docsrs, doc(cfg(feature = "fallback")))]
pub mod fallback;
#[cfg(flow)]
pub(crate) mod flow;
#[cfg(any(feature = "batch", feature = "tee", feature = "wallet"))]
pub(crate) mod hex;
#[cfg(any(feature = "batch", feature = "embedding-batch", feature = "long-speech", feature = "tools"))]
pub(crate) mod in_flight;
#[cfg(feature = "jobs")]
#[cfg_attr(docsrs, doc(cfg(feature = "jobs")))]
pub mod jobs;
#[cfg(any(feature = "attestation", feature = "wallet"))]
pub(crate) mod keccak;
#[cfg(feature = "keys")]
#[cfg_attr(docsrs, doc(cfg(feature = "keys")))]
pub mod keys;
#[cfg(any(feature = "batch", feature = "wallet"))]
pub(crate) mod locked_file;
#[cfg(feature = "long-speech")]
#[cfg_attr(docsrs, doc(cfg(feature = "long-speech")))]
pub mod long_speech;
#[cfg(feature = "batch")]
#[cfg_attr(docsrs, doc(cfg(feature = "batch")))]
pub mod many;
#[cfg(feature = "middleware")]
#[cfg_attr(docsrs, doc(cfg(feature = "middleware")))]
pub mod middleware;
#[cfg(feature = "otel")]
#[cfg_attr(docsrs, doc(cfg(feature = "otel")))]
pub mod otel;
#[cfg(feature = "pace")]
#[cfg_attr(docsrs, doc(cfg(feature = "pace")))]
pub mod pace;
#[cfg(feature = "pages")]
#[cfg_attr(docsrs, doc(cfg(feature = "pages")))]
pub(crate) mod pages;
#[cfg(feature = "pick")]
#[cfg_attr(docsrs, doc(cfg(feature = "pick")))]
pub mod pick;
#[cfg(feature = "preflight")]
#[cfg_attr(docsrs, doc(cfg(feature = "preflight")))]
pub mod preflight;
#[cfg(feature = "privacy")]
#[cfg_attr(docsrs, doc(cfg(feature = "privacy")))]
pub mod privacy;
#[cfg(feature = "prompt-cache")]
mod prompt_cache;
#[cfg(feature = "reasoning")]
#[cfg_attr(docsrs, doc(cfg(feature = "reasoning")))]
pub mod reasoning;
#[cfg(model_of_json)]
pub(crate) mod request_model;
#[cfg(feature = "unstable")]
#[cfg_attr(docsrs, doc(cfg(feature = "unstable")))]
pub mod responses;
#[cfg(feature = "save")]
#[cfg_attr(docsrs, doc(cfg(feature = "save")))]
pub mod save;
#[cfg(feature = "redis")]
#[cfg_attr(docsrs, doc(cfg(feature = "redis")))]
pub mod shared;
#[cfg(any(feature = "attestation", feature = "catalogue"))]
pub(crate) mod single_flight;
#[cfg(feature = "spans")]
pub(crate) mod spans;
#[cfg(any(test, fuzzing))]
pub(crate) mod splits;
#[cfg(feature = "structured")]
#[cfg_attr(docsrs, doc(cfg(feature = "structured")))]
pub mod structured;
#[cfg(feature = "subtitles")]
#[cfg_attr(docsrs, doc(cfg(feature = "subtitles")))]
pub mod subtitles;
#[cfg(feature = "tee")]
#[cfg_attr(docsrs, doc(cfg(feature = "tee")))]
pub mod tee;
#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
mod timestamps;
#[cfg(feature = "tools")]
#[cfg_attr(docsrs, doc(cfg(feature = "tools")))]
pub mod tools;
#[cfg(feature = "wallet")]
#[cfg_attr(docsrs, doc(cfg(feature = "wallet")))]
pub mod wallet;
#[cfg(any(feature = "e2ee", feature = "wallet"))]
pub(crate) mod wipe;
