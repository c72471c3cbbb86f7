//! The names of version 1.41 of the conventions.

use venice_ai::RetryPolicy;
use venice_ai::otel::Conventions;
use venice_ai::types::CreateEmbeddingRequest;

use super::{Recorded, assert_has, named};
use crate::support::chat::{DIALECT_A, TEXT, a_question, streamed};
use crate::support::{Answer, Server, builder};

#[tokio::test]
async fn metrics_and_attributes_have_their_former_names_on_request() {
    let embeddings = r#"{"model": "reader", "data": [{"index": 0, "embedding": [1.0]}], "usage": {"prompt_tokens": 3, "total_tokens": 3}}"#;
    let server = Server::answering([Answer::from(TEXT), streamed([DIALECT_A.as_bytes()]), Answer::from(embeddings)]);
    let recorded = Recorded::new();
    let telemetry = recorded.telemetry().with_conventions(Conventions::SemConv1_41);
    let venice = builder(&server).retry(RetryPolicy::disabled()).opentelemetry(telemetry).build().unwrap();
    venice.chat().create(a_question()).await.unwrap();
    venice.chat().stream(a_question()).await.unwrap().collect().await.unwrap();
    venice.embeddings().create(CreateEmbeddingRequest::new("reader", "Hi")).await.unwrap();

    let durations = recorded.measured_as("gen_ai.client.operation.duration");
    assert_eq!(durations.iter().map(|point| point.count).sum::<u64>(), 3);
    assert_eq!(recorded.measured_as("gen_ai.client.operation.time_to_first_chunk")[0].count, 1);
    assert!(recorded.measured_as("gen_ai.client.operation.time_per_output_chunk")[0].count > 1);
    let tokens = recorded.measured_as("gen_ai.client.token.usage");
    let sum = |kind: &str| -> f64 {
        let of_kind = |point: &&super::Measured| point.attributes["gen_ai.token.type"] == kind.to_owned().into();
        tokens.iter().filter(of_kind).map(|point| point.sum).sum()
    };
    assert_eq!((sum("input"), sum("output")), (1210.0 + 1411.0 + 3.0, 9.0 + 23.0));
    assert!(recorded.measured().iter().all(|point| !point.name.contains("inference")));
    let attributes = named(&recorded.spans()[0].attributes);
    assert_has(&attributes, [("gen_ai.usage.cache_creation.input_tokens", 0.into())]);
    assert!(!attributes.contains_key("gen_ai.usage.cache_write.input_tokens"));
}
