//! `ChatMessage`: constructors by role. `IntoMessages`: what can be the messages of a request.

use crate::api::generated::types::{
    AssistantMessage, ChatCompletionRequest, ChatMessage, DeveloperMessage, SystemMessage, TextContent, ToolMessage,
    UserContent, UserMessage,
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

/// The messages of a request: a text, a [`ChatMessage`], or an array, `Vec` or iterator of them. A text is a user message.
///
/// `K` is inferred: it distinguishes one message from a list.
///
/// ```
/// use venice_ai::types::{ChatCompletionRequest, ChatMessage};
///
/// let one = ChatCompletionRequest::new("default", "Why is the sky blue?");
/// let several = [ChatMessage::system("Be brief."), ChatMessage::user("Why is the sky blue?")];
/// assert_eq!(ChatCompletionRequest::new("default", several).messages[1..], one.messages);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the messages of a chat",
    label = "neither a message nor a list of messages",
    note = "accepted are a text, a `ChatMessage`, and an array, `Vec` or iterator of them",
    note = "a text is a user message; for other roles use `ChatMessage::system(text)`, `ChatMessage::assistant(text)` and the like"
)]
pub trait IntoMessages<K> {
    /// The messages.
    fn into_messages(self) -> Vec<ChatMessage>;
}

/// Marks one message: see [`IntoMessages`].
#[derive(Debug)]
pub enum One {}

/// Marks a list of messages: see [`IntoMessages`].
#[derive(Debug)]
pub enum Many {}

impl<M: Into<ChatMessage>> IntoMessages<One> for M {
    #[inline]
    fn into_messages(self) -> Vec<ChatMessage> {
        vec![self.into()]
    }
}

impl<I: IntoIterator<Item: Into<ChatMessage>>> IntoMessages<Many> for I {
    #[inline]
    fn into_messages(self) -> Vec<ChatMessage> {
        self.into_iter().map(Into::into).collect()
    }
}

/// A question to the model `default`, which Venice chooses.
impl From<&str> for ChatCompletionRequest {
    fn from(text: &str) -> Self {
        Self::new("default", text)
    }
}

/// A question to the model `default`, which Venice chooses.
impl From<String> for ChatCompletionRequest {
    fn from(text: String) -> Self {
        Self::new("default", text)
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

/// A copy of a message, for the items of `&history`.
impl From<&ChatMessage> for ChatMessage {
    fn from(message: &ChatMessage) -> Self {
        message.clone()
    }
}

/// An assistant message is sent back unchanged, with all of its fields.
impl From<&AssistantMessage> for ChatMessage {
    fn from(message: &AssistantMessage) -> Self {
        Self::Assistant(message.clone())
    }
}
