//! `ReportedUsage`: the usage and cost that a reply reports.

use std::any::Any;

use serde::de::MapAccess;

use crate::api::generated::types::{ChatCompletionChunk, Money};
use crate::api::usage::{self, Cost};
use crate::features::cost::prices::{Tokens, count};
#[cfg(feature = "unstable")]
use crate::features::responses::stream::ResponseEvent;
use crate::runtime::amount::Amount;
use crate::runtime::lenient::{leniently, utf8};
use crate::runtime::text::without_mark;
use crate::runtime::wire::{self, Object};

/// The usage and cost that a reply, or a part of one, reports.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReportedUsage {
    pub(crate) model: Option<String>,
    pub(crate) tokens: Option<Tokens>,
    pub(crate) cost: Option<Cost>,
    /// The length of the transcribed recording.
    pub(crate) seconds: Option<Amount>,
    /// All tokens, as the reply's total.
    #[cfg(feature = "batch")]
    pub(crate) total_tokens: Option<u64>,
}

impl ReportedUsage {
    /// Reads the JSON of a reply; anything else reports nothing.
    pub(crate) fn read(body: &[u8]) -> Self {
        let reply: ReportedReply =
            leniently(&utf8(without_mark(body)), |body| serde_json::from_str(body)).unwrap_or_default();
        reply.into()
    }

    /// The usage that a part of a streamed answer reports.
    pub(super) fn of_part(part: &dyn Any) -> Self {
        if let Some(chunk) = part.downcast_ref::<ChatCompletionChunk>() {
            let (tokens, cost) = (chunk.usage.as_ref().map(Tokens::of), chunk.cost());
            let reports = tokens.is_some() || cost.is_some();
            return Self { model: reports.then(|| chunk.model.clone()), tokens, cost, ..Self::default() };
        }
        #[cfg(feature = "unstable")]
        if let Some(event) = part.downcast_ref::<ResponseEvent>().filter(|event| event.is_terminal()) {
            return event.data.get("response").map(Self::of_value).unwrap_or_default();
        }
        Self::default()
    }

    #[cfg(feature = "unstable")]
    fn of_value(value: &serde_json::Value) -> Self {
        use serde::Deserialize as _;
        let reply: ReportedReply =
            crate::runtime::lenient::leniently_again(|| ReportedReply::deserialize(value)).unwrap_or_default();
        reply.into()
    }

    /// Later reports take precedence.
    pub(super) fn add(&mut self, later: Self) {
        self.model = later.model.filter(|model| !model.is_empty()).or(self.model.take());
        self.tokens = later.tokens.or(self.tokens);
        self.cost = later.cost.or(self.cost);
        self.seconds = later.seconds.or(self.seconds);
    }
}

/// The fields of a reply that report usage.
#[derive(Default)]
struct ReportedReply {
    model: Option<String>,
    usage: Option<Used>,
    cost: Option<Money>,
    duration: Option<Amount>,
}

impl Object for ReportedReply {
    const NAME: &'static str = "reply";

    fn empty() -> Self {
        Self::default()
    }
    fn member<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "model" => wire::optional(&mut self.model, map),
            "usage" => wire::optional(&mut self.usage, map),
            "cost" => wire::optional(&mut self.cost, map),
            "duration" => wire::optional(&mut self.duration, map),
            _ => wire::ignore(map),
        }
    }
}
wire::object_impls!(ReportedReply);

/// The tokens, by the field names of either endpoint.
#[derive(Default)]
struct Used {
    #[cfg(feature = "batch")]
    total: Option<serde_json::Value>,
    prompt: Option<i64>,
    completion: Option<i64>,
    details: Option<Details>,
}

impl Object for Used {
    const NAME: &'static str = "usage";

    fn empty() -> Self {
        Self::default()
    }
    fn member<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "prompt_tokens" | "input_tokens" => wire::optional(&mut self.prompt, map),
            #[cfg(feature = "batch")]
            "total_tokens" => wire::optional(&mut self.total, map),
            "completion_tokens" | "output_tokens" => wire::optional(&mut self.completion, map),
            "prompt_tokens_details" | "input_tokens_details" => wire::optional(&mut self.details, map),
            _ => wire::ignore(map),
        }
    }
}
wire::object_impls!(Used);

#[derive(Default)]
struct Details {
    cached: Option<i64>,
    cache_written: Option<i64>,
}

impl Object for Details {
    const NAME: &'static str = "details";

    fn empty() -> Self {
        Self::default()
    }
    fn member<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "cached_tokens" => wire::optional(&mut self.cached, map),
            "cache_creation_input_tokens" => wire::optional(&mut self.cache_written, map),
            _ => wire::ignore(map),
        }
    }
}
wire::object_impls!(Details);

impl From<ReportedReply> for ReportedUsage {
    fn from(reply: ReportedReply) -> Self {
        #[cfg(feature = "batch")]
        let total_tokens = reply.usage.as_ref().and_then(|used| used.total.as_ref()?.as_u64());
        let tokens = reply.usage.map(|used| {
            let details = used.details.unwrap_or_default();
            Tokens {
                prompt: count(used.prompt),
                completion: count(used.completion),
                cached: count(details.cached),
                cache_written: count(details.cache_written),
            }
        });
        Self {
            model: reply.model,
            tokens,
            cost: usage::reported(reply.cost.as_ref()),
            seconds: reply.duration.filter(|seconds| !seconds.is_negative()),
            #[cfg(feature = "batch")]
            total_tokens,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(feature = "batch")]
    fn usage_is_read_from_replies() {
        let reply = br#"{"usage": {"total_tokens": 9, "completion_tokens": 4}, "cost": {"usd": 0.5}}"#;
        let reported = ReportedUsage::read(reply);
        assert_eq!((reported.total_tokens, reported.tokens.map(|tokens| tokens.completion)), (Some(9), Some(4)));
        assert_eq!(reported.cost.and_then(|cost| cost.usd), "0.5".parse().ok());
        let file = ReportedUsage::read(b"\x89PNG");
        assert!(file.total_tokens.is_none() && file.tokens.is_none() && file.cost.is_none());
    }
}
