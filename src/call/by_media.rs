//! Replies that are JSON or a file, as the server likes.

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::{Call, decode};
use crate::error::{Error, ErrorKind, summary_of_body};
use crate::meta::Meta;
use crate::reply::RawReply;
use crate::transport::{Body, Mode, Reply, Scope};

/// What an operation answered that may answer with JSON or with a file.
#[derive(Debug)]
pub(crate) enum JsonOrFile<T> {
    /// JSON, which was waited for.
    Json(T, Origin),
    /// A file, which is on its way.
    File(RawReply),
}

/// Where a part of a reply came from, for the errors that it may lead to later.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) scope: Scope,
    pub(crate) meta: Meta,
}

impl Origin {
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

impl<T: 'static> Call<T> {
    /// Keeps where the reply came from, for a part of it that is taken apart later.
    pub(crate) fn with_origin(self) -> Call<(T, Origin)> {
        let decode = self.decode;
        let decode = move |reply: Reply| {
            let origin = Origin { scope: reply.scope.clone(), meta: reply.meta.clone() };
            Ok((decode(reply)?, origin))
        };
        Call { core: self.core, decode: Box::new(decode) }
    }

    /// Decodes the reply as another type.
    pub(crate) fn read_as<U: DeserializeOwned + 'static>(self) -> Call<U> {
        Call { core: self.core, decode: Box::new(decode::json::<U>) }
    }
}

impl Call<RawReply> {
    /// The content type decides what the reply is: JSON is waited for and a file is not. JSON that does not come whole is a failed
    /// attempt, and a file that does not is the reader's.
    pub(crate) fn json_or_file<T: DeserializeOwned + 'static>(self) -> Call<JsonOrFile<T>> {
        self.by_media(|reply, origin| match reply {
            Body::Pieces(body) => Ok(JsonOrFile::File(RawReply::new(*body))),
            Body::Whole(body) if is_file_without_type(&origin.meta, &body) => {
                Ok(JsonOrFile::File(RawReply::in_memory(body, origin)))
            }
            Body::Whole(body) => {
                let value = decode::json_of(&origin.scope, &origin.meta, body)?;
                Ok(JsonOrFile::Json(value, origin))
            }
        })
    }

    /// A file and nothing else: JSON or the page of a gateway is an error that shows it, and not a file with strange contents.
    pub(crate) fn file(self) -> Self {
        self.by_media(|reply, origin| match reply {
            Body::Pieces(body) => Ok(RawReply::new(*body)),
            Body::Whole(body) if is_file_without_type(&origin.meta, &body) => Ok(RawReply::in_memory(body, origin)),
            Body::Whole(body) => {
                let media = origin.meta.content_type().unwrap_or_else(|| "no content type".to_owned());
                let message = format!("the reply is not a file ({media}): {}", summary_of_body(&body));
                Err(origin.undecodable(message, None, body))
            }
        })
    }

    fn by_media<U: 'static>(self, open: fn(Body, Origin) -> Result<U, Error>) -> Call<U> {
        let mut core = self.core;
        core.mode = Mode::ByMedia;
        let decode = move |Reply { body, scope, meta }| open(body, Origin { scope, meta });
        Call { core, decode: Box::new(decode) }
    }
}

/// Whether a body that came without a content type is neither JSON nor a page.
fn is_file_without_type(meta: &Meta, body: &[u8]) -> bool {
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    meta.content_type().is_none() && first.is_some_and(|first| !b"{[<\"".contains(first))
}
