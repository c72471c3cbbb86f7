//! What went over the wire.

use bytes::Bytes;

/// A request and its reply, as they were sent.
#[derive(Debug, Clone)]
pub struct Exchange {
    pub method: String,
    /// Below the base URL, still with its percent escapes.
    pub path: String,
    /// Without the question mark; empty if there is none.
    pub query: String,
    pub request_media: Option<String>,
    pub request: Bytes,
    pub status: u16,
    /// Without parameters, in small letters.
    pub media: Option<String>,
    pub reply: Bytes,
}

/// A media type without its parameters.
pub fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

pub fn is_json(media: &str) -> bool {
    media == "application/json" || media.ends_with("+json")
}
