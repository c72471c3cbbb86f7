//! `Secret`: a string that is never printed.

use std::fmt;

/// A string that logs, errors and `Debug` output never show: it prints as `***`.
///
/// API keys are passed as a `Secret`, and a newly created key is returned as one. The text is accessible only with
/// [`expose`](Self::expose), so a search for that word finds each place that could leak it. A `Secret` does not implement `Serialize`:
/// storing one must be explicit.
///
/// It protects against accidents, not against someone who reads the memory of the process: the text is not zeroed on drop, as the HTTP
/// stack has copies of it anyway.
///
/// ```
/// use venice_ai::Secret;
///
/// let key = Secret::from("sk-live-0123");
/// assert_eq!(format!("{key:?} {key}"), "*** ***");
/// assert_eq!(key.expose(), "sk-live-0123");
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(Box<str>);

impl Secret {
    /// The text. Keep it out of logs, error messages and URLs.
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

/// Parts of the names of headers with credentials.
const CREDENTIALS: [&str; 7] = ["auth", "cookie", "key", "secret", "token", "sign", "payment"];

/// Whether a header with this name, in lower case, has a credential.
pub(crate) fn is_credential(name: &str) -> bool {
    CREDENTIALS.iter().any(|part| name.contains(part))
}
