//! `Conversation`: the messages of a run, and their serialisation into requests.

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::api::generated::types::{AssistantMessage, ChatCompletionRequest, ChatMessage, ToolChoice, ToolChoiceMode};
use crate::runtime::error::Error;

/// A request with a growing list of messages.
#[derive(Debug)]
pub(super) struct Conversation {
    pub(super) request: ChatCompletionRequest,
    /// Assistant messages as received, by index. Models verify their reasoning and signatures, so these are sent back byte for byte.
    echoes: BTreeMap<usize, Box<RawValue>>,
}

impl Conversation {
    pub(super) fn new(request: ChatCompletionRequest) -> Self {
        Self { request, echoes: BTreeMap::new() }
    }

    pub(super) fn messages(&self) -> &[ChatMessage] {
        &self.request.messages
    }

    pub(super) fn push(&mut self, message: ChatMessage) {
        self.request.messages.push(message);
    }

    /// Adds an assistant message, with its original JSON if there is one.
    pub(super) fn push_assistant(&mut self, message: AssistantMessage, written: Option<Box<RawValue>>) {
        self.echoes.extend(written.map(|written| (self.request.messages.len(), written)));
        self.push(message.into());
    }

    /// A required tool choice applies to the first request only: repeated, the run would never end.
    pub(super) fn release_tool_choice(&mut self) {
        use ToolChoiceMode::{Auto, None};
        match &self.request.tool_choice {
            Option::None | Some(ToolChoice::Mode(Auto | None)) => {}
            Some(_) => self.request.tool_choice = Some(ToolChoice::auto()),
        }
    }

    /// Changes everything except the messages and tools.
    pub(super) fn change(&mut self, change: impl FnOnce(ChatCompletionRequest) -> ChatCompletionRequest) {
        let bare = ChatCompletionRequest::new(self.request.model.clone(), [] as [ChatMessage; 0]);
        let mut request = std::mem::replace(&mut self.request, bare);
        let (messages, tools) = (std::mem::take(&mut request.messages), request.tools.take());
        self.request = ChatCompletionRequest { messages, tools, ..change(request) };
    }

    /// The body of the next request.
    #[inline]
    pub(super) fn body(&mut self) -> Result<Vec<u8>, Error> {
        let messages = std::mem::take(&mut self.request.messages);
        let fields = serde_json::to_value(&self.request);
        self.request.messages = messages;
        let body = fields.and_then(|fields| match fields {
            Value::Object(fields) => serde_json::to_vec(&ConversationBody { fields, conversation: self }),
            other => serde_json::to_vec(&other),
        });
        body.map_err(|error| Error::invalid_request(format!("the request cannot be serialised as JSON: {error}")))
    }
}

struct ConversationBody<'a> {
    fields: Map<String, Value>,
    conversation: &'a Conversation,
}

impl Serialize for ConversationBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.fields.iter().filter(|(name, _)| *name != "messages") {
            map.serialize_entry(name, value)?;
        }
        map.serialize_entry("messages", &Messages(self.conversation))?;
        map.end()
    }
}

struct Messages<'a>(&'a Conversation);

impl Serialize for Messages<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let echoes = &self.0.echoes;
        let messages = self.0.messages().iter().enumerate();
        serializer.collect_seq(messages.map(|(place, message)| match echoes.get(&place) {
            Some(written) => Message::Written(written),
            None => Message::Typed(message),
        }))
    }
}

enum Message<'a> {
    Written(&'a RawValue),
    Typed(&'a ChatMessage),
}

impl Serialize for Message<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Written(text) => text.serialize(serializer),
            Self::Typed(message) => message.serialize(serializer),
        }
    }
}
