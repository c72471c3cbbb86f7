//! [`ClientBuilder::privacy`]: the privacy policy of a client.

use std::sync::Arc;

use super::{PrivacyInterceptor, PrivacyPolicy};
use crate::runtime::client::ClientBuilder;

impl ClientBuilder {
    /// Who may read the content of requests: a [`Privacy`](crate::Privacy) level, or a [`PrivacyPolicy`] with exceptions. A call that does
    /// not comply is refused before anything of it is sent. Default: [`Privacy::Any`](crate::Privacy::Any). See
    /// [`privacy`](crate::privacy).
    pub fn privacy(mut self, policy: impl Into<PrivacyPolicy>) -> Self {
        self.interceptors.set(Arc::new(PrivacyInterceptor::new(policy.into())));
        self
    }
}
