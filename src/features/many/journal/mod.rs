//! `Journal`: a durable log of a run, so that another run resumes it without paying twice.

mod file;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
pub(super) mod identity;
mod log;
mod record;
mod run_log;
#[cfg(feature = "redis")]
mod shared;

use std::path::PathBuf;

pub(super) use self::log::RunJournal;
pub(super) use self::record::{KeptReply, body_of};
pub(super) use self::run_log::{AfterWrite, Keys, Lookup, RunLog, Written, outcome_of, unknown};
#[cfg(feature = "redis")]
pub use self::shared::SharedBatch;
#[cfg(feature = "redis")]
pub(super) use self::shared::{Asking, Known, SharedLog};

/// A file that records what a run sent and received, so that another run resumes where it ended.
///
/// ```no_run
/// # async fn run(venice: venice_ai::Client, requests: Vec<venice_ai::types::ChatCompletionRequest>) -> Result<(), venice_ai::Error> {
/// let mut answers = venice.chat().many(requests).with_journal("answers.jsonl");
/// while let Some(outcome) = answers.next().await {
///     println!("{}", outcome?.index);
/// }
/// # Ok(()) }
/// ```
///
/// # Contents
///
/// One JSON object per line, append-only. Before a request is sent: its hash and the time. Afterwards: the whole reply, or how it failed.
/// **Replies are stored as received, so the file contains answers; of a request only a hash is stored.** Keys, headers of requests, cookies
/// and reply headers without a method on [`Meta`](crate::Meta) are never stored. On Unix only the owner can read the file (mode 0600);
/// other users lose access to an existing file. A symbolic link is rejected.
///
/// # Identity of requests
///
/// A request is identified by a hash of its operation, address and body; equal requests are numbered in the order of the input. A changed
/// request is a new one, and is sent. [`Many::with_keys`](super::Many::with_keys) sets keys instead; then a request that differs from the
/// recorded one with its key is an error that stops the run: the journal belongs to another run.
///
/// # Resuming
///
/// | Recorded as | The next run |
/// |---|---|
/// | answered | returns the recorded reply in its place, and sends nothing |
/// | rejected for now (429, 503), or not sent | sends it |
/// | failed because of the request (400, 404, 422) | returns the recorded error; [`resend_failed`](Self::resend_failed) |
/// | failed, and may be paid (connection lost, timed out, 500, 502, 504) | returns the recorded error; [`resend_unknown`](Self::resend_unknown) |
/// | sent, without an outcome: the process ended | returns [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown); [`resend_unknown`](Self::resend_unknown) |
///
/// # Durability
///
/// A line is on disk (fsync) before its request is sent, and before its outcome is returned, so neither a killed process nor a power
/// failure leads to a second payment. Outcomes that arrive together share one fsync. [`fsync(false)`](Self::fsync) turns it off. When the
/// disk is full the run stops; replies that arrive meanwhile are returned, and recorded once the run is resumed
/// ([`Many::resume`](super::Many::resume)). A last line truncated by a crash is repaired. Anything else that cannot be read stops the run
/// with the line number before anything is sent. So does a file that another run has open, in this process or another. (Built with Rust
/// 1.88, which cannot lock files, a run does not notice that, and warns through `tracing` instead.)
#[derive(Clone, Debug)]
#[must_use = "pass it to `Many::with_journal`"]
pub struct Journal {
    pub(super) path: PathBuf,
    pub(super) fsync: bool,
    pub(super) resend_unknown: bool,
    pub(super) resend_failed: bool,
}

impl Journal {
    /// The journal in this file, which is created if it does not exist. Its folder must exist. Nothing is opened before the run starts.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), fsync: true, resend_unknown: false, resend_failed: false }
    }

    /// Whether to wait until each line is on disk. Default: `true`. With `false` lines survive a killed process, but not a power failure
    /// within the next seconds: then a paid request may be sent again.
    pub fn fsync(mut self, fsync: bool) -> Self {
        self.fsync = fsync;
        self
    }

    /// Whether to resend requests with an unknown outcome. They may be charged twice.
    pub fn resend_unknown(mut self, resend: bool) -> Self {
        self.resend_unknown = resend;
        self
    }

    /// Whether to resend requests that failed and are known not to be charged.
    pub fn resend_failed(mut self, resend: bool) -> Self {
        self.resend_failed = resend;
        self
    }
}

impl<P: Into<PathBuf>> From<P> for Journal {
    fn from(path: P) -> Self {
        Self::at(path)
    }
}
