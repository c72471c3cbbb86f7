//! Spans and metrics of OpenTelemetry.

mod content;
mod conventions;
mod export;
mod metrics;
mod spans;
mod streams;
#[cfg(feature = "tools")]
mod tools;

use std::collections::BTreeMap;

use opentelemetry::{Array, KeyValue, Value};
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, SdkMeterProvider};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use venice_ai::ClientBuilder;
use venice_ai::RetryPolicy;
use venice_ai::otel::OpenTelemetry;

use crate::support::{Server, builder};

pub type Attributes = BTreeMap<String, Value>;

/// Providers, and what was recorded with them.
pub struct Recorded {
    pub tracer: SdkTracerProvider,
    meter: SdkMeterProvider,
    spans: InMemorySpanExporter,
    metrics: InMemoryMetricExporter,
}

/// The measurements of a metric with the same attributes.
#[derive(Clone, Debug)]
pub struct Measured {
    pub name: String,
    pub unit: String,
    pub attributes: Attributes,
    pub count: u64,
    pub sum: f64,
    pub bounds: Vec<f64>,
}

impl Recorded {
    pub fn new() -> Self {
        let (spans, metrics) = (InMemorySpanExporter::default(), InMemoryMetricExporter::default());
        Self {
            tracer: SdkTracerProvider::builder().with_simple_exporter(spans.clone()).build(),
            meter: SdkMeterProvider::builder().with_periodic_exporter(metrics.clone()).build(),
            spans,
            metrics,
        }
    }

    pub fn telemetry(&self) -> OpenTelemetry {
        OpenTelemetry::new().with_tracer_provider(&self.tracer).with_meter_provider(&self.meter)
    }

    /// A client without retries that records here.
    pub fn builder(&self, server: &Server) -> ClientBuilder {
        builder(server).retry(RetryPolicy::disabled()).opentelemetry(self.telemetry())
    }

    /// The spans that ended.
    pub fn spans(&self) -> Vec<SpanData> {
        self.spans.get_finished_spans().unwrap()
    }

    /// The only span that ended.
    #[track_caller]
    pub fn span(&self) -> SpanData {
        let [span] = self.spans().try_into().unwrap_or_else(|all| panic!("not one span: {all:#?}"));
        span
    }

    pub fn measured(&self) -> Vec<Measured> {
        self.meter.force_flush().unwrap();
        let Some(last) = self.metrics.get_finished_metrics().unwrap().pop() else { return Vec::new() };
        last.scope_metrics().flat_map(|scope| scope.metrics()).flat_map(points).collect()
    }

    /// The measurements of one metric.
    #[track_caller]
    pub fn measured_as(&self, name: &str) -> Vec<Measured> {
        self.measured().into_iter().filter(|point| point.name == name).collect()
    }

    /// Everything, as text.
    pub fn dump(&self) -> String {
        format!("{:?} {:?}", self.spans(), self.measured())
    }
}

fn points(metric: &opentelemetry_sdk::metrics::data::Metric) -> Vec<Measured> {
    let point = |attributes: Attributes, count, sum, bounds| Measured {
        name: metric.name().to_owned(),
        unit: metric.unit().to_owned(),
        attributes,
        count,
        sum,
        bounds,
    };
    macro_rules! points {
        ($data:expr) => {
            match $data {
                MetricData::Histogram(histogram) => histogram
                    .data_points()
                    .map(|data| {
                        point(named(data.attributes()), data.count(), data.sum() as f64, data.bounds().collect())
                    })
                    .collect(),
                MetricData::Sum(sum) => sum
                    .data_points()
                    .map(|data| point(named(data.attributes()), 1, data.value() as f64, Vec::new()))
                    .collect(),
                other => panic!("{other:?}"),
            }
        };
    }
    match metric.data() {
        AggregatedMetrics::F64(data) => points!(data),
        AggregatedMetrics::U64(data) => points!(data),
        other => panic!("{other:?}"),
    }
}

/// Attributes by name. None may be there twice.
pub fn named<'a>(attributes: impl IntoIterator<Item = &'a KeyValue>) -> Attributes {
    let mut all = Attributes::new();
    for attribute in attributes {
        let before = all.insert(attribute.key.to_string(), attribute.value.clone());
        assert!(before.is_none(), "{} is there twice", attribute.key);
    }
    all
}

pub fn texts(texts: &[&str]) -> Value {
    Value::Array(Array::String(texts.iter().map(|text| (*text).to_owned().into()).collect()))
}

/// Attributes have these values and types.
#[track_caller]
pub fn assert_has<'a>(attributes: &Attributes, expected: impl IntoIterator<Item = (&'a str, Value)>) {
    for (name, value) in expected {
        assert_eq!(attributes.get(name), Some(&value), "{name}: {attributes:#?}");
    }
}
