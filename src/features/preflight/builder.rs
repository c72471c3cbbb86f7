//! [`ClientBuilder::preflight`]: checks for all calls of a client.

use std::sync::Arc;

use super::{Preflight, PreflightInterceptor};
use crate::runtime::client::ClientBuilder;

impl ClientBuilder {
    /// Whether requests are checked against what their models take before they are sent, and what happens to those that do not fit;
    /// [off](Preflight::Off) unless set. See [`preflight`](crate::preflight).
    pub fn preflight(mut self, policy: Preflight) -> Self {
        match PreflightInterceptor::of(policy) {
            Some(interceptor) => self.set_interceptor(Arc::new(interceptor)),
            None => self.remove_interceptor(PreflightInterceptor::NAME),
        }
        self
    }
}
