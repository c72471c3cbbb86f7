//! `TARGETS`: what is fuzzed. A target takes any bytes, gives them to a parser, and asserts what the parser promises.
//!
//! Compiled for tests and for `cargo fuzz` only. The target of a parser that is private to a feature is in a `fuzz.rs` beside the parser.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod media;
mod replies;
#[cfg(test)]
mod tests;

pub use self::media::{data_url, image, multipart};
pub use self::replies::{chat, error, headers, sse};
pub use crate::features::attestation::fuzz::attestation;
pub use crate::features::citations::fuzz::citations;
pub use crate::features::csv::fuzz::csv;
pub use crate::features::e2ee::fuzz::{encrypted_chat, envelope};
pub use crate::features::long_speech::fuzz::wav;
pub use crate::features::many::fuzz::journal;
pub use crate::features::structured::fuzz::structured;
pub use crate::features::wallet::fuzz::wallet;

/// Panics if a parser breaks a promise.
pub type Target = fn(&[u8]);

/// Each target with the name of its file in `fuzz/fuzz_targets` and of its folder in `fuzz/seeds`.
pub const TARGETS: [(&str, Target); 16] = [
    ("attestation", attestation),
    ("chat", chat),
    ("citations", citations),
    ("csv", csv),
    ("data_url", data_url),
    ("encrypted_chat", encrypted_chat),
    ("envelope", envelope),
    ("error", error),
    ("headers", headers),
    ("image", image),
    ("journal", journal),
    ("multipart", multipart),
    ("sse", sse),
    ("structured", structured),
    ("wallet", wallet),
    ("wav", wav),
];
