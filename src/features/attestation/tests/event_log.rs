//! Event logs and compose files.

use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256, Sha384};

use super::super::event_log::{check_compose, check_events, replay};
use super::super::measurements::Measurements;
use super::super::{AttestationCheck, AttestationError};
use crate::api::generated::types::TeeAttestation;
use crate::features::hex;

fn event(register: usize, digest: &[u8; 48]) -> Value {
    json!({"imr": register, "event_type": 134_217_729, "digest": hex::encode(digest), "event": "x", "event_payload": ""})
}

fn measured(rtmr: [[u8; 48]; 4], mrconfigid: [u8; 48]) -> Measurements {
    let zero = [0; 48];
    let (mrtd, mrowner, mrownerconfig, mrseam) = (zero, zero, zero, zero);
    Measurements { mrtd, rtmr, mrconfigid, mrowner, mrownerconfig, mrseam, td_attributes: [0; 8], xfam: [0; 8] }
}

fn reply(value: Value) -> TeeAttestation {
    serde_json::from_value(value).unwrap()
}

/// A list of digests, each with its register, extended by hand.
fn extended(events: &[(usize, [u8; 48])]) -> [[u8; 48]; 4] {
    let mut registers = [[0; 48]; 4];
    for (register, digest) in events {
        registers[*register] = Sha384::digest([registers[*register], *digest].concat()).into();
    }
    registers
}

#[test]
fn a_known_extension_is_computed() {
    // sha384(96 zero bytes), computed with `sha384sum`.
    let expected = "f57bb7ed82c6ae4a29e6c9879338c592c7d42a39135583e8ccbe3940f2344b0eb6eb8503db0ffd6a39ddd00cd07d8317";
    let registers = replay(&[event(2, &[0; 48])]).unwrap();
    assert_eq!(hex::encode(&registers[2]), expected);
    assert_eq!((registers[0], registers[1], registers[3]), ([0; 48], [0; 48], [0; 48]));
}

#[test]
fn a_log_is_read_from_every_place_and_must_result_in_the_rtmrs() {
    let events = [(0, [1; 48]), (3, [2; 48]), (3, [3; 48])];
    let log = json!(events.iter().map(|(register, digest)| event(*register, digest)).collect::<Vec<_>>());
    let quote = measured(extended(&events), [0; 48]);
    for reply in [
        reply(json!({"event_log": log})),
        reply(json!({"event_log": log.to_string()})),
        reply(json!({"attestation": {"evidence": {"event_log": log.to_string()}}})),
        reply(json!({"info": {"tcb_info": {"event_log": log}}})),
        reply(json!({"info": {"tcb_info": json!({"event_log": log}).to_string()}})),
    ] {
        assert_eq!(check_events(&reply, &quote), Ok(true), "{reply:?}");
        let failed = check_events(&reply, &measured([[0; 48]; 4], [0; 48])).unwrap_err();
        assert_eq!(failed.check(), AttestationCheck::EventLog);
    }
    assert_eq!(check_events(&reply(json!({})), &quote), Ok(false));
}

#[test]
fn a_broken_log_fails_and_is_not_taken_for_none() {
    let quote = measured([[0; 48]; 4], [0; 48]);
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let long = format!("[{}]", " ".repeat(4 * 1024 * 1024));
    for log in [
        json!("not json"),
        json!({"imr": 0}),
        json!([{"imr": 4, "digest": "00".repeat(48)}]),
        json!([{"imr": -1, "digest": "00".repeat(48)}]),
        json!([{"imr": 0, "digest": "00".repeat(47)}]),
        json!([{"imr": 0}]),
        json!([7]),
        json!(deep),
        json!(long),
        json!(vec![event(0, &[0; 48]); 16 * 1024 + 1]),
    ] {
        let failed = check_events(&reply(json!({"event_log": log})), &quote).unwrap_err();
        assert_eq!(failed.check(), AttestationCheck::EventLog);
    }
}

fn compose(info: Value, mrconfigid: [u8; 48]) -> Result<Option<[u8; 32]>, AttestationError> {
    check_compose(&reply(json!({"info": info})), &measured([[0; 48]; 4], mrconfigid))
}

#[test]
fn a_compose_file_must_have_the_named_hash_and_that_of_mrconfigid() {
    let text = "services:\n  vllm: {}\n";
    let hash: [u8; 32] = Sha256::digest(text).into();
    let mut mrconfigid = [0; 48];
    mrconfigid[0] = 1;
    mrconfigid[1..33].copy_from_slice(&hash);
    let named = hex::encode(&hash);
    for info in [
        json!({"compose_hash": named, "tcb_info": {"app_compose": text}}),
        json!({"compose_hash": named, "tcb_info": json!({"app_compose": text}).to_string()}),
        json!({"compose_hash": named}),
        json!({"tcb_info": {"app_compose": text}}),
    ] {
        assert_eq!(compose(info.clone(), mrconfigid), Ok(Some(hash)), "{info}");
        for position in [0, 1, 32, 33, 47] {
            let mut other = mrconfigid;
            other[position] ^= 1;
            assert_eq!(compose(info.clone(), other).unwrap_err().check(), AttestationCheck::Compose, "{position}");
        }
    }
    for info in [
        json!({"compose_hash": "00".repeat(32), "tcb_info": {"app_compose": text}}),
        json!({"compose_hash": named, "tcb_info": {"app_compose": "other"}}),
        json!({"compose_hash": "short"}),
    ] {
        assert_eq!(compose(info, mrconfigid).unwrap_err().check(), AttestationCheck::Compose);
    }
    assert_eq!(compose(json!({}), mrconfigid), Ok(None));
}

fn digest() -> impl Strategy<Value = [u8; 48]> {
    any::<[[u8; 16]; 3]>().prop_map(|parts| parts.concat().try_into().unwrap())
}

proptest! {
    #[test]
    fn the_order_and_every_digest_matter(events in prop::collection::vec((0_usize..4, digest()), 0..12), swap: prop::sample::Index) {
        let log: Vec<_> = events.iter().map(|(register, digest)| event(*register, digest)).collect();
        let registers = replay(&log).unwrap();
        prop_assert_eq!(registers, extended(&events));
        if let Some(position) = (!events.is_empty()).then(|| swap.index(events.len())) {
            let mut shorter = log.clone();
            shorter.remove(position);
            prop_assert_ne!(replay(&shorter).unwrap(), registers);
        }
    }
}
