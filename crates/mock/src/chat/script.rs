//! `ScriptedChat`: the content of a chat completion, set by a test. `Answer::{chat, chunks, value, tool_call, tool_calls}` make it.

use serde::Serialize;
use serde_json::Value;
use venice_ai::operations;

use super::answer::{ToolCall, json_tokens, tokens};
use crate::Answer;
use crate::state::State;

/// The text or the tool calls of an answer. Everything else is as usual: id, model, usage, cost, and the form, whole or streamed.
#[derive(Clone, Debug, Default)]
pub(crate) struct ScriptedChat {
    /// As streamed.
    pub(super) text: Vec<String>,
    /// Names and arguments.
    tool_calls: Vec<(String, String)>,
}

impl ScriptedChat {
    pub(super) fn calls(&self, state: &mut State) -> Vec<ToolCall> {
        let calls = self.tool_calls.iter().cloned();
        calls
            .map(|(name, arguments)| ToolCall { id: format!("call_{:016x}", state.next_id()), name, arguments })
            .collect()
    }
}

/// Answers of `chat().create`, `stream`, `run` and `parse`.
impl Answer {
    fn scripted(text: Vec<String>, tool_calls: Vec<(String, String)>) -> Self {
        Self::of_chat(ScriptedChat { text, tool_calls }).on(operations::CREATE_CHAT_COMPLETION)
    }

    /// A chat completion with this text, whole or streamed word by word, as the request wants it. Usage and cost fit the text.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), venice_ai::Error> {
    /// # use venice_ai_mock::{Answer, MockVenice};
    /// let mock = MockVenice::start().await?;
    /// mock.answer(Answer::chat("Left, then right."));
    /// assert_eq!(mock.client().chat().create("Which way to the Rialto?").await?.text(), "Left, then right.");
    /// # Ok(()) }
    /// ```
    pub fn chat(text: impl AsRef<str>) -> Self {
        Self::scripted(tokens(text.as_ref()), Vec::new())
    }

    /// A chat completion that is streamed in these chunks. If the request is not for a stream, its text is all of them.
    ///
    /// ```
    /// # use venice_ai_mock::Answer;
    /// let split = Answer::chunks(["Left, ", "then right."]);
    /// ```
    pub fn chunks(chunks: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::scripted(chunks.into_iter().map(Into::into).collect(), Vec::new())
    }

    /// A chat completion whose text is this value as JSON: the answer of `chat().parse()`.
    ///
    /// ```
    /// # use serde_json::json;
    /// # use venice_ai_mock::Answer;
    /// let bridge = Answer::value(&json!({"name": "Rialto", "year": 1591}));
    /// ```
    pub fn value(value: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_string(value) {
            Ok(text) => Self::scripted(json_tokens(&text), Vec::new()),
            Err(error) => Self::not_json("value", &error),
        }
    }

    /// A chat completion that calls this tool. Arguments that are not valid for the tool are sent nevertheless.
    ///
    /// It answers one request, or the tool loop would never end; [`times`](Self::times) changes that. The next answer follows it:
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), venice_ai::Error> {
    /// # use serde_json::json;
    /// # use venice_ai_mock::{Answer, MockVenice};
    /// let mock = MockVenice::start().await?;
    /// mock.answer(Answer::tool_call("tide", json!({"station": "Lido"})));
    /// mock.answer(Answer::chat("62 cm at the Lido."));
    ///
    /// let reply = mock.client().chat().create("How high is the water?").await?;
    /// assert_eq!(reply.tool_calls()[0].function.arguments, r#"{"station":"Lido"}"#);
    /// # Ok(()) }
    /// ```
    pub fn tool_call(name: impl Into<String>, arguments: impl Into<Value>) -> Self {
        Self::tool_calls([(name, arguments)])
    }

    /// A chat completion with several parallel tool calls, names and arguments, for one request like [`tool_call`](Self::tool_call).
    ///
    /// ```
    /// # use serde_json::json;
    /// # use venice_ai_mock::Answer;
    /// let both = Answer::tool_calls([("tide", json!({"station": "Lido"})), ("wind", json!({"station": "Lido"}))]);
    /// ```
    pub fn tool_calls(calls: impl IntoIterator<Item = (impl Into<String>, impl Into<Value>)>) -> Self {
        let calls = calls.into_iter().map(|(name, arguments)| (name.into(), arguments.into().to_string()));
        Self::scripted(Vec::new(), calls.collect()).times(1)
    }
}
