//! `E2eeError`: what is wrong with an end-to-end encrypted chat, or with the reply to one.

use std::fmt;

use crate::runtime::error::{Delivery, Error, ErrorKind};

/// What is wrong with an encrypted chat or its reply. It never shows a text of the conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct E2eeError {
    kind: E2eeErrorKind,
    message: String,
}

/// What an [`E2eeError`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum E2eeErrorKind {
    /// The request cannot be encrypted as a whole: something that the API would read was to be added to it, or a message is missing.
    /// Nothing was sent.
    Request,
    /// The attestation is not verified as far as the session requires. Nothing was sent.
    Level,
    /// The attested key cannot be used, or the system has no randomness for keys. Nothing was sent.
    Key,
    /// A part of the reply that has to be encrypted is not.
    Plaintext,
    /// A part of the reply was changed on its way, or encrypted for another key.
    Tampered,
    /// A part of the reply arrived twice.
    Replayed,
    /// Another model answered.
    Model,
    /// The reply has something that an encrypted chat does not ask for: tool calls, several completions.
    Unexpected,
}

impl E2eeErrorKind {
    /// The name of the kind in snake case, such as `plaintext`. Stable across releases.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Level => "level",
            Self::Key => "key",
            Self::Plaintext => "plaintext",
            Self::Tampered => "tampered",
            Self::Replayed => "replayed",
            Self::Model => "model",
            Self::Unexpected => "unexpected",
        }
    }
}

impl fmt::Display for E2eeErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl E2eeError {
    pub(super) fn new(kind: E2eeErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// What it is about.
    pub fn kind(&self) -> E2eeErrorKind {
        self.kind
    }
}

impl fmt::Display for E2eeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for E2eeError {}

impl From<E2eeError> for Error {
    fn from(error: E2eeError) -> Self {
        use E2eeErrorKind::{Key, Level, Request};
        let is_sent = !matches!(error.kind, Request | Level | Key);
        let (kind, end) = match error.kind {
            Request => (ErrorKind::InvalidRequest, "; nothing was sent"),
            Level | Key => (ErrorKind::Encryption, "; no message was sent"),
            _ => (ErrorKind::Encryption, ""),
        };
        let delivery = if is_sent { Delivery::Answered } else { Delivery::NotSent };
        Self::new(kind, format!("{error}{end}")).with_delivery(delivery).attach(error)
    }
}

impl Error {
    /// What is wrong with an [encrypted chat](crate::e2ee), if that is what the error is about. A reply with such an error must not be used,
    /// nor what arrived of it before.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// use venice_ai::e2ee::E2eeErrorKind;
    ///
    /// if error.e2ee_error().is_some_and(|error| error.kind() == E2eeErrorKind::Plaintext) {
    ///     println!("the reply was not encrypted");
    /// }
    /// # }
    /// ```
    pub fn e2ee_error(&self) -> Option<&E2eeError> {
        self.attached()
    }
}
