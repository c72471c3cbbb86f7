//! `WholeFile`: a file in memory, for requests that are JSON only.

use bytes::Bytes;

use super::open::Opened;
use super::{Upload, base64, data_url, sniff};
use crate::runtime::error::Error;

/// A file that was read to its end.
pub(crate) struct WholeFile {
    /// What it is, as it would be sent.
    pub(crate) media: String,
    pub(crate) bytes: Bytes,
}

impl WholeFile {
    /// The file as a `data:` URL.
    pub(crate) fn data_url(&self) -> String {
        data_url::data_url(&self.media, &self.bytes)
    }

    /// The file as base64.
    pub(crate) fn base64(&self) -> String {
        let mut text = String::new();
        base64::encode_into(&mut text, &self.bytes);
        text
    }
}

impl Upload {
    /// Reads all of it, or says that it is too large for a request of JSON. No more than that is ever in memory.
    pub(crate) async fn whole(&self, field: &str) -> Result<Result<WholeFile, String>, Error> {
        let too_large =
            || Ok(Err(format!("has more than the {} bytes that a data URL may have", Self::DATA_URL_MAX_BYTES)));
        let Opened { length, head, rest } = self.open(field, sniff::HEAD_BYTES).await?;
        let media = self.media_type(&head);
        if length.is_some_and(|length| length > Self::DATA_URL_MAX_BYTES) {
            return too_large();
        }
        let Some(mut rest) = rest else { return Ok(Ok(WholeFile { media, bytes: head })) };
        let mut bytes = Vec::from(head);
        loop {
            if bytes.len() as u64 > Self::DATA_URL_MAX_BYTES {
                return too_large();
            }
            match rest.piece().await {
                Ok(Some(piece)) => bytes.extend_from_slice(&piece),
                Ok(None) => return Ok(Ok(WholeFile { media, bytes: bytes.into() })),
                Err(error) => return Err(Error::of_file(field, format!("cannot be read: {error}"), error)),
            }
        }
    }
}
