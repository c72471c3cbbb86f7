//! `reasoning`, `answer`: the reasoning and the answer of a reply, separated.

use std::borrow::Cow;

use super::thinking::{PLACEHOLDER, WordFilter, separated};
use crate::api::generated::types::{AssistantMessage, ChatCompletion};
use crate::features::collect::ENCRYPTED;

impl ChatCompletion {
    /// The reasoning of the first choice, in whichever form it arrived; empty if the model did not reason or does not return it. See
    /// [`AssistantMessage::reasoning`].
    ///
    /// ```
    /// use venice_ai::types::ChatCompletion;
    /// let message = r#"{"content": "<think>\nEasy.\n</think>\n\nFour."}"#;
    /// let reply: ChatCompletion = serde_json::from_str(&format!(r#"{{"choices": [{{"message": {message}}}]}}"#))?;
    /// assert_eq!((&*reply.reasoning(), &*reply.answer()), ("\nEasy.\n", "Four."));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn reasoning(&self) -> Cow<'_, str> {
        self.message().map(AssistantMessage::reasoning).unwrap_or_default()
    }

    /// The text of the first choice without reasoning. [`text`](Self::text) has all of it.
    #[must_use]
    pub fn answer(&self) -> Cow<'_, str> {
        self.message().map(AssistantMessage::answer).unwrap_or_default()
    }
}

impl AssistantMessage {
    /// The reasoning: `reasoning_content`, or the text between `<think>` and `</think>` at the start of the text, as older models write it.
    /// Also incomplete reasoning.
    ///
    /// The API's placeholder for encrypted reasoning is left out; see [`is_reasoning_encrypted`](Self::is_reasoning_encrypted).
    ///
    /// ```
    /// use venice_ai::types::AssistantMessage;
    /// assert_eq!(AssistantMessage::new().reasoning_content("Easy.").content("Four.").reasoning(), "Easy.");
    /// ```
    #[must_use]
    #[inline]
    pub fn reasoning(&self) -> Cow<'_, str> {
        match self.reasoning_content.as_deref() {
            Some(text) if text.contains(PLACEHOLDER) => WordFilter::new(PLACEHOLDER).whole(text).into(),
            Some(text) if !text.is_empty() => text.into(),
            _ => match self.text() {
                Cow::Borrowed(text) => separated(text).0,
                Cow::Owned(text) => separated(&text).0.into_owned().into(),
            },
        }
    }

    /// The text of the message without reasoning.
    ///
    /// ```
    /// use venice_ai::types::AssistantMessage;
    /// assert_eq!(AssistantMessage::new().content("<think>Easy.</think>Four.").answer(), "Four.");
    /// ```
    #[must_use]
    pub fn answer(&self) -> Cow<'_, str> {
        match self.text() {
            Cow::Borrowed(text) => separated(text).1,
            Cow::Owned(text) => separated(&text).1.into_owned().into(),
        }
    }

    /// Whether the reasoning, or part of it, is encrypted by the provider. The message must still be sent back unchanged: the encrypted
    /// part is in it.
    ///
    /// ```
    /// use venice_ai::types::AssistantMessage;
    /// let message = AssistantMessage::new().reasoning_content("[Some reasoning content is encrypted]");
    /// assert!(message.is_reasoning_encrypted() && message.reasoning().is_empty());
    /// ```
    #[must_use]
    pub fn is_reasoning_encrypted(&self) -> bool {
        let mut details = self.reasoning_details.iter().flatten();
        self.reasoning_content.as_ref().is_some_and(|text| text.contains(PLACEHOLDER))
            || details.any(|detail| detail.type_ == "reasoning.encrypted")
            || self.extra.get(ENCRYPTED).is_some_and(|value| !value.is_null() && value != false)
    }
}
