//! Embeddings.

use serde_json::json;

use super::{look, model};

#[tokio::test]
async fn vectors_have_the_dimensions_that_the_model_makes() {
    let base = json!({"model": "m", "input": "fog"});
    let fixed = model("embedding", json!({"embeddingDimensions": 1024, "supportsCustomDimensions": false}));
    let rows = [(json!({"dimensions": 1024}), &[][..]), (json!({"dimensions": 256}), &["dimensions dimensions"][..])];
    look(&fixed, "/embeddings", &base, &rows).await;
    let free = model("embedding", json!({"embeddingDimensions": 1024, "supportsCustomDimensions": true}));
    let rows = [(json!({"dimensions": 256}), &[][..]), (json!({"dimensions": 2048}), &["dimensions dimensions"][..])];
    look(&free, "/embeddings", &base, &rows).await;
    look(&model("embedding", json!({})), "/embeddings", &base, &[(json!({"dimensions": 9}), &[])]).await;
}

#[tokio::test]
async fn a_text_that_certainly_does_not_fit_is_found_by_its_place() {
    let model = model("embedding", json!({"maxInputTokens": 100}));
    let long = "strada ".repeat(101);
    let rows = [
        (json!({"input": long}), &["context input"][..]),
        (json!({"input": ["fog", long, "fog", long]}), &["context input[1]", "context input[3]"][..]),
        (json!({"input": vec!["strada ".repeat(90); 50]}), &[][..]),
    ];
    look(&model, "/embeddings", &json!({"model": "m"}), &rows).await;
}
