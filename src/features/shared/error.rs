//! `Error::shared_state`: the errors of a shared state.

use redis::RedisError;

use crate::runtime::error::{Error, ErrorKind};

impl Error {
    /// Redis cannot be used: not reached, too slow, out of memory.
    pub(super) fn redis_failed(what: &str, error: &RedisError) -> Self {
        // The category alone: details of an address may have a password.
        let problem = match error.detail() {
            Some(detail) if !error.is_io_error() => format!("{}: {detail}", error.category()),
            _ => error.to_string(),
        };
        Self::shared_state(format!("the shared state in Redis cannot be used to {what}: {problem}"))
    }

    pub(crate) fn shared_state(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::SharedState, message)
    }
}
