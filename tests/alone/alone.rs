//! The tests of each optional feature, shared with the programs that have all features on.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// Shared helpers that a single feature does not use.
#![allow(dead_code, unexpected_cfgs, unused_imports)]

use venice_ai::{NotATimestamp, Timestamp};
use venice_ai_test_support as support;

#[cfg(feature = "attestation")]
#[path = "../account/attestation/mod.rs"]
mod attestation;
#[cfg(feature = "long-speech")]
#[path = "../media/audio/mod.rs"]
mod audio;
#[cfg(feature = "jobs")]
#[path = "../media/audio_jobs.rs"]
mod audio_jobs;
#[cfg(any(feature = "csv", feature = "pages"))]
#[path = "../account/billing.rs"]
mod billing;
#[cfg(feature = "csv")]
#[path = "../account/billing_csv.rs"]
mod billing_csv;
#[cfg(feature = "blocking")]
#[path = "../core/blocking.rs"]
mod blocking;
#[cfg(any(feature = "catalogue", feature = "pick"))]
#[path = "../account/catalogue/mod.rs"]
mod catalogue;
#[cfg(feature = "pages")]
#[path = "../account/characters.rs"]
mod characters;
#[cfg(feature = "collect")]
#[path = "../chat/chat_accumulator.rs"]
mod chat_accumulator;
#[cfg(any(feature = "attachments", feature = "citations", feature = "prompt-cache", feature = "reasoning"))]
#[path = "../chat/chat_create.rs"]
mod chat_create;
#[cfg(feature = "attachments")]
#[path = "../chat/chat_media/mod.rs"]
mod chat_media;
#[cfg(any(feature = "attachments", feature = "citations", feature = "prompt-cache", feature = "reasoning"))]
#[path = "../chat/chat_requests.rs"]
mod chat_requests;
#[cfg(feature = "collect")]
#[path = "../chat/chat_stream.rs"]
mod chat_stream;
#[cfg(feature = "blocking")]
#[path = "../chat/chat_stream_blocking.rs"]
mod chat_stream_blocking;
#[cfg(feature = "collect")]
#[path = "../chat/chat_stream_errors.rs"]
mod chat_stream_errors;
#[cfg(feature = "citations")]
#[path = "../chat/citations.rs"]
mod citations;
#[cfg(feature = "socks")]
#[path = "../core/client_config.rs"]
mod client_config;
#[cfg(feature = "compatibility")]
#[path = "../core/compatibility.rs"]
mod compatibility;
#[cfg(feature = "budget")]
#[path = "../features/cost/mod.rs"]
mod cost;
#[cfg(feature = "crypto-rpc")]
#[path = "../account/crypto_rpc/mod.rs"]
mod crypto_rpc;
#[cfg(feature = "save")]
#[path = "../media/downloads/mod.rs"]
mod downloads;
#[cfg(feature = "e2ee")]
#[path = "../chat/e2ee/mod.rs"]
mod e2ee;
#[cfg(feature = "embedding-batch")]
#[path = "../account/embeddings/mod.rs"]
mod embeddings;
#[cfg(feature = "fallback")]
#[path = "../chat/fallbacks.rs"]
mod fallbacks;
#[cfg(any(feature = "checksum", feature = "jobs"))]
#[path = "../media/jobs/mod.rs"]
mod jobs;
#[cfg(feature = "keys")]
#[path = "../account/keys/mod.rs"]
mod keys;
#[cfg(feature = "batch")]
#[path = "../features/many/mod.rs"]
mod many;
#[cfg(any(feature = "middleware", feature = "tower"))]
#[path = "../core/middleware/mod.rs"]
mod middleware;
#[cfg(feature = "otel")]
#[path = "../features/otel/mod.rs"]
mod otel;
#[cfg(feature = "pace")]
#[path = "../features/pace/mod.rs"]
mod pace;
#[cfg(feature = "pages")]
#[path = "../account/pages.rs"]
mod pages;
#[cfg(feature = "preflight")]
#[path = "../features/preflight/mod.rs"]
mod preflight;
#[cfg(feature = "privacy")]
#[path = "../features/privacy/mod.rs"]
mod privacy;
#[cfg(feature = "prompt-cache")]
#[path = "../chat/prompt_cache.rs"]
mod prompt_cache;
#[cfg(feature = "reasoning")]
#[path = "../chat/reasoning.rs"]
mod reasoning;
#[cfg(feature = "unstable")]
#[path = "../chat/responses/mod.rs"]
mod responses;
#[cfg(feature = "redis")]
#[path = "../features/shared/mod.rs"]
mod shared;
#[cfg(feature = "structured")]
#[path = "../chat/structured_output/mod.rs"]
mod structured_output;
#[cfg(feature = "tee")]
#[path = "../account/tee.rs"]
mod tee;
#[cfg(feature = "tools")]
#[path = "../features/tools/mod.rs"]
mod tools;
#[cfg(feature = "spans")]
#[path = "../core/tracing_spans.rs"]
mod tracing_spans;
#[cfg(any(feature = "attachments", feature = "long-speech"))]
#[path = "../media/uploads/mod.rs"]
mod uploads;
#[cfg(feature = "jobs")]
#[path = "../media/video.rs"]
mod video;
#[cfg(feature = "jobs")]
#[path = "../media/video_refused.rs"]
mod video_refused;
#[cfg(feature = "jobs")]
#[path = "../media/voice_changer.rs"]
mod voice_changer;
#[cfg(feature = "wallet")]
#[path = "../account/wallet/mod.rs"]
mod wallet;
#[cfg(feature = "pages")]
#[path = "../account/x402.rs"]
mod x402;

/// The document of the API is valid JSON.
#[cfg(feature = "document")]
#[test]
fn the_document_is_json() {
    let document: serde_json::Value = serde_json::from_str(venice_ai::API_DOCUMENT).unwrap();
    assert!(document["paths"].is_object());
}

/// A timestamp that becomes a time of another crate comes back unchanged.
fn assert_comes_back<T: for<'a> TryFrom<&'a Timestamp, Error = NotATimestamp> + Into<Timestamp>>() {
    let time = Timestamp::from("2026-08-21T19:35:30.125Z");
    assert_eq!(T::try_from(&time).unwrap().into(), time);
    assert!(T::try_from(&Timestamp::from("never")).is_err());
}

#[cfg(feature = "chrono")]
#[test]
fn times_of_chrono_come_back() {
    assert_comes_back::<chrono::DateTime<chrono::Utc>>();
}

#[cfg(feature = "jiff")]
#[test]
fn times_of_jiff_come_back() {
    assert_comes_back::<jiff::Timestamp>();
}

#[cfg(feature = "time")]
#[test]
fn times_of_time_come_back() {
    assert_comes_back::<time::OffsetDateTime>();
}

#[cfg(feature = "rust_decimal")]
#[test]
fn decimals_come_back() {
    let amount = support::amount("-4.230000").unwrap();
    let decimal = rust_decimal::Decimal::try_from(amount).unwrap();
    assert_eq!((decimal.to_string(), venice_ai::Amount::from(decimal)), ("-4.230000".to_owned(), amount));
}

#[cfg(feature = "subtitles")]
#[tokio::test]
async fn a_transcription_has_subtitles() {
    let (_server, venice) =
        support::replying(r#"{"text": "Hi.", "timestamps": {"segment": [{"text": "Hi.", "start": 0, "end": 1.5}]}}"#);
    let recording = venice_ai::Upload::bytes("a.wav", "RIFFxxxxWAVE");
    let request = venice_ai::types::CreateTranscriptionRequest::new("m", recording);
    let subtitles = venice.audio().transcribe(request).await.unwrap().subtitles().unwrap();
    assert_eq!(subtitles.to_srt(), "1\n00:00:00,000 --> 00:00:01,500\nHi.\n\n");
}
