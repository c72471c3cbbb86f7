//! `Chat::many`: a batch of chat completions.

use super::Many;
use crate::api::chat::Chat;
use crate::api::generated::types::{ChatCompletion, ChatCompletionRequest};

impl Chat<'_> {
    /// Sends many chat completions concurrently, as fast as the rate limits allow, each with its own outcome. See [`many`](crate::many).
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::ChatCompletionRequest;
    ///
    /// let requests = (1..=100).map(|n| ChatCompletionRequest::new("default", [format!("What is {n} squared?")]));
    /// let mut answers = venice.chat().many(requests).with_journal("squares.jsonl");
    /// while let Some(outcome) = answers.next().await {
    ///     let outcome = outcome?;
    ///     println!("{}: {:?}", outcome.index + 1, outcome.reply().map(|reply| reply.text()));
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of the run, which stop it. Errors of a request, as for [`create`](Self::create), are in its outcome.
    #[doc(alias("batch", "batches", "bulk"))]
    pub fn many<R: Into<ChatCompletionRequest>>(
        &self,
        requests: impl IntoIterator<Item = R, IntoIter: Send + 'static>,
    ) -> Many<R, ChatCompletion> {
        self.client.many(requests, |venice, request| venice.chat().create(request))
    }
}
