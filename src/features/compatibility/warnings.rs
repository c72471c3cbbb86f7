//! `ServerWarnings`: log warnings that are emitted once.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::versions::{DEFAULT_WARNING_AGE, Versions};
use crate::api::generated::API_VERSION;
use crate::runtime::meta::{Meta, VERSION};
use crate::runtime::operation::OperationRef;
use crate::runtime::transport::trace::Observe;

const MODEL: &str = "x-venice-model-deprecation-warning";

/// The warnings that a client has logged.
#[derive(Debug)]
pub(crate) struct ServerWarnings {
    pub(super) versions: Versions,
    models: Once,
    endpoints: Once,
    behind: AtomicBool,
}

impl ServerWarnings {
    pub(super) fn new(warning_age: Duration) -> Self {
        Self {
            versions: Versions::new(warning_age),
            models: Once::default(),
            endpoints: Once::default(),
            behind: AtomicBool::default(),
        }
    }
}

impl Default for ServerWarnings {
    fn default() -> Self {
        Self::new(DEFAULT_WARNING_AGE)
    }
}

/// Warns of deprecations in a reply, and of a server that is much newer than this crate.
impl Observe for ServerWarnings {
    fn replied(&self, operation: &OperationRef, meta: &Meta) {
        let (mut model, mut endpoint, mut version) = (false, operation.facts().deprecated, None);
        // One comparison per header costs less than five lookups.
        for (name, value) in meta.headers() {
            match name.as_str() {
                MODEL => model = true,
                "deprecation" | "sunset" | "x-venice-deprecated" => endpoint = true,
                VERSION => version = version.or(value.to_str().ok()),
                _ => {}
            }
        }
        if model {
            self.of_model(meta);
        }
        if endpoint {
            self.of_endpoint(operation, meta);
        }
        if let Some(server) = version.filter(|version| self.versions.see(version)) {
            self.of_version(server);
        }
    }
}

impl ServerWarnings {
    #[cold]
    fn of_version(&self, server: &str) {
        if !self.behind.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                server,
                crate_made_for = API_VERSION,
                "the server is much newer than this crate; an update may know more of what it sends"
            );
        }
    }

    #[cold]
    fn of_model(&self, meta: &Meta) {
        let model = meta.model_id().unwrap_or_default();
        if self.models.is_first(model) {
            let warning = meta.header(MODEL).unwrap_or_default();
            let date = meta.header("x-venice-model-deprecation-date").unwrap_or("unknown");
            tracing::warn!(model, date, warning, "this model is deprecated");
        }
    }

    #[cold]
    fn of_endpoint(&self, operation: &OperationRef, meta: &Meta) {
        let operation = operation.name();
        if self.endpoints.is_first(operation) {
            let sunset = meta.header("sunset").unwrap_or("unknown");
            let replacement = meta.deprecation().and_then(|deprecation| deprecation.replacement);
            let replacement = replacement.as_deref().unwrap_or("unknown");
            tracing::warn!(operation, sunset, replacement, "this endpoint is deprecated");
        }
    }
}

/// Names that were seen.
#[derive(Debug, Default)]
struct Once(Mutex<HashSet<Box<str>>>);

impl Once {
    fn is_first(&self, name: &str) -> bool {
        /// A server that invents names must not fill the memory.
        const MOST_NAMES: usize = 256;
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        names.len() < MOST_NAMES && names.insert(name.into())
    }
}
