//! `Encoded`: an image as text within JSON.

use bytes::Bytes;

use crate::runtime::error::Error;
use crate::runtime::media::data_url::{DataUrl, is_data_url, is_web_url};
use crate::runtime::media::{base64, sniff};
use crate::runtime::reply::Origin;
use crate::runtime::reply::RawReply;

/// An image as base64 or as a `data:` URL, decoded on demand.
#[derive(Debug)]
pub(super) struct Encoded {
    text: String,
    /// Its path in the reply: `images[1]`.
    place: String,
    origin: Origin,
}

impl Encoded {
    pub(super) fn new(text: String, place: String, origin: Origin) -> Self {
        Self { text, place, origin }
    }

    pub(super) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The type shown by its first bytes, or else that of the `data:` URL.
    pub(super) fn media_type(&self) -> Option<String> {
        let (declared, base64) = match split(&self.text) {
            Ok(parts) => parts,
            Err(_) => return None,
        };
        let shown = sniff::media_type(&base64::head(base64, sniff::HEAD_BYTES), "");
        shown.map(str::to_owned).or_else(|| declared.map(str::to_ascii_lowercase))
    }

    /// The image as a reply with its body in memory.
    pub(super) fn into_reply(self) -> Result<RawReply, Error> {
        let outcome = split(&self.text).and_then(|(_, base64)| decoded(base64));
        match outcome {
            Ok(bytes) => Ok(RawReply::in_memory(bytes, self.origin)),
            Err(problem) => {
                let message = format!("the image at `{}` {problem}", self.place);
                Err(self.origin.undecodable(message, Some(self.place), self.text.into()))
            }
        }
    }
}

/// The media type that a `data:` URL declares, and the base64.
pub(super) fn split(text: &str) -> Result<(Option<&str>, &str), String> {
    if is_web_url(text) {
        return Err("is the URL of an image, not an image; the error's body has it".to_owned());
    }
    match DataUrl::read(text) {
        Some(DataUrl { media, is_base64: true, data }) => Ok((media, data)),
        Some(_) => Err("is a data: URL without base64".to_owned()),
        None if is_data_url(text) => Err("is a data: URL without data".to_owned()),
        None => Ok((None, text)),
    }
}

/// Decodes base64 that must not be empty.
pub(super) fn decoded(text: &str) -> Result<Bytes, String> {
    match base64::decoded(text) {
        Ok(bytes) if bytes.is_empty() => Err("is empty".to_owned()),
        Ok(bytes) => Ok(bytes.into()),
        Err(error) => Err(format!("is not base64: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_urls_are_parsed() {
        assert_eq!(split("data:image/PNG;base64,AA").unwrap(), (Some("image/PNG"), "AA"));
        assert_eq!(split("DATA:;base64,AA").unwrap(), (None, "AA"));
        assert_eq!(split("data:image/png;name=a.png;base64,AA").unwrap(), (Some("image/png"), "AA"));
        assert_eq!(split("AA").unwrap(), (None, "AA"));
        for text in ["data:image/png", "data:image/svg+xml,%3Csvg", "https://a.example/b.png", "HTTP://a.example"] {
            assert!(split(text).is_err(), "{text}");
        }
    }
}
