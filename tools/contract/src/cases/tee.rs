//! Proofs of where a model runs.

use venice_ai::types::{ChatCompletionRequest, TeeSignatureParams, TeeSigningAlgorithm};

use super::Cost::{Free, Usd};
use super::Size::{Maximal, Minimal, Only};
use super::{Case, case};

pub fn cases() -> Vec<Case> {
    vec![
        // Only the shape of the proof counts here, so the nonce need not be fresh.
        case("getTeeAttestation", Only, Free, |scene| async move {
            let model = scene.model_with_proof().await?;
            scene.venice().tee().attestation(model, [0x5e; 32]).await?;
            Ok(())
        }),
        case("getTeeSignature", Minimal, Usd(0.05), |scene| async move {
            let model = scene.model_with_proof().await?;
            let reply = scene.venice().chat().create(ChatCompletionRequest::new(model.clone(), ["Say yes."])).await?;
            scene.venice().tee().signature(model, &reply.id).await?;
            Ok(())
        }),
        case("getTeeSignature", Maximal, Usd(0.05), |scene| async move {
            let model = scene.model_with_proof().await?;
            let reply = scene.venice().chat().create(ChatCompletionRequest::new(model.clone(), ["Say yes."])).await?;
            // The kind of the attested address is the usual one.
            let params = TeeSignatureParams::new(model, reply.id).signing_algo(TeeSigningAlgorithm::Ecdsa);
            scene.venice().raw().get_tee_signature(&params).await?;
            Ok(())
        }),
    ]
}
