//! [`ClientBuilder::preflight`]: checks for all calls of a client.

use super::{Preflight, PreflightInterceptor};
use crate::runtime::client::ClientBuilder;

impl ClientBuilder {
    /// Whether requests are checked against what their models take before they are sent, and what happens to those that do not fit;
    /// [off](Preflight::Off) unless set. See [`preflight`](crate::preflight).
    pub fn preflight(mut self, policy: Preflight) -> Self {
        self.interceptors().apply(PreflightInterceptor::change(policy));
        self
    }
}
