//! Builds an OTLP exporter and a client of the SDK, in the order of the argument.

use std::error::Error;

use opentelemetry_otlp::{SpanExporter, WithExportConfig as _};

fn main() -> Result<(), Box<dyn Error>> {
    match std::env::args().nth(1).as_deref() {
        Some("venice-first") => venice().and_then(|()| exporter()),
        Some("venice-last") => exporter().and_then(|()| venice()),
        _ => Err("the argument is `venice-first` or `venice-last`".into()),
    }
}

fn venice() -> Result<(), Box<dyn Error>> {
    venice_ai::Client::new("a key")?;
    Ok(())
}

fn exporter() -> Result<(), Box<dyn Error>> {
    SpanExporter::builder().with_http().with_endpoint("https://collector.example/v1/traces").build()?;
    Ok(())
}
