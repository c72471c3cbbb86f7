//! `Report`: the result of a request, for the pacer.

use std::time::Duration;

use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::meta::Meta;

/// The result of a request.
#[derive(Clone, Debug)]
pub(crate) enum Report {
    Success {
        meta: Option<Meta>,
        used: Option<u64>,
    },
    /// Not executed, and to be retried: after this wait, if the API asked for one.
    Refused {
        meta: Option<Meta>,
        wait: Option<Duration>,
        overloaded: bool,
    },
    /// The API blocks its bucket, which the failure budget knows; the model is not affected.
    Blocked {
        meta: Option<Meta>,
    },
    Failed {
        meta: Option<Meta>,
    },
    /// There was no connection.
    Unreached,
    /// Dropped before it was sent.
    Unsent,
}

impl Report {
    /// A request that the API rejected because there are too many, and that is retried. Too many at once wait for one another only.
    pub(crate) fn of_refusal(failure: &Error) -> Self {
        let wait = if failure.is_concurrency_limit() { Some(Duration::ZERO) } else { failure.retry_after() };
        Self::Refused { meta: failure.meta().cloned(), wait, overloaded: failure.kind() == ErrorKind::Overloaded }
    }

    pub(in crate::features::pace) fn meta(&self) -> Option<&Meta> {
        match self {
            Self::Success { meta, .. }
            | Self::Refused { meta, .. }
            | Self::Blocked { meta }
            | Self::Failed { meta } => meta.as_ref(),
            Self::Unreached | Self::Unsent => None,
        }
    }

    #[inline]
    pub(in crate::features::pace) fn used(&self) -> Option<u64> {
        match self {
            Self::Success { used, .. } => *used,
            // What was not executed used nothing.
            Self::Refused { .. } | Self::Blocked { .. } => Some(0),
            _ => None,
        }
    }
}
