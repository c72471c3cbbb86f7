//! `Answer`: a reply that a test scripts for an operation.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;

use super::canned_reply::CannedReply;
use super::chat::ScriptedChat;
use super::plans::{Planned, Scope};
use super::reply::{EVENTS, JSON, Reply, TEXT};
use super::request::MockRequest;

/// A scripted reply, which a [`MockVenice`](super::MockVenice) sends instead of its own.
///
/// [`chat`](Self::chat), [`tool_call`](Self::tool_call), [`value`](Self::value) and [`chunks`](Self::chunks) script the answers of a model;
/// [`json`](Self::json), [`bytes`](Self::bytes), [`events`](Self::events) and [`with`](Self::with) any reply of any operation.
///
/// It applies to every request of its [operation](Self::on), unless [`times`](Self::times) says otherwise. Of several, those with `times`
/// are used up first, in the order in which they were added; of the others the newest counts. A rejected request (without a key, or invalid
/// by the API's document) does not use it up. To fail any request, use a [`Fault`](super::Fault).
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), venice_ai::Error> {
/// use venice_ai_mock::{Answer, MockVenice};
/// use venice_ai::types::CharacterResponse;
///
/// let mut reply: CharacterResponse = MockVenice::default_body("getCharacterBySlug")?;
/// reply.data.name = "Casanova".to_owned();
///
/// let mock = MockVenice::start().await?;
/// mock.answer(Answer::json(&reply).on("getCharacterBySlug"));
/// let character = mock.client().raw().get_character_by_slug("casanova").await?;
/// assert_eq!(character.data.name, "Casanova");
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "give it to `MockVenice::answer`"]
pub struct Answer {
    scope: Scope,
    made: AnswerSource,
}

/// The source of the reply.
#[derive(Clone)]
enum AnswerSource {
    Already(CannedReply),
    /// The content of a chat completion; the status and the headers of the canned reply.
    Chat(Arc<ScriptedChat>, CannedReply),
    From(Arc<dyn Fn(&MockRequest) -> Answer + Send + Sync>),
}

impl Answer {
    fn new(made: AnswerSource) -> Self {
        Self { scope: Scope::new(None), made }
    }

    pub(super) fn of_chat(script: ScriptedChat) -> Self {
        Self::new(AnswerSource::Chat(Arc::new(script), CannedReply::new(200)))
    }

    fn canned(fill: impl FnOnce(&mut CannedReply)) -> Self {
        let mut canned = CannedReply::new(200);
        fill(&mut canned);
        Self::new(AnswerSource::Already(canned))
    }

    /// A value as JSON: a reply type of [`types`](venice_ai::types), or the result of `serde_json::json!`. For a reply type with a few
    /// changed fields, start from [`MockVenice::default_body`](super::MockVenice::default_body).
    ///
    /// Replies with a secret (a new key, the download URL of a video) are serialized without it; use `serde_json::json!` for them.
    ///
    /// A value that is not valid JSON (a map whose keys are not strings) is answered with a 500 that says so.
    ///
    /// ```
    /// # use serde_json::json;
    /// # use venice_ai_mock::Answer;
    /// let cheap = Answer::json(&json!({"quote": 0.01})).on("quoteVideo");
    /// ```
    pub fn json(value: &(impl Serialize + ?Sized)) -> Self {
        Self::canned(|canned| match serde_json::to_vec(value) {
            Ok(body) => canned.set_body(JSON, body),
            Err(error) => *canned = not_json("answer", &error),
        })
    }

    pub(super) fn not_json(what: &str, error: &serde_json::Error) -> Self {
        Self::new(AnswerSource::Already(not_json(what, error)))
    }

    /// Bytes with a media type: an image, audio, a table.
    ///
    /// ```
    /// # use venice_ai_mock::Answer;
    /// let picture = Answer::bytes("image/png", &b"\x89PNG..."[..]).on("editImage");
    /// ```
    pub fn bytes(media: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self::canned(|canned| canned.set_body(media, bytes))
    }

    /// A stream of server-sent events, each a value as JSON, with the final `[DONE]` of the API's streams. Between two events the mock
    /// [pauses](super::MockBuilder::pause).
    ///
    /// ```
    /// # use serde_json::json;
    /// # use venice_ai_mock::Answer;
    /// let chunk = |text: &str| json!({"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "m",
    ///     "choices": [{"index": 0, "delta": {"content": text}}]});
    /// let stream = Answer::events([chunk("Left, "), chunk("then right.")]).on("createChatCompletion");
    /// ```
    pub fn events(events: impl IntoIterator<Item = impl Serialize>) -> Self {
        let frame = |event| serde_json::to_string(&event).map(|event| format!("data: {event}\n\n"));
        let done = std::iter::once(Ok("data: [DONE]\n\n".to_owned()));
        let frames = events.into_iter().map(frame).chain(done);
        match frames.map(|frame| frame.map(Bytes::from)).collect::<Result<Vec<_>, _>>() {
            Ok(frames) => Self::canned(|canned| canned.set_pieces(EVENTS, frames)),
            Err(error) => Self::not_json("event", &error),
        }
    }

    /// A function that answers the request. [`on`](Self::on) and [`times`](Self::times) of the returned answer are ignored.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), venice_ai::Error> {
    /// # use serde_json::{Value, json};
    /// # use venice_ai_mock::{Answer, MockVenice};
    /// # use venice_ai::types::QuoteVideoRequest;
    /// let mock = MockVenice::start().await?;
    /// mock.answer(Answer::with(|request| {
    ///     let usd = if request.json::<Value>().is_ok_and(|body| body["model"] == "dear") { 9 } else { 1 };
    ///     Answer::json(&json!({"quote": usd}))
    /// }).on("quoteVideo"));
    /// assert_eq!(mock.client().raw().quote_video(&QuoteVideoRequest::new("dear")).await?.quote, Some(9.into()));
    /// # Ok(()) }
    /// ```
    pub fn with(answer: impl Fn(&MockRequest) -> Self + Send + Sync + 'static) -> Self {
        Self::new(AnswerSource::From(Arc::new(answer)))
    }

    /// Sets the status. Default: 200. A number below 200 or above 999 is invalid, and becomes a 500. It has no effect on
    /// [`with`](Self::with): there the function's answer sets it.
    ///
    /// ```
    /// # use serde_json::json;
    /// # use venice_ai_mock::Answer;
    /// let policy = Answer::json(&json!({"error": "no", "suggested_prompt": "a lagoon"})).status(422).on("queueVideo");
    /// ```
    pub fn status(mut self, status: u16) -> Self {
        if let AnswerSource::Already(canned) | AnswerSource::Chat(_, canned) = &mut self.made {
            canned.set_status(status);
        }
        self
    }

    /// Sets a header, in addition to those of each reply. An invalid one is left out. As with [`status`](Self::status), the function of
    /// [`with`](Self::with) sets its own.
    ///
    /// ```
    /// # use venice_ai_mock::Answer;
    /// let flagged = Answer::bytes("image/png", "...").header("x-venice-is-content-violation", "true");
    /// ```
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        if let AnswerSource::Already(canned) | AnswerSource::Chat(_, canned) = &mut self.made {
            canned.add_header(name.into(), value.into());
        }
        self
    }

    /// Delays the answer.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use venice_ai_mock::Answer;
    /// let slow = Answer::json(&[1]).after(Duration::from_millis(200));
    /// ```
    pub fn after(mut self, time: Duration) -> Self {
        self.scope.delay = time;
        self
    }

    /// Limits the number of requests. `usize::MAX` is every request, the default.
    ///
    /// ```
    /// # use serde_json::json;
    /// # use venice_ai_mock::Answer;
    /// let waiting = Answer::json(&json!({"status": "PROCESSING"})).on("retrieveVideo").times(2);
    /// ```
    pub fn times(mut self, times: usize) -> Self {
        self.scope.set_times(times);
        self
    }

    /// Only for requests of this operation: one of [`operations`](venice_ai::operations), or its [`id`](venice_ai::Operation::id). An unknown
    /// id is reported by the next request and by [`MockVenice::verify`](super::MockVenice::verify).
    ///
    /// ```
    /// # use serde_json::json;
    /// # use venice_ai_mock::Answer;
    /// use venice_ai::operations;
    /// let styles = Answer::json(&json!({"object": "list", "data": ["Venetian"]})).on(operations::LIST_IMAGE_STYLES);
    /// let the_same = Answer::json(&json!({"object": "list", "data": ["Venetian"]})).on("listImageStyles");
    /// ```
    pub fn on(mut self, operation: impl AsRef<str>) -> Self {
        self.scope.set_operation(operation.as_ref().to_owned());
        self
    }

    /// The reply to this request, and its delay. `chat` makes a scripted chat completion.
    pub(super) fn made_for(
        &self,
        request: &MockRequest,
        chat: &dyn Fn(&ScriptedChat) -> Reply,
    ) -> (Duration, CannedReply) {
        match &self.made {
            AnswerSource::Already(canned) => (self.scope.delay, canned.clone()),
            AnswerSource::Chat(script, canned) => (self.scope.delay, canned.clone().with_content(chat(script))),
            AnswerSource::From(answer) => {
                let (delay, canned) = answer(request).made_for(request, chat);
                (self.scope.delay + delay, canned)
            }
        }
    }
}

/// The reply in place of a value of a test that is not JSON.
fn not_json(what: &str, error: &serde_json::Error) -> CannedReply {
    let mut canned = CannedReply::new(500);
    canned.set_body(TEXT, format!("the scripted {what} is not JSON: {error}"));
    canned
}

impl Planned for Answer {
    fn scope(&mut self) -> &mut Scope {
        &mut self.scope
    }
}

impl fmt::Debug for AnswerSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Already(canned) => canned.fmt(f),
            Self::Chat(script, _) => script.fmt(f),
            Self::From(_) => f.write_str("a function of the request"),
        }
    }
}
