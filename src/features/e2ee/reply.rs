//! `ReplyReader`: decrypts the chunks of a reply. `DecryptedDelta`, `DecryptedReply`: what they say.

use std::collections::VecDeque;
use std::fmt;

use serde_json::Value;

use super::envelope::{EnvelopeId, OpenError, open};
use super::error::{E2eeError, E2eeErrorKind};
use super::secret::ReplyKey;
use crate::api::generated::types::{ChatChunkChoice, ChatCompletionChunk, ChatDelta, FinishReason, Usage};
use crate::api::usage::Cost;
use crate::runtime::meta::Meta;

/// How many of the last envelopes a new one is compared with.
pub(super) const REMEMBERED: usize = 4096;

/// A part of an answer, decrypted. `Debug` does not show the texts.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct DecryptedDelta {
    /// The text to append to the answer. Empty in chunks that only have other fields.
    pub text: String,
    /// The text to append to the reasoning, if the model encrypts its reasoning.
    pub reasoning: String,
    /// Why the answer ended; in one of the last deltas. **Not encrypted**, so it is the API's word.
    pub finish_reason: Option<FinishReason>,
    /// The token usage; in one of the last deltas. Not encrypted.
    pub usage: Option<Usage>,
}

impl DecryptedDelta {
    pub(super) fn says_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// A whole answer, decrypted. `Debug` does not show the texts.
#[derive(Clone)]
#[non_exhaustive]
pub struct DecryptedReply {
    /// The id of the completion, for [`Tee::signature`](crate::Tee::signature).
    pub id: String,
    /// The answer.
    pub text: String,
    /// The reasoning, if the model encrypts it.
    pub reasoning: String,
    /// Why the answer ended. Not encrypted, so it is the API's word.
    pub finish_reason: Option<FinishReason>,
    /// The token usage. Not encrypted.
    pub usage: Option<Usage>,
    /// The cost. Not encrypted.
    pub cost: Option<Cost>,
    /// The metadata of the reply.
    pub meta: Meta,
}

/// Reads the chunks of one reply. Takes the memory of one chunk, and of the ids of the last envelopes.
#[derive(Debug)]
pub(super) struct ReplyReader {
    key: ReplyKey,
    model: String,
    ignores_plaintext_reasoning: bool,
    pub(super) seen: VecDeque<EnvelopeId>,
}

impl ReplyReader {
    pub(super) fn new(key: ReplyKey, model: &str, ignores_plaintext_reasoning: bool) -> Self {
        Self { key, model: model.to_owned(), ignores_plaintext_reasoning, seen: VecDeque::new() }
    }

    /// Decrypts a chunk, and rejects one with anything that is not encrypted and has to be.
    pub(super) fn read(&mut self, chunk: ChatCompletionChunk) -> Result<DecryptedDelta, E2eeError> {
        if !chunk.model.is_empty() && chunk.model != self.model {
            let (wanted, model) = (&self.model, shown(&chunk.model));
            return Err(E2eeError::new(
                E2eeErrorKind::Model,
                format!("the reply is of {model}, and not of {wanted:?}"),
            ));
        }
        let mut read = DecryptedDelta { usage: chunk.usage, ..DecryptedDelta::default() };
        for choice in chunk.choices {
            if choice.index != 0 {
                return Err(unexpected("a second completion"));
            }
            check_rest(&choice)?;
            let ChatDelta { content, reasoning_content, .. } = choice.delta;
            read.text.push_str(&self.opened("content", content)?);
            read.reasoning.push_str(&self.opened_reasoning(reasoning_content)?);
            read.finish_reason = choice.finish_reason.filter(|why| !why.as_str().is_empty()).or(read.finish_reason);
        }
        Ok(read)
    }

    fn opened_reasoning(&mut self, sealed: Option<String>) -> Result<String, E2eeError> {
        match self.opened("reasoning_content", sealed) {
            Err(error) if error.kind() == E2eeErrorKind::Plaintext && self.ignores_plaintext_reasoning => {
                Ok(String::new())
            }
            opened => opened,
        }
    }

    fn opened(&mut self, field: &str, sealed: Option<String>) -> Result<String, E2eeError> {
        let Some(sealed) = sealed.filter(|sealed| !sealed.is_empty()) else { return Ok(String::new()) };
        let (id, text) = open(&self.key, &sealed).map_err(|problem| match problem {
            OpenError::Form => plaintext(field),
            OpenError::Key | OpenError::Tampered => E2eeError::new(
                E2eeErrorKind::Tampered,
                format!("`{field}` of the reply cannot be decrypted: it was changed, or encrypted for another key"),
            ),
            OpenError::Text => unexpected(&format!("bytes in `{field}` that are no text")),
        })?;
        match self.is_new(id) {
            true => Ok(text),
            false => {
                let message = format!("`{field}` of the reply has a key and a nonce that it had before");
                Err(E2eeError::new(E2eeErrorKind::Replayed, message))
            }
        }
    }

    /// Whether none of the last envelopes had this id.
    pub(super) fn is_new(&mut self, id: EnvelopeId) -> bool {
        if self.seen.contains(&id) {
            return false;
        }
        if self.seen.len() == REMEMBERED {
            self.seen.pop_front();
        }
        self.seen.push_back(id);
        true
    }
}

/// Rejects whatever has text of the conversation outside of `content` and `reasoning_content`.
fn check_rest(choice: &ChatChunkChoice) -> Result<(), E2eeError> {
    let delta = &choice.delta;
    if delta.tool_calls.as_ref().is_some_and(|calls| !calls.is_empty()) {
        return Err(unexpected("a tool call"));
    }
    if delta.reasoning_details.as_ref().is_some_and(|details| !details.is_empty()) {
        return Err(plaintext("reasoning_details"));
    }
    if choice.logprobs.is_some() {
        return Err(plaintext("logprobs"));
    }
    match delta.extra.iter().find(|(_, value)| has_content(value)) {
        Some((name, _)) => Err(plaintext(&shown(name))),
        None => Ok(()),
    }
}

/// Whether a value of an unknown field may be text of the conversation.
fn has_content(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => fields.values().any(has_content),
    }
}

fn plaintext(field: &str) -> E2eeError {
    E2eeError::new(E2eeErrorKind::Plaintext, format!("`{field}` of the reply is not encrypted"))
}

fn unexpected(what: &str) -> E2eeError {
    E2eeError::new(E2eeErrorKind::Unexpected, format!("the reply has {what}, which an encrypted chat does not ask for"))
}

/// A short name from the server.
fn shown(name: &str) -> String {
    name.chars().take(80).collect::<String>().escape_debug().to_string()
}

impl fmt::Debug for DecryptedDelta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecryptedDelta")
            .field("text", &format_args!("{} bytes", self.text.len()))
            .field("reasoning", &format_args!("{} bytes", self.reasoning.len()))
            .field("finish_reason", &self.finish_reason)
            .field("usage", &self.usage)
            .finish()
    }
}

impl fmt::Debug for DecryptedReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecryptedReply")
            .field("id", &self.id)
            .field("text", &format_args!("{} bytes", self.text.len()))
            .field("reasoning", &format_args!("{} bytes", self.reasoning.len()))
            .field("finish_reason", &self.finish_reason)
            .field("usage", &self.usage)
            .field("cost", &self.cost)
            .finish_non_exhaustive()
    }
}
