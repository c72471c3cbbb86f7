//! `Prices::{usage, embeddings, decision}`: prices of tokens.

use super::{Prices, money};
use crate::api::generated::types::{DecisionUsage, EmbeddingUsage, Money, Usage};

/// Token prices are per million.
pub(super) const A_MILLION: u32 = 6;

/// Prompt and completion tokens by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tokens {
    /// All prompt tokens, including the two kinds below.
    pub(crate) prompt: u64,
    /// Read from the cache.
    pub(crate) cached: u64,
    /// Written to the cache.
    pub(crate) cache_written: u64,
    pub(crate) completion: u64,
}

impl Tokens {
    pub(crate) fn of(usage: &Usage) -> Self {
        let details = usage.prompt_tokens_details.as_ref();
        Self {
            prompt: count(Some(usage.prompt_tokens)),
            cached: count(details.and_then(|details| details.cached_tokens)),
            cache_written: count(details.and_then(|details| details.cache_creation_input_tokens)),
            completion: count(Some(usage.completion_tokens)),
        }
    }
}

/// A negative count is 0.
pub(crate) fn count(number: Option<impl TryInto<u64>>) -> u64 {
    number.and_then(|number| number.try_into().ok()).unwrap_or(0)
}

/// The prices for requests of one size.
pub(super) struct Tier<'p> {
    pub(super) input: &'p Money,
    pub(super) output: Option<&'p Money>,
    cache_input: Option<&'p Money>,
    cache_write: Option<&'p Money>,
}

impl Tier<'_> {
    /// The maximum price of a prompt token of any kind.
    pub(super) fn highest_input(&self) -> Money {
        self.cache_write.map_or_else(|| self.input.clone(), |write| money::max(self.input, write))
    }
}

impl<'m> Prices<'m> {
    /// The list price of this usage: prompt tokens, cache reads and cache writes at their own prices, and completion tokens. A request
    /// above the long-context threshold pays the long-context prices for all of its tokens.
    ///
    /// A missing cache price is that of other prompt tokens. Charges beyond tokens, such as a web search, are not included; the reply's own
    /// [`cost`](crate::types::ChatCompletion::cost) is what was charged.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client, model: venice_ai::types::Model) -> Result<(), venice_ai::Error> {
    /// use venice_ai::cost::Prices;
    /// use venice_ai::types::ChatCompletionRequest;
    ///
    /// let reply = venice.chat().create(ChatCompletionRequest::new(model.id.clone(), ["Hello"])).await?;
    /// let by_list = reply.usage.as_ref().and_then(|usage| Prices::of(&model).usage(usage));
    /// println!("{by_list:?} by the list, {:?} charged", reply.cost());
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn usage(&self, usage: &Usage) -> Option<Money> {
        self.tokens(Tokens::of(usage))
    }

    /// The list price of embeddings, from the reply's usage.
    #[must_use]
    pub fn embeddings(&self, usage: &EmbeddingUsage) -> Option<Money> {
        self.tokens(Tokens { prompt: count(Some(usage.prompt_tokens)), ..Tokens::default() })
    }

    /// The list price of a decision, from the reply's usage.
    #[must_use]
    pub fn decision(&self, usage: &DecisionUsage) -> Option<Money> {
        let (prompt, completion) = (count(Some(usage.input_tokens)), count(Some(usage.output_tokens)));
        self.tokens(Tokens { prompt, completion, ..Tokens::default() })
    }

    /// The list price of tokens that are only read.
    pub(crate) fn tokens(self, tokens: Tokens) -> Option<Money> {
        let tier = self.tier(tokens.prompt)?;
        let special = tokens.cached.saturating_add(tokens.cache_written);
        let mut all = money::of_many(tier.input, tokens.prompt.saturating_sub(special), A_MILLION);
        let parts = [
            (tokens.cached, Some(tier.cache_input.unwrap_or(tier.input))),
            (tokens.cache_written, Some(tier.cache_write.unwrap_or(tier.input))),
            (tokens.completion, tier.output),
        ];
        for (count, price) in parts.into_iter().filter(|(count, _)| *count > 0) {
            all = money::plus(&all, &money::of_many(price?, count, A_MILLION));
        }
        self.paid(all)
    }

    /// The prices for a request with so many prompt tokens.
    pub(super) fn tier(self, prompt: u64) -> Option<Tier<'m>> {
        let long = self.long_tier().filter(|(threshold, _)| prompt > *threshold);
        long.map(|(_, tier)| tier).or_else(|| self.short_tier())
    }

    pub(super) fn short_tier(self) -> Option<Tier<'m>> {
        let list = self.list()?;
        Some(Tier {
            input: list.input.as_ref()?,
            output: list.output.as_ref(),
            cache_input: list.cache_input.as_ref(),
            cache_write: list.cache_write.as_ref(),
        })
    }

    /// The long-context prices, and their threshold.
    pub(super) fn long_tier(self) -> Option<(u64, Tier<'m>)> {
        let long = self.list()?.extended.as_ref()?;
        let tier = Tier {
            input: &long.input,
            output: Some(&long.output),
            cache_input: long.cache_input.as_ref(),
            cache_write: long.cache_write.as_ref(),
        };
        Some((count(Some(long.context_token_threshold)), tier))
    }
}
