//! `ParsedRequest`: a routed, authenticated and parsed request, as handlers take it.

use serde_json::Value;
use venice_ai::http::HeaderMap;

use super::auth::Caller;
use super::chat::ScriptedChat;
#[cfg(feature = "e2ee")]
use super::e2ee::EncryptionFault;
use super::errors::error;
use super::form::FilePart;
use super::reply::Reply;
use super::route::Route;

/// A request of an operation, from an authorized caller.
#[derive(Debug)]
pub(super) struct ParsedRequest<'r> {
    pub(super) route: &'r Route,
    pub(super) caller: &'r Caller,
    pub(super) headers: &'r HeaderMap,
    /// Whether the model must be in the catalogue.
    pub(super) checks_models: bool,
    #[cfg(feature = "e2ee")]
    pub(super) encryption_fault: Option<EncryptionFault>,
    /// The fields of the body, JSON or a form; null without a body.
    pub(super) body: Value,
    /// The files of a form, in order.
    pub(super) files: Vec<FilePart>,
    /// The answer that a test has for a chat.
    pub(super) script: Option<&'r ScriptedChat>,
}

impl ParsedRequest<'_> {
    /// A header that is text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// A text field of the body; empty if it is absent or of another type.
    pub(super) fn text(&self, name: &str) -> &str {
        self.body[name].as_str().unwrap_or_default()
    }

    /// A required file.
    pub(super) fn file(&self, field: &str) -> Result<&FilePart, Reply> {
        let file = self.files.iter().find(|file| file.field == field && !file.bytes.is_empty());
        file.ok_or_else(|| error(400, &format!("{field}: Required")))
    }
}
