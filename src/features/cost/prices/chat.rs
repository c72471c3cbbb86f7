//! What a chat costs, before it is sent.

use super::tokens::{A_MILLION, count};
use super::{ChatShape, Prices, money};
use crate::api::generated::types::{ChatCompletionRequest, Money};

/// How many bytes of text a token stands for, on average of languages that use Latin letters.
const BYTES_A_TOKEN: u64 = 4;
/// About as many tokens has the system prompt that the API puts before the messages.
const SYSTEM_PROMPT: u64 = 1_100;
/// Room for it to grow.
const SYSTEM_PROMPT_AT_MOST: u64 = 2_500;

/// What a chat is going to cost, from [`Prices::chat`].
///
/// Tokens are not counted but estimated, as each model cuts text in its own way. `prompt_tokens` takes four bytes of UTF-8 for a token,
/// and 1,100 for the API's own system prompt unless the request turns that off. `prompt_tokens_at_most` takes each byte for a token, of
/// which no tokenizer makes more; a request with images, sounds, files, a character or a search may read as much as the model can.
///
/// What is charged beside the tokens, such as a web search, is in no list and not in here.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ChatEstimate {
    /// How many tokens will be read, roughly.
    pub prompt_tokens: u64,
    /// More will not be read. `None` where only the model's limit could tell, and the list does not have it.
    pub prompt_tokens_at_most: Option<u64>,
    /// More will not be written, all answers and their reasoning together: `max_completion_tokens` of the request, else the model's own
    /// limit, else the length of its context. `None` where none of them is known.
    pub completion_tokens_at_most: Option<u64>,
    /// What reading costs, roughly.
    pub prompt: Option<Money>,
    /// What all of it costs at most.
    pub at_most: Option<Money>,
}

impl Prices<'_> {
    /// What a chat is going to cost. Nothing is sent.
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
        // What has no JSON cannot be sent either.
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

    /// The most that reading and writing so many tokens, or fewer, can cost.
    fn at_most(self, prompt: u64, completion: u64) -> Option<Money> {
        let short = self.short_tier();
        let long = self.long_tier().filter(|(threshold, _)| prompt > *threshold).map(|(_, tier)| tier);
        let tiers = || short.iter().chain(&long);
        let inputs: Vec<Money> = tiers().map(|tier| tier.dearest_input()).collect();
        let input = money::dearest(&inputs)?;
        let output = money::dearest(tiers().filter_map(|tier| tier.output))?;
        let read = money::of_many(&input, prompt, A_MILLION);
        self.paid(money::plus(&read, &money::of_many(&output, completion, A_MILLION)))
    }
}
