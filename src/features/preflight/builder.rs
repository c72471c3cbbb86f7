//! [`ClientBuilder::preflight`]: checks for all calls of a client.

use super::{Preflight, PreflightInterceptor};
use crate::runtime::client::ClientBuilder;

impl ClientBuilder {
    /// Whether requests are checked against the capabilities of their models before they are sent, and what happens to those that do not
    /// fit. Default: [`Preflight::Off`]. See [`preflight`](crate::preflight).
    pub fn preflight(mut self, policy: Preflight) -> Self {
        // Never fails: it replaces any policy that was set before.
        let _ = self.interceptors.apply(PreflightInterceptor::change(policy));
        self
    }
}
