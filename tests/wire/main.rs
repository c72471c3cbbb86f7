//! `Wire`: calls every generated method once over a socket: method, path and query of its request, and decoding its reply.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::Value;
use venice_ai::operations;
use venice_ai::{Client, Error, Operation, RetryPolicy, types};
use venice_ai_mock::MockVenice;
use venice_ai_test_support::server::Request;
use venice_ai_test_support::{Answer, Server, builder, once};

/// A client of a server that answers each operation by the API's document.
struct Wire {
    server: Server,
    client: Client,
}

macro_rules! called {
    ($wire:expr, $id:literal, $query:expr, $call:expr) => {
        let query: &[&str] = &$query;
        // The arguments have the right types; the limits of the document do not matter in this test.
        let reply = $call.with_validation(false).await;
        $wire.check($id, query, reply);
    };
}

mod calls {
    use super::*;
    include!("calls.rs");
}

impl Wire {
    fn start() -> Self {
        Self::with(once)
    }

    fn with(client: impl FnOnce(&Server) -> Client) -> Self {
        let server = Server::start(|_, request| answer(request));
        let client = client(&server);
        Self { server, client }
    }

    fn check<T>(&self, id: &str, query: &[&str], reply: Result<T, Error>) {
        if let Err(error) = reply {
            panic!("{id}: {error}");
        }
        let sent = self.server.requests().pop().unwrap();
        let (path, asked) = sent.target.split_once('?').unwrap_or((&*sent.target, ""));
        let operation = operation(&sent.method, path).unwrap_or_else(|| panic!("{id}: {} {path}", sent.method));
        assert_eq!(operation.id, id);
        let names: Vec<&str> = asked.split('&').filter_map(|pair| pair.split('=').next()).collect();
        for name in query {
            assert!(names.contains(name), "{id}: no `{name}` in `{asked}`");
        }
    }
}

/// The operation of a request. A path without parameters takes precedence.
fn operation(method: &str, path: &str) -> Option<&'static Operation> {
    let path = path.strip_prefix("/api/v1")?;
    let fits = |template: &str| {
        let (template, path): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
        template.len() == path.len()
            && template.iter().zip(&path).all(|(one, other)| one.starts_with('{') || one == other)
    };
    let mut fitting: Vec<_> = operations::ALL
        .iter()
        .copied()
        .filter(|operation| operation.method == method && fits(operation.path))
        .collect();
    fitting.sort_by_key(|operation| operation.path.contains('{'));
    fitting.first().copied()
}

fn answer(request: &Request) -> Answer {
    let path = request.target.split('?').next().unwrap_or_default();
    let Some(operation) = operation(&request.method, path) else { return Answer::json(404, "{}") };
    if operation.reply_media.contains(&"application/json") {
        let body: Value = MockVenice::default_body(operation.id).unwrap();
        return Answer::from(&body);
    }
    let media = operation.reply_media.first().copied().unwrap_or("application/octet-stream");
    Answer::new(200, &[("content-type", media)], "bytes")
}

#[tokio::test]
async fn every_generated_method_sends_its_request_and_reads_the_reply() {
    let wire = Wire::start();
    calls::all(&wire).await;
    assert_eq!(wire.server.count(), operations::ALL.len(), "each operation once");
}

#[tokio::test]
async fn every_operation_is_one_span() {
    use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};
    use venice_ai::otel::OpenTelemetry;

    let spans = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(spans.clone()).build();
    let wire = Wire::with(|server| {
        let telemetry = OpenTelemetry::new().with_tracer_provider(&provider);
        builder(server).retry(RetryPolicy::disabled()).opentelemetry(telemetry).build().unwrap()
    });
    calls::all(&wire).await;
    let spans = spans.get_finished_spans().unwrap();
    assert_eq!(spans.len(), operations::ALL.len());
    for (span, operation) in spans.iter().zip(operations::ALL) {
        let text = |name: &str| {
            let attribute = span.attributes.iter().find(|attribute| attribute.key.as_str() == name);
            attribute.map(|attribute| attribute.value.to_string())
        };
        assert_eq!(text("venice.operation").as_deref(), Some(operation.id));
        assert_eq!(text("http.request.method").as_deref(), Some(operation.method), "{}", operation.id);
        assert_eq!(text("url.template").as_deref(), Some(operation.path), "{}", operation.id);
        assert_eq!(text("error.type"), None, "{}", operation.id);
        let name = match text("gen_ai.operation.name") {
            Some(name) => text("gen_ai.request.model").map_or(name.clone(), |model| format!("{name} {model}")),
            None => format!("{} {}", operation.method, operation.path),
        };
        assert_eq!(span.name, name);
    }
    let of_models =
        spans.iter().filter(|span| span.attributes.iter().any(|one| one.key.as_str() == "gen_ai.provider.name"));
    assert!(of_models.count() > 10);
}
