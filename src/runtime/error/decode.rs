//! Builds an [`Error`] from an error reply.
//!
//! The API has a handful of error bodies, endpoints mix them freely, and gateways in front of it answer with HTML. So no field is required:
//! each is looked up in every place where it was observed.

use std::time::Duration;

use bytes::Bytes;
use reqwest::StatusCode;
use serde_json::Value;

use super::payload::{ConsentRequired, ContentPolicy, Details, FieldError, PaymentRequired, text};
use super::{Error, ErrorKind, codes};
use crate::runtime::attachments::Attachments;
use crate::runtime::json_cost;
use crate::runtime::meta::{self, Meta};
use crate::runtime::operation::{AuthScheme, OperationRef};
use crate::runtime::text::{scrub_json, shortened, summary_of_body, without_mark, without_secret};

/// How long the API blocks requests after too many failures, if it does not say.
const ABUSE_BLOCK: Duration = Duration::from_secs(30);

/// The most field errors of an error.
const MOST_FIELDS: usize = 64;
/// The longest path of a field, in bytes. Its segments are chosen by the server.
const LONGEST_PATH: usize = 256;
/// The longest message about a field, in bytes.
const LONGEST_PROBLEM: usize = 1024;
/// The most memory of a parsed error document. A larger one is treated as not JSON.
const MOST_MEMORY: usize = 16 * 1024 * 1024;

/// The error of a reply with a status other than 2xx.
pub(crate) fn api_error(operation: &OperationRef, meta: Meta, body: Bytes) -> Error {
    let status = meta.status();
    let document = Document::read(&body, status);
    let mut error = document.into_error(operation, status);
    if error.inner.message.is_empty() {
        error.inner.message = summary_of_body(&body);
    }
    if let Some(encoding) = meta.content_encoding().filter(|_| !error.inner.from_api) {
        error.inner.message.push_str(&format!(" (content-encoding: {encoding})"));
    }
    let abuse = codes::is_abuse_block(&error.inner.message);
    let mut error = error.with_operation(operation).with_meta(meta).with_body(body);
    if abuse {
        let resets_in = error.meta().and_then(Meta::error_budget).and_then(|budget| budget.resets_in);
        error.inner.retry_after = resets_in.or(error.inner.retry_after).or(Some(ABUSE_BLOCK));
    }
    error
}

/// Builds the error of a document with a success status: a whole reply, or an event of a stream. The kind is that of an HTTP error with the
/// same code.
pub(crate) fn in_band_error(operation: &OperationRef, meta: Meta, document: Bytes) -> Error {
    let mut read = Document::read(&document, meta.status());
    let (status, code) = read.implied();
    if read.code.as_ref().is_none_or(|code| is_number(code)) {
        read.code = code.map(str::to_owned);
    }
    let mut error = read.into_error(operation, status);
    if error.inner.message.is_empty() {
        error.inner.message = summary_of_body(&document);
    }
    error.with_operation(operation).with_meta(meta).with_body(document)
}

/// The body of an error as JSON, if it is JSON and fits the memory limit.
fn parsed(bytes: &[u8]) -> Option<Value> {
    if json_cost::exceeds(bytes, MOST_MEMORY) { None } else { serde_json::from_slice(without_mark(bytes)).ok() }
}

/// The body of an error without a secret that the server echoed. In JSON a secret may be escaped (`\/`, `\u0041`), so the parsed document
/// is searched as well, before anything is truncated, so that no part of a secret is left.
pub(crate) fn clean_error_body<'s>(body: Bytes, secrets: impl Iterator<Item = &'s str>) -> Bytes {
    secrets.fold(body, |body, secret| {
        let body = without_secret(body, secret);
        let may_hide_it = memchr::memchr(b'\\', &body).is_some();
        let mut document = Some(&body).filter(|_| may_hide_it).and_then(|body| parsed(body));
        let is_there = document.as_mut().is_some_and(|document| scrub_json(document, secret));
        if is_there { document.unwrap_or_default().to_string().into() } else { body }
    })
}

impl Error {
    /// Whether the API blocks such requests for a while after too many failures.
    pub(crate) fn is_abuse_block(&self) -> bool {
        codes::is_abuse_block(&self.inner.message)
    }
}

/// The fields of an error document, wherever they are.
#[derive(Default)]
struct Document {
    message: String,
    code: Option<String>,
    fields: Vec<FieldError>,
    /// The body itself, if it is a JSON object.
    body: Option<Value>,
}

impl Document {
    fn read(bytes: &[u8], status: StatusCode) -> Self {
        let mut document = match parsed(bytes) {
            Some(Value::Object(object)) => Self::of_object(Value::Object(object)),
            Some(Value::String(message)) => Self { message, ..Self::default() },
            _ => Self { message: summary_of_body(bytes), ..Self::default() },
        };
        if document.code.is_none() && !status.is_success() {
            document.code = codes::inferred(status, &document.message).map(str::to_owned);
        }
        document
    }

    fn of_object(body: Value) -> Self {
        let error = body.get("error").unwrap_or(&Value::Null);
        let error_text = error.as_str().unwrap_or_default();
        let fields = field_errors(&body);
        let apart_from_error = || {
            let named = ["message", "customMessage", "error_message", "detail", "details"];
            named.iter().find_map(|name| text(&body, name))
        };
        // The top-up has the code where others have the message.
        let swapped = is_code(error_text).then(apart_from_error).flatten();
        let code_in_error =
            (swapped.is_some() || error_text.contains('_') && is_code(error_text)).then(|| error_text.to_owned());
        let message = text(error, "message")
            .or(swapped)
            .or_else(|| (!error_text.is_empty()).then(|| error_text.to_owned()))
            .or_else(apart_from_error)
            .or_else(|| fields.first().map(described))
            .unwrap_or_default();
        let code = text(&body, "code")
            .or_else(|| text(error, "code"))
            .or(code_in_error)
            .or_else(|| text(&body, "error_type"))
            .or_else(|| text(error, "type").filter(|kind| kind == "provider_content_policy"));
        Self { message, code, fields, body: Some(body) }
    }

    /// The status and code inferred from the message.
    fn implied(&self) -> (StatusCode, Option<&'static str>) {
        let body = self.body.as_ref().unwrap_or(&Value::Null);
        let error = body.get("error").unwrap_or(&Value::Null);
        let named = |name: &str| codes::status_of(&text(error, name).or_else(|| text(body, name))?);
        let number = || ["code", "status", "statusCode"].iter().find_map(|name| named(name));
        let by_message = codes::by_message(&self.message);
        let status = self.code.as_deref().and_then(codes::status_of).or_else(number).or_else(|| named("type"));
        let status = status.or(by_message.map(|found| found.0)).unwrap_or_else(|| match body {
            body if body.get("x402Version").is_some() => StatusCode::PAYMENT_REQUIRED,
            _ if !self.fields.is_empty() => StatusCode::BAD_REQUEST,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        });
        let code = codes::inferred(status, &self.message).or(by_message.map(|found| found.1));
        (status, code)
    }

    fn into_error(self, operation: &OperationRef, status: StatusCode) -> Error {
        let code = self.code.as_deref();
        let mut kind = codes::kind(status, code);
        let mut details = Details { fields: self.fields, ..Details::default() };
        if kind == ErrorKind::NotFound {
            details.did_you_mean = did_you_mean(&self.message);
        }
        // A text may say what is used up, too.
        let names_cause = code.is_some() && status == StatusCode::PAYMENT_REQUIRED;
        if let Some(body) = self.body.as_ref().or(names_cause.then_some(&Value::Null)) {
            details.request_id = text(body, "request_id");
            details.attachments = attachments(status, &mut kind, body, &self.message, code, operation);
        }
        let mut error = Error::new(kind, self.message);
        error.inner.code = self.code.map(String::into_boxed_str);
        error.inner.from_api = self.body.as_ref().is_some_and(is_own);
        error.inner.retry_after = self.body.as_ref().and_then(retry_after);
        error.inner.details = (!details.is_empty()).then(|| Box::new(details));
        error
    }
}

/// The body beyond its message. It may change the kind.
fn attachments(
    status: StatusCode,
    kind: &mut ErrorKind,
    body: &Value,
    message: &str,
    code: Option<&str>,
    operation: &OperationRef,
) -> Attachments {
    let mut found = Attachments::default();
    match status {
        // Not authenticated, and no price is given: this is not about payment.
        StatusCode::PAYMENT_REQUIRED if *kind == ErrorKind::Authentication && body.get("x402Version").is_none() => {}
        StatusCode::PAYMENT_REQUIRED => {
            let payment = PaymentRequired::from_body(body, message, code);
            if let PaymentRequired::Challenge(_) = payment {
                let facts = operation.facts();
                let takes_a_key =
                    operation.is_ad_hoc() || !matches!(facts.auth, AuthScheme::Public | AuthScheme::Anonymous);
                *kind = if takes_a_key { ErrorKind::Authentication } else { ErrorKind::PaymentRequired };
            }
            found.insert(payment);
        }
        StatusCode::CONFLICT => {
            if *kind == ErrorKind::ConsentRequired || body.get("consent_flow").is_some() {
                *kind = ErrorKind::ConsentRequired;
                found.insert(ConsentRequired::from_body(body));
            }
        }
        _ => {
            let policy = ContentPolicy::from_body(body);
            if status == StatusCode::UNPROCESSABLE_ENTITY && !policy.is_empty() {
                *kind = ErrorKind::ContentPolicy;
            }
            // A failed job says whether it was refunded, whatever the reason.
            if *kind == ErrorKind::ContentPolicy || policy.credits_refunded.is_some() {
                found.insert(policy);
            }
        }
    }
    found
}

/// The wait in seconds from the body.
fn retry_after(body: &Value) -> Option<Duration> {
    let named = |place: &Value| super::payload::number(place, "retry_after");
    let seconds = body.get("error").and_then(named).or_else(|| named(body))?;
    (seconds.is_finite() && seconds >= 0.0).then(|| meta::seconds(seconds))
}

fn is_number(code: &str) -> bool {
    code.bytes().all(|byte| byte.is_ascii_digit())
}

/// Each error document of the API has an `error`; gateways that answer with JSON use another field.
fn is_own(body: &Value) -> bool {
    let has = |names: &[&str]| names.iter().any(|name| body.get(name).is_some());
    has(&["error", "error_type"]) || !has(&["message", "detail", "title", "error_msg"])
}

/// Whether a text looks like `RATE_LIMIT_EXCEEDED`.
fn is_code(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

fn described(error: &FieldError) -> String {
    if error.field.is_empty() { error.message.clone() } else { format!("`{}`: {}", error.field, error.message) }
}

/// The invalid fields of the request. A list of issues is more precise than the tree of messages that comes with it, so the tree is used
/// only without a list.
fn field_errors(body: &Value) -> Vec<FieldError> {
    let mut found = Vec::new();
    let issues = ["issues", "errors", "detail"].iter().filter_map(|name| body.get(name)?.as_array());
    collect_issues(&mut issues.flatten(), 0, &mut found);
    if found.is_empty() {
        collect_tree(body.get("details").unwrap_or(&Value::Null), "", 0, &mut found);
    }
    let error = body.get("error").unwrap_or(&Value::Null);
    if found.is_empty()
        && let (Some(param), Some(message)) = (text(error, "param"), text(error, "message"))
    {
        found.push(field_error(&param, &message, text(error, "code").as_deref()));
    }
    found
}

/// The reasons of a union are in the issues of its arms; the union itself only has "Invalid input".
fn collect_issues(issues: &mut dyn Iterator<Item = &Value>, depth: usize, found: &mut Vec<FieldError>) {
    const DEEPEST: usize = 4;
    for issue in issues {
        if found.len() >= MOST_FIELDS {
            return;
        }
        let before = found.len();
        if depth < DEEPEST
            && let Some(arms) = issue.get("unionErrors").and_then(Value::as_array)
        {
            let mut inner = arms.iter().filter_map(|arm| arm.get("issues")?.as_array()).flatten();
            collect_issues(&mut inner, depth + 1, found);
        }
        let message = text(issue, "message").or_else(|| text(issue, "msg"));
        let path = issue.get("path").or_else(|| issue.get("loc")).and_then(Value::as_array);
        if found.len() == before
            && let Some(message) = message
        {
            let path = path.map(|path| joined(path)).unwrap_or_default();
            found.push(field_error(&path, &message, text(issue, "code").as_deref()));
        }
    }
}

/// A field error with truncated texts.
fn field_error(path: &str, message: &str, code: Option<&str>) -> FieldError {
    let code = code.map(|code| shortened(code, LONGEST_PATH));
    FieldError::new(&shortened(path, LONGEST_PATH), &shortened(message, LONGEST_PROBLEM), code.as_deref())
}

/// `{"_errors": [..], "field": {"_errors": [..], ..}}`.
fn collect_tree(tree: &Value, path: &str, depth: usize, found: &mut Vec<FieldError>) {
    const DEEPEST: usize = 32;
    let Some(entries) = tree.as_object().filter(|_| depth < DEEPEST) else { return };
    for (name, entry) in entries {
        if name == "_errors" {
            let room = MOST_FIELDS.saturating_sub(found.len());
            let messages = entry.as_array().into_iter().flatten().filter_map(Value::as_str);
            found.extend(messages.take(room).map(|message| field_error(path, message, None)));
        } else if found.len() < MOST_FIELDS {
            let mut inner = shortened(path, LONGEST_PATH);
            push_segment(&mut inner, name, name.parse::<u64>().is_ok());
            collect_tree(entry, &inner, depth + 1, found);
        }
    }
}

fn joined(path: &[Value]) -> String {
    let mut joined = String::new();
    for segment in path.iter().take(MOST_FIELDS) {
        match segment {
            Value::String(name) => push_segment(&mut joined, name, false),
            Value::Number(index) => push_segment(&mut joined, &index.to_string(), true),
            _ => {}
        }
    }
    joined
}

fn push_segment(path: &mut String, segment: &str, is_index: bool) {
    if is_index {
        path.push('[');
        path.push_str(segment);
        path.push(']');
    } else {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(segment);
    }
}

/// The names after "Did you mean:" in `Specified model not found: x. Did you mean: a, b?`.
fn did_you_mean(message: &str) -> Vec<String> {
    const MARK: &str = "did you mean";
    let Some(start) = message.to_ascii_lowercase().find(MARK) else { return Vec::new() };
    let names = message.get(start + MARK.len()..).unwrap_or_default();
    let names = names.trim_start_matches([':', ' ']);
    // A question mark ends the list; model ids may contain dots.
    let names = names.split('?').next().unwrap_or_default();
    let quotes = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`');
    names
        .split(',')
        .flat_map(|part| part.split(" or "))
        .map(|name| name.trim_matches(quotes).trim_start_matches("or ").trim_end_matches('.'))
        .filter(|name| !name.is_empty())
        .take(MOST_FIELDS)
        .map(|name| shortened(name, LONGEST_PATH))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggestions_are_extracted_from_the_message() {
        let message = "Specified model not found: qwen. Did you mean: qwen3-4b, qwen-2.5-vl or `llama-3.3-70b`?";
        assert_eq!(did_you_mean(message), ["qwen3-4b", "qwen-2.5-vl", "llama-3.3-70b"]);
        assert!(did_you_mean("Specified model not found").is_empty());
        assert!(did_you_mean("Did you mean").is_empty());
    }

    #[test]
    fn every_wait_can_be_added_to_a_time() {
        for (seconds, wait) in [("7.5", Some(7)), ("1e19", Some(32_000_000_000)), ("-1", None), ("\"inf\"", None)] {
            let body = format!(r#"{{"error": {{"message": "slow down", "retry_after": {seconds}}}}}"#);
            let found = retry_after(&serde_json::from_str(&body).unwrap());
            assert_eq!(found.map(|wait| wait.as_secs()), wait, "{seconds}");
        }
    }

    #[test]
    fn a_tree_of_messages_becomes_paths() {
        let tree = serde_json::json!({"details": {"_errors": [], "messages": {"_errors": ["bad"],
            "0": {"content": {"_errors": ["Required", "Too short"]}}}}});
        let found = field_errors(&tree);
        let mut found: Vec<_> = found.iter().map(described).collect();
        // The JSON library may preserve or sort fields: a feature that any crate can turn on.
        found.sort();
        assert_eq!(found, ["`messages[0].content`: Required", "`messages[0].content`: Too short", "`messages`: bad"]);
    }
}
