//! `WholeReply`: a successful reply with its body, and `Origin`: where a reply came from.

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::{RawReply, decode, verdict};
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::meta::Meta;
use crate::runtime::text::{form_of_body, is_html};
use crate::runtime::transport::{Body, Reply, Scope};

/// Where a reply came from, for the errors that its parts may lead to later.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) scope: Scope,
    pub(crate) meta: Meta,
}

impl Origin {
    pub(crate) fn of(reply: &Reply) -> Self {
        Self { scope: reply.scope.clone(), meta: reply.meta.clone() }
    }

    /// An error about a part of the reply. `part` is what could not be used; it may have been paid for.
    pub(crate) fn undecodable(&self, message: impl Into<String>, place: Option<String>, part: Bytes) -> Error {
        let error = Error::new(ErrorKind::Decode, message).with_json_path(place);
        self.explained(error.with_body(part))
    }

    /// Adds what is known of the call.
    pub(crate) fn explained(&self, error: Error) -> Error {
        self.scope.explained(error.with_meta(self.meta.clone()))
    }
}

/// A successful reply that is here in whole.
#[derive(Debug)]
pub(crate) struct WholeReply {
    pub(crate) origin: Origin,
    pub(crate) body: Bytes,
}

impl WholeReply {
    pub(crate) fn of(Reply { meta, body, scope }: Reply) -> Result<Self, Error> {
        match body {
            Body::Whole(body) => Ok(Self { origin: Origin { scope, meta }, body }),
            Body::Pieces(_) => Err(decode::mixed_up(&scope)),
        }
    }

    /// Whether its header says that it is of this kind, such as `json` for `application/json` and `application/x+json`.
    pub(crate) fn is(&self, kind: &str) -> bool {
        let media = self.origin.meta.content_type().unwrap_or_default();
        media.split(['/', '+']).skip(1).any(|part| part == kind)
    }

    /// Whether it is a web page, such as a gateway sends, and says so or does not say what it is.
    pub(crate) fn is_page(&self) -> bool {
        self.is("html") || (self.origin.meta.content_type().is_none() && is_html(&self.body))
    }

    /// The body, decoded.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        decode::json_of(&self.origin.scope, &self.origin.meta, self.body.clone())
    }

    /// The error of a reply that is not what was promised: the one that it reports, or one that says so. It keeps the body, which may
    /// have been paid for.
    pub(crate) fn unexpected(&self, problem: &str) -> Error {
        if let Some(error) = verdict::reported(&self.origin.scope, &self.origin.meta, &self.body) {
            return error;
        }
        let kind = self.origin.meta.shown_content_type();
        let message = format!("{problem} ({kind}): {}", form_of_body(&self.body));
        self.origin.undecodable(message, None, self.body.clone())
    }
}

/// What an operation answered that may answer with JSON or with a file.
#[derive(Debug)]
pub(crate) enum JsonOrFile {
    /// JSON, or the page of a gateway: anything but a file. It was waited for.
    Json(WholeReply),
    /// A file, which is on its way.
    File(RawReply),
}
