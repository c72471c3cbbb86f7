//! From chunks to the answer that they are parts of.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::merge;
use super::thinking::{ENCRYPTED, is_encrypted};
use super::tool_calls::ToolCalls;
use crate::types::{
    AppliedVeniceParameters, AssistantMessage, ChatChoice, ChatChunkChoice, ChatCompletion, ChatCompletionChunk,
    ChatDelta, ChatLogprobs, FinishReason, Money, ReasoningDetail, Usage,
};

/// Puts the chunks of a stream together into the reply that the call would have given without streaming.
///
/// For those who show the chunks as they come and want the whole at the end. What was pushed before an error is not lost:
/// [`finish`](Self::finish) gives the answer as far as it came.
///
/// Backends differ in where they put things, so `usage`, `cost`, citations and members that this crate does not know are taken from
/// any chunk that has them. Fragments of tool calls are put together by `id` first and `index` second, since parallel calls may all
/// come with the same index.
///
/// ```no_run
/// # async fn run(mut stream: venice_ai::stream::ChatStream) -> Result<(), venice_ai::Error> {
/// use venice_ai::stream::ChatAccumulator;
///
/// let mut answer = ChatAccumulator::new();
/// while let Some(chunk) = stream.next().await {
///     let chunk = chunk?;
///     // … show it …
///     answer.push(chunk);
/// }
/// let reply = answer.finish();
/// println!("{:?}", reply.usage);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default)]
pub struct ChatAccumulator {
    id: String,
    created: i64,
    model: String,
    usage: Option<Usage>,
    cost: Option<Money>,
    venice_parameters: Option<AppliedVeniceParameters>,
    choices: BTreeMap<i64, Choice>,
    extra: Map<String, Value>,
}

/// One choice as far as it came.
#[derive(Clone, Debug, Default)]
struct Choice {
    finish_reason: Option<FinishReason>,
    content: Option<String>,
    reasoning: Option<String>,
    /// The encrypted part of the reasoning. It comes between other pieces and goes behind them: see [`ENCRYPTED`].
    encrypted: Option<String>,
    reasoning_details: Vec<ReasoningDetail>,
    tool_calls: ToolCalls,
    logprobs: Option<ChatLogprobs>,
    message_extra: Map<String, Value>,
    extra: Map<String, Value>,
}

impl ChatAccumulator {
    /// An answer of which nothing has come.
    ///
    /// ```
    /// let answer = venice_ai::stream::ChatAccumulator::new();
    /// assert!(answer.finish().choices.is_empty());
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the next chunk.
    ///
    /// ```
    /// # fn run(answer: &mut venice_ai::stream::ChatAccumulator) -> serde_json::Result<()> {
    /// answer.push(serde_json::from_str(r#"{"choices": [{"index": 0, "delta": {"content": "Hello"}}]}"#)?);
    /// # Ok(()) }
    /// ```
    pub fn push(&mut self, chunk: ChatCompletionChunk) {
        let ChatCompletionChunk { id, created, model, choices, usage, cost, venice_parameters, extra, .. } = chunk;
        if self.id.is_empty() {
            self.id = id;
        }
        if self.model.is_empty() {
            self.model = model;
        }
        if self.created == 0 {
            self.created = created;
        }
        self.usage = usage.or(self.usage.take());
        self.cost = cost.or(self.cost.take());
        if let Some(parameters) = venice_parameters {
            add_parameters(&mut self.venice_parameters, parameters);
        }
        merge::replace(&mut self.extra, extra);
        for choice in choices {
            self.choices.entry(choice.index).or_default().push(choice);
        }
    }

    pub(crate) fn told_cost(&self) -> Option<&Money> {
        self.cost.as_ref()
    }

    /// The answer. One that came whole equals the reply without streaming; of one that did not, the choices that were cut have no
    /// `finish_reason`.
    ///
    /// ```
    /// use venice_ai::stream::ChatAccumulator;
    ///
    /// let mut answer = ChatAccumulator::new();
    /// for text in ["Hel", "lo"] {
    ///     let chunk = serde_json::json!({"choices": [{"index": 0, "delta": {"content": text}}]});
    ///     answer.push(serde_json::from_value(chunk)?);
    /// }
    /// assert_eq!(answer.finish().text(), "Hello");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn finish(self) -> ChatCompletion {
        let mut reply: ChatCompletion = with_members(self.extra);
        reply.object = "chat.completion".to_owned();
        reply.id = self.id;
        reply.created = self.created;
        reply.model = self.model;
        reply.usage = self.usage;
        reply.cost = self.cost;
        reply.venice_parameters = self.venice_parameters;
        reply.choices = self.choices.into_iter().map(|(index, choice)| choice.finish(index)).collect();
        reply
    }
}

impl Extend<ChatCompletionChunk> for ChatAccumulator {
    fn extend<I: IntoIterator<Item = ChatCompletionChunk>>(&mut self, chunks: I) {
        chunks.into_iter().for_each(|chunk| self.push(chunk));
    }
}

impl Choice {
    fn push(&mut self, choice: ChatChunkChoice) {
        let ChatChunkChoice { delta, finish_reason, logprobs, extra, .. } = choice;
        let ChatDelta { content, reasoning_content, reasoning_details, tool_calls, extra: delta_extra, .. } = delta;
        append(&mut self.content, content);
        let reasoning = if is_encrypted(&delta_extra) { &mut self.encrypted } else { &mut self.reasoning };
        append(reasoning, reasoning_content);
        for detail in reasoning_details.into_iter().flatten() {
            add_detail(&mut self.reasoning_details, detail);
        }
        for call in tool_calls.into_iter().flatten() {
            self.tool_calls.push(call);
        }
        if let Some(logprobs) = logprobs {
            add_logprobs(&mut self.logprobs, logprobs);
        }
        self.finish_reason = finish_reason.or(self.finish_reason.take());
        merge::append(&mut self.message_extra, delta_extra);
        merge::replace_or_append_lists(&mut self.extra, extra);
    }

    fn finish(mut self, index: i64) -> ChatChoice {
        if let Some(encrypted) = self.encrypted {
            append(&mut self.reasoning, Some(encrypted));
            self.message_extra.insert(ENCRYPTED.to_owned(), true.into());
        }
        let mut message: AssistantMessage = with_members(self.message_extra);
        message.content = self.content.map(Into::into);
        message.reasoning_content = self.reasoning;
        message.reasoning_details = (!self.reasoning_details.is_empty()).then_some(self.reasoning_details);
        message.tool_calls = self.tool_calls.finish();

        let mut choice: ChatChoice = with_members(self.extra);
        choice.index = index;
        choice.finish_reason = self.finish_reason;
        choice.logprobs = self.logprobs;
        choice.message = message;
        choice
    }
}

/// An object with these members. Some that a chunk has no name for have one in a whole reply, and more may get one.
fn with_members<T: DeserializeOwned + Default>(members: Map<String, Value>) -> T {
    crate::wire::forgiving(|| serde_json::from_value(Value::Object(members))).unwrap_or_default()
}

fn append(text: &mut Option<String>, piece: Option<String>) {
    match (text, piece) {
        (_, None) => {}
        (Some(text), Some(piece)) => text.push_str(&piece),
        (text, piece) => *text = piece,
    }
}

/// Pieces of one text come one after the other with the same type and index.
fn add_detail(details: &mut Vec<ReasoningDetail>, detail: ReasoningDetail) {
    match details.last_mut() {
        Some(last) if is_continued(last, &detail) => {
            append(&mut last.text, detail.text);
            last.id = last.id.take().or(detail.id);
            last.format = last.format.take().or(detail.format);
            merge::replace(&mut last.extra, detail.extra);
        }
        _ => details.push(detail),
    }
}

fn is_continued(last: &ReasoningDetail, next: &ReasoningDetail) -> bool {
    let is_same_text = last.index == next.index && last.type_ == next.type_;
    let is_same_id = next.id.is_none() || next.id == last.id;
    is_same_text && is_same_id && next.text.is_some() && last.data.is_none() && next.data.is_none()
}

fn add_logprobs(all: &mut Option<ChatLogprobs>, next: ChatLogprobs) {
    let Some(all) = all else {
        *all = Some(next);
        return;
    };
    match (&mut all.content, next.content) {
        (Some(tokens), Some(more)) => tokens.extend(more),
        (tokens @ None, more) => *tokens = more,
        (Some(_), None) => {}
    }
    merge::replace_or_append_lists(&mut all.extra, next.extra);
}

/// The newest parameters count; citations that came earlier stay when the newest have none.
fn add_parameters(known: &mut Option<AppliedVeniceParameters>, mut next: AppliedVeniceParameters) {
    if let Some(known) = known.take() {
        let has_citations = next.web_search_citations.as_ref().is_some_and(|list| !list.is_empty());
        if !has_citations {
            next.web_search_citations = known.web_search_citations.or(next.web_search_citations);
        }
        let newer = std::mem::replace(&mut next.extra, known.extra);
        merge::replace(&mut next.extra, newer);
    }
    *known = Some(next);
}
