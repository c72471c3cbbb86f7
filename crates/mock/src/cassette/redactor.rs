//! `Redactor`: takes secrets, prompts and media out of a request and its reply.

use bytes::Bytes;
use serde_json::Value;
use venice_ai::{AuthScheme, Operation};

use super::redaction::{Redaction, RedactionMode, SECRET, hash};
use super::strings;
use crate::{document, form, media};

/// The boundary of recorded forms, so that two forms with the same parts are equal.
const BOUNDARY: &str = "venice-ai-cassette";

/// Redacts one request and its reply.
pub(super) struct Redactor<'r> {
    pub(super) policy: &'r Redaction,
    pub(super) operation: Option<&'static Operation>,
    /// The secrets of the request, wherever they are echoed.
    pub(super) secrets: Vec<String>,
    /// The texts of the request: an error that repeats one is no text of the API.
    pub(super) texts: Vec<String>,
    /// Whether a text may be kept if it does not repeat one of the request.
    pub(super) is_of_api: bool,
}

impl<'r> Redactor<'r> {
    pub(super) fn new(policy: &'r Redaction, operation: Option<&'static Operation>) -> Self {
        Self { policy, operation, secrets: Vec::new(), texts: Vec::new(), is_of_api: false }
    }

    /// The headers of a request or a reply.
    pub(super) fn headers(&mut self, headers: &venice_ai::http::HeaderMap) -> Vec<(String, String)> {
        let mut kept = Vec::new();
        for (name, value) in headers {
            let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
            let is_secret = value.is_sensitive() || self.policy.hides_header(name.as_str(), &text);
            if is_secret {
                let bare = text.split_once(' ').map_or(&*text, |(_, key)| key);
                self.secrets.extend([text.clone(), bare.to_owned()].into_iter().filter(|secret| secret.len() >= 6));
            }
            kept.push((name.as_str().to_owned(), if is_secret { SECRET.to_owned() } else { text }));
        }
        for (_, value) in &mut kept {
            *value = self.scrubbed(value);
        }
        kept
    }

    /// The query of a URL.
    pub(super) fn query(&mut self, url: &mut venice_ai::reqwest::Url) {
        if url.query().is_none_or(str::is_empty) {
            return;
        }
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let parameters = self.operation.map(|operation| &document::operation(operation)["parameters"]);
        let schema = |name: &str| {
            let all = parameters?.as_array()?.iter().map(document::resolved);
            all.into_iter().find(|parameter| parameter["name"] == name).map(|parameter| &parameter["schema"])
        };
        let pairs: Vec<(String, String)> = pairs
            .into_iter()
            .map(|(name, value)| {
                let schemas: Vec<&'static Value> = schema(&name).into_iter().collect();
                let value = strings::redacted(self, &name, "", &value, &schemas, false);
                (name, value)
            })
            .collect();
        url.query_pairs_mut().clear().extend_pairs(pairs);
    }

    /// The body of a request, with its media type.
    pub(super) fn request(&mut self, content_type: Option<&str>, body: &Bytes) -> (Option<String>, Bytes) {
        let kind = essence(content_type);
        if kind == "multipart/form-data"
            && let Some(parts) = content_type.and_then(|media| form::parts(media, body).ok())
        {
            return (Some(format!("{kind}; boundary={BOUNDARY}")), self.form(&parts));
        }
        let schema = self.operation.and_then(|operation| document::request_schema(operation, &kind));
        (content_type.map(str::to_owned), self.body(&kind, body, schema, true))
    }

    /// The body of a reply.
    pub(super) fn reply(&mut self, status: u16, content_type: Option<&str>, body: &Bytes) -> Bytes {
        let kind = essence(content_type);
        // What anyone may read has no prompt.
        let is_public = self.operation.is_some_and(|known| known.auth == AuthScheme::Public && known.method == "GET");
        self.is_of_api = is_public || status >= 400;
        let described = self.operation.map(|operation| &document::operation(operation)["responses"]);
        let reply = described.and_then(|replies| replies.get(status.to_string())).map(document::resolved);
        let schema = reply.and_then(|reply| reply["content"].get(&kind)).map(|content| &content["schema"]);
        self.body(&kind, body, schema, false)
    }

    fn body(&mut self, kind: &str, body: &Bytes, schema: Option<&'static Value>, is_request: bool) -> Bytes {
        if body.is_empty() {
            return Bytes::new();
        }
        if let Ok(mut value) = serde_json::from_slice::<Value>(body) {
            let before = value.clone();
            strings::walk(self, &mut value, "", "", &schema.into_iter().collect::<Vec<_>>(), is_request);
            // Bytes that need no change are kept as they are.
            return if value == before { body.clone() } else { value.to_string().into() };
        }
        match std::str::from_utf8(body) {
            Ok(text) if kind == "text/event-stream" => self.events(text, schema).into(),
            Ok(text) if kind.starts_with("text/") || kind.is_empty() || kind == "application/json" => {
                strings::text(self, text).into()
            }
            _ => self.file(kind, body),
        }
    }

    /// Server-sent events, each as long as its data.
    fn events(&mut self, text: &str, schema: Option<&'static Value>) -> String {
        let schemas: Vec<&'static Value> = schema.into_iter().collect();
        let line = |line: &str| {
            let Some(data) = line.strip_prefix("data:") else { return line.to_owned() };
            match serde_json::from_str::<Value>(data) {
                Ok(mut value) => {
                    let is_of_api = std::mem::replace(&mut self.is_of_api, value.get("error").is_some());
                    let before = value.clone();
                    strings::walk(self, &mut value, "", "", &schemas, false);
                    self.is_of_api = is_of_api;
                    if value == before { line.to_owned() } else { format!("data: {value}") }
                }
                Err(_) if data.trim() == "[DONE]" || data.trim().is_empty() => line.to_owned(),
                Err(_) => format!("data: {}", strings::text(self, data.trim())),
            }
        };
        text.split('\n').map(line).collect::<Vec<_>>().join("\n")
    }

    fn form(&mut self, parts: &form::Parts) -> Bytes {
        let schema = self.operation.and_then(|operation| document::request_schema(operation, "multipart/form-data"));
        let mut out = Vec::new();
        for (name, value) in &parts.texts {
            let schemas: Vec<&'static Value> =
                schema.and_then(|schema| document::property(schema, name)).into_iter().collect();
            self.texts.push(value.clone());
            let value = strings::redacted(self, name, "", value, &schemas, false);
            let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
            out.extend([head.as_bytes(), value.as_bytes(), b"\r\n"].concat());
        }
        for file in &parts.files {
            let kind = essence(file.media.as_deref());
            let bytes = self.file(&kind, &file.bytes);
            let name = match (self.policy.media, &file.file_name) {
                (RedactionMode::Keep, Some(name)) => self.scrubbed(name).replace('"', "%22"),
                _ => "file".to_owned(),
            };
            let head = format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{name}\"\r\nContent-Type: {kind}\r\n\r\n",
                file.field
            );
            out.extend([head.as_bytes(), &bytes, b"\r\n"].concat());
        }
        out.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
        out.into()
    }

    /// A file.
    pub(super) fn file(&self, kind: &str, bytes: &Bytes) -> Bytes {
        match self.policy.media {
            RedactionMode::Keep => bytes.clone(),
            RedactionMode::Hash => hash(bytes).into(),
            RedactionMode::Placeholder => media::file(kind).unwrap_or_else(|| Bytes::from_static(SECRET.as_bytes())),
        }
    }

    /// A text without the secrets of the request.
    pub(super) fn scrubbed(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |text, secret| text.replace(&**secret, SECRET))
    }
}

/// A media type without its parameters.
pub(super) fn essence(content_type: Option<&str>) -> String {
    content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
