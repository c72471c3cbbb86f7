//! OpenTelemetry: the spans and metrics of a chat, a stream and a tool. A program of yours exports them with `opentelemetry-otlp`.
//!
//! ```text
//! cargo run --example otel                              # on the bundled mock
//! VENICE_API_KEY=… cargo run --example otel             # spends a tenth of a cent
//! ```

mod common;

use opentelemetry_sdk::metrics::{InMemoryMetricExporter, SdkMeterProvider};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};
use schemars::JsonSchema;
use serde::Deserialize;
use venice_ai::ClientBuilder;
use venice_ai::otel::OpenTelemetry;
use venice_ai::tools::ToolBox;

/// The water level at a station of the lagoon, now.
#[derive(Deserialize, JsonSchema)]
struct Tide {
    station: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (_, mock) = common::client_or_mock().await?;
    let settings = match &mock {
        Some(mock) => mock.client_builder(),
        None => ClientBuilder::from_env()?,
    };

    // In memory, to print them below. Exporters for collectors are given to the providers in the same way.
    let (spans, metrics) = (InMemorySpanExporter::default(), InMemoryMetricExporter::default());
    let tracer = SdkTracerProvider::builder().with_simple_exporter(spans.clone()).build();
    let meter = SdkMeterProvider::builder().with_periodic_exporter(metrics.clone()).build();

    // `OpenTelemetry::new()` alone uses the global providers.
    let telemetry = OpenTelemetry::new().with_tracer_provider(&tracer).with_meter_provider(&meter);
    let venice = settings.opentelemetry(telemetry).build()?;

    venice.chat().create("Greet the gondolier.").await?;
    let mut text = venice.chat().stream("Tell me a story.").await?.text();
    while text.next().await.transpose()?.is_some() {}
    let tools = ToolBox::new().tool("tide", |tide: Tide| async move { format!("62 cm at {}", tide.station) });
    venice.chat().run("Are my feet dry at San Marco?", &tools).await?;

    println!("\nSpans:");
    for span in spans.get_finished_spans()? {
        let time = span.end_time.duration_since(span.start_time)?;
        println!("  {} ({} ms)", span.name, time.as_millis());
        for attribute in span.attributes.iter().filter(|attribute| attribute.key.as_str().starts_with("gen_ai.usage."))
        {
            println!("    {} = {}", attribute.key, attribute.value);
        }
    }

    meter.force_flush()?;
    println!("Metrics:");
    for recorded in metrics.get_finished_metrics()? {
        for metric in recorded.scope_metrics().flat_map(|scope| scope.metrics()) {
            println!("  {} in {}", metric.name(), metric.unit());
        }
    }

    // Sends what is left. Spans of calls that are still running are lost.
    tracer.shutdown()?;
    meter.shutdown()?;
    Ok(())
}
