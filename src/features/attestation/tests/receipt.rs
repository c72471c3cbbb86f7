//! Signatures of answers.

use std::time::SystemTime;

use k256::ecdsa::SigningKey;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::super::binding::{address_of, address_text};
use super::super::{AttestationCheck, AttestationError, AttestationLevel, AttestationVerifier};
use super::super::{VerifiedAttestation, VerifiedSignature};
use crate::features::hex;
use crate::features::keccak::personal_hash;

/// An attestation without a quote, for the key of this address.
fn attested(address: &str) -> VerifiedAttestation {
    let reply = json!({"verified": true, "nonce": "00".repeat(32), "signing_address": address});
    let verifier = AttestationVerifier::new().minimum_level(AttestationLevel::Claimed).offline();
    verifier.verify_reply(serde_json::from_value(reply).unwrap(), "m", [0; 32], SystemTime::now()).unwrap()
}

fn verify(address: &str, reply: &Value) -> Result<VerifiedSignature, AttestationError> {
    attested(address).verify_signature(&serde_json::from_value(reply.clone()).unwrap())
}

/// The example of `web3.eth.accounts.sign` in the documentation of web3.js.
const ADDRESS: &str = "0x2c7536E3605D9C16a7a3D7b1898e529396a65c23";
const SIGNATURE: &str = "0xb91467e570a6466aa9e9876cbcd013baba02900b8979d43fe208a4a4f339f5fd6007e74cd82e037b800186422fc2da167c747ef045e5d18a5f5d4300f8e1a0291c";

#[test]
fn a_signature_of_another_library_is_verified() {
    let reply =
        json!({"text": "Some data", "signature": SIGNATURE, "signing_address": ADDRESS, "signing_algo": "ecdsa"});
    let signed = verify(ADDRESS, &reply).unwrap();
    assert_eq!((&*signed.text, signed.hashes), ("Some data", None));
    assert_eq!(signed.signing_address, ADDRESS.to_lowercase());
    for (name, value) in [
        ("text", json!("Some date")),
        ("text", Value::Null),
        ("signature", json!(SIGNATURE.replace("b914", "b915"))),
        ("signature", json!(format!("{}1b", &SIGNATURE[..130]))),
        ("signature", json!(format!("{}ff", &SIGNATURE[..130]))),
        ("signature", json!(&SIGNATURE[..130])),
        ("signature", json!("0x".to_owned() + &"00".repeat(65))),
        ("signature", json!("not hex")),
        ("signature", Value::Null),
        ("signing_address", json!("0x0000000000000000000000000000000000000001")),
        ("signing_address", json!("nobody")),
        ("signing_algo", json!("ecdsa-p256")),
        ("signing_algo", json!("rsa")),
        ("signing_algo", json!("ed25519")),
    ] {
        let mut changed = reply.clone();
        changed[name] = value.clone();
        assert_eq!(verify(ADDRESS, &changed).unwrap_err().check(), AttestationCheck::Signature, "{name}: {value}");
    }
    // The reply may leave out what the attestation says.
    assert!(verify(ADDRESS, &json!({"text": "Some data", "signature": SIGNATURE})).is_ok());
}

#[test]
fn signed_hashes_are_compared_with_bytes() {
    let key = SigningKey::from_slice(&[9; 32]).unwrap();
    let point = key.verifying_key().to_sec1_point(false).as_bytes().try_into().unwrap();
    let (request, answer) = ("{\"model\":\"m\"}", "data: {}\n\n");
    let hash = |text: &str| hex::encode(&Sha256::digest(text));
    let text = format!("{}:{}", hash(request), hash(answer));
    let (signature, id) = key.sign_prehash_recoverable(&personal_hash(text.as_bytes()));
    // The recovery id without 27, as some signers have it.
    let signature = format!("{}{:02x}", hex::encode(&signature.to_bytes()), id.to_byte());
    let signed = verify(&address_text(&address_of(&point)), &json!({"text": text, "signature": signature})).unwrap();
    assert!(signed.matches(request, answer));
    assert!(!signed.matches(request, "data: {}\n") && !signed.matches(answer, request));
}
