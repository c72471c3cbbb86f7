//! `cached`, `cache_control`: marks for the prompt cache. `Usage`: tokens of the prompt cache.

use serde_json::{Map, Value};

use crate::api::generated::types::{CacheControl, ChatMessage, ContentPart, TextContent, TextPart, Usage, UserContent};

impl ContentPart {
    /// Marks the end of the prompt that the provider should cache: everything up to here.
    ///
    /// Anthropic's models support it, with at most four marks per request; others cache automatically. For these models Venice marks system
    /// prompts and tools itself. An unknown part is unchanged.
    #[must_use]
    pub fn cached(self) -> Self {
        self.cache_control(CacheControl::new())
    }

    /// Like [`cached`](Self::cached), with the lifetime of the mark.
    #[must_use]
    pub fn cache_control(self, mark: impl Into<CacheControl>) -> Self {
        match self {
            Self::Text(part) => part.cache_control(mark).into(),
            Self::ImageUrl(part) => part.cache_control(mark).into(),
            Self::InputAudio(part) => part.cache_control(mark).into(),
            Self::VideoUrl(part) => part.cache_control(mark).into(),
            Self::File(part) => part.cache_control(mark).into(),
            unknown => unknown,
        }
    }
}

impl ChatMessage {
    /// Marks the end of this message as the end of the prompt that the provider should cache, like [`ContentPart::cached`].
    ///
    /// A text becomes a list of one part for it. A message that cannot have a mark is unchanged: one without content, and the result of a
    /// tool, which the API accepts only as text.
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

    /// Like [`cached`](Self::cached), with the lifetime of the mark.
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

/// Token counts of the prompt cache.
impl Usage {
    /// The prompt tokens read from the provider's cache. They are included in the [`prompt_tokens`](Self#structfield.prompt_tokens), and
    /// cheaper (`cache_input` of the model's price). 0 if the reply does not say.
    ///
    /// ```
    /// use venice_ai::types::Usage;
    /// let usage: Usage = serde_json::from_str(r#"{"prompt_tokens": 2000, "prompt_tokens_details": {"cached_tokens": 1500}}"#)?;
    /// assert_eq!((usage.cached_tokens(), usage.cache_hit_rate()), (1500, Some(0.75)));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn cached_tokens(&self) -> u32 {
        let details = self.prompt_tokens_details.as_ref();
        let documented = details.and_then(|details| details.cached_tokens);
        documented.or_else(|| self.reported("cache_read_input_tokens")).unwrap_or_default()
    }

    /// The prompt tokens written to the provider's cache, which may cost more than reading them (`cache_write` of the model's price). 0 if
    /// the reply does not say.
    ///
    /// ```
    /// use venice_ai::types::Usage;
    /// let usage: Usage = serde_json::from_str(r#"{"prompt_tokens_details": {"cache_creation_input_tokens": 1200}}"#)?;
    /// assert_eq!(usage.cache_write_tokens(), 1200);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn cache_write_tokens(&self) -> u32 {
        let details = self.prompt_tokens_details.as_ref();
        let documented = details.and_then(|details| details.cache_creation_input_tokens);
        documented.or_else(|| self.reported("cache_creation_input_tokens")).unwrap_or_default()
    }

    /// The fraction of the prompt that was read from the cache, from 0 to 1; `None` if the reply has no prompt tokens.
    ///
    /// ```
    /// assert_eq!(venice_ai::types::Usage::default().cache_hit_rate(), None);
    /// ```
    #[must_use]
    pub fn cache_hit_rate(&self) -> Option<f64> {
        (self.prompt_tokens > 0)
            .then(|| (f64::from(self.cached_tokens()) / f64::from(self.prompt_tokens)).clamp(0.0, 1.0))
    }

    /// An undocumented number, which backends put in different fields.
    fn reported(&self, name: &str) -> Option<u32> {
        let number = |fields: &Map<String, Value>| u32::try_from(fields.get(name)?.as_u64()?).ok();
        self.prompt_tokens_details.as_ref().and_then(|details| number(&details.extra)).or_else(|| number(&self.extra))
    }
}
