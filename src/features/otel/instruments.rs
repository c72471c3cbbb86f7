//! `Instruments`: the metrics of calls.

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram, Meter};

use super::Conventions;
use crate::features::spans::{Attribute, Attributes};

/// Seconds.
const DURATIONS: [f64; 14] = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const TOKENS: [f64; 14] = [
    1.0,
    4.0,
    16.0,
    64.0,
    256.0,
    1_024.0,
    4_096.0,
    16_384.0,
    65_536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    16_777_216.0,
    67_108_864.0,
];

const INPUT: &str = "gen_ai.usage.input_tokens";
const OUTPUT: &str = "gen_ai.usage.output_tokens";

/// What is counted by a counter: attribute, name, description.
const USAGE: [(&str, &str, &str); 5] = [
    (INPUT, "gen_ai.client.inference.usage.input_tokens", "Input tokens used"),
    (OUTPUT, "gen_ai.client.inference.usage.output_tokens", "Output tokens used"),
    (
        "gen_ai.usage.cache_read.input_tokens",
        "gen_ai.client.inference.usage.cache_read.input_tokens",
        "Input tokens read from a cache",
    ),
    (
        "gen_ai.usage.cache_write.input_tokens",
        "gen_ai.client.inference.usage.cache_write.input_tokens",
        "Input tokens written to a cache",
    ),
    (
        "gen_ai.usage.reasoning.output_tokens",
        "gen_ai.client.inference.usage.reasoning.output_tokens",
        "Output tokens used for reasoning",
    ),
];

/// The instruments of a client.
#[derive(Debug)]
pub(super) struct Instruments {
    inference: Histogram<f64>,
    embeddings: Histogram<f64>,
    tools: Histogram<f64>,
    first_chunk: Histogram<f64>,
    later_chunks: Histogram<f64>,
    tokens: TokenInstruments,
    usd: Counter<f64>,
    diem: Counter<f64>,
}

#[derive(Debug)]
enum TokenInstruments {
    /// All tokens in one histogram.
    ByType(Histogram<u64>),
    ByOperation {
        input: Histogram<u64>,
        output: Histogram<u64>,
        embeddings: Histogram<u64>,
        usage: Vec<(&'static str, Counter<u64>)>,
    },
}

/// A call that ended.
pub(super) struct Ended<'a> {
    pub(super) operation: &'a str,
    /// The attributes of all its measurements.
    pub(super) dimensions: Vec<KeyValue>,
    pub(super) attributes: &'a Attributes,
    pub(super) seconds: f64,
    /// The seconds before each chunk but the first.
    pub(super) chunks: &'a [f64],
}

impl Instruments {
    pub(super) fn new(meter: &Meter, conventions: Conventions) -> Self {
        let seconds = |name: &'static str, description: &'static str| {
            let histogram = meter.f64_histogram(name).with_unit("s").with_description(description);
            histogram.with_boundaries(DURATIONS.to_vec()).build()
        };
        let tokens = |name: &'static str, description: &'static str| {
            let histogram = meter.u64_histogram(name).with_unit("{token}").with_description(description);
            histogram.with_boundaries(TOKENS.to_vec()).build()
        };
        let cost = |name: &'static str, unit: &'static str| {
            meter
                .f64_counter(name)
                .with_unit(unit)
                .with_description("Cost of calls, as their replies report it")
                .build()
        };
        let first = "Time to receive the first chunk of a streamed answer";
        let later = "Time between two chunks of a streamed answer";
        let (inference, embeddings, first_chunk, later_chunks, tokens) = match conventions {
            Conventions::GenAi0_1 => (
                seconds("gen_ai.client.inference.duration", "Duration of calls that run a model"),
                seconds("gen_ai.client.embeddings.duration", "Duration of calls that return embeddings"),
                seconds("gen_ai.client.inference.time_to_first_chunk", first),
                seconds("gen_ai.client.inference.time_per_output_chunk", later),
                TokenInstruments::ByOperation {
                    input: tokens("gen_ai.client.inference.operation.input_tokens", "Input tokens of a call"),
                    output: tokens("gen_ai.client.inference.operation.output_tokens", "Output tokens of a call"),
                    embeddings: tokens("gen_ai.client.embeddings.operation.input_tokens", "Input tokens of a call"),
                    usage: USAGE
                        .iter()
                        .map(|(attribute, name, description)| {
                            let counter = meter.u64_counter(*name).with_unit("{token}");
                            (*attribute, counter.with_description(*description).build())
                        })
                        .collect(),
                },
            ),
            Conventions::SemConv1_41 => {
                let all = seconds("gen_ai.client.operation.duration", "Duration of calls that run a model");
                (
                    all.clone(),
                    all,
                    seconds("gen_ai.client.operation.time_to_first_chunk", first),
                    seconds("gen_ai.client.operation.time_per_output_chunk", later),
                    TokenInstruments::ByType(tokens("gen_ai.client.token.usage", "Tokens of a call")),
                )
            }
        };
        Self {
            inference,
            embeddings,
            tools: seconds("gen_ai.execute_tool.duration", "Duration of tools"),
            first_chunk,
            later_chunks,
            tokens,
            usd: cost("venice.cost.usd", "{USD}"),
            diem: cost("venice.cost.diem", "{DIEM}"),
        }
    }

    /// Records a call that runs a model, or a tool.
    pub(super) fn record(&self, ended: Ended<'_>) {
        let Ended { operation, dimensions, attributes, seconds, chunks } = ended;
        let float = |name: &str| match attributes.get(name) {
            Some(Attribute::Float(number)) => Some(*number),
            _ => None,
        };
        let mut with_error = dimensions.clone();
        with_error.extend(super::value::key_value(attributes, "error.type"));
        let duration = match operation {
            "embeddings" => &self.embeddings,
            "execute_tool" => &self.tools,
            _ => &self.inference,
        };
        duration.record(seconds, &with_error);
        if let Some(seconds) = float("gen_ai.response.time_to_first_chunk") {
            self.first_chunk.record(seconds, &dimensions);
        }
        chunks.iter().for_each(|seconds| self.later_chunks.record(*seconds, &dimensions));
        self.tokens.record(operation, &dimensions, attributes);
        for (name, counter) in [("venice.cost.usd", &self.usd), ("venice.cost.diem", &self.diem)] {
            if let Some(cost) = float(name) {
                counter.add(cost, &dimensions);
            }
        }
    }
}

impl TokenInstruments {
    fn record(&self, operation: &str, dimensions: &[KeyValue], attributes: &Attributes) {
        let count = |name: &str| match attributes.get(name) {
            Some(Attribute::Integer(count)) => u64::try_from(*count).ok(),
            _ => None,
        };
        let with = |name: &'static str, value: &'static str| {
            dimensions.iter().cloned().chain([KeyValue::new(name, value)]).collect::<Vec<_>>()
        };
        let record = |histogram: &Histogram<u64>, tokens: Option<u64>, dimensions: &[KeyValue]| {
            tokens.into_iter().for_each(|tokens| histogram.record(tokens, dimensions));
        };
        match self {
            Self::ByType(all) => {
                record(all, count(INPUT), &with("gen_ai.token.type", "input"));
                record(all, count(OUTPUT), &with("gen_ai.token.type", "output"));
            }
            Self::ByOperation { embeddings, .. } if operation == "embeddings" => {
                record(embeddings, count(INPUT), dimensions);
            }
            Self::ByOperation { input, output, usage, .. } => {
                record(input, count(INPUT), dimensions);
                record(output, count(OUTPUT), dimensions);
                // Replies do not say which of the tokens are those of images or audio.
                let dimensions = with("gen_ai.token.modality", "unknown");
                for (attribute, counter) in usage {
                    count(attribute).into_iter().for_each(|tokens| counter.add(tokens, &dimensions));
                }
            }
        }
    }
}
