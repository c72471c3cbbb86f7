//! [`ClientBuilder::preflight`]: checks for all calls of a client.

use std::sync::Arc;

use super::{Preflight, PreflightGate};
use crate::runtime::client::ClientBuilder;

impl ClientBuilder {
    /// Whether requests are checked against what their models take before they are sent, and what happens to those that do not fit;
    /// [off](Preflight::Off) unless set. See [`preflight`](crate::preflight).
    pub fn preflight(mut self, policy: Preflight) -> Self {
        match PreflightGate::of(policy) {
            Some(gate) => self.set_gate(Arc::new(gate)),
            None => self.remove_gate(PreflightGate::NAME),
        }
        self
    }
}
