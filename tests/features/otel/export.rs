//! Spans and metrics arrive at a collector, by OTLP over HTTP with JSON.

use std::future::ready;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::pin::Pin;

use bytes::Bytes;
use opentelemetry_http::{HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{MetricExporter, Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use serde_json::{Value, json};
use venice_ai::RetryPolicy;
use venice_ai::otel::OpenTelemetry;

use crate::support::chat::{DIALECT_A, TEXT, a_question, streamed};
use crate::support::{Answer, Server, builder};

/// One connection a request: exporters run in threads of their own, without an async runtime.
#[derive(Clone, Copy, Debug)]
struct Connections;

type Sending<'a> = Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'a>>;

impl HttpClient for Connections {
    fn send_bytes<'a, 'b>(&'a self, request: Request<Bytes>) -> Sending<'b>
    where
        'a: 'b,
        Self: 'b,
    {
        Box::pin(ready(post(&request)))
    }
}

fn post(request: &Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
    let uri = request.uri();
    let authority = uri.authority().ok_or("no host")?;
    let mut connection = TcpStream::connect(authority.as_str())?;
    let mut head = format!("POST {} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n", uri.path());
    for (name, value) in request.headers() {
        head.push_str(&format!("{name}: {}\r\n", value.to_str()?));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", request.body().len()));
    connection.write_all(head.as_bytes())?;
    connection.write_all(request.body())?;
    let mut status = [0; 12];
    connection.read_exact(&mut status)?;
    let status = std::str::from_utf8(&status[9..])?.parse::<u16>()?;
    Ok(Response::builder().status(status).body(Bytes::new())?)
}

/// The attributes of a span or a point, as OTLP has them in JSON.
fn attributes(item: &Value) -> Vec<(&str, &Value)> {
    let all = item["attributes"].as_array().unwrap().iter();
    all.map(|attribute| (attribute["key"].as_str().unwrap(), &attribute["value"])).collect()
}

fn value<'a>(item: &'a Value, name: &str) -> &'a Value {
    attributes(item).into_iter().find(|(key, _)| *key == name).unwrap_or_else(|| panic!("no {name} in {item}")).1
}

#[tokio::test]
async fn a_collector_gets_spans_and_metrics_with_typed_attributes() {
    let collector = Server::answering([Answer::new(200, &[("connection", "close")], "{}")]);
    let spans = SpanExporter::builder()
        .with_http()
        .with_http_client(Connections)
        .with_protocol(Protocol::HttpJson)
        .with_endpoint(collector.url("/v1/traces"))
        .build()
        .unwrap();
    let metrics = MetricExporter::builder()
        .with_http()
        .with_http_client(Connections)
        .with_protocol(Protocol::HttpJson)
        .with_endpoint(collector.url("/v1/metrics"))
        .build()
        .unwrap();
    let tracer = SdkTracerProvider::builder().with_batch_exporter(spans).build();
    let meter = SdkMeterProvider::builder().with_periodic_exporter(metrics).build();
    let telemetry = OpenTelemetry::new().with_tracer_provider(&tracer).with_meter_provider(&meter);

    let server = Server::answering([Answer::from(TEXT), streamed([DIALECT_A.as_bytes()])]);
    let venice = builder(&server).retry(RetryPolicy::disabled()).opentelemetry(telemetry).build().unwrap();
    venice.chat().create(a_question()).await.unwrap();
    venice.chat().stream(a_question()).await.unwrap().collect().await.unwrap();
    tracer.shutdown().unwrap();
    meter.shutdown().unwrap();

    let requests = collector.requests();
    let to = |path: &str| requests.iter().find(|request| request.target == path).unwrap().json();
    let spans = &to("/v1/traces")["resourceSpans"][0]["scopeSpans"][0];
    assert_eq!(spans["scope"]["name"], "venice-ai");
    let [whole, stream] = &spans["spans"].as_array().unwrap()[..] else { panic!("{spans}") };
    assert_eq!((&whole["name"], &stream["name"]), (&json!("chat default"), &json!("chat default")));
    // Of the kinds of OTLP, 3 is a client.
    assert_eq!(whole["kind"], 3);
    // 64-bit integers are texts in JSON.
    let tokens = value(whole, "gen_ai.usage.input_tokens")["intValue"].clone();
    assert!(tokens == json!("1210") || tokens == json!(1210), "{tokens}");
    assert_eq!(value(whole, "venice.cost.usd")["doubleValue"], json!(0.000_188_25));
    assert_eq!(
        value(stream, "gen_ai.response.finish_reasons")["arrayValue"]["values"],
        json!([{"stringValue": "stop"}])
    );
    assert_eq!(value(stream, "gen_ai.request.stream")["boolValue"], true);

    let metrics = &to("/v1/metrics")["resourceMetrics"][0]["scopeMetrics"][0]["metrics"];
    let named = |name: &str| metrics.as_array().unwrap().iter().find(|metric| metric["name"] == name).unwrap();
    let duration = named("gen_ai.client.inference.duration");
    assert_eq!(duration["unit"], "s");
    let point = &duration["histogram"]["dataPoints"][0];
    assert_eq!(point["explicitBounds"].as_array().unwrap().len(), 14);
    assert_eq!(value(point, "gen_ai.provider.name")["stringValue"], "venice");
    assert!(named("gen_ai.client.inference.usage.output_tokens")["sum"]["isMonotonic"].as_bool().unwrap());
}
