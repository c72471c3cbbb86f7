//! What features add to each client.

use crate::runtime::client::ClientBuilder;

impl Default for ClientBuilder {
    fn default() -> Self {
        #[cfg_attr(not(any(feature = "compatibility", feature = "spans")), allow(unused_mut))]
        let mut builder = Self::bare();
        #[cfg(feature = "compatibility")]
        builder.set_observer(crate::features::compatibility::ServerWarnings::default());
        #[cfg(feature = "spans")]
        builder.set_observer(crate::features::spans::Spans);
        builder
    }
}
