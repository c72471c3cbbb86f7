//! Files as text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Upload;
use super::open::Opened;
use crate::error::Error;
use crate::validation::ValidationError;

impl Upload {
    /// The largest file that [`to_data_url`](Self::to_data_url) takes: 25 MiB. As text it is a third longer, which is what the API
    /// takes as a whole request.
    pub const DATA_URL_MAX_BYTES: u64 = 25 * 1024 * 1024;

    /// The file as a `data:` URL, for operations that take JSON alone: the media of a video, style references, parts of a chat
    /// message. Its media type is found as for a file that is sent. A reader is read to its end by this.
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
        let field = self.name.as_str();
        let Opened { length, mut head, rest } = self.open(field, super::sniff::HEAD_BYTES).await?;
        let media = self.media_type(&head);
        let too_large = || {
            let problem = format!("has more than the {} bytes that a data URL may have", Self::DATA_URL_MAX_BYTES);
            Error::validation(ValidationError::new(field, problem))
        };
        if length.is_some_and(|length| length > Self::DATA_URL_MAX_BYTES) {
            return Err(too_large());
        }
        let mut bytes = Vec::new();
        let mut rest = rest;
        loop {
            bytes.extend_from_slice(&head);
            if bytes.len() as u64 > Self::DATA_URL_MAX_BYTES {
                return Err(too_large());
            }
            let Some(pieces) = &mut rest else { break };
            match pieces.piece().await {
                Ok(Some(piece)) => head = piece,
                Ok(None) => break,
                Err(error) => return Err(Error::of_file(field, format!("cannot be read: {error}"), error)),
            }
        }
        let mut url = format!("data:{media};base64,");
        STANDARD.encode_string(&bytes, &mut url);
        Ok(url)
    }

    /// As [`to_data_url`](Self::to_data_url), waiting in this thread.
    ///
    /// # Errors
    ///
    /// As for [`to_data_url`](Self::to_data_url); and [`ErrorKind::BlockingInAsync`](crate::ErrorKind::BlockingInAsync) in a thread
    /// that belongs to an async runtime.
    ///
    /// ```no_run
    /// let image_url = venice_ai::Upload::path("first-frame.png").to_data_url_blocking()?;
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    #[cfg(feature = "blocking")]
    pub fn to_data_url_blocking(&self) -> Result<String, Error> {
        crate::blocking::block_on(self.to_data_url())?
    }
}
