//! Proofs of where a model runs.

use venice_ai::types::ChatCompletionRequest;

use super::Cost::{Free, Usd};
use super::Size::Only;
use super::{Case, case};

pub fn cases() -> Vec<Case> {
    vec![
        // Only the shape of the proof counts here, so the nonce need not be fresh.
        case("getTeeAttestation", Only, Free, |scene| async move {
            let model = scene.model_with_proof().await?;
            scene.venice().tee().attestation(model, [0x5e; 32]).await?;
            Ok(())
        }),
        case("getTeeSignature", Only, Usd(0.05), |scene| async move {
            let model = scene.model_with_proof().await?;
            let reply = scene.venice().chat().create(ChatCompletionRequest::new(model.clone(), ["Say yes."])).await?;
            scene.venice().tee().signature(model, &reply.id).await?;
            Ok(())
        }),
    ]
}
