//! `Debug` of `Meta`.

use std::fmt;

use reqwest::header::HeaderMap;

use super::Meta;
use crate::runtime::secret;

impl fmt::Debug for Meta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meta")
            .field("status", &self.inner.status)
            .field("headers", &Headers(&self.inner.headers))
            .finish_non_exhaustive()
    }
}

/// Headers for debugging, without those that may contain a credential.
struct Headers<'a>(&'a HeaderMap);

impl fmt::Debug for Headers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for (name, value) in self.0 {
            let name = name.as_str();
            let is_private = secret::is_credential(name) || name.contains("enhanced-prompt");
            if value.is_sensitive() || (is_private && !name.starts_with("x-ratelimit-")) {
                map.entry(&name, &"***");
            } else {
                map.entry(&name, value);
            }
        }
        map.finish()
    }
}
