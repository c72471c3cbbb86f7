//! The metrics of calls that run a model.

use venice_ai::types::CreateEmbeddingRequest;

use super::{Measured, Recorded, assert_has};
use crate::support::chat::{DIALECT_A, TEXT, a_question, streamed};
use crate::support::{Answer, Server};

const EMBEDDINGS: &str = r#"{"model": "reader", "data": [{"index": 0, "embedding": [1.0]}], "usage": {"prompt_tokens": 3, "total_tokens": 3}}"#;

#[track_caller]
fn only(recorded: &Recorded, name: &str) -> Measured {
    let [one] = recorded.measured_as(name).try_into().unwrap_or_else(|all| panic!("{name}: {all:#?}"));
    one
}

#[tokio::test]
async fn duration_and_tokens_of_a_call_are_measured_in_the_buckets_of_the_conventions() {
    let server = Server::answering([Answer::from(TEXT)]);
    let recorded = Recorded::new();
    let venice = recorded.builder(&server).build().unwrap();
    for _ in 0..2 {
        venice.chat().create(a_question()).await.unwrap();
    }
    let duration = only(&recorded, "gen_ai.client.inference.duration");
    assert_eq!((&*duration.unit, duration.count), ("s", 2));
    assert_eq!(
        duration.bounds,
        [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]
    );
    let spans = recorded.spans().into_iter().map(|span| span.end_time.duration_since(span.start_time).unwrap());
    let spans: f64 = spans.map(|time| time.as_secs_f64()).sum();
    assert!((duration.sum - spans).abs() < 0.1, "{} {spans}", duration.sum);
    assert_has(
        &duration.attributes,
        [
            ("gen_ai.operation.name", "chat".into()),
            ("gen_ai.provider.name", "venice".into()),
            ("gen_ai.request.model", "default".into()),
            ("gen_ai.response.model", "qwen3-235b".into()),
            ("server.address", "127.0.0.1".into()),
            ("server.port", i64::from(server.address().port()).into()),
        ],
    );
    assert_eq!(duration.attributes.len(), 6);
    let input = only(&recorded, "gen_ai.client.inference.operation.input_tokens");
    assert_eq!((&*input.unit, input.count, input.sum), ("{token}", 2, 2420.0));
    assert_eq!(input.bounds.first().zip(input.bounds.last()), Some((&1.0, &67_108_864.0)));
    assert_eq!(only(&recorded, "gen_ai.client.inference.operation.output_tokens").sum, 18.0);
    for (name, sum) in [("input", 2420.0), ("output", 18.0), ("cache_read.input", 2048.0), ("reasoning.output", 0.0)] {
        let counter = only(&recorded, &format!("gen_ai.client.inference.usage.{name}_tokens"));
        assert_eq!(counter.sum, sum, "{name}");
        assert_has(&counter.attributes, [("gen_ai.token.modality", "unknown".into())]);
    }
    assert_eq!(only(&recorded, "venice.cost.usd").sum, 0.000_376_5);
    assert!(recorded.measured_as("gen_ai.client.inference.time_to_first_chunk").is_empty(), "nothing was streamed");
}

#[tokio::test]
async fn chunks_of_streams_are_measured() {
    let server = Server::answering([streamed([DIALECT_A.as_bytes()])]);
    let recorded = Recorded::new();
    let mut stream = recorded.builder(&server).build().unwrap().chat().stream(a_question()).await.unwrap();
    let mut chunks = 0;
    while let Some(chunk) = stream.next().await {
        chunk.unwrap();
        chunks += 1;
    }
    let first = only(&recorded, "gen_ai.client.inference.time_to_first_chunk");
    assert_eq!((first.count, &*first.unit, first.bounds.len()), (1, "s", 14));
    let later = only(&recorded, "gen_ai.client.inference.time_per_output_chunk");
    assert_eq!((later.count, &*later.unit, later.bounds.len()), (chunks - 1, "s", 14));
    assert_has(&later.attributes, [("gen_ai.response.model", "gondola-9b".into())]);
    assert_eq!(only(&recorded, "gen_ai.client.inference.duration").count, 1);
    assert_eq!(only(&recorded, "gen_ai.client.inference.operation.output_tokens").sum, 23.0);
}

#[tokio::test]
async fn a_failure_is_measured_with_its_type() {
    let server = Server::answering([Answer::json(500, r#"{"error": "oops"}"#)]);
    let recorded = Recorded::new();
    recorded.builder(&server).build().unwrap().chat().create(a_question()).await.unwrap_err();
    let [duration] = recorded.measured().try_into().unwrap();
    assert_eq!(duration.name, "gen_ai.client.inference.duration");
    assert_has(&duration.attributes, [("error.type", "500".into())]);
}

#[tokio::test]
async fn embeddings_have_metrics_of_their_own() {
    let server = Server::answering([Answer::from(EMBEDDINGS)]);
    let recorded = Recorded::new();
    let venice = recorded.builder(&server).build().unwrap();
    venice.embeddings().create(CreateEmbeddingRequest::new("reader", "Hi")).await.unwrap();
    let mut names: Vec<_> = recorded.measured().into_iter().map(|point| (point.name, point.sum > 0.0)).collect();
    names.sort();
    assert_eq!(
        names,
        [
            ("gen_ai.client.embeddings.duration".to_owned(), true),
            ("gen_ai.client.embeddings.operation.input_tokens".to_owned(), true),
        ]
    );
}
