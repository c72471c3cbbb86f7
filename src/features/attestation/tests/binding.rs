//! Report data and keys.

use proptest::prelude::*;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::super::binding::{ClaimedKeys, NonceBinding, address_of, address_text, check_report_data};
use super::super::{AttestationCheck, AttestationError};
use crate::api::generated::types::TeeAttestation;
use crate::features::hex;

fn key(seed: u8) -> [u8; 65] {
    let secret = k256::ecdsa::SigningKey::from_slice(&[seed; 32]).unwrap();
    secret.verifying_key().to_sec1_point(false).as_bytes().try_into().unwrap()
}

fn keys(reply: serde_json::Value) -> Result<ClaimedKeys, AttestationError> {
    ClaimedKeys::of(&serde_json::from_value::<TeeAttestation>(reply).unwrap())
}

fn report_data(address: &[u8; 20], fresh: &[u8; 32]) -> [u8; 64] {
    [&address[..], &[0; 12], fresh].concat().try_into().unwrap()
}

#[test]
fn the_address_of_a_known_key_is_that_of_ethereum() {
    // The private key 1, whose address is in every Ethereum test suite.
    let mut one = [0; 32];
    one[31] = 1;
    let secret = k256::ecdsa::SigningKey::from_slice(&one).unwrap();
    let public = secret.verifying_key().to_sec1_point(false).as_bytes().try_into().unwrap();
    assert_eq!(address_text(&address_of(&public)), "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf");
}

#[test]
fn a_key_is_read_with_and_without_prefix_and_must_have_the_named_address() {
    let (public, address) = (key(7), address_text(&address_of(&key(7))));
    let digits = hex::encode(&public);
    for text in [digits.clone(), digits[2..].to_owned(), format!("0x{digits}"), digits.to_uppercase()] {
        for name in ["signing_public_key", "signing_key"] {
            let found = keys(json!({name: text, "signing_address": address})).unwrap();
            assert_eq!((found.public_key, found.address), (Ok(public), address_of(&public)));
        }
    }
    let failed = keys(json!({"signing_key": digits, "signing_address": address_text(&[9; 20])})).unwrap_err();
    assert_eq!(failed.check(), AttestationCheck::KeyAddress);
    // Without an address, the quote must bind that of the key.
    assert_eq!(keys(json!({"signing_key": digits})).unwrap().address, address_of(&public));
}

#[test]
fn keys_of_aci_1_are_chosen_by_algorithm_and_address() {
    let keyset = |keys: serde_json::Value| json!({"workload_keyset": {"e2ee_public_keys": keys}});
    let (mine, other) = (key(7), key(8));
    let address = address_text(&address_of(&mine));
    let named = |algorithm: &str, key: &[u8]| json!({"algo": algorithm, "public_key": hex::encode(key)});
    let secp256k1 = "secp256k1-aes-256-gcm-hkdf-sha256";
    let both = keyset(json!([named("x25519-x", &[1; 32]), named(secp256k1, &other), named("ecdsa", &mine[1..])]));
    assert_eq!(keys(json!({"signing_address": address, "attestation": both})).unwrap().public_key, Ok(mine));
    let unbound = keyset(json!([named(secp256k1, &other)]));
    let failed = keys(json!({"signing_address": address, "attestation": unbound})).unwrap_err();
    assert_eq!(failed.check(), AttestationCheck::KeyAddress);
    let foreign = keyset(json!([named("x25519-aes-256-gcm", &[1; 32])]));
    let found = keys(json!({"signing_address": address, "attestation": foreign})).unwrap();
    assert!(found.public_key.unwrap_err().contains("x25519-aes-256-gcm"));
    let found = keys(json!({"signing_address": address, "signing_public_key": null})).unwrap();
    assert!(found.public_key.unwrap_err().contains("without E2EE"));
}

#[test]
fn what_is_no_key_or_no_address_is_rejected() {
    let address = address_text(&[9; 20]);
    for reply in [
        json!({}),
        json!({"signing_address": "0x12"}),
        json!({"signing_address": "not an address"}),
        json!({"signing_address": address, "signing_key": "5e".repeat(64)}),
        json!({"signing_address": address, "signing_key": "zz"}),
        json!({"signing_address": address, "signing_key": "é".repeat(64)}),
    ] {
        assert_eq!(keys(reply.clone()).unwrap_err().check(), AttestationCheck::Reply, "{reply}");
    }
}

proptest! {
    #[test]
    fn report_data_binds_exactly_address_and_nonce(
        address: [u8; 20], nonce: [u8; 32], position in 0_usize..64, bit in 0_u8..8
    ) {
        let hashed: [u8; 32] = Sha256::digest(nonce).into();
        for (fresh, expected) in [(nonce, NonceBinding::Raw), (hashed, NonceBinding::Sha256)] {
            let mut data = report_data(&address, &fresh);
            prop_assert_eq!(check_report_data(&data, &address, &nonce).unwrap(), expected);
            data[position] ^= 1 << bit;
            let failed = check_report_data(&data, &address, &nonce).unwrap_err();
            prop_assert_eq!(failed.check(), AttestationCheck::ReportData);
        }
    }

    #[test]
    fn any_reply_is_read_or_rejected(key in ".{0,140}", address in ".{0,50}") {
        let _ = keys(json!({"signing_key": key, "signing_address": address}));
    }
}
