//! `Form`: a multipart body that is rebuilt for each attempt.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bytes::BytesMut;
use reqwest::Request;
use reqwest::header::{CONTENT_TYPE, HeaderValue};

pub(crate) use super::form_body::Failure;
use super::form_body::{FileReader, FormBody};
use super::open::Opened;
use super::{FileInput, Upload, sniff};
use crate::runtime::error::Error;
use crate::runtime::random;
use crate::runtime::validation::ValidationError;
use crate::runtime::wire::OpenEnum;

/// A request, and its form if it is multipart. Boxed, as it goes through several hands.
pub(crate) type Built = Result<(Box<Request>, Option<Form>), Error>;

/// A request type that can be sent as multipart.
pub(crate) trait Multipart {
    /// Adds the parts that are set.
    fn parts(&self, form: &mut Form);
}

/// A multipart body (`multipart/form-data`), for [`Call::with_form`](crate::Call::with_form). Its parts are sent in order.
///
/// Files are opened when the call is sent, and streamed. With a [reader](Upload::reader) the call is never retried.
///
/// ```
/// use venice_ai::{Form, Upload};
///
/// let form = Form::new().text("purpose", "batch").file("file", Upload::path("requests.jsonl"));
/// ```
#[derive(Clone, Debug)]
#[doc(alias = "multipart")]
pub struct Form {
    boundary: String,
    parts: Vec<FormEntry>,
    /// The list index of the next part.
    index: Option<usize>,
}

#[derive(Clone, Debug)]
struct FormEntry {
    name: Cow<'static, str>,
    index: Option<usize>,
    content: FormContent,
}

#[derive(Clone, Debug)]
enum FormContent {
    Text(String),
    File(Upload),
}

impl FormEntry {
    /// The path of the field, for messages.
    fn field(&self) -> Cow<'_, str> {
        match self.index {
            Some(index) => format!("{}[{index}]", self.name).into(),
            None => Cow::Borrowed(&self.name),
        }
    }
}

impl Default for Form {
    fn default() -> Self {
        Self::new()
    }
}

impl Form {
    /// A form without parts.
    #[must_use]
    pub fn new() -> Self {
        // A boundary that cannot be guessed cannot be placed in a file on purpose.
        let boundary = format!("venice-{:016x}{:016x}", random::bits(), random::bits());
        Self { boundary, parts: Vec::new(), index: None }
    }

    /// Adds a text. A name may be used several times, as for lists.
    #[must_use]
    pub fn text(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.push(Cow::Owned(name.into()), FormContent::Text(text.into()));
        self
    }

    /// Adds a file.
    #[must_use]
    pub fn file(mut self, name: impl Into<String>, file: impl Into<Upload>) -> Self {
        self.push(Cow::Owned(name.into()), FormContent::File(file.into()));
        self
    }

    /// Adds a field: files as file parts, lists as repeated parts, everything else as text.
    pub(crate) fn part(&mut self, name: &'static str, value: &impl FormPart) {
        value.add(name, self);
    }

    /// Adds an object as its JSON text. Whether a body has such a field depends on the document.
    #[allow(dead_code)]
    pub(crate) fn json<T: serde::Serialize>(&mut self, name: &'static str, value: &Option<T>) {
        if let Some(Ok(text)) = value.as_ref().map(serde_json::to_string) {
            self.push(name.into(), FormContent::Text(text));
        }
    }

    /// Replaces or adds a field: a string as it is, a list as repeated parts, anything else as JSON.
    pub(crate) fn set(&mut self, name: &str, value: serde_json::Value) {
        self.parts.retain(|part| part.name != name);
        let values = match value {
            serde_json::Value::Array(values) => values,
            value => vec![value],
        };
        for value in values {
            let text = match value {
                serde_json::Value::String(text) => text,
                value => value.to_string(),
            };
            self.push(Cow::Owned(name.to_owned()), FormContent::Text(text));
        }
    }

    fn push(&mut self, name: Cow<'static, str>, content: FormContent) {
        self.parts.push(FormEntry { name, index: self.index, content });
    }

    pub(crate) fn has_files(&self) -> bool {
        self.parts.iter().any(|part| matches!(part.content, FormContent::File(_)))
    }

    /// Whether the body can be built more than once.
    pub(crate) fn is_replayable(&self) -> bool {
        self.parts.iter().all(|part| match &part.content {
            FormContent::Text(_) => true,
            FormContent::File(upload) => upload.is_replayable(),
        })
    }

    /// The text of a part.
    #[cfg(model_of_request)]
    pub(crate) fn text_of(&self, name: &str) -> Option<&str> {
        self.parts.iter().filter(|part| part.name == name).find_map(|part| match &part.content {
            FormContent::Text(text) => Some(text.as_str()),
            FormContent::File(_) => None,
        })
    }

    /// The parts by name: texts as they are, a repeated part or list as a list, and `null` for a file.
    #[cfg(any(feature = "budget", feature = "preflight", feature = "privacy"))]
    pub(crate) fn to_json(&self) -> serde_json::Value {
        use serde_json::Value;

        let mut all = serde_json::Map::new();
        for part in &self.parts {
            let value = match &part.content {
                FormContent::Text(text) => Value::String(text.clone()),
                FormContent::File(_) => Value::Null,
            };
            match (all.get_mut(&*part.name), part.index) {
                (Some(Value::Array(list)), _) => list.push(value),
                (Some(one), _) => *one = Value::Array(vec![one.take(), value]),
                (None, Some(_)) => drop(all.insert(part.name.to_string(), Value::Array(vec![value]))),
                (None, None) => drop(all.insert(part.name.to_string(), value)),
            }
        }
        Value::Object(all)
    }

    pub(crate) fn content_type(&self) -> Option<HeaderValue> {
        HeaderValue::try_from(format!("multipart/form-data; boundary={}", self.boundary)).ok()
    }

    /// The body for one attempt. Its files are opened now, so that a missing one is reported before anything is sent; later errors are put
    /// into `failure`.
    pub(crate) async fn open(&self, failure: &Failure) -> Result<reqwest::Body, Error> {
        let mut files = self.open_files().await?;
        let mut body = FormBody::new(failure.clone());
        let mut text = BytesMut::new();
        for (part, opened) in self.parts.iter().zip(&mut files) {
            text.extend_from_slice(format!("--{}\r\n", self.boundary).as_bytes());
            text.extend_from_slice(b"Content-Disposition: form-data; name=\"");
            text.extend_from_slice(quoted(&part.name).as_bytes());
            match (&part.content, opened.take()) {
                (FormContent::File(upload), Some(opened)) => {
                    let name = if upload.name.is_empty() { "file" } else { &upload.name };
                    let (name, media) = (quoted(name), upload.media_type(&opened.head));
                    let head = format!("\"; filename=\"{name}\"\r\nContent-Type: {media}\r\n\r\n");
                    text.extend_from_slice(head.as_bytes());
                    body.bytes(text.split().freeze());
                    body.file(FileReader::new(part.field().into_owned(), opened, upload.is_replayable()));
                }
                (FormContent::File(_), None) => {}
                (FormContent::Text(content), _) => {
                    text.extend_from_slice(b"\"\r\n\r\n");
                    text.extend_from_slice(content.as_bytes());
                }
            }
            text.extend_from_slice(b"\r\n");
        }
        text.extend_from_slice(format!("--{}--\r\n", self.boundary).as_bytes());
        body.bytes(text.freeze());
        Ok(reqwest::Body::wrap(body))
    }

    /// Opens the files of all parts. Readers come last: nothing is taken from them if another file cannot be sent.
    async fn open_files(&self) -> Result<Vec<Option<Opened>>, Error> {
        let mut files: Vec<Option<Opened>> = self.parts.iter().map(|_| None).collect();
        for replayable in [true, false] {
            for (part, place) in self.parts.iter().zip(&mut files) {
                if let FormContent::File(upload) = &part.content
                    && upload.is_replayable() == replayable
                {
                    let field = part.field();
                    if let Some(media) = upload.mime.as_ref().filter(|media| !is_media_type(media)) {
                        let problem = format!("has the invalid media type {media:?}");
                        return Err(Error::validation(ValidationError::new(field, problem)));
                    }
                    *place = Some(upload.open(&field, sniff::HEAD_BYTES).await?);
                }
            }
        }
        Ok(files)
    }
}

/// A name for a quoted string in a part's header, which a quote or a line break would end. HTML's rule for forms: these are
/// percent-encoded, and everything else is UTF-8.
fn quoted(name: &str) -> Cow<'_, str> {
    if !name.contains(|c: char| c == '"' || c.is_ascii_control()) {
        return Cow::Borrowed(name);
    }
    let mut text = String::with_capacity(name.len() + 8);
    for c in name.chars() {
        if c == '"' || c.is_ascii_control() {
            text.push_str(&format!("%{:02X}", u32::from(c)));
        } else {
            text.push(c);
        }
    }
    Cow::Owned(text)
}

fn is_media_type(text: &str) -> bool {
    text.split_once('/').is_some_and(|(kind, rest)| !kind.trim().is_empty() && !rest.trim().is_empty())
        && HeaderValue::from_str(text).is_ok()
}

/// A value of a multipart body.
pub(crate) trait FormPart {
    /// Adds the value.
    fn add(&self, name: &'static str, form: &mut Form);
}

impl FormPart for Upload {
    fn add(&self, name: &'static str, form: &mut Form) {
        form.push(name.into(), FormContent::File(self.clone()));
    }
}

impl FormPart for FileInput {
    fn add(&self, name: &'static str, form: &mut Form) {
        match self {
            Self::Text(text) => text.add(name, form),
            Self::Upload(upload) => upload.add(name, form),
        }
    }
}

impl<T: OpenEnum> FormPart for T {
    fn add(&self, name: &'static str, form: &mut Form) {
        self.text().to_owned().add(name, form);
    }
}

impl<T: FormPart> FormPart for Option<T> {
    fn add(&self, name: &'static str, form: &mut Form) {
        if let Some(value) = self {
            value.add(name, form);
        }
    }
}

impl<T: FormPart> FormPart for Vec<T> {
    fn add(&self, name: &'static str, form: &mut Form) {
        for (index, value) in self.iter().enumerate() {
            form.index = Some(index);
            value.add(name, form);
        }
        form.index = None;
    }
}

/// A map is sent as its JSON text.
impl<T: serde::Serialize> FormPart for BTreeMap<String, T> {
    fn add(&self, name: &'static str, form: &mut Form) {
        form.json(name, &Some(self));
    }
}

/// Any value: a string as it is, anything else as its JSON text.
impl FormPart for serde_json::Value {
    fn add(&self, name: &'static str, form: &mut Form) {
        match self {
            Self::Null => {}
            Self::String(text) => text.add(name, form),
            other => form.json(name, &Some(other)),
        }
    }
}

/// Scalars are sent as text.
macro_rules! text_parts {
    ($($name:ty),*) => {$(
        impl FormPart for $name {
            fn add(&self, name: &'static str, form: &mut Form) {
                form.push(name.into(), FormContent::Text(self.to_string()));
            }
        }
    )*};
}

text_parts!(String, bool, i64, u32, f64);

/// The request as JSON; see [`Form::to_json`].
#[cfg(feature = "preflight")]
pub(crate) fn json_of(body: &impl Multipart) -> serde_json::Value {
    let mut form = Form::new();
    body.parts(&mut form);
    form.to_json()
}

/// Sets `body` as the body of a request: multipart if it has a file or JSON is not accepted, else JSON.
pub(crate) fn attach<T: Multipart + MaybeJson>(built: Built, body: &T, json: bool) -> Built {
    let (mut request, _) = built?;
    let mut form = Form::new();
    body.parts(&mut form);
    let (media, form) = if json && !form.has_files() {
        *request.body_mut() = body.json().map(Into::into);
        (Some(HeaderValue::from_static("application/json")), None)
    } else {
        (form.content_type(), Some(form))
    };
    request.headers_mut().extend(media.map(|media| (CONTENT_TYPE, media)));
    Ok((request, form))
}

/// A body with a JSON form. Bodies that are never JSON have none.
pub(crate) trait MaybeJson {
    /// The JSON body.
    fn json(&self) -> Option<Vec<u8>>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn maps_and_untyped_values_go_as_json_text() {
        let mut form = Form::new();
        form.part("map", &BTreeMap::from([("a".to_owned(), 1)]));
        form.part("text", &json!("plain"));
        form.part("value", &Some(json!({"b": [2]})));
        form.part("null", &json!(null));
        let texts: Vec<_> = form.parts.iter().map(|part| (part.name.as_ref(), format!("{:?}", part.content))).collect();
        let names: Vec<&str> = texts.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["map", "text", "value"]);
        for ((_, content), text) in texts.iter().zip([r#"{\"a\":1}"#, "plain", r#"{\"b\":[2]}"#]) {
            assert!(content.contains(text), "{content}");
        }
    }
}
