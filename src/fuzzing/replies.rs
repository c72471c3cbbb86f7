//! Targets for replies: event streams, chunks of chats, error documents, headers.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::api::chat::stream::Choices;
use crate::features::collect::ChatAccumulator;
#[cfg(feature = "compatibility")]
use crate::features::compatibility::Versions;
use crate::features::splits::splits;
use crate::runtime::amount::Amount;
use crate::runtime::meta::Meta;
use crate::runtime::operation::OperationRef;
use crate::runtime::reply::stream::sse::{DEFAULT_MAX_EVENT_BYTES, SseDecoder, SseError, SseEvent};
use crate::runtime::reply::stream::{Protocol, Read};
use crate::runtime::secret::Secret;
use crate::runtime::timestamp::Timestamp;
use crate::runtime::transport::Scope;
use crate::runtime::transport::limits::ReplyLimits;

/// All that is observable of a decoded stream.
#[derive(Debug, PartialEq)]
struct Decoded {
    events: Vec<Result<SseEvent, SseError>>,
    last_id: Option<String>,
    retry: Option<Duration>,
}

fn decoded(limit: usize, pieces: &[&[u8]]) -> Decoded {
    let mut decoder = SseDecoder::new().with_max_event_bytes(limit);
    let mut events = Vec::new();
    for piece in pieces {
        decoder.push(Bytes::copy_from_slice(piece));
        events.extend(std::iter::from_fn(|| decoder.next_event()));
        assert!(decoder.buffered_bytes() <= limit, "more is buffered than an event may have");
    }
    decoder.finish();
    events.extend(std::iter::from_fn(|| decoder.next_event()));
    Decoded { events, last_id: decoder.last_event_id().map(str::to_owned), retry: decoder.retry() }
}

/// Server-sent events: pieces make no difference, events are no longer than the stream, and events that are written again are the same.
pub fn sse(data: &[u8]) {
    for limit in [64, DEFAULT_MAX_EVENT_BYTES] {
        let [whole, bytes, irregular] = splits(data).map(|pieces| decoded(limit, &pieces));
        assert_eq!(whole, bytes);
        assert_eq!(whole, irregular);
        let size: usize = whole.events.iter().flatten().map(|event| event.data().len()).sum();
        assert!(size <= data.len(), "events of {size} bytes");
    }
    let read = |text: &[u8]| -> Vec<(String, String)> {
        let events = decoded(2 * DEFAULT_MAX_EVENT_BYTES, &[text]).events.into_iter().flatten();
        events.map(|event| (event.name().to_owned(), event.data().to_owned())).collect()
    };
    let events = read(data);
    let mut written = String::new();
    for (name, data) in &events {
        written += &format!("event: {name}\n");
        data.split('\n').for_each(|line| written += &format!("data: {line}\n"));
        written.push('\n');
    }
    assert_eq!(read(written.as_bytes()), events);
}

/// The chunks of a chat's stream, and the reply that they are assembled to: both are the same when they are written and read again, and
/// the text of the reply is that of the chunks.
pub fn chat(data: &[u8]) {
    let (limits, mut choices, mut answer) = (ReplyLimits::default(), Choices::default(), ChatAccumulator::new());
    let mut text = String::new();
    for event in decoded(DEFAULT_MAX_EVENT_BYTES, &[data]).events.into_iter().flatten() {
        if limits.event_is_too_costly(event.data_bytes()) {
            continue;
        }
        let Ok(Read::Part(chunk)) = Choices::read(&event) else { continue };
        assert_same_again(&chunk);
        choices.note(&chunk);
        let first = chunk.choices.iter().filter(|choice| choice.index == 0);
        text.extend(first.filter_map(|choice| choice.delta.content.as_deref()));
        if answer.push(chunk).is_err() {
            break;
        }
    }
    let _ = choices.is_whole();
    let reply = answer.finish();
    let first = reply.choices.iter().find(|choice| choice.index == 0);
    assert_eq!(first.map(|choice| choice.message.text()).unwrap_or_default(), text);
    assert_same_again(&reply);
    if !limits.reply_is_too_costly(data)
        && let Ok(Read::Part(chunk)) = Choices::read_whole(data)
    {
        assert_same_again(&chunk);
    }
}

/// Asserts that a value stays the same when it is written and read.
fn assert_same_again<T: Serialize + DeserializeOwned>(value: &T) {
    let written = serde_json::to_value(value).expect("every value can be written");
    let read: T = serde_json::from_str(&written.to_string()).expect("what was written can be read");
    let again = serde_json::to_value(&read).expect("every value can be written");
    assert!(is_same(&written, &again), "{written}\n{again}");
}

/// Whether two values are the same. The JSON parser may round the last digit of a number.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let is_there =
                |(name, value): (&String, &Value)| other.get(name).is_some_and(|found| is_same(value, found));
            one.len() == other.len() && one.iter().all(is_there)
        }
        (Value::Number(one), Value::Number(other)) if one != other => {
            let (one, other) = (one.as_f64().unwrap_or_default(), other.as_f64().unwrap_or_default());
            (one - other).abs() <= one.abs() * 1e-12
        }
        (one, other) => one == other,
    }
}

/// A secret that the seeds echo.
const SECRET: &str = "venice-secret-7f3a91c2";

/// Error documents, with an error status and within a success: no secret stays, the details are bounded, and no time overflows.
pub fn error(data: &[u8]) {
    let mut scope = Scope::new(OperationRef::ad_hoc(&Method::POST, "/fuzz"), None);
    scope.hide([Secret::from(SECRET)]);
    for status in [200, 400, 402, 404, 409, 422, 429, 500] {
        let status = StatusCode::from_u16(status).unwrap();
        let meta = Meta::new(status, HeaderMap::new(), SystemTime::UNIX_EPOCH, 1);
        let body = Bytes::copy_from_slice(data);
        let error = match status.is_success() {
            true => scope.in_band_error(meta, body),
            false => scope.api_error(meta, body),
        };
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(SECRET), "{shown}");
        assert!(error.body().is_none_or(|body| memchr::memmem::find(body, SECRET.as_bytes()).is_none()));
        // `Debug` escapes characters, and shows texts a second time.
        assert!(shown.len() <= 20 * data.len() + 4096, "{} bytes are shown", shown.len());
        assert!(error.field_errors().len() <= 64 && error.did_you_mean().len() <= 64);
        assert!(error.retry_after().is_none_or(is_usable), "{:?}", error.retry_after());
    }
}

/// Whether a wait can be added to a time.
fn is_usable(wait: Duration) -> bool {
    SystemTime::now().checked_add(wait).is_some() && std::time::Instant::now().checked_add(wait).is_some()
}

/// Headers of replies, a line each: no wait overflows a time, and amounts and times are the same when they are written and read again.
pub fn headers(data: &[u8]) {
    const MOST: usize = 4096;
    let mut headers = HeaderMap::new();
    for line in data.split(|byte| *byte == b'\n').take(MOST) {
        let Some((name, value)) = memchr::memchr(b':', line).map(|colon| (&line[..colon], &line[colon + 1..])) else {
            continue;
        };
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value.trim_ascii())) {
            headers.append(name, value);
        }
    }
    let texts: Vec<String> = headers.values().filter_map(|value| value.to_str().ok().map(str::to_owned)).collect();
    texts.iter().for_each(|text| assert_times_and_amounts(text));
    let received_at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_783_555_200);
    for status in [StatusCode::OK, StatusCode::TOO_MANY_REQUESTS] {
        let mut meta = Meta::new(status, headers.clone(), received_at, 1);
        let (limits, budget) = (meta.rate_limits(), meta.error_budget());
        let waits = [meta.retry_after(), limits.requests.resets_in, limits.tokens.resets_in];
        let waits = waits.into_iter().chain([budget.and_then(|budget| budget.resets_in)]);
        waits.flatten().for_each(|wait| assert!(is_usable(wait), "{wait:?}"));
        let balances = meta.balances();
        for amount in [balances.diem, balances.usd, balances.x402].into_iter().flatten() {
            assert_eq!(Amount::read(&amount.to_string()), Some(amount));
        }
        for time in meta.deprecation().into_iter().flat_map(|found| [found.since, found.sunset]).flatten() {
            assert_time(time);
        }
        let _ = (meta.content_flags(), meta.enhanced_prompt(), meta.pagination(), meta.audio(), meta.rpc_usage());
        let _ = (meta.request_id(), meta.tee_provider(), meta.content_type(), meta.content_encoding(), meta.date());
        #[cfg(feature = "compatibility")]
        {
            let versions = Versions::new(Duration::ZERO);
            meta.server_version().into_iter().for_each(|version| _ = (versions.see(version), versions.compare()));
        }
        meta.hide(SECRET);
        let is_name = headers.keys().any(|name| name.as_str().contains(SECRET));
        assert!(is_name || !format!("{meta:?}").contains(SECRET), "{meta:?}");
    }
}

fn assert_times_and_amounts(text: &str) {
    if let Some(amount) = Amount::read(text) {
        assert_eq!(Amount::read(&amount.to_string()), Some(amount), "{text:?}");
    }
    if let Some(time) = Timestamp::from(text).to_system_time() {
        assert_time(time);
    }
}

/// A time is the same when it is written and read again, if its year has four digits.
fn assert_time(time: SystemTime) {
    let written = Timestamp::from(time);
    if let Some(again) = written.to_system_time() {
        assert_eq!(again, time, "{written}");
    }
}
