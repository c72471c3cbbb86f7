//! `Answer`: the answer in an [`Error`], kept because it was paid for although it has the wrong form.

use std::fmt;

use crate::api::generated::types::ChatCompletion;
use crate::runtime::error::Error;

/// The answer of an error.
struct Answer {
    text: String,
    completion: ChatCompletion,
}

/// Shows nothing of the text.
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
    /// Attaches the answer; `text` is the part that could not be used.
    pub(crate) fn with_answer(self, text: String, completion: ChatCompletion) -> Self {
        self.attach(Answer { text, completion })
    }

    /// The model's answer if it does not have the requested form: the original text, or the text of a refusal. For a failed stream, what
    /// arrived before. It may contain text that must not be logged.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if let Some(text) = error.answer_text().filter(|_| error.kind() == venice_ai::ErrorKind::InvalidJson) {
    ///     println!("no JSON, but {} bytes of text", text.len());
    /// }
    /// # }
    /// ```
    pub fn answer_text(&self) -> Option<&str> {
        Some(&self.attached::<Answer>()?.text)
    }

    /// The whole reply if its answer does not have the requested form, with `usage` and `cost`. For a failed stream, what arrived.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if let Some(cost) = error.completion().and_then(|reply| reply.cost()) {
    ///     println!("it cost {cost} anyway");
    /// }
    /// # }
    /// ```
    pub fn completion(&self) -> Option<&ChatCompletion> {
        Some(&self.attached::<Answer>()?.completion)
    }
}
