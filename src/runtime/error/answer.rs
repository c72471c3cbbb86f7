//! Answers that are not what was asked for. They were given, and paid for.

use std::fmt;

use super::{Error, ErrorKind};
use crate::api::generated::types::ChatCompletion;

/// The answer that an error is about.
#[derive(Clone)]
pub(super) struct Answer {
    text: String,
    completion: ChatCompletion,
}

/// What a model said is nobody's business.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("text", &format_args!("{} bytes", self.text.len()))
            .field("usage", &self.completion.usage)
            .field("cost", &self.completion.cost)
            .finish_non_exhaustive()
    }
}

impl Error {
    /// Keeps the answer, of which `text` is what could not be used.
    #[cfg_attr(not(feature = "schemars"), allow(dead_code, reason = "nobody judges answers then"))]
    pub(crate) fn with_answer(mut self, text: String, completion: ChatCompletion) -> Self {
        self.details_mut().answer = Some(Box::new(Answer { text, completion }));
        self
    }

    fn answer(&self) -> Option<&Answer> {
        self.inner.details.as_ref()?.answer.as_deref()
    }

    /// What the model said, where its answer is not what was asked for: the text as it came, or the words of a refusal. Of a stream
    /// that failed, what came until then. It may hold what must not be logged.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if let Some(text) = error.answer_text().filter(|_| error.is_invalid_json()) {
    ///     println!("no JSON, but {} bytes of text", text.len());
    /// }
    /// # }
    /// ```
    pub fn answer_text(&self) -> Option<&str> {
        Some(&self.answer()?.text)
    }

    /// The whole reply, where the answer in it is not what was asked for: it has `usage` and `cost`. Of a stream that failed, as far
    /// as it came.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if let Some(cost) = error.completion().and_then(|reply| reply.cost()) {
    ///     println!("it cost {cost} all the same");
    /// }
    /// # }
    /// ```
    pub fn completion(&self) -> Option<&ChatCompletion> {
        Some(&self.answer()?.completion)
    }

    /// The answer was cut where the tokens ran out, perhaps before it began: reasoning counts. Raise `max_completion_tokens`.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if error.is_truncated() {
    ///     println!("allow more tokens, or less reasoning");
    /// }
    /// # }
    /// ```
    pub fn is_truncated(&self) -> bool {
        self.kind() == ErrorKind::Truncated
    }

    /// The model, or a filter behind it, would not answer. [`answer_text`](Self::answer_text) has its words, if there are any. A
    /// request that the API refuses is [`is_content_policy`](Self::is_content_policy).
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if error.is_refusal() {
    ///     println!("ask for something else, or ask another model");
    /// }
    /// # }
    /// ```
    pub fn is_refusal(&self) -> bool {
        self.kind() == ErrorKind::Refusal
    }

    /// The answer is not JSON, or holds several different documents.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if error.is_invalid_json() {
    ///     println!("does the model support response schemas?");
    /// }
    /// # }
    /// ```
    pub fn is_invalid_json(&self) -> bool {
        self.kind() == ErrorKind::InvalidJson
    }

    /// The answer is JSON, and not that of the type. [`json_path`](Self::json_path) says where.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if error.is_schema_mismatch() {
    ///     println!("it differs at {:?}", error.json_path());
    /// }
    /// # }
    /// ```
    pub fn is_schema_mismatch(&self) -> bool {
        self.kind() == ErrorKind::SchemaMismatch
    }

    /// The model wants tools called before it answers; they are in [`completion`](Self::completion).
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if let Some(reply) = error.completion().filter(|_| error.is_tool_calls()) {
    ///     println!("{} calls to answer", reply.tool_calls().len());
    /// }
    /// # }
    /// ```
    pub fn is_tool_calls(&self) -> bool {
        self.kind() == ErrorKind::ToolCalls
    }

    /// The reply has no answer in it: no choice, or an empty one.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if error.is_no_answer() {
    ///     println!("ask again");
    /// }
    /// # }
    /// ```
    pub fn is_no_answer(&self) -> bool {
        self.kind() == ErrorKind::NoAnswer
    }
}
