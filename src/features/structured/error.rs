//! `Answer`: the answer that an [`Error`] keeps because it is not what was asked for. It was given, and paid for.

use std::fmt;

use crate::api::generated::types::ChatCompletion;
use crate::runtime::error::Error;

/// The answer that an error is about.
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
    /// Keeps the answer, of which `text` is what could not be used.
    pub(crate) fn with_answer(self, text: String, completion: ChatCompletion) -> Self {
        self.attach(Answer { text, completion })
    }

    /// What the model said, where its answer is not what was asked for: the text as it came, or the words of a refusal. Of a stream
    /// that failed, what came until then. It may hold what must not be logged.
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
        Some(&self.attached::<Answer>()?.completion)
    }
}
