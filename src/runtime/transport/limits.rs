//! `ReplyLimits`: how much of a reply is read into memory.

use crate::runtime::json_cost::{self, AMPLIFICATION};

/// The memory limits of a reply. Bodies that are streamed have none.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ReplyLimits {
    /// The largest reply that is read completely.
    pub(crate) reply: Option<usize>,
    /// The largest event of a stream.
    pub(crate) event: Option<usize>,
    /// The most memory of a collected stream.
    pub(crate) collected: Option<usize>,
    /// Whether the reply contains files as text.
    pub(crate) holds_files: bool,
}

/// A file in memory: 256 MiB.
pub(crate) const FILE: usize = 256 * 1024 * 1024;
/// A complete reply: 32 MiB. The longest without files are embeddings, a few megabytes.
const REPLY: usize = 32 * 1024 * 1024;
/// An event: 4 MiB. It has a few tokens, or search results at the end of an answer.
pub(crate) const EVENT: usize = 4 * 1024 * 1024;
/// A collected answer: 64 MiB of memory. The longest answers have a megabyte of text.
#[cfg(any(feature = "collect", feature = "e2ee"))]
pub(crate) const COLLECTED: usize = 64 * 1024 * 1024;

impl ReplyLimits {
    /// These limits, or those of `other` if not set.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            reply: self.reply.or(other.reply),
            event: self.event.or(other.event),
            collected: self.collected.or(other.collected),
            holds_files: self.holds_files,
        }
    }

    /// The largest complete reply, in bytes.
    pub(crate) fn reply_bytes(&self) -> usize {
        self.reply.unwrap_or(if self.holds_files { FILE } else { REPLY })
    }

    /// The largest event of a stream, in bytes.
    pub(crate) fn event_bytes(&self) -> usize {
        self.event.unwrap_or(EVENT)
    }

    /// The most memory of a collected stream, in bytes.
    #[cfg(any(feature = "collect", feature = "e2ee"))]
    pub(crate) fn collected_bytes(&self) -> usize {
        self.collected.unwrap_or(COLLECTED)
    }

    /// Whether a reply would take too much memory when parsed.
    pub(crate) fn reply_is_too_costly(&self, json: &[u8]) -> bool {
        json_cost::exceeds(json, self.reply_bytes().saturating_mul(AMPLIFICATION))
    }

    /// Whether an event would take too much memory when parsed.
    pub(crate) fn event_is_too_costly(&self, json: &[u8]) -> bool {
        json_cost::exceeds(json, self.event_bytes().saturating_mul(AMPLIFICATION))
    }
}

/// The most memory of parsed JSON in a model's answer.
#[cfg(any(feature = "structured", feature = "tools"))]
pub(crate) const MOST_ANSWER_MEMORY: usize = REPLY * AMPLIFICATION;
