//! `ChatAccumulator`: assembles the chunks of a stream into one reply.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::tool_calls::ToolCalls;
use super::{merge, weight};
use crate::api::generated::types::{
    AppliedVeniceParameters, AssistantMessage, ChatChoice, ChatChunkChoice, ChatCompletion, ChatCompletionChunk,
    ChatDelta, ChatLogprobs, FinishReason, Money, ReasoningDetail, Usage,
};
use crate::api::usage::{self, Cost};
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::transport::limits;

/// The field of a delta, and of a message, whose `reasoning_content` has an encrypted block: a header and a token without an end mark,
/// which the server reads to the end of the text.
pub(crate) const ENCRYPTED: &str = "reasoning_encrypted";

/// Whether the `reasoning_content` of a delta is an encrypted block, which arrives whole in one delta.
pub(crate) fn is_encrypted(extra: &Map<String, Value>) -> bool {
    extra.get(ENCRYPTED).is_some_and(|value| value == true)
}

/// Assembles the chunks of a stream into the reply that the call would have returned without streaming.
///
/// For programs that show chunks as they arrive and need the whole reply at the end. Chunks pushed before an error are not lost:
/// [`finish`](Self::finish) returns the reply as far as it arrived.
///
/// It uses at most 64 MiB of memory; see [`with_max_bytes`](Self::with_max_bytes).
///
/// Backends put fields in different places, so `usage`, `cost`, citations and unknown fields are taken from any chunk that has them.
/// Fragments of tool calls are matched by `id` first and `index` second, since parallel calls may share an index.
///
/// ```no_run
/// # async fn run(mut stream: venice_ai::stream::ChatStream) -> Result<(), venice_ai::Error> {
/// use venice_ai::stream::ChatAccumulator;
///
/// let mut answer = ChatAccumulator::new();
/// while let Some(chunk) = stream.next().await {
///     let chunk = chunk?;
///     // … show it …
///     answer.push(chunk)?;
/// }
/// let reply = answer.finish();
/// println!("{:?}", reply.usage);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct ChatAccumulator {
    /// The estimated memory use, and its limit.
    size: usize,
    most: usize,
    id: String,
    created: i64,
    model: String,
    usage: Option<Usage>,
    cost: Option<Money>,
    venice_parameters: Option<AppliedVeniceParameters>,
    choices: BTreeMap<i64, Choice>,
    extra: Map<String, Value>,
}

impl Default for ChatAccumulator {
    fn default() -> Self {
        Self {
            size: 0,
            most: limits::COLLECTED,
            id: String::new(),
            created: 0,
            model: String::new(),
            usage: None,
            cost: None,
            venice_parameters: None,
            choices: BTreeMap::new(),
            extra: Map::new(),
        }
    }
}

/// One choice as far as it arrived.
#[derive(Clone, Debug, Default)]
struct Choice {
    finish_reason: Option<FinishReason>,
    content: Option<String>,
    reasoning: Option<String>,
    /// The encrypted part of the reasoning. It arrives between other pieces and is appended after them: see [`ENCRYPTED`].
    encrypted: Option<String>,
    reasoning_details: Vec<ReasoningDetail>,
    tool_calls: ToolCalls,
    logprobs: Option<ChatLogprobs>,
    message_extra: Map<String, Value>,
    extra: Map<String, Value>,
}

impl ChatAccumulator {
    /// An empty accumulator.
    ///
    /// ```
    /// let answer = venice_ai::stream::ChatAccumulator::new();
    /// assert!(answer.finish().choices.is_empty());
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the memory limit of the reply, in bytes. Default: 64 MiB. It is compared with an estimate that counts more than the text.
    #[must_use]
    pub fn with_max_bytes(mut self, bytes: usize) -> Self {
        self.most = bytes;
        self
    }

    /// Adds the next chunk.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Decode`] once the reply exceeds its [memory limit](Self::with_max_bytes). The chunk that exceeds it is added, later
    /// ones are not.
    ///
    /// ```
    /// # fn run(answer: &mut venice_ai::stream::ChatAccumulator) -> serde_json::Result<()> {
    /// let chunk = serde_json::from_str(r#"{"choices": [{"index": 0, "delta": {"content": "Hello"}}]}"#)?;
    /// if answer.push(chunk).is_err() {
    ///     println!("the answer is too long");
    /// }
    /// # Ok(()) }
    /// ```
    pub fn push(&mut self, chunk: ChatCompletionChunk) -> Result<(), Error> {
        if self.size <= self.most {
            self.add(chunk);
        }
        if self.size <= self.most { Ok(()) } else { Err(self.too_long()) }
    }

    #[cold]
    fn too_long(&self) -> Error {
        let most = self.most;
        let message = format!("the answer takes more than {most} bytes of memory (limit: `max_collected_bytes`)");
        Error::new(ErrorKind::Decode, message)
    }

    fn add(&mut self, chunk: ChatCompletionChunk) {
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
            self.size += weight::of_fields(&parameters.extra);
            add_parameters(&mut self.venice_parameters, parameters);
        }
        self.size += weight::of_fields(&extra);
        merge::replace(&mut self.extra, extra);
        for choice in choices {
            let before = self.choices.len();
            self.size += self.choices.entry(choice.index).or_default().push(choice);
            self.size += (self.choices.len() - before) * 2 * weight::ITEM;
        }
    }

    /// The cost, as soon as a chunk has reported it.
    ///
    /// ```
    /// let answer = venice_ai::stream::ChatAccumulator::new();
    /// assert_eq!(answer.cost(), None);
    /// ```
    #[must_use]
    pub fn cost(&self) -> Option<Cost> {
        usage::reported(self.cost.as_ref())
    }

    /// The reply. A complete one equals the reply without streaming; in an incomplete one, truncated choices have no `finish_reason`.
    ///
    /// ```
    /// use venice_ai::stream::ChatAccumulator;
    ///
    /// let mut answer = ChatAccumulator::new();
    /// for text in ["Hel", "lo"] {
    ///     let chunk = serde_json::json!({"choices": [{"index": 0, "delta": {"content": text}}]});
    ///     answer.push(serde_json::from_value(chunk)?)?;
    /// }
    /// assert_eq!(answer.finish().text(), "Hello");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn finish(self) -> ChatCompletion {
        let mut reply: ChatCompletion = with_fields(self.extra);
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

/// Chunks beyond the [memory limit](ChatAccumulator::with_max_bytes) are dropped.
impl Extend<ChatCompletionChunk> for ChatAccumulator {
    fn extend<I: IntoIterator<Item = ChatCompletionChunk>>(&mut self, chunks: I) {
        // The first chunk that does not fit ends it.
        let _ = chunks.into_iter().try_for_each(|chunk| self.push(chunk));
    }
}

impl Choice {
    /// Adds a piece. Returns the estimated memory that it takes.
    fn push(&mut self, choice: ChatChunkChoice) -> usize {
        let ChatChunkChoice { delta, finish_reason, logprobs, extra, .. } = choice;
        let ChatDelta { content, reasoning_content, reasoning_details, tool_calls, extra: delta_extra, .. } = delta;
        let texts = [content.as_ref(), reasoning_content.as_ref()];
        let mut size = texts.into_iter().flatten().map(String::len).sum::<usize>();
        size += weight::of_fields(&delta_extra) + weight::of_fields(&extra);
        append(&mut self.content, content);
        let reasoning = if is_encrypted(&delta_extra) { &mut self.encrypted } else { &mut self.reasoning };
        append(reasoning, reasoning_content);
        for detail in reasoning_details.into_iter().flatten() {
            let before = self.reasoning_details.len();
            size += weight::of_detail(&detail);
            add_detail(&mut self.reasoning_details, detail);
            size += (self.reasoning_details.len() - before) * weight::ITEM;
        }
        for call in tool_calls.into_iter().flatten() {
            size += self.tool_calls.push(call);
        }
        if let Some(logprobs) = logprobs {
            size += weight::of_logprobs(&logprobs);
            add_logprobs(&mut self.logprobs, logprobs);
        }
        self.finish_reason = finish_reason.or(self.finish_reason.take());
        merge::append(&mut self.message_extra, delta_extra);
        merge::replace_or_append_lists(&mut self.extra, extra);
        size
    }

    fn finish(mut self, index: i64) -> ChatChoice {
        if let Some(encrypted) = self.encrypted {
            append(&mut self.reasoning, Some(encrypted));
            self.message_extra.insert(ENCRYPTED.to_owned(), true.into());
        }
        let mut message: AssistantMessage = with_fields(self.message_extra);
        message.content = self.content.map(Into::into);
        message.reasoning_content = self.reasoning;
        message.reasoning_details = (!self.reasoning_details.is_empty()).then_some(self.reasoning_details);
        message.tool_calls = self.tool_calls.finish();

        let mut choice: ChatChoice = with_fields(self.extra);
        choice.index = index;
        choice.finish_reason = self.finish_reason;
        choice.logprobs = self.logprobs;
        choice.message = message;
        choice
    }
}

/// An object with these fields, so that fields unknown to a chunk become typed ones of the reply if it has them.
fn with_fields<T: DeserializeOwned + Default>(fields: Map<String, Value>) -> T {
    crate::runtime::wire::forgiving(|| serde_json::from_value(Value::Object(fields))).unwrap_or_default()
}

fn append(text: &mut Option<String>, piece: Option<String>) {
    match (text, piece) {
        (_, None) => {}
        (Some(text), Some(piece)) => text.push_str(&piece),
        (text, piece) => *text = piece,
    }
}

/// Pieces of one text are consecutive and have the same type and index.
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

/// The newest parameters replace the others; earlier citations are kept if the newest have none.
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
