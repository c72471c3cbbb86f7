//! Signatures of answers.

use venice_ai::attestation::AttestationCheck;
use venice_ai_mock::AttestationFault;

use super::{MODEL, signing, verify};

#[tokio::test]
async fn the_signature_of_an_answer_is_that_of_the_attested_key() {
    let mock = signing().await;
    let attested = verify(&mock, &mock.attestation_verifier()).await.unwrap();
    let signature = mock.client().tee().signature(MODEL, "chatcmpl-1").await.unwrap();
    let signed = attested.verify_signature(&signature).unwrap();
    assert_eq!(
        (&*signed.signing_address, Some(signed.text.clone())),
        (&*attested.signing_address(), signature.text.clone())
    );
    assert_eq!(signed.hashes, Some([[0x1a; 32], [0x2b; 32]]));
    assert!(!signed.matches("a request", "an answer"));

    mock.attestation_fault(AttestationFault::WrongSignature);
    let forged = mock.client().tee().signature(MODEL, "chatcmpl-1").await.unwrap();
    assert_eq!(attested.verify_signature(&forged).unwrap_err().check(), AttestationCheck::Signature);
    // The right signature of another text.
    let mut other = signature;
    other.text = Some("1a:2b".to_owned());
    assert!(attested.verify_signature(&other).is_err());
}
