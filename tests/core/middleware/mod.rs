//! Interceptors, layers, providers of keys, and clients that share everything but their key.

mod attempts;
mod ends;
mod keys;
#[cfg(feature = "tower")]
mod layer_errors;
#[cfg(feature = "tower")]
mod layers;

use std::sync::{Arc, Mutex};

use venice_ai::middleware::{AttemptEnd, AttemptInfo, AttemptRequest, BoxError, Interceptor, ReplyHead};

/// What interceptors and layers have seen, in order.
#[derive(Clone, Debug, Default)]
pub struct Seen(Arc<Mutex<Vec<String>>>);

impl Seen {
    pub fn note(&self, text: impl Into<String>) {
        self.0.lock().unwrap().push(text.into());
    }

    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// Notes each of its hooks.
#[derive(Clone)]
pub struct Noting {
    pub name: &'static str,
    pub seen: Seen,
}

impl Interceptor for Noting {
    async fn before_attempt(&self, attempt: &mut AttemptRequest) -> Result<(), BoxError> {
        let info = attempt.info();
        self.seen.note(format!("{} before {} {}", self.name, info.operation(), info.attempt()));
        Ok(())
    }

    fn after_headers(&self, attempt: &AttemptInfo, reply: &ReplyHead<'_>) -> Result<(), BoxError> {
        self.seen.note(format!("{} headers {} {}", self.name, attempt.attempt(), reply.status().as_u16()));
        Ok(())
    }

    fn at_end(&self, attempt: &AttemptInfo, end: &AttemptEnd<'_>) {
        let end = match end {
            AttemptEnd::Complete { bytes, .. } => format!("complete {bytes}"),
            AttemptEnd::Failed(error) => format!("failed {}", error.kind()),
            AttemptEnd::Cancelled => "cancelled".to_owned(),
            _ => "other".to_owned(),
        };
        self.seen.note(format!("{} end {} {end}", self.name, attempt.attempt()));
    }
}
