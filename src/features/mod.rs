//! What stands on the API: tools, structured outputs, batches, budgets, preflight, jobs, wallets. Each is a cargo feature.

#[cfg(feature = "citations")]
#[cfg_attr(docsrs, doc(cfg(feature = "citations")))]
pub mod citations;
#[cfg(feature = "budget")]
#[cfg_attr(docsrs, doc(cfg(feature = "budget")))]
pub mod cost;
#[cfg(feature = "jobs")]
#[cfg_attr(docsrs, doc(cfg(feature = "jobs")))]
pub mod jobs;
#[cfg(feature = "long-speech")]
#[cfg_attr(docsrs, doc(cfg(feature = "long-speech")))]
pub mod long_speech;
#[cfg(feature = "batch")]
#[cfg_attr(docsrs, doc(cfg(feature = "batch")))]
pub mod many;
#[cfg(feature = "preflight")]
#[cfg_attr(docsrs, doc(cfg(feature = "preflight")))]
pub mod preflight;
#[cfg(feature = "structured")]
#[cfg_attr(docsrs, doc(cfg(feature = "structured")))]
pub mod structured;
#[cfg(feature = "tools")]
#[cfg_attr(docsrs, doc(cfg(feature = "tools")))]
pub mod tools;
#[cfg(feature = "wallet")]
#[cfg_attr(docsrs, doc(cfg(feature = "wallet")))]
pub mod wallet;
