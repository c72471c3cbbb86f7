//! `attestation`: the fuzz target of quotes, collateral, tokens, key sets, event logs and compose files.

#![allow(missing_docs, clippy::unwrap_used)]

use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use super::collateral::Collateral;
use super::event_log::{check_compose, check_events};
use super::jwt::KeySet;
use super::measurements::Measurements;
use super::nvidia::NvidiaKeys;
use super::quote::TdxQuote;
use crate::api::generated::types::TeeAttestation;
use crate::features::hex;

/// The public half of the key with which the token of the seeds is signed, 48 times the byte 7.
const KEY: &str = r#"{"keys":[{"kty":"EC","crv":"P-384","kid":"k1","x":"sBv8Si1_4gleZifMXK-avRU9W1Uf5_baYV2p0b_RAejRkehZAsCjTqo6FuZmiAtz","y":"BZ9ljE1qblfAlZ3oAQmw-mtWvWPR1XAak9FTIvImehVSZkHGDNB8kSpt9Yqpk9ib"}]}"#;

static KEYS: LazyLock<NvidiaKeys> = LazyLock::new(|| NvidiaKeys::from_jwks(KEY).unwrap());

/// Whatever an attestation is made of may be any bytes.
pub fn attestation(data: &[u8]) {
    let quote = |bytes: Vec<u8>| _ = TdxQuote::parse(bytes).map(|quote| (quote.fmspc(), quote.ca()));
    quote(data.to_vec());
    let Ok(text) = std::str::from_utf8(data) else { return };
    hex::decode(text.trim()).into_iter().for_each(quote);
    let _ = Collateral::from_json(text).map(|found| (format!("{found:?}"), found.check_time(now())));
    let _ = KeySet::from_json(text).map(|keys| format!("{keys:?}"));
    let _ = KEYS.verify(text, &[0x5a; 32], now()).map(|gpu| assert!(!gpu.gpus.is_empty()));
    let Ok(reply) = serde_json::from_str::<TeeAttestation>(text) else { return };
    let zero = [0; 48];
    let quote = Measurements {
        mrtd: zero,
        rtmr: [zero; 4],
        mrconfigid: zero,
        mrowner: zero,
        mrownerconfig: zero,
        mrseam: zero,
        td_attributes: [0; 8],
        xfam: [0; 8],
    };
    let _ = (check_events(&reply, &quote), check_compose(&reply, &quote));
}

/// When the tokens and the collateral of the seeds are valid.
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000)
}
