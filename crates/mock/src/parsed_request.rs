//! `ParsedRequest`: a routed, authenticated and parsed request, as handlers take it.

use serde_json::Value;
use venice_ai::http::HeaderMap;

use super::auth::Caller;
use super::errors::error;
use super::form::FilePart;
use super::reply::Reply;
use super::route::Route;

/// A request of an operation, from a caller who is authorized.
#[derive(Debug)]
pub(super) struct ParsedRequest<'r> {
    pub(super) route: &'r Route,
    pub(super) caller: &'r Caller,
    pub(super) headers: &'r HeaderMap,
    /// Whether a model has to be one of the catalogue.
    pub(super) checks_models: bool,
    /// The fields of the body, of JSON as of a form; null where there is no body.
    pub(super) body: Value,
    /// The files of a form, in their order.
    pub(super) files: Vec<FilePart>,
}

impl ParsedRequest<'_> {
    /// A header that is text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// A field of the body that is text; of one that is missing or something else, nothing.
    pub(super) fn text(&self, name: &str) -> &str {
        self.body[name].as_str().unwrap_or_default()
    }

    /// A file that has to be there.
    pub(super) fn file(&self, field: &str) -> Result<&FilePart, Reply> {
        let file = self.files.iter().find(|file| file.field == field && !file.bytes.is_empty());
        file.ok_or_else(|| error(400, &format!("{field}: Required")))
    }
}
