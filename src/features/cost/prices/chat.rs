//! `Prices::chat`, `ChatEstimate`: the estimated cost of a chat.

use super::tokens::{A_MILLION, count};
use super::{ChatShape, Prices, money};
use crate::api::generated::types::{ChatCompletionRequest, Money};

/// Bytes of text per token, on average for languages in Latin script.
const BYTES_A_TOKEN: u64 = 4;
/// The approximate tokens of the system prompt that the API adds.
const SYSTEM_PROMPT: u64 = 1_100;
/// Its upper bound.
const SYSTEM_PROMPT_AT_MOST: u64 = 2_500;

/// The estimated cost of a chat, from [`Prices::chat`].
///
/// Tokens are estimated, not counted, as each model has its own tokenizer. `prompt_tokens` assumes four bytes of UTF-8 per token, and 1,100
/// tokens for the API's own system prompt unless the request turns that off. `prompt_tokens_at_most` assumes one byte per token, an upper
/// bound for every tokenizer; a request with images, audio, files, a character or a search may fill the model's context.
///
/// Charges beyond tokens, such as a web search, are in no list and not included.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ChatEstimate {
    /// Estimated prompt tokens.
    pub prompt_tokens: u64,
    /// Upper bound of the prompt tokens. `None` if it depends on a model limit that the list does not have.
    pub prompt_tokens_at_most: Option<u64>,
    /// Upper bound of the completion tokens of all choices, including reasoning: `max_completion_tokens` of the request, or the model's
    /// limit, or its context length. `None` if all of these are unknown.
    pub completion_tokens_at_most: Option<u64>,
    /// Estimated cost of the prompt.
    pub prompt: Option<Money>,
    /// Maximum cost of the chat.
    pub at_most: Option<Money>,
}

impl Prices<'_> {
    /// Estimates the cost of a chat. Nothing is sent.
    ///
    /// ```
    /// use venice_ai::cost::Prices;
    /// use venice_ai::types::{ChatCompletionRequest, Model};
    ///
    /// let model: Model = serde_json::from_str(
    ///     r#"{"id": "m", "model_spec": {"pricing": {"input": {"usd": 0.1}, "output": {"usd": 0.4}}}}"#,
    /// )?;
    /// let request = ChatCompletionRequest::new("m", ["Why is the sky blue?"]).max_completion_tokens(1000);
    /// let estimate = Prices::of(&model).chat(&request);
    /// println!("about {} tokens, {:?} at most", estimate.prompt_tokens, estimate.at_most.unwrap().usd);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    #[inline]
    pub fn chat(&self, request: &ChatCompletionRequest) -> ChatEstimate {
        // What cannot be serialised cannot be sent either.
        self.chat_of(&ChatShape::read(&serde_json::to_value(request).unwrap_or_default()))
    }

    pub(crate) fn chat_of(self, shape: &ChatShape) -> ChatEstimate {
        let spec = &self.model.model_spec;
        let context = spec.available_context_tokens.or(self.model.context_length).map(|tokens| count(Some(tokens)));
        let system = |tokens: u64| if shape.has_system_prompt { tokens } else { 0 };
        let prompt_tokens = shape.bytes.div_ceil(BYTES_A_TOKEN) + system(SYSTEM_PROMPT);
        let visible = shape.bytes.saturating_add(system(SYSTEM_PROMPT_AT_MOST));
        let prompt_tokens_at_most = match context {
            Some(context) if shape.has_more => Some(context),
            Some(context) => Some(context.min(visible)),
            None if shape.has_more => None,
            None => Some(visible),
        };
        let own_limit = spec.max_completion_tokens.map(|tokens| count(Some(tokens)));
        let of_one = shape.limit.or(own_limit).or(context);
        let completion_tokens_at_most = of_one.map(|tokens| tokens.saturating_mul(shape.answers));
        let read = |tokens: u64| self.tier(tokens).map(|tier| money::of_many(tier.input, tokens, A_MILLION));
        ChatEstimate {
            prompt_tokens,
            prompt_tokens_at_most,
            completion_tokens_at_most,
            prompt: read(prompt_tokens).and_then(|price| self.paid(price)),
            at_most: prompt_tokens_at_most.and_then(|prompt| self.at_most(prompt, completion_tokens_at_most?)),
        }
    }

    /// The maximum cost of up to so many prompt and completion tokens.
    fn at_most(self, prompt: u64, completion: u64) -> Option<Money> {
        let short = self.short_tier();
        let long = self.long_tier().filter(|(threshold, _)| prompt > *threshold).map(|(_, tier)| tier);
        let tiers = || short.iter().chain(&long);
        let inputs: Vec<Money> = tiers().map(|tier| tier.highest_input()).collect();
        let input = money::highest(&inputs)?;
        let output = money::highest(tiers().filter_map(|tier| tier.output))?;
        let read = money::of_many(&input, prompt, A_MILLION);
        self.paid(money::plus(&read, &money::of_many(&output, completion, A_MILLION)))
    }
}
