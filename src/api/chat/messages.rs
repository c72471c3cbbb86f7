//! `ChatMessage`: constructors by role.

use crate::api::generated::types::{
    AssistantMessage, ChatMessage, DeveloperMessage, SystemMessage, TextContent, ToolMessage, UserContent, UserMessage,
};

impl ChatMessage {
    /// A user message: a text, or a list of [`ContentPart`](crate::types::ContentPart)s.
    ///
    /// ```
    /// use venice_ai::types::{ChatMessage, ContentPart};
    /// let plain = ChatMessage::user("What is this?");
    /// let image = ContentPart::image_url("https://example.com/cat.png");
    /// let with_image = ChatMessage::user(vec![ContentPart::text("What is this?"), image]);
    /// ```
    #[must_use]
    pub fn user(content: impl Into<UserContent>) -> Self {
        Self::User(UserMessage::new(content))
    }

    /// A system message.
    #[must_use]
    pub fn system(content: impl Into<TextContent>) -> Self {
        Self::System(SystemMessage::new(content))
    }

    /// A developer message; models without this role treat it as a system message.
    #[must_use]
    pub fn developer(content: impl Into<TextContent>) -> Self {
        Self::Developer(DeveloperMessage::new(content))
    }

    /// An earlier assistant message. One with tool calls or reasoning must be sent back unchanged: `ChatMessage::from(reply_message)`.
    #[must_use]
    pub fn assistant(content: impl Into<TextContent>) -> Self {
        Self::Assistant(AssistantMessage::new().content(content))
    }

    /// The result of a tool, for the call with this id. Parallel calls are identified by id; their indexes may be equal.
    #[must_use]
    pub fn tool(tool_call_id: impl Into<String>, content: impl Into<String>) -> Self {
        Self::Tool(ToolMessage::new(content, tool_call_id))
    }
}

/// A text is a user message.
impl From<&str> for ChatMessage {
    fn from(text: &str) -> Self {
        Self::user(text)
    }
}

/// A text is a user message.
impl From<String> for ChatMessage {
    fn from(text: String) -> Self {
        Self::user(text)
    }
}

/// An assistant message is sent back unchanged, with all of its fields.
impl From<&AssistantMessage> for ChatMessage {
    fn from(message: &AssistantMessage) -> Self {
        Self::Assistant(message.clone())
    }
}
