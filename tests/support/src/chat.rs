//! Chat requests and replies that several areas use.

use venice_ai::Client;
use venice_ai::stream::ChatStream;
use venice_ai::types::{ChatCompletion, ChatCompletionRequest};

use super::{Answer, Server, once, replying};

/// A whole reply of text.
pub const TEXT: &str = include_str!("../../fixtures/replies/chat_text.json");
/// The smallest valid answer.
pub const ANSWER: &str = r#"{"choices": [{"message": {"content": "At noon."}}]}"#;
/// A stream with usage and cost in a separate chunk.
pub const DIALECT_A: &str = include_str!("../../fixtures/sse/dialect_a.sse");
/// A stream with usage and cost in the last chunk of text.
pub const DIALECT_B: &str = include_str!("../../fixtures/sse/dialect_b.sse");

pub fn a_question() -> ChatCompletionRequest {
    ChatCompletionRequest::new("default", ["When is high water?"])
}

/// The answer with this body.
pub async fn answer(body: impl AsRef<str>) -> ChatCompletion {
    let (_, venice) = replying(body.as_ref());
    venice.chat().create(a_question()).await.unwrap_or_else(|error| panic!("{error}: {}", body.as_ref()))
}

/// A streamed answer.
pub async fn open(client: &Client) -> ChatStream {
    client.chat().stream(a_question()).await.unwrap()
}

pub async fn open_at(server: &Server) -> ChatStream {
    open(&once(server)).await
}

/// The head of a streamed answer. Its body ends with the connection unless a test says otherwise.
pub fn head() -> Answer {
    Answer::head(200, &[("content-type", "text/event-stream; charset=utf-8"), ("cf-ray", "8f00-VCE")])
}

/// A streamed answer in these pieces, each sent separately.
pub fn streamed<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Answer {
    let head = Answer::head(
        200,
        &[
            ("content-type", "text/event-stream; charset=utf-8"),
            ("transfer-encoding", "chunked"),
            ("cf-ray", "8f00-VCE"),
        ],
    );
    let pieces = pieces.into_iter().filter(|piece| !piece.is_empty());
    pieces.fold(head, Answer::chunk).send("0\r\n\r\n")
}
