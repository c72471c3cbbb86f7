//! `ChatCompletion`: getters of an answer.

use crate::api::generated::types::{
    AssistantMessage, ChatCompletion, FinishReason, TextContent, ToolCall, WebSearchCitation,
};
use serde_json::Value;
use std::borrow::Cow;
use std::fmt;

impl ChatCompletion {
    /// The text of the first choice; empty if the model called tools instead, or if its reasoning used up the tokens.
    ///
    /// ```
    /// use venice_ai::types::ChatCompletion;
    /// let reply: ChatCompletion = serde_json::from_str(r#"{"choices": [{"message": {"content": "Hello."}}]}"#)?;
    /// assert_eq!(reply.text(), "Hello.");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        self.message().map(AssistantMessage::text).unwrap_or_default()
    }

    /// The text of the first choice as a `String`, like [`text`](Self::text).
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let answer: String = venice.chat().create("Why is the sky blue?").await?.into_text();
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn into_text(mut self) -> String {
        if self.choices.is_empty() { String::new() } else { self.choices.swap_remove(0).message.into_text() }
    }

    /// The message of the first choice. To continue the conversation, send it back unchanged.
    #[must_use]
    pub fn message(&self) -> Option<&AssistantMessage> {
        self.choices.first().map(|choice| &choice.message)
    }

    /// The tool calls of the first choice. Answer each by its id.
    ///
    /// ```
    /// # fn example(reply: venice_ai::types::ChatCompletion) {
    /// for call in reply.tool_calls() {
    ///     println!("{} {}({})", call.id, call.function.name, call.function.arguments);
    /// }
    /// # }
    /// ```
    #[must_use]
    #[inline]
    pub fn tool_calls(&self) -> &[ToolCall] {
        self.message().and_then(|message| message.tool_calls.as_deref()).unwrap_or_default()
    }

    /// Why the first choice ended. [`FinishReason::Length`] means that the text is truncated, although the status is 200.
    ///
    /// ```
    /// # fn example(reply: venice_ai::types::ChatCompletion) {
    /// use venice_ai::types::FinishReason;
    /// if reply.finish_reason() == Some(&FinishReason::Length) {
    ///     eprintln!("the answer is cut: raise max_completion_tokens");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn finish_reason(&self) -> Option<&FinishReason> {
        self.choices.first().and_then(|choice| choice.finish_reason.as_ref())
    }

    /// The search results that the citation markers in the text refer to.
    ///
    /// ```
    /// # fn example(reply: venice_ai::types::ChatCompletion) {
    /// for citation in reply.citations() {
    ///     println!("{} {}", citation.title, citation.url);
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn citations(&self) -> &[WebSearchCitation] {
        self.venice_parameters.as_ref().and_then(|applied| applied.web_search_citations.as_deref()).unwrap_or_default()
    }
}

impl AssistantMessage {
    /// The text of the message; text parts of a list are joined, others are skipped.
    ///
    /// ```
    /// use venice_ai::types::AssistantMessage;
    /// assert_eq!(AssistantMessage::new().content("Hello.").text(), "Hello.");
    /// ```
    #[must_use]
    #[inline]
    pub fn text(&self) -> Cow<'_, str> {
        self.content.as_ref().map(TextContent::text).unwrap_or_default()
    }
}

impl AssistantMessage {
    /// The text as a `String`, like [`text`](Self::text).
    #[must_use]
    #[inline]
    pub fn into_text(self) -> String {
        match self.content {
            Some(TextContent::Text(text)) => text,
            _ => self.text().into_owned(),
        }
    }
}

/// The text of the first choice.
impl fmt::Display for ChatCompletion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text())
    }
}

/// The text of the message.
impl fmt::Display for AssistantMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text())
    }
}

/// The text; parts are joined.
impl fmt::Display for TextContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text())
    }
}

impl TextContent {
    fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Parts(parts) => match parts.as_slice() {
                [only] => Cow::Borrowed(&only.text),
                parts => Cow::Owned(parts.iter().map(|part| part.text.as_str()).collect()),
            },
            Self::Unknown(content) => text_of(content),
        }
    }
}

/// The text parts of a list.
fn text_of(content: &Value) -> Cow<'_, str> {
    let parts = content.as_array().into_iter().flatten();
    let texts = parts.filter(|part| part.get("type").and_then(Value::as_str) == Some("text"));
    Cow::Owned(texts.filter_map(|part| part.get("text")?.as_str()).collect())
}
