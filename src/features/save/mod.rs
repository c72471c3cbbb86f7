//! `RawReply::save`, `Speech::save`, `Image::save`: atomic writes of replies to files.

pub(crate) mod durable;
mod saved;

use std::path::Path;

use self::durable::DurableFile;
pub use self::saved::{RemoteCopy, SavedFile};
use crate::api::audio::Speech;
use crate::api::images::Image;
use crate::runtime::error::Error;
use crate::runtime::reply::RawReply;

impl RawReply {
    /// Writes the body to a file as it arrives.
    ///
    /// The file appears, or replaces an existing one, when all of it is on disk (fsync, then an atomic rename). Until then it is a
    /// temporary file in the same folder, which must exist. A failed or dropped download leaves nothing behind, and an existing file
    /// unchanged.
    ///
    /// # Errors
    ///
    /// The connection broke or was idle for too long, or [`ErrorKind::Io`](crate::ErrorKind::Io): the file cannot be written. The operation
    /// was executed, and its result is lost with the reply.
    pub async fn save(mut self, path: impl AsRef<Path>) -> Result<SavedFile, Error> {
        let path = path.as_ref().to_owned();
        let mut file = DurableFile::create(path).await.map_err(|error| self.body.explained(error))?;
        while let Some(piece) = self.body.chunk().await {
            file.write(piece?).await.map_err(|error| self.body.explained(error))?;
        }
        file.commit(self.content_type()).await.map_err(|error| self.body.explained(error))
    }
}

impl Speech {
    /// Writes the audio to a file as it arrives. The file appears when all of it is on disk; a failure leaves nothing behind, and an
    /// existing file unchanged.
    ///
    /// # Errors
    /// As for [`bytes`](Self::bytes), and [`ErrorKind::Io`](crate::ErrorKind::Io) if the file cannot be written.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::{CreateSpeechRequest, SpeechFormat};
    ///
    /// let request = CreateSpeechRequest::new("tts-kokoro", "The tide is coming in.").response_format(SpeechFormat::Mp3);
    /// venice.audio().speech(request).await?.save("tide.mp3").await?;
    /// # Ok(()) }
    /// ```
    pub async fn save(self, path: impl AsRef<Path>) -> Result<SavedFile, Error> {
        self.into_raw().save(path).await
    }
}

impl Image {
    /// Writes the image to a file. The file appears when all of it is on disk; a failure leaves nothing behind. The folder must exist.
    ///
    /// The format is the requested one, not that of the file extension: see [`extension`](Self::extension).
    ///
    /// # Errors
    /// As for [`bytes`](Self::bytes); and [`ErrorKind::Io`](crate::ErrorKind::Io): the file cannot be written.
    pub async fn save(self, path: impl AsRef<Path>) -> Result<SavedFile, Error> {
        let content_type = self.content_type();
        Ok(SavedFile { content_type, ..self.into_reply()?.save(path).await? })
    }
}
