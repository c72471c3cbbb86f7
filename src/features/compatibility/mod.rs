//! `Compatibility`: how the API version of this crate compares with the server's. Warnings of deprecations, and of a server that is much newer.

mod versions;
mod warnings;

use std::any::Any;
use std::time::Duration;

#[cfg(any(test, fuzzing))]
pub(crate) use self::versions::Versions;
pub(crate) use self::warnings::ServerWarnings;
use crate::runtime::client::{Client, ClientBuilder};

/// How the API version of this crate compares with the server; from [`Client::compatibility`](crate::Client::compatibility).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compatibility {
    /// No reply has had a version yet.
    Unknown,
    /// The same version.
    Same,
    /// The server is newer by this much. Its new fields are kept in open types, but not typed.
    ServerNewer(Duration),
    /// The server is older by this much, as one of several servers may be for a while.
    ServerOlder(Duration),
}

impl Client {
    /// How the API version of this crate ([`API_VERSION`](crate::API_VERSION)) compares with the server that answered last. Sends nothing.
    ///
    /// The API only makes additive changes, so a newer server is not an error. If it is newer by more than
    /// [`ClientBuilder::warning_age`](crate::ClientBuilder::warning_age), one `tracing` warning is logged.
    ///
    /// ```no_run
    /// # async fn run(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::Compatibility;
    ///
    /// venice.api_keys().web3_token().await?;
    /// if let Compatibility::ServerNewer(age) = venice.compatibility() {
    ///     println!("venice-ai is {} days behind the API", age.as_secs() / 86_400);
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn compatibility(&self) -> Compatibility {
        let observing = self.shared().observe.iter();
        let warnings = observing.filter_map(|observe| (&**observe as &dyn Any).downcast_ref::<ServerWarnings>());
        warnings.map(|warnings| warnings.versions.compare()).next().unwrap_or(Compatibility::Unknown)
    }
}

impl ClientBuilder {
    /// How much newer than this crate the server may be before a warning is logged (`tracing`, once per client). Default: 90 days.
    /// [`Duration::MAX`] turns it off. See [`Client::compatibility`].
    pub fn warning_age(mut self, age: Duration) -> Self {
        self.set_observer(ServerWarnings::new(age));
        self
    }
}
