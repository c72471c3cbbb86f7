//! Attestation: verifies the environment of a model, pins its measurements, and verifies the signature of an answer.
//!
//! ```text
//! cargo run --example attestation                    # on the bundled mock, whose quotes have a root certificate of its own
//! cargo run --example attestation -- e2ee-glm-5      # a model of the real API; no key is needed
//! ```

use venice_ai::attestation::{AttestationVerifier, MeasurementPolicy};
use venice_ai::{Client, Error};
use venice_ai_mock::MockVenice;

#[tokio::main]
async fn main() -> Result<(), Error> {
    match std::env::args().nth(1) {
        Some(model) => attest(&Client::without_api_key()?, &AttestationVerifier::new(), &model).await,
        None => {
            let mock = MockVenice::builder().sign_attestations(true).start().await?;
            attest(&mock.client(), &mock.attestation_verifier(), "arsenale-coder").await
        }
    }
}

async fn attest(venice: &Client, verifier: &AttestationVerifier, model: &str) -> Result<(), Error> {
    let attestation = venice.tee().verify(model).with_verifier(verifier).await.inspect_err(|error| {
        if let Some(failed) = error.attestation_error() {
            eprintln!("Nothing may be sent to {model}: the check `{}` failed", failed.check());
        }
    })?;
    println!("{attestation}");

    // The measurements of today. A policy that somebody compared with the provider's sources is worth more.
    if let Some(measurements) = attestation.measurements() {
        let policy = MeasurementPolicy::of(measurements);
        let pinned = venice.tee().verify(model).with_verifier(&verifier.clone().measurements(policy)).await?;
        println!("With pinned measurements: {}", pinned.level());
    }

    let signature = venice.tee().signature(model, "chatcmpl-1").await?;
    let signed = attestation.verify_signature(&signature)?;
    println!("{} signed {}", signed.signing_address, signed.text);
    Ok(())
}
