//! A run that survives its process.

mod file;
pub(super) mod identity;
mod lock;
mod log;
mod record;

use std::path::PathBuf;

pub(super) use self::log::{Book, Known, Then, Written, outcome_of, unknown};
pub(super) use self::record::{KeptReply, body_of};

/// The file in which a run notes what it sent and what came back, so that another run goes on where it ended.
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
/// # What is in it
///
/// One JSON object a line, only ever added to: before a request is sent that it is (a hash of it and the time), and afterwards the
/// whole reply, or that it failed and how. **Replies are written as they came, so the file holds answers; a request is written as a hash
/// alone.** Never written are keys, other headers of requests, cookies, and whatever else of a reply's headers
/// [`Meta`](crate::Meta) has no method for. On Unix the file can be read by its owner alone
/// (mode 0600); others lose the right to an older file. A symbolic link is refused.
///
/// # Which request is which
///
/// A request is known again by a hash of its operation, address and body; of two that are equal by which came first. A request that
/// changed in any way is another request, and is sent. [`Many::with_keys`](super::Many::with_keys) gives names instead; then a request that
/// differs from the one that stands under its name is an error that stops the run: the journal belongs to another run.
///
/// # What happens to what is in it
///
/// | It stands there as | The next run |
/// |---|---|
/// | answered | gives the reply again, in its place, and sends nothing |
/// | refused by the API for now (429, 503), or not begun | sends it |
/// | failed for reasons of its own (400, 404, 422) | gives the error again; [`resend_failed`](Self::resend_failed) |
/// | failed, and perhaps paid for (cut, timed out, 500, 502, 504) | gives the error again; [`resend_unknown`](Self::resend_unknown) |
/// | sent, and nothing more: the process ended meanwhile | gives [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown); [`resend_unknown`](Self::resend_unknown) |
///
/// # What it survives
///
/// What is noted is on disk (fsync) before a request goes out and before its outcome is given to the caller, so neither a killed process
/// nor a power cut leads to a second payment; outcomes that come together share one fsync. [`fsync(false)`](Self::fsync) leaves that
/// out. When the disk is full the run stops; what came back meanwhile is given out, and noted once it goes on
/// ([`Many::resume`](super::Many::resume)). A last line that was cut by a crash is repaired. Anything else that cannot be read stops the run with the number of the line, before
/// anything is sent; so does a file that another run has open, here or in another process (built with
/// Rust 1.88, which cannot lock files, a run does not notice that, and warns through `tracing` instead).
#[derive(Clone, Debug)]
#[must_use = "give it to `Many::with_journal`"]
pub struct Journal {
    pub(super) path: PathBuf,
    pub(super) fsync: bool,
    pub(super) resend_unknown: bool,
    pub(super) resend_failed: bool,
}

impl Journal {
    /// The journal in this file, which is made if it is not there. Its folder must exist. Nothing is opened before the run begins.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), fsync: true, resend_unknown: false, resend_failed: false }
    }

    /// Whether each line is waited for until it is on disk. It is unless this says no; then lines survive the process, and not a power
    /// cut within the next seconds, after which a request may be sent that was paid for before.
    pub fn fsync(mut self, fsync: bool) -> Self {
        self.fsync = fsync;
        self
    }

    /// Whether a request is sent again of which nobody knows what became of it. It may be paid for a second time.
    pub fn resend_unknown(mut self, resend: bool) -> Self {
        self.resend_unknown = resend;
        self
    }

    /// Whether a request is sent again that failed for reasons of its own, and surely was not paid for.
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
