//! Messages.

use crate::api::generated::types::{
    AssistantMessage, ChatMessage, DeveloperMessage, SystemMessage, TextContent, ToolMessage, UserContent, UserMessage,
};

impl ChatMessage {
    /// What the user says: a text, or a list of [`ContentPart`](crate::types::ContentPart)s.
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

    /// What the model is told about its task.
    #[must_use]
    pub fn system(content: impl Into<TextContent>) -> Self {
        Self::System(SystemMessage::new(content))
    }

    /// What the model is told by the developer; models that do not know this role take it for the system's.
    #[must_use]
    pub fn developer(content: impl Into<TextContent>) -> Self {
        Self::Developer(DeveloperMessage::new(content))
    }

    /// What the model said earlier. A turn with tool calls or reasoning goes back as it came:
    /// `ChatMessage::from(reply_message)`.
    #[must_use]
    pub fn assistant(content: impl Into<TextContent>) -> Self {
        Self::Assistant(AssistantMessage::new().content(content))
    }

    /// What a tool gave, for the call with this id. Ids tell parallel calls apart; their indexes may be equal.
    #[must_use]
    pub fn tool(tool_call_id: impl Into<String>, content: impl Into<String>) -> Self {
        Self::Tool(ToolMessage::new(content, tool_call_id))
    }
}

/// A text is what the user says.
impl From<&str> for ChatMessage {
    fn from(text: &str) -> Self {
        Self::user(text)
    }
}

/// A text is what the user says.
impl From<String> for ChatMessage {
    fn from(text: String) -> Self {
        Self::user(text)
    }
}

/// A turn of the model goes back unchanged, with whatever members it came with.
impl From<&AssistantMessage> for ChatMessage {
    fn from(message: &AssistantMessage) -> Self {
        Self::Assistant(message.clone())
    }
}
