//! Verification of a reply that was fetched before, at any time.

use std::time::{Duration, SystemTime};

use venice_ai::attestation::{AttestationCheck, AttestationError, AttestationLevel, VerifiedAttestation};
use venice_ai_mock::MockVenice;

use super::{MODEL, signing};

const NONCE: [u8; 32] = [0x3c; 32];

async fn at(mock: &MockVenice, now: SystemTime, nonce: [u8; 32]) -> Result<VerifiedAttestation, AttestationError> {
    let reply = mock.client().tee().attestation(MODEL, NONCE).await.unwrap();
    let verifier = mock.attestation_verifier().collateral(mock.attestation_collateral().unwrap()).offline();
    verifier.verify_reply(reply, MODEL, nonce, now)
}

#[tokio::test]
async fn a_reply_is_verified_within_the_time_of_its_collateral_and_for_its_nonce() {
    let mock = signing().await;
    let now = SystemTime::now();
    let found = at(&mock, now, NONCE).await.unwrap();
    assert_eq!((found.level(), found.nonce()), (AttestationLevel::QuoteVerified, &NONCE));
    let day = Duration::from_secs(24 * 3600);
    for time in [now + 31 * day, now - 2 * day] {
        assert_eq!(at(&mock, time, NONCE).await.unwrap_err().check(), AttestationCheck::Collateral);
    }
    assert_eq!(at(&mock, now, [0x3d; 32]).await.unwrap_err().check(), AttestationCheck::ServerClaim);
}

#[tokio::test]
async fn each_flipped_byte_of_the_signed_part_fails() {
    let mock = signing().await;
    let reply = mock.client().tee().attestation(MODEL, NONCE).await.unwrap();
    let verifier = mock.attestation_verifier().collateral(mock.attestation_collateral().unwrap()).offline();
    let quote = reply.quote().unwrap();
    for position in (0..1258).step_by(83) {
        let mut changed = quote.clone();
        changed[position] ^= 0x80;
        let mut reply = reply.clone();
        reply.intel_quote = Some(changed.iter().map(|byte| format!("{byte:02x}")).collect());
        assert!(verifier.verify_reply(reply, MODEL, NONCE, SystemTime::now()).is_err(), "byte {position}");
    }
}
