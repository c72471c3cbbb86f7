//! `PaceExceeded`: why a call was not sent that would have had to wait too long.

use std::fmt;
use std::time::Duration;

use super::Wait;
use crate::runtime::error::{Error, ErrorKind};

/// Why a call was not sent, from [`Error::pace_exceeded`](crate::Error::pace_exceeded).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PaceExceeded {
    /// What it waited for.
    pub waits_for: Wait,
    /// How long it waited.
    pub waited: Duration,
    /// How long it would still have to wait, at least: others may be before it. `None` if it is not known: it waits for replies.
    pub remaining: Option<Duration>,
    /// The limit of [`ClientBuilder::pace`](crate::ClientBuilder::pace).
    pub max_wait: Duration,
}

impl fmt::Display for PaceExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { waits_for, waited, remaining, max_wait } = self;
        write!(f, "the call waited {waited:?} ({waits_for}) and would have to wait ")?;
        match remaining {
            Some(remaining) => write!(f, "at least another {remaining:?}")?,
            None => f.write_str("for an unknown time")?,
        }
        write!(f, ", longer than the {max_wait:?} that `ClientBuilder::pace` allows; nothing was sent. Try again later")
    }
}

impl Error {
    /// What a call waited for, and how long it would have had to, if it was not sent because that is longer than
    /// [`ClientBuilder::pace`](crate::ClientBuilder::pace) allows ([`ErrorKind::PaceExceeded`]). It may be made again:
    /// [`retry_after`](Self::retry_after) has the remaining wait, as far as it is known.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if let Some(exceeded) = error.pace_exceeded() {
    ///     println!("{}, for at least another {:?}", exceeded.waits_for, exceeded.remaining);
    /// }
    /// # }
    /// ```
    pub fn pace_exceeded(&self) -> Option<&PaceExceeded> {
        self.attached()
    }

    pub(super) fn pace_exceeded_by(exceeded: PaceExceeded) -> Self {
        let error = Self::new(ErrorKind::PaceExceeded, exceeded.to_string()).with_retryable(true);
        let error = match exceeded.remaining {
            Some(remaining) => error.with_retry_after(remaining),
            None => error,
        };
        error.attach(exceeded)
    }
}
