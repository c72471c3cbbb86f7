//! Where a reply differs from the document.

use std::fmt;

use serde::{Deserialize, Serialize};

/// In which way something differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A status that the document does not give to the operation.
    UndeclaredStatus,
    /// A media type that the document does not give to the status.
    UndeclaredMediaType,
    /// A body that is not of its media type.
    Unparsable,
    /// The SDK's types could not read a reply.
    Unreadable,
    /// The server refused a request that the document allows.
    RefusedRequest,
    /// A required member is not there.
    MissingMember,
    /// A null where the document has none.
    Null,
    /// Another JSON type.
    WrongType,
    /// A value that an enum does not have.
    NewEnumValue,
    /// A member that the document does not name.
    UnknownMember,
}

impl Kind {
    fn words(self) -> &'static str {
        match self {
            Self::UndeclaredStatus => "undeclared status",
            Self::UndeclaredMediaType => "undeclared media type",
            Self::Unparsable => "unparsable body",
            Self::Unreadable => "unreadable for the SDK",
            Self::RefusedRequest => "refused request",
            Self::MissingMember => "missing member",
            Self::Null => "null",
            Self::WrongType => "wrong type",
            Self::NewEnumValue => "new enum value",
            Self::UnknownMember => "unknown member",
        }
    }
}

/// A difference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Finding {
    /// The operation's id.
    pub operation: String,
    /// The status of the reply.
    pub status: u16,
    /// Its media type; empty if it had none.
    pub media: String,
    pub kind: Kind,
    /// Where: `$.data[].id` in a body, `request.model` in a request. Lists have no indices, free keys are `*`.
    pub path: String,
    /// What the document says: a type, `one of 3`.
    pub expected: String,
    /// What was there: a type, an enum value.
    pub found: String,
}

impl Finding {
    /// What a baseline is compared by: the type of an unknown member may change from reply to reply.
    pub fn identity(&self) -> Self {
        let found = if self.kind == Kind::UnknownMember { String::new() } else { self.found.clone() };
        Self { found, ..self.clone() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, status, media, kind, path, expected, found } = self;
        write!(f, "{operation} {status}")?;
        if !media.is_empty() {
            write!(f, " {media}")?;
        }
        write!(f, " {path}: {}", kind.words())?;
        match (expected.is_empty(), found.is_empty()) {
            (true, true) => Ok(()),
            (true, false) => write!(f, " {found}"),
            (false, true) => write!(f, ", expected {expected}"),
            (false, false) => write!(f, " {found}, expected {expected}"),
        }
    }
}
