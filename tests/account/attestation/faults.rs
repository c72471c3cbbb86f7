//! Everything that can be wrong with an attestation fails closed, with the check that found it.

use venice_ai::attestation::{AttestationCheck, MeasurementPolicy, TcbStatus};
use venice_ai_mock::AttestationFault;

use super::{failed, signing, verify};

#[tokio::test]
async fn each_fault_is_found_by_its_check() {
    let mock = signing().await;
    for (fault, check) in [
        (AttestationFault::WrongKey, AttestationCheck::ReportData),
        (AttestationFault::WrongAddress, AttestationCheck::KeyAddress),
        (AttestationFault::ReplayedNonce, AttestationCheck::ReportData),
        (AttestationFault::ReplayedReply, AttestationCheck::ServerClaim),
        (AttestationFault::Unverified, AttestationCheck::ServerClaim),
        (AttestationFault::Debug, AttestationCheck::TdAttributes),
        (AttestationFault::OutdatedTcb, AttestationCheck::TcbStatus),
        (AttestationFault::RevokedTcb, AttestationCheck::TcbStatus),
        (AttestationFault::RevokedCertificate, AttestationCheck::Quote),
        (AttestationFault::TamperedQuote, AttestationCheck::Quote),
        (AttestationFault::StaleCollateral, AttestationCheck::Collateral),
        (AttestationFault::WrongEventLog, AttestationCheck::EventLog),
        (AttestationFault::WrongCompose, AttestationCheck::Compose),
        (AttestationFault::MissingQuote, AttestationCheck::Level),
        (AttestationFault::MissingKey, AttestationCheck::Reply),
    ] {
        mock.attestation_fault(fault);
        // A verifier of its own, as it caches collateral.
        let outcome = verify(&mock, &mock.attestation_verifier()).await;
        assert_eq!(failed(outcome), check, "{fault:?}");
    }
    mock.attestation_fault(None);
    verify(&mock, &mock.attestation_verifier()).await.unwrap();
}

#[tokio::test]
async fn an_outdated_tcb_is_accepted_only_by_its_name() {
    let mock = signing().await;
    mock.attestation_fault(AttestationFault::OutdatedTcb);
    let error = verify(&mock, &mock.attestation_verifier()).await.unwrap_err();
    let refused = error.attestation_error().unwrap();
    assert_eq!(refused.tcb_status(), Some(TcbStatus::OutOfDate));
    assert_eq!(refused.advisories(), ["INTEL-SA-00837", "INTEL-SA-01036"]);
    assert!(error.to_string().contains("INTEL-SA-01036"), "{error}");

    let other = mock.attestation_verifier().accept_tcb_status(TcbStatus::SWHardeningNeeded);
    assert_eq!(failed(verify(&mock, &other).await), AttestationCheck::TcbStatus);
    let named = mock.attestation_verifier().accept_tcb_status(TcbStatus::OutOfDate);
    let found = verify(&mock, &named).await.unwrap();
    assert_eq!((found.tcb_status(), found.advisories().len()), (Some(TcbStatus::OutOfDate), 2));
    assert!(found.to_string().contains("INTEL-SA-00837"), "{found}");

    let mut policy: serde_json::Value =
        serde_json::from_str(&MeasurementPolicy::of(found.measurements().unwrap()).to_json()).unwrap();
    policy["tcb_status"] = "OutOfDate".into();
    let policy = MeasurementPolicy::from_json(&policy.to_string()).unwrap();
    verify(&mock, &mock.attestation_verifier().measurements(policy)).await.unwrap();
}

#[tokio::test]
async fn a_revoked_tcb_is_never_accepted() {
    let mock = signing().await;
    mock.attestation_fault(AttestationFault::RevokedTcb);
    let verifier = mock.attestation_verifier().accept_tcb_status(TcbStatus::Revoked);
    assert_eq!(failed(verify(&mock, &verifier).await), AttestationCheck::TcbStatus);
}
