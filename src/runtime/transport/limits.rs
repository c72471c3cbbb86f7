//! `ReplyLimits`: how much of a reply is read into memory.

use crate::runtime::json_cost::{self, AMPLIFICATION};

/// How much of a reply is read into memory. Bodies that are read in pieces have no such limit.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ReplyLimits {
    /// A reply that is read whole.
    pub(crate) reply: Option<usize>,
    /// One event of a stream.
    pub(crate) event: Option<usize>,
    /// What is collected of a stream.
    pub(crate) collected: Option<usize>,
    /// Files come inside of the reply, as text.
    pub(crate) holds_files: bool,
}

/// A file that is read into memory: 256 MiB.
pub(crate) const FILE: usize = 256 * 1024 * 1024;
/// A whole reply: 32 MiB. The longest that the API gives without files are lists of vectors, of some megabytes.
const REPLY: usize = 32 * 1024 * 1024;
/// An event: 4 MiB. It has a few tokens, or at the end of an answer what was found on the web for it.
pub(crate) const EVENT: usize = 4 * 1024 * 1024;
/// A collected answer: 64 MiB of memory. The longest answers have a megabyte of text.
#[cfg(feature = "collect")]
pub(crate) const COLLECTED: usize = 64 * 1024 * 1024;

impl ReplyLimits {
    /// These limits, and where one is not set that of `other`.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            reply: self.reply.or(other.reply),
            event: self.event.or(other.event),
            collected: self.collected.or(other.collected),
            holds_files: self.holds_files,
        }
    }

    /// The largest reply that is read whole, in bytes.
    pub(crate) fn reply_bytes(&self) -> usize {
        self.reply.unwrap_or(if self.holds_files { FILE } else { REPLY })
    }

    /// The largest event of a stream, in bytes.
    pub(crate) fn event_bytes(&self) -> usize {
        self.event.unwrap_or(EVENT)
    }

    /// The most that is collected of a stream, in bytes.
    #[cfg(feature = "collect")]
    pub(crate) fn collected_bytes(&self) -> usize {
        self.collected.unwrap_or(COLLECTED)
    }

    /// Whether a reply takes too much memory once it is parsed.
    pub(crate) fn reply_is_too_costly(&self, json: &[u8]) -> bool {
        json_cost::exceeds(json, self.reply_bytes().saturating_mul(AMPLIFICATION))
    }

    /// Whether an event takes too much memory once it is parsed.
    pub(crate) fn event_is_too_costly(&self, json: &[u8]) -> bool {
        json_cost::exceeds(json, self.event_bytes().saturating_mul(AMPLIFICATION))
    }
}

/// What JSON inside of an answer, which a model wrote, may take in memory once it is parsed.
#[cfg(any(feature = "structured", feature = "tools"))]
pub(crate) const MOST_ANSWER_MEMORY: usize = REPLY * AMPLIFICATION;
