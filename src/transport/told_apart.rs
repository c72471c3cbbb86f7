//! Replies that are JSON or a file.

use bytes::{Bytes, BytesMut};
use reqwest::Response;

use super::limits::ReplyLimits;
use super::{attempt, failure};
use crate::error::Error;
use crate::meta::Meta;

/// What claims to be a file and looks like JSON is JSON if it is short, as a status report is.
const LONGEST_UNANNOUNCED_JSON: usize = 64 * 1024;

/// What a reply is.
#[derive(Debug)]
pub(super) enum Told {
    /// JSON or the page of a gateway, all of it.
    Json(Bytes),
    /// A file, of which this was read so far.
    File { beginning: Bytes },
}

/// Reads as much of a reply as it takes to see what it is.
///
/// The content type says it, where it says JSON or a page. Where it says anything else the first character decides: no image, sound
/// or film begins with a brace.
pub(super) async fn read(response: &mut Response, meta: &Meta, limits: &ReplyLimits) -> Result<Told, Error> {
    let media = meta.content_type();
    if media.as_deref().is_some_and(is_no_file) {
        return attempt::whole(response, limits).await.map(Told::Json);
    }
    let begins_otherwise: &[u8] = if media.is_some() { b"{" } else { b"{[<\"" };
    let mut read = BytesMut::new();
    // How much of it is known to be white space, so that no byte is looked at twice.
    let mut blank = 0;
    loop {
        let rest = read.get(blank..).unwrap_or_default();
        blank += rest.len() - rest.trim_ascii_start().len();
        let is_object = read.get(blank).map(|byte| begins_otherwise.contains(byte));
        if is_object == Some(false) || (media.is_some() && read.len() > LONGEST_UNANNOUNCED_JSON) {
            return Ok(Told::File { beginning: read.freeze() });
        }
        match response.chunk().await.map_err(|error| failure::of_body(error, read.len() as u64))? {
            Some(piece) => {
                read.extend_from_slice(&piece);
                attempt::check_length(read.len() as u64, limits)?;
            }
            // What ends here is JSON, or nothing.
            None => return attempt::check_cost(read.freeze(), limits).map(Told::Json),
        }
    }
}

/// `application/json`, names that end in `+json`, and text: pages, and JSON whose type got lost on the way.
fn is_no_file(media: &str) -> bool {
    media == "application/json" || media.ends_with("+json") || media.starts_with("text/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_several_names() {
        for media in ["application/json", "application/problem+json", "text/json", "text/html", "text/plain"] {
            assert!(is_no_file(media), "{media}");
        }
        for media in ["video/mp4", "application/jsonp", "application/octet-stream", ""] {
            assert!(!is_no_file(media), "{media}");
        }
    }
}
