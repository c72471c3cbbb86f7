//! From the bytes of a reply to its type.

use bytes::Bytes;
use serde::de::DeserializeOwned;

use crate::error::{Error, ErrorKind, locate, summary_of_body, without_values};
use crate::meta::Meta;
use crate::transport::{Body, Reply, ReplyBody, Scope};
use crate::wire;

/// Decodes a whole reply.
pub(super) fn json<T: DeserializeOwned>(reply: Reply) -> Result<T, Error> {
    let Body::Whole(body) = reply.body else { return Err(mixed_up(&reply.scope)) };
    json_of(&reply.scope, &reply.meta, body)
}

/// Decodes the body of a reply. An empty one counts as `null`, so that a reply without a body can be `()` or an `Option`.
pub(crate) fn json_of<T: DeserializeOwned>(scope: &Scope, meta: &Meta, body: Bytes) -> Result<T, Error> {
    let text: &[u8] = if body.is_empty() { b"null" } else { &body };
    match read(text) {
        Ok(value) => Ok(value),
        Err(error) => Err(undecodable(scope, meta.clone(), body, &error)),
    }
}

/// Reads what is optional and has an unexpected type as missing. The error is about what could not be left out.
fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(text).or_else(|error| match error.is_data() {
        true => {
            let read = wire::forgiving(|| serde_json::from_slice(text))?;
            let problem = without_values(&error.to_string());
            tracing::debug!(problem, "an optional member of the reply has an unexpected type and is left out");
            Ok(read)
        }
        false => Err(error),
    })
}

/// The body of a reply that is still on its way.
pub(super) fn pieces(reply: Reply) -> Result<ReplyBody, Error> {
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
        Category::Data => {
            let path = locate::path_at(&body, error.line(), error.column());
            let place = path.as_deref().map(|path| format!(" at `{path}`")).unwrap_or_default();
            let problem = without_values(&error.to_string());
            (format!("the reply is not what was expected{place}: {problem}"), path)
        }
        _ => {
            let kind = meta.header("content-type").unwrap_or("no content type");
            (format!("the reply is not JSON ({kind}): {}", summary_of_body(&body)), None)
        }
    };
    let error = Error::new(ErrorKind::Decode, message).with_json_path(path);
    scope.explained(error.with_meta(meta).with_body(body))
}

/// The mode of a call and what decodes its reply are set together, so this does not happen.
#[cold]
pub(super) fn mixed_up(scope: &Scope) -> Error {
    scope.explained(Error::new(ErrorKind::Decode, "the reply was read in the wrong way"))
}
