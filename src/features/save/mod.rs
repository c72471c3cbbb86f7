//! `RawReply::save`, `Speech::save`, `Image::save`: replies as files, written atomically by a `DurableFile`.

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
    /// Writes the body to a file, piece by piece as it arrives.
    ///
    /// The file appears, or takes the place of the one before it, when all of it is on disk (fsync, then an atomic rename). Until
    /// then it has another name in the same folder, which must exist. A download that fails or is dropped leaves nothing behind, and
    /// leaves a file that was there before as it was.
    ///
    /// # Errors
    ///
    /// The connection broke or stood still, or [`ErrorKind::Io`](crate::ErrorKind::Io): the file cannot be written. The operation was carried out all the
    /// same, and its result is lost with the reply.
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
    /// Writes the sound to a file, piece by piece as it arrives. The file appears when all of it is on disk; a failure leaves nothing behind, and leaves a file that was there before as it was.
    ///
    /// # Errors
    /// As for [`bytes`](Self::bytes), and [`ErrorKind::Io`](crate::ErrorKind::Io) if the file cannot be written.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::{CreateSpeechRequest, SpeechFormat};
    ///
    /// let request = CreateSpeechRequest::new("The tide is coming in.").response_format(SpeechFormat::Mp3);
    /// venice.audio().speech(request).await?.save("tide.mp3").await?;
    /// # Ok(()) }
    /// ```
    pub async fn save(self, path: impl AsRef<Path>) -> Result<SavedFile, Error> {
        self.into_raw().save(path).await
    }
}

impl Image {
    /// Writes the image to a file. The file appears when all of it is on disk, and a failure leaves
    /// nothing behind; the folder must exist.
    ///
    /// The format is not what the name's ending says, but what was asked for: see [`extension`](Self::extension).
    ///
    /// # Errors
    /// As for [`bytes`](Self::bytes); and [`ErrorKind::Io`](crate::ErrorKind::Io): the file cannot be written.
    pub async fn save(self, path: impl AsRef<Path>) -> Result<SavedFile, Error> {
        let content_type = self.content_type();
        Ok(SavedFile { content_type, ..self.into_reply()?.save(path).await? })
    }
}
