//! What a handler sees.

use serde_json::Value;

use super::auth::Caller;
use super::form::FilePart;
use super::route::Route;
use crate::http::HeaderMap;

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
