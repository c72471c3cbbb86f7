//! `Secret`: a string that is never printed.

use std::fmt;

/// A text that no log line, error or `Debug` output shows: it prints as `***`.
///
/// API keys go in as a `Secret`, and a key that the API has just made comes back as one. The text is handed out by
/// [`expose`](Self::expose) alone, so a search for that word finds each place that could leak it. A `Secret` does not
/// serialise: storing one is a decision, and looks like one.
///
/// It guards against accidents, not against somebody who reads the memory of the process: the text is not wiped when
/// the value is dropped, as the HTTP stack holds copies of it anyway.
///
/// ```
/// use venice_ai::Secret;
///
/// let key = Secret::from("sk-live-0123");
/// assert_eq!(format!("{key:?} {key}"), "*** ***");
/// assert_eq!(key.expose(), "sk-live-0123");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Box<str>);

impl Secret {
    /// The text itself. Keep it out of logs, error messages and URLs.
    ///
    /// ```
    /// # use venice_ai::Secret;
    /// let key = Secret::from("sk-live-0123");
    /// assert!(key.expose().starts_with("sk-"));
    /// ```
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text.into_boxed_str())
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<&String> for Secret {
    fn from(text: &String) -> Self {
        Self(text.as_str().into())
    }
}

impl From<&Secret> for Secret {
    fn from(secret: &Secret) -> Self {
        secret.clone()
    }
}

impl<'de> serde::Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

/// Headers with one of these in their names carry credentials, whatever those look like.
const CREDENTIALS: [&str; 7] = ["auth", "cookie", "key", "secret", "token", "sign", "payment"];

/// Whether a header of this name, in lower case, carries a credential.
pub(crate) fn is_credential(name: &str) -> bool {
    CREDENTIALS.iter().any(|part| name.contains(part))
}
