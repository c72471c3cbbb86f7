//! JSON decoding of whole replies.

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::verdict::{reported, verdict};
use super::watch::Watch;
use crate::runtime::error::{Error, ErrorKind, locate};
use crate::runtime::lenient::leniently;
use crate::runtime::meta::Meta;
use crate::runtime::text::{form_of_body, without_mark};
use crate::runtime::transport::{Body, Reply, ReplyBody, Scope};

/// Decodes a whole reply.
pub(crate) fn json<T: DeserializeOwned>(reply: Reply) -> Result<T, Error> {
    let Body::Whole(body) = reply.body else { return Err(mixed_up(&reply.scope)) };
    json_of(&reply.scope, &reply.meta, body)
}

/// Decodes the body of a reply. An empty one counts as `null`, so that a reply without a body can be `()` or an `Option`.
///
/// A reply that reports an error, or that lacks what the operation promises, is an error.
pub(crate) fn json_of<T: DeserializeOwned>(scope: &Scope, meta: &Meta, body: Bytes) -> Result<T, Error> {
    let text: &[u8] = if body.is_empty() { b"null" } else { without_mark(&body) };
    let watch = Watch::new(scope.operation().facts());
    let problem = match leniently(text, |text| watch.read(text)) {
        Ok(value) if !watch.is_suspicious() => return Ok(value),
        Ok(value) => match verdict(scope, meta, &body) {
            Some(error) => return Err(error),
            None => return Ok(value),
        },
        Err(problem) => problem,
    };
    Err(reported(scope, meta, &body).unwrap_or_else(|| undecodable(scope, meta.clone(), body, &problem)))
}

/// The body of a reply that is still on its way.
pub(crate) fn pieces(reply: Reply) -> Result<ReplyBody, Error> {
    match reply.body {
        Body::Pieces(body) => Ok(*body),
        Body::Whole(_) => Err(mixed_up(&reply.scope)),
    }
}

/// A reply that is not what was promised. The body is kept, since what it holds may have been paid for.
#[cold]
fn undecodable(scope: &Scope, meta: Meta, body: Bytes, error: &serde_json::Error) -> Error {
    use serde_json::error::Category;

    let status = meta.status();
    let (message, path) = match error.classify() {
        _ if body.is_empty() => (format!("status {status} with an empty body"), None),
        Category::Data => locate::unexpected("the reply", &body, error),
        _ => {
            let (kind, form) = (meta.shown_content_type(), form_of_body(&body));
            let (line, column) = (error.line(), error.column());
            (format!("the reply is not JSON ({kind}): {form}, wrong at line {line} column {column}"), None)
        }
    };
    let error = Error::new(ErrorKind::Decode, message).with_json_path(path);
    scope.explained(error.with_meta(meta).with_body(body))
}

/// The mode of a call and what decodes its reply are set together, so this does not happen.
#[cold]
pub(crate) fn mixed_up(scope: &Scope) -> Error {
    scope.explained(Error::new(ErrorKind::Decode, "the reply was read in the wrong way"))
}
