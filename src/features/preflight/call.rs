//! `with_preflight`: the preflight policy of one call, or of calls with the same options.

use super::{Preflight, PreflightInterceptor};
use crate::runtime::call::Call;
use crate::runtime::transport::CallOptions;

impl CallOptions {
    /// The preflight policy, instead of the client's ([`ClientBuilder::preflight`](crate::ClientBuilder::preflight)). See
    /// [`preflight`](crate::preflight).
    pub fn with_preflight(mut self, policy: Preflight) -> Self {
        self.interceptors.push(PreflightInterceptor::change(policy));
        self
    }
}

impl<T> Call<T> {
    /// The preflight policy of this call: [`CallOptions::with_preflight`].
    pub fn with_preflight(self, policy: Preflight) -> Self {
        self.with_options(CallOptions::new().with_preflight(policy))
    }
}
