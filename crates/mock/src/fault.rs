//! `Fault`: fault injection.

use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use super::canned_reply::CannedReply;
#[cfg(feature = "e2ee")]
use super::e2ee::EncryptionFault;
use super::plans::{Planned, Scope};
use super::reply::{JSON, TEXT};

/// A fault that is injected into a request to a [`MockVenice`](super::MockVenice).
///
/// It applies to the next request, unless [`times`](Self::times) or [`on`](Self::on) say otherwise.
///
/// ```
/// use std::time::Duration;
/// use venice_ai_mock::Fault;
///
/// let busy = Fault::status(429).header("retry-after", "2").times(3);
/// let refused = Fault::status(402).json(serde_json::json!({"error": "nothing left"}));
/// let slow = Fault::delay(Duration::from_secs(2)).on("createChatCompletion");
/// let half_an_answer = Fault::cut(600);
/// ```
#[derive(Clone, Debug)]
#[must_use = "give it to `MockVenice::fault`"]
pub struct Fault {
    scope: Scope,
    what: What,
    end: End,
    executed: bool,
}

/// The replacement of the reply.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// The reply without a fault.
    Usual,
    /// The same, with a body that cannot be parsed.
    Garbage,
    /// Another reply, without handling the request.
    Answer(CannedReply),
    /// No reply.
    Disconnect,
    /// The reply of an encrypted chat, with something wrong in it.
    #[cfg(feature = "e2ee")]
    Encryption(EncryptionFault),
}

/// How the body ends.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    Whole,
    /// The connection is closed after this many bytes.
    Cut(usize),
    /// The body stalls after this many bytes.
    Stall(usize),
}

impl Fault {
    fn new(what: What, end: End) -> Self {
        Self { scope: Scope::new(Some(1)), what, end, executed: false }
    }

    #[cfg(feature = "e2ee")]
    pub(super) fn of_encryption(fault: EncryptionFault) -> Self {
        Self::new(What::Encryption(fault), End::Whole).on("createChatCompletion")
    }

    /// A reply with this status, and the API's error body for it. The request is not executed: no key is created.
    ///
    /// A number below 200 or above 999 is invalid, and becomes a 500.
    ///
    /// ```
    /// # use venice_ai_mock::Fault;
    /// let overloaded = Fault::status(503);
    /// ```
    pub fn status(status: u16) -> Self {
        Self::new(What::Answer(CannedReply::new(status)), End::Whole)
    }

    /// The usual reply, delayed.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use venice_ai_mock::Fault;
    /// let slow = Fault::delay(Duration::from_millis(300));
    /// ```
    pub fn delay(time: Duration) -> Self {
        Self::new(What::Usual, End::Whole).after(time)
    }

    /// The usual reply, but the connection is closed after this many bytes of the body. The request is executed: a key is created, and the
    /// client does not know.
    ///
    /// ```
    /// # use venice_ai_mock::Fault;
    /// let half_an_answer = Fault::cut(600);
    /// ```
    pub fn cut(after_bytes: usize) -> Self {
        Self::new(What::Usual, End::Cut(after_bytes))
    }

    /// The usual reply, but the body stalls after this many bytes; the connection stays open.
    ///
    /// ```
    /// # use venice_ai_mock::Fault;
    /// let silent = Fault::stall(0);
    /// ```
    pub fn stall(after_bytes: usize) -> Self {
        Self::new(What::Usual, End::Stall(after_bytes))
    }

    /// The usual status and headers, with a body that is neither JSON nor text.
    ///
    /// ```
    /// # use venice_ai_mock::Fault;
    /// let garbage = Fault::garbage();
    /// ```
    pub fn garbage() -> Self {
        Self::new(What::Garbage, End::Whole)
    }

    /// No answer: the connection is closed. The request is not executed, unless [`executed`](Self::executed) says so.
    ///
    /// ```
    /// # use venice_ai_mock::Fault;
    /// let gone = Fault::disconnect();
    /// ```
    pub fn disconnect() -> Self {
        Self::new(What::Disconnect, End::Whole)
    }

    /// Sets a header of the reply. It needs a [`status`](Self::status): the other faults do not change headers. An invalid one is left out.
    ///
    /// ```
    /// # use venice_ai_mock::Fault;
    /// let busy = Fault::status(429).header("retry-after", "0.5");
    /// ```
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        if let What::Answer(canned) = &mut self.what {
            canned.add_header(name.into(), value.into());
        }
        self
    }

    /// Sets the body of the reply to a text; set `content-type` with [`header`](Self::header) if it matters. It needs a
    /// [`status`](Self::status).
    ///
    /// ```
    /// # use venice_ai_mock::Fault;
    /// let gateway = Fault::status(502).header("content-type", "text/html").body("<h1>Bad Gateway</h1>");
    /// ```
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.set_body(TEXT, body.into());
        self
    }

    /// Sets the body of the reply to JSON. It needs a [`status`](Self::status).
    ///
    /// ```
    /// # use venice_ai_mock::Fault;
    /// let refused = Fault::status(422).json(serde_json::json!({"error": "no", "suggested_prompt": "a lagoon"}));
    /// ```
    pub fn json(mut self, body: impl Into<Value>) -> Self {
        self.set_body(JSON, body.into().to_string().into());
        self
    }

    fn set_body(&mut self, media: &str, body: Bytes) {
        if let What::Answer(canned) = &mut self.what {
            canned.set_body(media, body);
        }
    }

    /// Executes the request and discards its reply: a key is created or a payment credited, and the client gets a gateway time-out, or
    /// no reply.
    ///
    /// ```
    /// # use venice_ai_mock::Fault;
    /// let lost_reply = Fault::disconnect().executed();
    /// let late_reply = Fault::status(504).executed();
    /// ```
    pub fn executed(mut self) -> Self {
        self.executed = true;
        self
    }

    /// Delays the reply.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use venice_ai_mock::Fault;
    /// let slow_failure = Fault::status(504).after(Duration::from_millis(200));
    /// ```
    pub fn after(mut self, time: Duration) -> Self {
        self.scope.delay = time;
        self
    }

    /// Applies to this many requests instead of one. With `usize::MAX` it is for every request; faults for a number of requests come first,
    /// and of those for every request the newest counts.
    ///
    /// ```
    /// # use venice_ai_mock::Fault;
    /// let down = Fault::status(503).times(usize::MAX);
    /// ```
    pub fn times(mut self, times: usize) -> Self {
        self.scope.set_times(times);
        self
    }

    /// Only for requests of this operation: one of [`operations`](venice_ai::operations), or its [`id`](venice_ai::Operation::id). Others are
    /// answered as usual. An unknown id is reported by the next request and by [`MockVenice::verify`](super::MockVenice::verify).
    ///
    /// ```
    /// # use venice_ai_mock::Fault;
    /// let no_keys = Fault::status(429).on("createApiKey");
    /// ```
    pub fn on(mut self, operation: impl AsRef<str>) -> Self {
        self.scope.set_operation(operation.as_ref().to_owned());
        self
    }

    pub(super) fn waits(&self) -> Duration {
        self.scope.delay
    }

    /// Whether the request is executed though the answer says nothing of it.
    pub(super) fn is_executed(&self) -> bool {
        self.executed
    }

    pub(super) fn what(&self) -> &What {
        &self.what
    }

    #[cfg(feature = "e2ee")]
    pub(super) fn encryption(&self) -> Option<EncryptionFault> {
        match self.what {
            What::Encryption(fault) => Some(fault),
            _ => None,
        }
    }

    pub(super) fn end(&self) -> End {
        self.end
    }
}

impl Planned for Fault {
    fn scope(&mut self) -> &mut Scope {
        &mut self.scope
    }
}
