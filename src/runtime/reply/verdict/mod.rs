//! `verdict`: detects errors in replies with a success status.

use bytes::Bytes;
use serde_json::{Map, Value};

use super::watch::is_suspicious;
use crate::runtime::error::{Error, ErrorKind, Promise, is_error_document};
use crate::runtime::meta::Meta;
use crate::runtime::operation::{Essential, Operation};
use crate::runtime::text::without_mark;
#[cfg(feature = "batch")]
use crate::runtime::transport::Body;
use crate::runtime::transport::{Reply, Scope};

/// The error that a JSON object reports, in any of the API's forms.
#[cold]
pub(crate) fn reported(scope: &Scope, meta: &Meta, body: &Bytes) -> Option<Error> {
    let object: Map<String, Value> = serde_json::from_slice(without_mark(body)).ok()?;
    is_reported(&object, scope.operation().facts()).then(|| scope.in_band_error(meta.clone(), body.clone()))
}

/// The error of a reply that reports one, or lacks a field that the operation promises.
#[cold]
pub(crate) fn verdict(scope: &Scope, meta: &Meta, body: &Bytes) -> Option<Error> {
    let object: Map<String, Value> = serde_json::from_slice(without_mark(body)).ok()?;
    let facts = scope.operation().facts();
    if is_reported(&object, facts) {
        return Some(scope.in_band_error(meta.clone(), body.clone()));
    }
    if facts.error_inside && says_why(&object) {
        return None;
    }
    let problem = if object.get("success") == Some(&Value::Bool(false)) && !answers_success(facts) {
        format!("the API answered {} and `success: false`", meta.status().as_u16())
    } else {
        format!("the reply has no `{}`", missing(&object, facts)?.name)
    };
    let error = Error::new(ErrorKind::Decode, problem).with_meta(meta.clone()).with_body(body.clone());
    Some(scope.explained(error))
}

fn is_reported(object: &Map<String, Value>, facts: &Operation) -> bool {
    let promise = match missing(object, facts) {
        _ if facts.essential.is_empty() => Promise::Unknown,
        Some(_) => Promise::Broken,
        None => Promise::Kept,
    };
    // `false` is an answer here: it was not deleted, and may be later.
    let is_answer = promise == Promise::Kept && answers_success(facts) && !object.contains_key("error");
    let may_be_inside = facts.error_inside && says_why(object);
    if is_answer || may_be_inside { false } else { is_error_document(object, promise) }
}

/// Whether `success` is the content of the operation's replies, not part of their envelope.
fn answers_success(facts: &Operation) -> bool {
    facts.essential.iter().any(|field| field.name == "success")
}

fn says_why(object: &Map<String, Value>) -> bool {
    object.get("error").is_some_and(|error| !error.is_null())
}

fn missing(object: &Map<String, Value>, facts: &Operation) -> Option<&'static Essential> {
    let here = |field: &Essential| match object.get(field.name) {
        None | Some(Value::Null) => false,
        Some(Value::Array(items)) => !field.filled || !items.is_empty(),
        Some(_) => true,
    };
    let essential: &'static [Essential] = facts.essential;
    essential.iter().find(|field| !here(field))
}

/// The verdict of [`Reply::json`], for a reply that is not decoded. Invalid JSON is left to the decoder.
pub(crate) fn check(scope: &Scope, meta: &Meta, body: &Bytes) -> Result<(), Error> {
    let is_suspicious = is_suspicious(scope.operation().facts(), without_mark(body), false);
    if is_suspicious { verdict(scope, meta, body).map_or(Ok(()), Err) } else { Ok(()) }
}

impl Reply {
    /// The error of a complete reply that reports one.
    #[cfg(feature = "batch")]
    pub(crate) fn check(&self) -> Result<(), Error> {
        match &self.body {
            Body::Whole(body) if !self.is_text() => check(&self.scope, &self.meta, body),
            _ => Ok(()),
        }
    }

    /// Whether it is the text of an operation that also answers with text: JSON in it is content.
    #[cfg(feature = "batch")]
    fn is_text(&self) -> bool {
        let media = self.scope.operation().facts().reply_media;
        let has_text = media.iter().any(|media| matches!(*media, "text/plain" | "text/csv"));
        has_text && self.meta.content_type().is_some_and(|media| !media.ends_with("json"))
    }
}

#[cfg(test)]
mod tests;
