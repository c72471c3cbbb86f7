//! Marks for the prompt cache, and what it did.

use serde_json::{Map, Value};

use crate::api::generated::types::{CacheControl, ChatMessage, ContentPart, TextContent, TextPart, Usage, UserContent};

impl ContentPart {
    /// Marks the end of what the provider shall keep of the prompt: everything up to here.
    ///
    /// Anthropic's models know it and take at most four marks in a request; others keep what they can by themselves. Venice marks
    /// system prompts and tools on its own for these models. A part that this crate does not know stays as it is.
    #[must_use]
    pub fn cached(self) -> Self {
        self.cache_control(CacheControl::new())
    }

    /// As [`cached`](Self::cached), for as long as the mark says.
    #[must_use]
    pub fn cache_control(self, mark: impl Into<CacheControl>) -> Self {
        match self {
            Self::Text(part) => part.cache_control(mark).into(),
            Self::ImageUrl(part) => part.cache_control(mark).into(),
            Self::InputAudio(part) => part.cache_control(mark).into(),
            Self::VideoUrl(part) => part.cache_control(mark).into(),
            Self::File(part) => part.cache_control(mark).into(),
            unknown @ Self::Unknown(_) => unknown,
        }
    }
}

impl ChatMessage {
    /// Marks the end of this message as the end of what the provider shall keep of the prompt, as [`ContentPart::cached`] does.
    ///
    /// A text becomes a list of one part for it. A message that has no part to bear the mark stays as it is: one without content, and
    /// the result of a tool, which is a plain text for the API.
    ///
    /// ```
    /// use venice_ai::types::{ChatCompletionRequest, ChatMessage};
    /// let messages = [ChatMessage::system("Ten pages of rules.").cached(), ChatMessage::user("May I park here?")];
    /// let request = ChatCompletionRequest::new("claude-sonnet-4-6", messages);
    /// ```
    #[must_use]
    pub fn cached(self) -> Self {
        self.cache_control(CacheControl::new())
    }

    /// As [`cached`](Self::cached), for as long as the mark says.
    #[must_use]
    pub fn cache_control(mut self, mark: impl Into<CacheControl>) -> Self {
        let mark = mark.into();
        match &mut self {
            Self::User(message) => mark_user(&mut message.content, mark),
            Self::System(message) => mark_text(&mut message.content, mark),
            Self::Developer(message) => mark_text(&mut message.content, mark),
            Self::Assistant(message) => {
                if let Some(content) = &mut message.content {
                    mark_text(content, mark);
                }
            }
            Self::Tool(_) | Self::Unknown(_) => {}
        }
        self
    }
}

#[inline]
fn mark_text(content: &mut TextContent, mark: CacheControl) {
    match content {
        TextContent::Text(text) if !text.is_empty() => {
            *content = vec![TextPart::new(std::mem::take(text)).cache_control(mark)].into();
        }
        TextContent::Parts(parts) => {
            if let Some(last) = parts.last_mut() {
                last.cache_control = Some(mark);
            }
        }
        TextContent::Text(_) | TextContent::Unknown(_) => {}
    }
}

#[inline]
fn mark_user(content: &mut UserContent, mark: CacheControl) {
    match content {
        UserContent::Text(text) if !text.is_empty() => {
            *content = vec![ContentPart::text(std::mem::take(text)).cache_control(mark)].into();
        }
        UserContent::Parts(parts) => {
            if let Some(last) = parts.pop() {
                parts.push(last.cache_control(mark));
            }
        }
        UserContent::Text(_) | UserContent::Unknown(_) => {}
    }
}

/// What the prompt cache did.
impl Usage {
    /// How many tokens of the prompt came out of the provider's cache. They are among the
    /// [`prompt_tokens`](Self#structfield.prompt_tokens), and cheaper (`cache_input` of the model's price). 0 where the reply says
    /// nothing.
    ///
    /// ```
    /// use venice_ai::types::Usage;
    /// let usage: Usage = serde_json::from_str(r#"{"prompt_tokens": 2000, "prompt_tokens_details": {"cached_tokens": 1500}}"#)?;
    /// assert_eq!((usage.cached_tokens(), usage.cache_hit_rate()), (1500, Some(0.75)));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn cached_tokens(&self) -> i64 {
        let details = self.prompt_tokens_details.as_ref();
        let told = details.and_then(|details| details.cached_tokens);
        told.or_else(|| self.told("cache_read_input_tokens")).unwrap_or_default()
    }

    /// How many tokens of the prompt were put into the provider's cache, which may cost more than to read them (`cache_write` of the
    /// model's price). 0 where the reply says nothing.
    ///
    /// ```
    /// use venice_ai::types::Usage;
    /// let usage: Usage = serde_json::from_str(r#"{"prompt_tokens_details": {"cache_creation_input_tokens": 1200}}"#)?;
    /// assert_eq!(usage.cache_write_tokens(), 1200);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn cache_write_tokens(&self) -> i64 {
        let details = self.prompt_tokens_details.as_ref();
        let told = details.and_then(|details| details.cache_creation_input_tokens);
        told.or_else(|| self.told("cache_creation_input_tokens")).unwrap_or_default()
    }

    /// The share of the prompt that came out of the cache, from 0 to 1; `None` where the reply names no prompt tokens.
    ///
    /// ```
    /// assert_eq!(venice_ai::types::Usage::default().cache_hit_rate(), None);
    /// ```
    #[must_use]
    pub fn cache_hit_rate(&self) -> Option<f64> {
        (self.prompt_tokens > 0).then(|| (self.cached_tokens() as f64 / self.prompt_tokens as f64).clamp(0.0, 1.0))
    }

    /// Backends differ in where they put a number that the document does not know.
    fn told(&self, name: &str) -> Option<i64> {
        let number = |members: &Map<String, Value>| members.get(name).and_then(Value::as_i64);
        self.prompt_tokens_details.as_ref().and_then(|details| number(&details.extra)).or_else(|| number(&self.extra))
    }
}
