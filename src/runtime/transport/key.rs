//! `ApiKey`: a validated API key and its `Authorization` header.

use std::fmt;
use std::sync::Arc;

use reqwest::header::HeaderValue;

use crate::runtime::error::Error;
use crate::runtime::secret::Secret;

/// A valid key and its header. Cheap to clone, as each call has it.
#[derive(Clone)]
pub(crate) struct ApiKey {
    inner: Arc<KeyData>,
}

struct KeyData {
    secret: Secret,
    header: HeaderValue,
}

impl ApiKey {
    pub(crate) fn new(secret: Secret) -> Result<Self, Error> {
        let key = secret.expose();
        if key.trim().is_empty() {
            return Err(Error::configuration("the API key is empty"));
        }
        if key.trim() != key || !key.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
            return Err(Error::configuration(
                "the API key has a leading or trailing space, a line break, or another character that is not valid in a header",
            ));
        }
        let mut header = HeaderValue::try_from(format!("Bearer {key}"))
            .map_err(|_| Error::configuration("the API key is not valid in a header"))?;
        header.set_sensitive(true);
        Ok(Self { inner: Arc::new(KeyData { secret, header }) })
    }

    /// The value of `Authorization`. It is marked as sensitive.
    pub(crate) fn header(&self) -> &HeaderValue {
        &self.inner.header
    }

    pub(crate) fn expose(&self) -> &str {
        self.inner.secret.expose()
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.inner.secret, f)
    }
}
