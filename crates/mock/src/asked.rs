//! What a handler sees.

use serde_json::Value;
use venice_ai::http::HeaderMap;

use super::auth::Caller;
use super::errors::error;
use super::form::FilePart;
use super::reply::Reply;
use super::route::Route;

/// A request that is understood so far: an operation of the API, from somebody who may.
#[derive(Debug)]
pub(super) struct Asked<'r> {
    pub(super) route: &'r Route,
    pub(super) caller: &'r Caller,
    pub(super) headers: &'r HeaderMap,
    /// Whether a model has to be one of the catalogue.
    pub(super) checks_models: bool,
    /// The members of the body, of JSON as of a form; null where there is no body.
    pub(super) body: Value,
    /// The files of a form, in their order.
    pub(super) files: Vec<FilePart>,
}

impl Asked<'_> {
    /// A header that is text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// A member of the body that is text; of one that is missing or something else, nothing.
    pub(super) fn text(&self, name: &str) -> &str {
        self.body[name].as_str().unwrap_or_default()
    }

    /// A file that has to be there.
    pub(super) fn file(&self, member: &str) -> Result<&FilePart, Reply> {
        let file = self.files.iter().find(|file| file.member == member && !file.bytes.is_empty());
        file.ok_or_else(|| error(400, &format!("{member}: Required")))
    }
}
