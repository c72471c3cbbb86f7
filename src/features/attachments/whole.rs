//! `WholeFile`, `Upload::to_data_url`: a file in memory, for requests that are JSON only.

use bytes::Bytes;

use crate::runtime::error::Error;
use crate::runtime::media::open::Opened;
use crate::runtime::media::{Upload, base64, sniff};
use crate::runtime::validation::ValidationError;

/// A file that was read completely.
pub(super) struct WholeFile {
    /// Its media type, as it would be sent.
    pub(super) media: String,
    pub(super) bytes: Bytes,
}

impl WholeFile {
    /// The file as a `data:` URL.
    pub(super) fn data_url(&self) -> String {
        format!("data:{};base64,{}", self.media, self.base64())
    }

    /// The file as base64.
    pub(super) fn base64(&self) -> String {
        base64::encoded(&self.bytes)
    }
}

impl Upload {
    /// The file as a `data:` URL, for operations that accept only JSON: the media of a video, style references. (For a part of a chat
    /// message use [`ContentPart::image`](crate::types::ContentPart::image) and its siblings.) Its media type is detected as for an upload.
    /// A reader is consumed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the file cannot be read, and
    /// [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest) if it has more than
    /// [`DATA_URL_MAX_BYTES`](Self::DATA_URL_MAX_BYTES).
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), venice_ai::Error> {
    /// let image_url = venice_ai::Upload::path("first-frame.png").to_data_url().await?;
    /// assert!(image_url.starts_with("data:image/png;base64,"));
    /// # Ok(()) }
    /// ```
    pub async fn to_data_url(&self) -> Result<String, Error> {
        let field = self.file_name();
        match self.whole(field).await? {
            Ok(file) => Ok(file.data_url()),
            Err(problem) => Err(Error::validation(ValidationError::new(field, problem))),
        }
    }

    /// Reads all of it, or reports that it is too large for a JSON request. No more than the limit is ever in memory.
    pub(super) async fn whole(&self, field: &str) -> Result<Result<WholeFile, String>, Error> {
        let too_large =
            || Ok(Err(format!("has more than the {} bytes allowed in a data URL", Self::DATA_URL_MAX_BYTES)));
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
