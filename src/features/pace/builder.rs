//! [`ClientBuilder::pace`]: single calls wait for their turn.

use std::sync::Arc;
use std::time::Duration;

use super::interceptor::PaceInterceptor;
use crate::runtime::client::ClientBuilder;

impl ClientBuilder {
    /// Each call waits for its turn within the API's limits, for at most `max_wait`, instead of failing with a 429. A call that would have
    /// to wait longer fails before it is sent ([`ErrorKind::PaceExceeded`](crate::ErrorKind::PaceExceeded)); with zero none waits. Calls of
    /// one model and API key are sent in the order in which they were awaited. See [`pace`](crate::pace). Default: calls do not wait.
    ///
    /// The wait is in addition to the [time-out](Self::timeout) of a call.
    #[doc(alias("rate_limit", "throttle"))]
    pub fn pace(mut self, max_wait: Duration) -> Self {
        self.interceptors.set(Arc::new(PaceInterceptor::new(max_wait)));
        self
    }
}
