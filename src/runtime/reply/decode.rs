//! `Reply`: decoding a value. `Origin`: the reply of a part, for later errors.

use std::cell::Cell;
use std::mem;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::RawReply;
use super::verdict::{reported, verdict};
use super::watch::is_suspicious;
use crate::runtime::error::{Error, ErrorKind, locate};
use crate::runtime::lenient::{leniently, utf8};
use crate::runtime::meta::Meta;
use crate::runtime::text::{form_of_body, is_html, without_mark};
use crate::runtime::transport::{Body, Reply, ReplyBody, Scope, unreadable};
use crate::runtime::wire::with_names;

/// Makes a `T` from a reply. A function without captures is not allocated.
pub(crate) type Decode<T> = Box<dyn FnOnce(&mut Reply) -> Result<T, Error> + Send>;

impl Reply {
    /// Makes the value of a call. An error gets the details of the reply, and keeps the body, which may have been paid for.
    pub(crate) fn decoded<T>(mut self, decode: Decode<T>) -> Result<T, Error> {
        decode(&mut self).map_err(|error| unreadable(self.scope.operation().retry(), self.explained(error)))
    }

    #[cold]
    fn explained(&self, error: Error) -> Error {
        let error = match (&self.body, error.body()) {
            (Body::Whole(body), None) => error.with_body(body.clone()),
            _ => error,
        };
        self.origin().explained(error)
    }

    /// The body, decoded. An empty one counts as `null`, so that a reply without a body can be `()` or an `Option`.
    ///
    /// A reply that reports an error, or lacks a field that the operation promises, is an error.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let (Body::Whole(body), scope, meta) = (&self.body, &self.scope, &self.meta) else { return Err(mixed_up()) };
        let text: &[u8] = if body.is_empty() { b"null" } else { without_mark(body) };
        let is_harmless = Cell::new(false);
        let read = |text: &str| {
            let (value, names_no_error) = with_names(text, |text| serde_json::from_str(text));
            is_harmless.set(names_no_error);
            value
        };
        let problem = match leniently(&utf8(text), read) {
            Ok(value) if !is_suspicious(scope.operation().facts(), text, is_harmless.get()) => return Ok(value),
            Ok(value) => return verdict(scope, meta, body).map_or(Ok(value), Err),
            Err(problem) => problem,
        };
        Err(reported(scope, meta, body).unwrap_or_else(|| undecodable(meta, body, &problem)))
    }

    /// The body as a stream.
    pub(crate) fn stream(&mut self) -> Result<ReplyBody, Error> {
        match mem::replace(&mut self.body, Body::Whole(Bytes::new())) {
            Body::Pieces(body) => Ok(*body),
            Body::Whole(_) => Err(mixed_up()),
        }
    }

    /// Whether it is JSON or HTML rather than a file, and was read completely.
    pub(crate) fn is_whole(&self) -> bool {
        matches!(self.body, Body::Whole(_))
    }

    /// The body as a file that is being received.
    pub(crate) fn file(&mut self) -> Result<RawReply, Error> {
        if self.is_whole() { Err(self.unexpected("the reply is not a file")) } else { self.stream().map(RawReply::new) }
    }

    /// Whether its content type is of this kind, such as `json` for `application/json` and `application/x+json`.
    pub(crate) fn is(&self, kind: &str) -> bool {
        let media = self.meta.content_type().unwrap_or_default();
        media.split(['/', '+']).skip(1).any(|part| part == kind)
    }

    /// Whether it is HTML, as from a gateway, with that content type or none.
    pub(crate) fn is_page(&self) -> bool {
        self.is("html") || (self.meta.content_type().is_none() && is_html(self.bytes()))
    }

    /// The error of a reply that does not match the operation: the one that it reports, or one that says so.
    pub(crate) fn unexpected(&self, problem: &str) -> Error {
        reported(&self.scope, &self.meta, self.bytes()).unwrap_or_else(|| {
            let kind = self.meta.shown_content_type();
            Error::decode(format!("{problem} ({kind}): {}", form_of_body(self.bytes())))
        })
    }

    /// The error that the reply reports, in any form.
    #[cfg(feature = "unstable")]
    pub(crate) fn error(&self) -> Error {
        self.scope.in_band_error(self.meta.clone(), self.bytes().clone())
    }

    pub(crate) fn origin(&self) -> Origin {
        Origin { scope: self.scope.clone(), meta: self.meta.clone() }
    }
}

/// The error of a reply that cannot be decoded.
#[cold]
fn undecodable(meta: &Meta, body: &Bytes, error: &serde_json::Error) -> Error {
    use serde_json::error::Category;

    let status = meta.status();
    let (message, path) = match error.classify() {
        _ if body.is_empty() => (format!("status {status} with an empty body"), None),
        Category::Data => locate::unexpected("the reply", body, error),
        _ => {
            let (kind, form) = (meta.shown_content_type(), form_of_body(body));
            let (line, column) = (error.line(), error.column());
            (format!("the reply is not JSON ({kind}): {form}, invalid at line {line} column {column}"), None)
        }
    };
    Error::decode(message).with_json_path(path)
}

/// Cannot happen: the form of a call and the decoder of its reply are set together.
#[cold]
fn mixed_up() -> Error {
    Error::decode("the reply was read in the wrong way")
}

/// The reply of a part, for errors that the part causes later.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) scope: Scope,
    pub(crate) meta: Meta,
}

impl Origin {
    /// An error of a part of the reply. `part` is what could not be decoded; it may have been paid for.
    pub(crate) fn undecodable(&self, message: impl Into<String>, place: Option<String>, part: Bytes) -> Error {
        let error = Error::new(ErrorKind::Decode, message).with_json_path(place);
        self.explained(error.with_body(part))
    }

    /// Adds the details of the call.
    pub(crate) fn explained(&self, error: Error) -> Error {
        self.scope.explained(error.with_meta(self.meta.clone()))
    }
}
