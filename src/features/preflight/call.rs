//! `with_preflight`: the preflight policy of one call, or of those with the same options.

use super::{Preflight, PreflightInterceptor};
use crate::runtime::call::Call;
use crate::runtime::transport::CallOptions;

impl CallOptions {
    /// What happens if a request does not fit its model, in place of the client's policy
    /// ([`ClientBuilder::preflight`](crate::ClientBuilder::preflight)). See [`preflight`](crate::preflight).
    pub fn with_preflight(mut self, policy: Preflight) -> Self {
        self.interceptors.push(PreflightInterceptor::change(policy));
        self
    }
}

impl<T> Call<T> {
    /// What happens if the request does not fit its model: [`CallOptions::with_preflight`].
    pub fn with_preflight(self, policy: Preflight) -> Self {
        self.with_options(CallOptions::new().with_preflight(policy))
    }
}
