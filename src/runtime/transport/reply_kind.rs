//! `ReplyKind`: response-kind detection, for operations that reply with JSON or with a file.

use bytes::{Bytes, BytesMut};
use reqwest::Response;

use super::limits::ReplyLimits;
use super::{failure, send};
use crate::runtime::error::Error;
use crate::runtime::meta::Meta;
use crate::runtime::text::{is_html, without_mark};

/// The longest JSON with another content type, such as a status report.
const LONGEST_UNANNOUNCED_JSON: usize = 64 * 1024;

/// JSON or a file.
#[derive(Debug)]
pub(super) enum ReplyKind {
    /// JSON or a gateway's HTML page, complete.
    Json(Bytes),
    /// A file, of which this was read so far.
    File { beginning: Bytes },
}

/// Reads as much of a reply as is needed to detect its kind.
///
/// A content type of JSON or HTML decides. With any other the first bytes decide: no image, audio or video starts with a brace, a bracket
/// or markup. An empty body is not a file.
pub(super) async fn detect(response: &mut Response, meta: &Meta, limits: &ReplyLimits) -> Result<ReplyKind, Error> {
    let media = meta.content_type();
    if media.as_deref().is_some_and(is_no_file) {
        return send::whole(response, limits).await.map(ReplyKind::Json);
    }
    // Raw samples may start with anything.
    let is_bare = media.as_deref().is_some_and(|media| matches!(media, "audio/pcm" | "audio/l16"));
    let is_labelled = media.is_some();
    let mut read = BytesMut::new();
    // A byte order mark and white space are skipped.
    let mut before = 0;
    loop {
        before = before.max(read.len() - without_mark(&read).len());
        before += read.iter().skip(before).take_while(|byte| byte.is_ascii_whitespace()).count();
        let first = read.get(before);
        let is_file = match first {
            None => is_bare && !read.is_empty(),
            Some(_) if is_bare => true,
            Some(b'{') => is_labelled && read.len() > LONGEST_UNANNOUNCED_JSON,
            Some(b'<') => is_labelled && read.len() > LONGEST_BEGINNING && !is_page(&read),
            Some(b'[' | b'"') => is_labelled,
            Some(_) => true,
        };
        if is_file {
            return Ok(ReplyKind::File { beginning: read.freeze() });
        }
        match response.chunk().await.map_err(|error| failure::of_body(error, read.len() as u64))? {
            Some(piece) => {
                read.extend_from_slice(&piece);
                send::check_length(read.len() as u64, limits)?;
            }
            // A short body is JSON, HTML, empty, or a short file that looks like one of them.
            None if is_labelled && first.is_some() && !is_page(&read) && !is_json(&read) => {
                return Ok(ReplyKind::File { beginning: read.freeze() });
            }
            None => return send::check_cost(read.freeze(), limits).map(ReplyKind::Json),
        }
    }
}

/// HTML is recognised within these many bytes.
const LONGEST_BEGINNING: usize = 1024;

fn is_page(body: &[u8]) -> bool {
    is_html(body) || without_mark(body).trim_ascii_start().starts_with(b"<?xml")
}

fn is_json(body: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(without_mark(body)).is_ok()
}

/// `application/json`, names that end in `+json`, XML, and text: HTML, and mislabelled JSON. Tables are files.
fn is_no_file(media: &str) -> bool {
    let is_text = media.starts_with("text/") && media != "text/csv";
    is_text || ["/json", "+json", "/xml", "+xml"].iter().any(|kind| media.ends_with(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_several_names() {
        for media in
            ["application/json", "application/problem+json", "text/json", "text/html", "text/plain", "application/xml"]
        {
            assert!(is_no_file(media), "{media}");
        }
        for media in ["video/mp4", "application/jsonp", "application/octet-stream", "text/csv", ""] {
            assert!(!is_no_file(media), "{media}");
        }
    }
}
