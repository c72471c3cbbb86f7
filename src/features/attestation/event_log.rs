//! Event log: replays the events of a boot into RTMRs (SHA-384). Compose file: its hash, and MRCONFIGID.

use serde_json::Value;
use sha2::{Digest as _, Sha256, Sha384};

use super::error::AttestationError;
use super::level::AttestationCheck;
use super::measurements::{Measurements, Sha384Digest};
use crate::api::generated::types::TeeAttestation;
use crate::features::hex;

/// The longest event log, in bytes of JSON. Those seen have 50 KiB.
const MAX_LOG: usize = 4 * 1024 * 1024;
const MAX_EVENTS: usize = 16 * 1024;

/// The RTMRs that result from a log.
pub(super) fn replay(events: &[Value]) -> Result<[Sha384Digest; 4], AttestationError> {
    let broken = |problem: String| AttestationError::new(AttestationCheck::EventLog, problem);
    if events.len() > MAX_EVENTS {
        return Err(broken(format!("the event log has {} events, and at most {MAX_EVENTS} are read", events.len())));
    }
    let mut registers = [[0; 48]; 4];
    for (number, event) in events.iter().enumerate() {
        let index = event.get("imr").and_then(Value::as_u64).and_then(|index| usize::try_from(index).ok());
        let digest = event.get("digest").and_then(Value::as_str);
        let digest = digest.and_then(|digits| hex::decode_array::<48>(digits.trim_start_matches("0x")));
        let (Some(register), Some(digest)) = (index.and_then(|index| registers.get_mut(index)), digest) else {
            return Err(broken(format!("event {number} of the log has no `imr` from 0 to 3 or no SHA-384 `digest`")));
        };
        *register = Sha384::new().chain_update(*register).chain_update(digest).finalize().into();
    }
    Ok(registers)
}

/// Compares the RTMRs of the log with those of the verified quote. `false` if there is no log.
pub(super) fn check_events(reply: &TeeAttestation, quote: &Measurements) -> Result<bool, AttestationError> {
    let failed = |problem: String| AttestationError::new(AttestationCheck::EventLog, problem);
    let inside = || reply.attestation.as_ref()?.get("evidence")?.get("event_log");
    let of_info = tcb_info(reply)?.and_then(|info| info.get("event_log").cloned());
    let Some(log) = reply.event_log.as_ref().or_else(inside).or(of_info.as_ref()) else { return Ok(false) };
    let parsed;
    let events = match log {
        Value::Null => return Ok(false),
        Value::String(text) => {
            parsed = json(text).map_err(|problem| failed(format!("the event log {problem}")))?;
            parsed.as_array()
        }
        other => other.as_array(),
    };
    let events = events.ok_or_else(|| failed("the event log is not a list".to_owned()))?;
    let replayed = replay(events)?;
    match replayed.iter().zip(&quote.rtmr).position(|(replayed, signed)| replayed != signed) {
        None => Ok(true),
        Some(index) => {
            let (replayed, signed) = (hex::encode(&replayed[index]), hex::encode(&quote.rtmr[index]));
            Err(failed(format!("the event log results in RTMR{index} {replayed}, and the quote has {signed}")))
        }
    }
}

/// The hash of the compose file, which the verified quote has in its MRCONFIGID. `None` if the reply names none.
pub(super) fn check_compose(
    reply: &TeeAttestation,
    quote: &Measurements,
) -> Result<Option<[u8; 32]>, AttestationError> {
    let failed = |problem: String| AttestationError::new(AttestationCheck::Compose, problem);
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let named = text(reply.info.as_ref().and_then(|info| info.get("compose_hash")));
    let compose = text(tcb_info(reply)?.as_ref().and_then(|info| info.get("app_compose")));
    let named = named.map(|digits| {
        let hash = hex::decode_array::<32>(digits.trim_start_matches("0x"));
        hash.ok_or_else(|| failed("`compose_hash` is not a SHA-256 in hex".to_owned()))
    });
    let named = named.transpose()?;
    let hashed = compose.map(|compose| -> [u8; 32] { Sha256::digest(compose).into() });
    let hash = match (named, hashed) {
        (None, None) => return Ok(None),
        (Some(named), Some(hashed)) if named != hashed => {
            let (named, hashed) = (hex::encode(&named), hex::encode(&hashed));
            return Err(failed(format!("`compose_hash` is {named}, and the hash of `app_compose` is {hashed}")));
        }
        (Some(hash), _) | (None, Some(hash)) => hash,
    };
    let mut expected = [0; 48];
    expected[0] = 1;
    expected[1..33].copy_from_slice(&hash);
    if quote.mrconfigid != expected {
        let (hash, signed) = (hex::encode(&hash), hex::encode(&quote.mrconfigid));
        return Err(failed(format!("the compose file has the hash {hash}, and the quote's MRCONFIGID is {signed}")));
    }
    Ok(Some(hash))
}

/// What a dstack guest says of its measurements: an object, or JSON in a string.
fn tcb_info(reply: &TeeAttestation) -> Result<Option<Value>, AttestationError> {
    match reply.info.as_ref().and_then(|info| info.get("tcb_info")) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => {
            let broken = |problem| AttestationError::new(AttestationCheck::Reply, format!("`tcb_info` {problem}"));
            json(text).map(Some).map_err(broken)
        }
        Some(other) => Ok(Some(other.clone())),
    }
}

/// JSON in a string of the reply. `serde_json` limits its depth.
fn json(text: &str) -> Result<Value, String> {
    if text.len() > MAX_LOG {
        return Err(format!("has {} bytes, and at most {MAX_LOG} are read", text.len()));
    }
    serde_json::from_str(text).map_err(|error| format!("is not JSON: {error}"))
}
