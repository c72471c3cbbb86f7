//! Multipart bodies.

use super::{FileInput, Upload};
use reqwest::RequestBuilder;

/// A request type that can go as multipart.
pub(crate) trait Multipart {
    /// Adds the parts that are set.
    fn parts(&self, form: &mut Form);
}

/// The parts of a body that is being built.
#[derive(Debug, Default)]
pub(crate) struct Form {
    form: reqwest::multipart::Form,
    files: usize,
}

impl Form {
    /// Adds a member: files as file parts, lists as repeated parts, everything else as text.
    pub(crate) fn part(&mut self, name: &'static str, value: &impl Part) {
        value.add(name, self);
    }

    /// Adds an object as its JSON text. Whether a body has such a member depends on the document.
    #[allow(dead_code)]
    pub(crate) fn json<T: serde::Serialize>(&mut self, name: &'static str, value: &Option<T>) {
        if let Some(Ok(text)) = value.as_ref().map(serde_json::to_string) {
            self.text(name, text);
        }
    }

    fn text(&mut self, name: &'static str, value: String) {
        self.form = std::mem::take(&mut self.form).text(name, value);
    }

    fn file(&mut self, name: &'static str, upload: &Upload) {
        self.files += 1;
        match upload.part() {
            Ok(part) => self.form = std::mem::take(&mut self.form).part(name, part),
            // A media type that is none is left out: the API then goes by the file name.
            Err(_) => self.form = std::mem::take(&mut self.form).part(name, upload.untyped()),
        }
    }
}

/// A value that a multipart body can hold.
pub(crate) trait Part {
    /// Adds the value.
    fn add(&self, name: &'static str, form: &mut Form);
}

impl Part for Upload {
    fn add(&self, name: &'static str, form: &mut Form) {
        form.file(name, self);
    }
}

impl Part for FileInput {
    fn add(&self, name: &'static str, form: &mut Form) {
        match self {
            Self::Text(text) => form.text(name, text.clone()),
            Self::Upload(upload) => form.file(name, upload),
        }
    }
}

impl<T: Part> Part for Option<T> {
    fn add(&self, name: &'static str, form: &mut Form) {
        if let Some(value) = self {
            value.add(name, form);
        }
    }
}

impl<T: Part> Part for Vec<T> {
    fn add(&self, name: &'static str, form: &mut Form) {
        for value in self {
            value.add(name, form);
        }
    }
}

/// Scalars go as their text.
macro_rules! text_parts {
    ($($name:ty),*) => {$(
        impl Part for $name {
            fn add(&self, name: &'static str, form: &mut Form) {
                form.text(name, self.to_string());
            }
        }
    )*};
}

text_parts!(String, bool, i64, f64);

/// Sends `body` as multipart when it holds a file or when JSON is not taken, else as JSON.
pub(crate) fn attach<T: Multipart + MaybeJson>(builder: RequestBuilder, body: &T, json: bool) -> RequestBuilder {
    let mut form = Form::default();
    body.parts(&mut form);
    if json && form.files == 0 { body.json(builder) } else { builder.multipart(form.form) }
}

/// A body that may also go as JSON. Bodies that are never JSON have no JSON form.
pub(crate) trait MaybeJson {
    /// Sets the JSON body.
    fn json(&self, builder: RequestBuilder) -> RequestBuilder;
}
