//! Attestations that are verified: against the mock, whose quotes have real signatures under a root that only tests trust.

mod collateral;
mod faults;
mod offline;
mod signatures;
mod verify;

use venice_ai::Error;
use venice_ai::attestation::{AttestationCheck, AttestationVerifier, MeasurementPolicy, VerifiedAttestation};
use venice_ai_mock::MockVenice;

const MODEL: &str = "arsenale-coder";

async fn signing() -> MockVenice {
    MockVenice::builder().sign_attestations(true).start().await.unwrap()
}

async fn verify(mock: &MockVenice, verifier: &AttestationVerifier) -> Result<VerifiedAttestation, Error> {
    mock.client().tee().verify(MODEL).with_verifier(verifier).await
}

/// The check that failed.
fn failed(outcome: Result<VerifiedAttestation, Error>) -> AttestationCheck {
    let error = outcome.unwrap_err();
    error.attestation_error().unwrap_or_else(|| panic!("{error}")).check()
}

/// A policy with the measurements of the mock.
async fn pinned(mock: &MockVenice) -> MeasurementPolicy {
    let found = verify(mock, &mock.attestation_verifier()).await.unwrap();
    MeasurementPolicy::of(found.measurements().unwrap())
}
