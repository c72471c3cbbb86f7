//! `Line`: the lines of a journal, encoded and decoded.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value, json};

use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::media::base64;
use crate::runtime::meta::Meta;
use crate::runtime::transport::fields;
use crate::runtime::transport::{Body, Reply, ReplyBody, Scope};

/// The first line of every journal.
pub(super) const HEADER: &str = "{\"journal\":\"venice-ai many\",\"version\":1}\n";

pub(super) fn header() -> &'static str {
    HEADER
}

/// A line, without the reply that may be in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    Header(u64),
    Sent { key: String, request: String },
    Refused { key: String },
    Done { key: String },
    Failed { key: String, may_be_paid: bool },
}

impl Line {
    #[inline]
    pub(super) fn of(line: &[u8]) -> Result<Self, String> {
        const NAMES: [&str; 8] = ["journal", "version", "sent", "request", "refused", "done", "failed", "may_be_paid"];
        let found = fields(line, &NAMES).ok_or("it is not a JSON object")?;
        let text = |name: &str| found.get(name).and_then(Value::as_str).map(str::to_owned);
        if let Some(version) = found.get("version").and_then(Value::as_u64).filter(|_| found.contains_key("journal")) {
            return Ok(Self::Header(version));
        }
        if let Some(key) = text("sent") {
            let request = text("request").ok_or("the sent request is not identified")?;
            return Ok(Self::Sent { key, request });
        }
        let may_be_paid = || found.get("may_be_paid").and_then(Value::as_bool).unwrap_or(true);
        (text("done").map(|key| Self::Done { key }))
            .or_else(|| text("refused").map(|key| Self::Refused { key }))
            .or_else(|| text("failed").map(|key| Self::Failed { key, may_be_paid: may_be_paid() }))
            .ok_or_else(|| "its content is unknown".to_owned())
    }
}

pub(super) fn sent(key: &str, request: &str, operation: &str, at: SystemTime) -> Vec<u8> {
    line(&json!({"sent": key, "request": request, "operation": operation, "at": millis(at)}))
}

pub(super) fn refused(key: &str) -> Vec<u8> {
    line(&json!({"refused": key}))
}

/// A reply whose body was read.
pub(in crate::features::many) struct KeptReply<'a> {
    pub(in crate::features::many) meta: &'a Meta,
    pub(in crate::features::many) scope: &'a Scope,
    pub(in crate::features::many) body: &'a Bytes,
    /// It was returned as a file, and not decoded.
    pub(in crate::features::many) is_file: bool,
}

pub(super) fn done(key: &str, kept: &KeptReply<'_>) -> Vec<u8> {
    let mut record = Map::new();
    record.insert("done".into(), key.into());
    add_reply(&mut record, kept.meta, kept.scope, kept.body);
    record.insert("file".into(), kept.is_file.into());
    line(&Value::Object(record))
}

#[inline]
pub(super) fn failed(key: &str, error: &Error, scope: &Scope, may_be_paid: bool) -> Vec<u8> {
    /// The longest recorded body of an error. The API's own errors are shorter.
    const LONGEST: usize = 64 * 1024;
    let mut record = Map::new();
    record.insert("failed".into(), key.into());
    record.insert("may_be_paid".into(), may_be_paid.into());
    record.insert("kind".into(), error.kind().as_str().into());
    record.insert("message".into(), error.message().into());
    if let Some(meta) = error.meta() {
        let body = error.body().cloned().unwrap_or_default();
        add_reply(&mut record, meta, scope, &body.slice(..body.len().min(LONGEST)));
    }
    line(&Value::Object(record))
}

#[inline]
fn add_reply(record: &mut Map<String, Value>, meta: &Meta, scope: &Scope, body: &Bytes) {
    let shown = meta.headers().iter().filter(|header| is_kept(header.0) && !header.1.is_sensitive());
    let headers: Vec<Value> = shown
        .filter_map(|(name, value)| {
            let value = scope.without_secrets(Bytes::copy_from_slice(value.as_bytes()));
            Some(json!([name.as_str(), std::str::from_utf8(&value).ok()?]))
        })
        .collect();
    record.insert("status".into(), meta.status().as_u16().into());
    record.insert("headers".into(), headers.into());
    record.insert("at".into(), millis(meta.received_at()).into());
    record.insert("attempts".into(), meta.attempts().into());
    let body = scope.without_secrets(body.clone());
    match std::str::from_utf8(&body) {
        Ok(text) => record.insert("body".into(), text.into()),
        Err(_) => record.insert("base64".into(), base64::encoded(&body).into()),
    };
}

/// The headers that [`Meta`] reads. Others may be cookies.
#[inline]
fn is_kept(name: &HeaderName) -> bool {
    const NAMES: [&str; 11] = [
        "content-type",
        "date",
        "retry-after",
        "cf-ray",
        "deprecation",
        "sunset",
        "link",
        "idempotent-replayed",
        "x-request-id",
        "x-balance-remaining",
        "x-next-cursor",
    ];
    const FAMILIES: [&str; 3] = ["x-venice-", "x-ratelimit-", "x-pagination-"];
    let name = name.as_str();
    NAMES.contains(&name) || FAMILIES.iter().any(|family| name.starts_with(family))
}

/// The reply in a line.
#[inline]
pub(super) fn reply_of(line: &[u8], scope: &Scope) -> Option<Reply> {
    let record: Map<String, Value> = serde_json::from_slice(line).ok()?;
    let (meta, body) = read_reply(&record)?;
    let is_file = record.get("file").and_then(Value::as_bool).unwrap_or_default();
    Some(Reply { body: body_of(body, is_file, scope, &meta), meta, scope: scope.clone() })
}

/// A reply body from bytes in memory.
#[inline]
pub(in crate::features::many) fn body_of(body: Bytes, is_file: bool, scope: &Scope, meta: &Meta) -> Body {
    match is_file {
        // No connection, so no idle time-out.
        true => Body::Pieces(Box::new(ReplyBody::new(body.into(), Duration::MAX, scope.clone(), meta.clone()))),
        false => Body::Whole(body),
    }
}

/// The error in a line.
#[inline]
pub(super) fn error_of(line: &[u8], scope: &Scope) -> Option<Error> {
    let record: Map<String, Value> = serde_json::from_slice(line).ok()?;
    let text = |name: &str| record.get(name).and_then(Value::as_str);
    let reply = read_reply(&record);
    if let Some((meta, body)) = &reply
        && !meta.status().is_success()
    {
        return Some(scope.api_error(meta.clone(), body.clone()));
    }
    let mut error = Error::new(kind(text("kind")?), text("message")?);
    if let Some((meta, body)) = reply {
        error = error.with_meta(meta).with_body(body);
    }
    Some(scope.explained(error))
}

/// The kind of that name. Earlier versions wrote `StreamInterrupted` for `stream_interrupted`; later ones may have new kinds.
fn kind(name: &str) -> ErrorKind {
    let mut snake = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake.parse().unwrap_or(ErrorKind::Transport)
}

#[inline]
fn read_reply(record: &Map<String, Value>) -> Option<(Meta, Bytes)> {
    let number = |name: &str| record.get(name).and_then(Value::as_u64);
    let status = StatusCode::from_u16(number("status")?.try_into().ok()?).ok()?;
    let mut headers = HeaderMap::new();
    for pair in record.get("headers")?.as_array()? {
        let name = HeaderName::try_from(pair.get(0)?.as_str()?).ok()?;
        headers.append(name, HeaderValue::try_from(pair.get(1)?.as_str()?).ok()?);
    }
    let at = SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(number("at")?))?;
    let attempts = number("attempts").and_then(|number| number.try_into().ok()).unwrap_or(1);
    let body = match (record.get("body"), record.get("base64")) {
        (Some(text), _) => Bytes::from(text.as_str()?.to_owned()),
        (None, Some(digits)) => base64::decoded(digits.as_str()?).ok()?.into(),
        (None, None) => return None,
    };
    Some((Meta::new(status, headers, at, attempts), body))
}

fn line(record: &Value) -> Vec<u8> {
    format!("{record}\n").into_bytes()
}

fn millis(at: SystemTime) -> u64 {
    at.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_millis().try_into().unwrap_or(u64::MAX))
}
