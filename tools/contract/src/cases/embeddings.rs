//! Texts as vectors.

use venice_ai::types::{CreateEmbeddingRequest, EmbeddingEncoding, ModelFilter};

use super::Cost::Usd;
use super::Size::{Maximal, Minimal};
use super::{Case, case};

pub fn cases() -> Vec<Case> {
    vec![
        case("createEmbedding", Minimal, Usd(0.001), |scene| async move {
            let model = scene.model(ModelFilter::Embedding).await?;
            scene.venice().embeddings().create(CreateEmbeddingRequest::new(model, "a lagoon at dusk")).await?;
            Ok(())
        }),
        case("createEmbedding", Maximal, Usd(0.001), |scene| async move {
            let texts = vec!["a lagoon at dusk".to_owned(), "a lagoon at dawn".to_owned()];
            let request = CreateEmbeddingRequest::new(scene.model(ModelFilter::Embedding).await?, texts);
            let request = request.dimensions(64).encoding_format(EmbeddingEncoding::Float).user("venice-contract");
            scene.venice().embeddings().create(request).await?;
            Ok(())
        }),
    ]
}
