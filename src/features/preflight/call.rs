//! `Call::with_preflight`: the preflight policy of one call.

use super::{Preflight, PreflightInterceptor};
use crate::runtime::call::Call;

impl<T> Call<T> {
    /// What happens if the request does not fit its model, in place of the client's policy
    /// ([`ClientBuilder::preflight`](crate::ClientBuilder::preflight)). See [`preflight`](crate::preflight).
    pub fn with_preflight(mut self, policy: Preflight) -> Self {
        PreflightInterceptor::set(policy, &mut self.core.interceptors);
        self
    }
}
