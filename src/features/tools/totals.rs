//! `Totals`: the usage and cost of a run.

use crate::api::generated::types::{ChatCompletion, CompletionTokensDetails, PromptTokensDetails, Usage};
use crate::api::usage::Cost;
use crate::runtime::amount::Amount;

/// The sum of what the replies reported.
#[derive(Clone, Debug, Default)]
pub(super) struct Totals {
    usage: Sum<Usage>,
    usd: Sum<Amount>,
    diem: Sum<Amount>,
}

/// A sum that is known as long as every part of it is.
#[derive(Clone, Debug, Default)]
struct Sum<T> {
    sum: Option<T>,
    is_incomplete: bool,
}

impl Totals {
    pub(super) fn add(&mut self, reply: &ChatCompletion) {
        let cost = reply.cost().unwrap_or_default();
        self.usage.add(reply.usage.as_ref(), |sum, more| Some(added(sum, more)));
        self.usd.add(cost.usd.as_ref(), |sum, more| sum.checked_add(*more));
        self.diem.add(cost.diem.as_ref(), |sum, more| sum.checked_add(*more));
    }

    pub(super) fn usage(&self) -> Option<&Usage> {
        self.usage.known()
    }

    pub(super) fn cost(&self) -> Option<Cost> {
        let cost = Cost { usd: self.usd.known().copied(), diem: self.diem.known().copied(), ..Cost::default() };
        (!cost.is_empty()).then_some(cost)
    }
}

impl<T: Clone + Default> Sum<T> {
    fn add(&mut self, part: Option<&T>, add: impl FnOnce(T, &T) -> Option<T>) {
        let sum = part.and_then(|part| add(self.sum.take().unwrap_or_default(), part));
        self.is_incomplete |= sum.is_none();
        self.sum = sum;
    }

    fn known(&self) -> Option<&T> {
        self.sum.as_ref().filter(|_| !self.is_incomplete)
    }
}

fn added(mut sum: Usage, more: &Usage) -> Usage {
    sum.prompt_tokens = sum.prompt_tokens.saturating_add(more.prompt_tokens);
    sum.completion_tokens = sum.completion_tokens.saturating_add(more.completion_tokens);
    sum.total_tokens = sum.total_tokens.saturating_add(more.total_tokens);
    if let Some(PromptTokensDetails { cached_tokens, cache_creation_input_tokens, .. }) = &more.prompt_tokens_details {
        let details = sum.prompt_tokens_details.get_or_insert_default();
        add_count(&mut details.cached_tokens, *cached_tokens);
        add_count(&mut details.cache_creation_input_tokens, *cache_creation_input_tokens);
    }
    if let Some(CompletionTokensDetails { reasoning_tokens, .. }) = &more.completion_tokens_details {
        add_count(&mut sum.completion_tokens_details.get_or_insert_default().reasoning_tokens, *reasoning_tokens);
    }
    sum
}

fn add_count(sum: &mut Option<u32>, more: Option<u32>) {
    if let Some(more) = more {
        *sum = Some(sum.unwrap_or(0).saturating_add(more));
    }
}
