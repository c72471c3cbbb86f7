//! The levels, and what they are made of.

use venice_ai::attestation::{AttestationCheck, AttestationLevel, MeasurementPolicy, NonceBinding, TcbStatus};
use venice_ai::{Client, ErrorKind};
use venice_ai_mock::{AttestationFault, MockVenice};

use super::{MODEL, failed, pinned, signing, verify};

#[tokio::test]
async fn an_attestation_is_verified_as_far_as_its_quote() {
    use AttestationCheck::*;

    let mock = signing().await;
    let found = verify(&mock, &mock.attestation_verifier()).await.unwrap();
    assert_eq!((found.level(), found.model()), (AttestationLevel::QuoteVerified, MODEL));
    assert_eq!(
        found.passed(),
        [Reply, KeyAddress, ServerClaim, Collateral, Quote, TdAttributes, TcbStatus, ReportData, EventLog, Compose]
    );
    let unavailable: Vec<_> = found.unavailable().iter().map(|missing| missing.check).collect();
    assert_eq!(unavailable, [Measurements, Gpu]);
    assert_eq!((found.tcb_status(), found.advisories()), (Some(self::TcbStatus::UpToDate), &[][..]));
    assert_eq!((found.quote_version(), found.nonce_binding()), (Some(4), Some(NonceBinding::Raw)));
    let (reply, report_data) = (found.reply(), found.report_data().unwrap());
    assert_eq!(reply.signing_address, Some(found.signing_address()));
    assert_eq!(found.public_key().unwrap()[0], 4);
    assert_eq!(&report_data[32..], found.nonce());
    assert!(found.compose_hash().is_some() && found.collateral_expires().unwrap() > found.verified_at());
    let report = found.to_string();
    for part in [MODEL, "quote_verified", "UpToDate", "not checked", &*found.signing_address(), "mrtd", "gpu"] {
        assert!(report.contains(part), "{part}: {report}");
    }
}

#[tokio::test]
async fn each_verification_has_a_fresh_nonce() {
    let mock = signing().await;
    let verifier = mock.attestation_verifier();
    let (one, two) = (verify(&mock, &verifier).await.unwrap(), verify(&mock, &verifier).await.unwrap());
    assert_ne!(one.nonce(), two.nonce());
    assert!(one.nonce().iter().any(|byte| *byte != 0));
}

#[tokio::test]
async fn pinned_measurements_raise_the_level_and_others_fail() {
    let mock = signing().await;
    let policy = pinned(&mock).await;
    let found = verify(&mock, &mock.attestation_verifier().measurements(policy)).await.unwrap();
    assert_eq!(found.level(), AttestationLevel::MeasurementsPinned);
    assert!(found.passed().contains(&AttestationCheck::Measurements));
    let other = MeasurementPolicy::from_json(&format!(r#"{{"rtmr3": "{}"}}"#, "00".repeat(48))).unwrap();
    let outcome = verify(&mock, &mock.attestation_verifier().measurements(other)).await;
    assert_eq!(failed(outcome), AttestationCheck::Measurements);
}

#[tokio::test]
async fn gpus_are_verified_only_if_the_level_requires_it() {
    let mock = signing().await;
    let verifier = mock.attestation_verifier().measurements(pinned(&mock).await);
    let asked = |mock: &MockVenice| mock.requests().iter().filter(|request| request.path == "/v3/attest/gpu").count();
    verify(&mock, &verifier).await.unwrap();
    assert_eq!(asked(&mock), 0);
    let verifier = verifier.minimum_level(AttestationLevel::GpuVerified);
    let found = verify(&mock, &verifier).await.unwrap();
    assert_eq!(
        (found.level(), &*found.gpu().unwrap().gpus),
        (AttestationLevel::GpuVerified, &["GPU-0".to_owned()][..])
    );
    assert!(found.unavailable().is_empty(), "{found}");
    assert_eq!(asked(&mock), 1);
    mock.attestation_fault(AttestationFault::InvalidGpu);
    assert_eq!(failed(verify(&mock, &verifier).await), AttestationCheck::Gpu);
}

#[tokio::test]
async fn a_level_that_is_not_reached_is_an_error() {
    let mock = signing().await;
    for level in [AttestationLevel::MeasurementsPinned, AttestationLevel::GpuVerified] {
        let outcome = verify(&mock, &mock.attestation_verifier().minimum_level(level)).await;
        assert_eq!(failed(outcome), AttestationCheck::Level);
    }
    mock.attestation_fault(AttestationFault::MissingQuote);
    let error = verify(&mock, &mock.attestation_verifier()).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Attestation, Some("getTeeAttestation")));
    assert_eq!(error.attestation_error().unwrap().check(), AttestationCheck::Level);
    assert!(error.to_string().contains("has no quote"), "{error}");
}

#[tokio::test]
async fn a_claim_is_enough_only_if_one_says_so_and_there_is_no_quote() {
    let mock = signing().await;
    let lenient = mock.attestation_verifier().minimum_level(AttestationLevel::Claimed);
    assert_eq!(verify(&mock, &lenient).await.unwrap().level(), AttestationLevel::QuoteVerified);
    mock.attestation_fault(AttestationFault::MissingQuote);
    let found = verify(&mock, &lenient).await.unwrap();
    assert_eq!((found.level(), found.measurements(), found.tcb_status()), (AttestationLevel::Claimed, None, None));
    assert!(found.to_string().contains("has no quote"), "{found}");
    // A quote that fails is never taken for none.
    mock.attestation_fault(AttestationFault::TamperedQuote);
    assert_eq!(failed(verify(&mock, &lenient).await), AttestationCheck::Quote);
    let unsigned = MockVenice::start().await.unwrap();
    assert_eq!(failed(verify(&unsigned, &lenient).await), AttestationCheck::Quote);
}

#[tokio::test]
async fn a_key_that_is_missing_has_a_reason() {
    let mock = signing().await;
    mock.attestation_fault(AttestationFault::WithoutE2ee);
    let found = verify(&mock, &mock.attestation_verifier()).await.unwrap();
    let error = found.public_key().unwrap_err();
    assert_eq!(error.attestation_error().unwrap().check(), AttestationCheck::PublicKey);
    assert!(error.to_string().contains("without E2EE"), "{error}");
    assert!(found.signing_address().starts_with("0x"));
}

#[tokio::test]
async fn the_root_of_tests_is_trusted_only_by_the_setter_for_it() {
    let mock = signing().await;
    let verifier =
        venice_ai::attestation::AttestationVerifier::new().collateral(mock.attestation_collateral().unwrap());
    let error = verify(&mock, &verifier).await.unwrap_err();
    assert_eq!(error.attestation_error().unwrap().check(), AttestationCheck::Quote);
    assert!(error.to_string().contains("trusted root"), "{error}");
}

#[tokio::test]
async fn a_client_has_a_verifier() {
    let mock = signing().await;
    let verifier = mock.attestation_verifier();
    let venice =
        Client::builder().base_url(mock.base_url()).no_proxy().attestation_verifier(&verifier).build().unwrap();
    // No key is needed.
    assert_eq!(venice.tee().verify(MODEL).await.unwrap().level(), AttestationLevel::QuoteVerified);
}

#[cfg(feature = "blocking")]
#[test]
fn it_works_without_async() {
    let mock = MockVenice::builder().sign_attestations(true).start_blocking().unwrap();
    let verifier = mock.attestation_verifier();
    let found = mock.client().tee().verify(MODEL).with_verifier(&verifier).send_blocking().unwrap();
    assert_eq!(found.level(), AttestationLevel::QuoteVerified);
}
