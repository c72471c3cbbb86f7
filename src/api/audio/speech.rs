//! Speech from text.

use bytes::Bytes;

use super::Audio;
use crate::api::generated::types::{CreateSpeechRequest, SpeechFormat};
use crate::runtime::call::Call;
use crate::runtime::error::Error;
use crate::runtime::meta::Meta;
use crate::runtime::reply::ByteStream;
use crate::runtime::reply::RawReply;

impl Audio<'_> {
    /// Reads a text of at most 4096 characters aloud. [`long_speech`](Self::long_speech) takes longer ones.
    ///
    /// The reply is here as soon as the first bytes are. With `streaming(true)` the sound comes sentence by sentence, from models
    /// that can do that; it is the same plain sound, in more pieces.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client, mut player: Vec<u8>) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::{CreateSpeechRequest, SpeechFormat};
    ///
    /// let request = CreateSpeechRequest::new("The tide is coming in. Mind your feet.")
    ///     .response_format(SpeechFormat::Mp3)
    ///     .streaming(true);
    /// let mut sound = venice.audio().speech(request).await?.stream();
    /// while let Some(piece) = sound.next().await {
    ///     player.extend_from_slice(&piece?);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Refused before anything is sent: a text that is blank or too long, a blank model or voice, and numbers out of their ranges.
    /// A voice or a format that the model does not have is a 400. A page of a gateway in place of the sound is
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode). A call is paid for, and is repeated only when the API said
    /// that it did not run it.
    pub fn speech(&self, request: impl Into<CreateSpeechRequest>) -> Call<Speech> {
        self.client.raw().create_speech(&request.into()).map(|reply| Speech { reply })
    }
}

/// Speech on its way. Its headers are here, its sound is not read yet.
///
/// Dropping it closes the connection.
#[derive(Debug)]
pub struct Speech {
    reply: RawReply,
}

impl Speech {
    /// The format that came, by its media type; `None` if the reply does not say. Where the request leaves the format open it
    /// depends on the model, so ask here before naming a file.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let speech = venice.audio().speech("The tide is coming in.").await?;
    /// let ending = speech.format().map_or("audio".to_owned(), |format| format.to_string());
    /// println!("tide.{ending}");
    /// # Ok(()) }
    /// ```
    pub fn format(&self) -> Option<SpeechFormat> {
        let media = self.content_type()?;
        Some(match media.strip_prefix("audio/").unwrap_or(&media) {
            "mpeg" | "mp3" | "mpeg3" => SpeechFormat::Mp3,
            "opus" | "ogg" => SpeechFormat::Opus,
            "aac" | "aacp" | "x-aac" => SpeechFormat::Aac,
            "flac" | "x-flac" => SpeechFormat::Flac,
            "wav" | "x-wav" | "wave" | "vnd.wave" => SpeechFormat::Wav,
            "pcm" | "l16" | "x-pcm" => SpeechFormat::Pcm,
            other => SpeechFormat::from_wire(other),
        })
    }

    /// The media type that the reply names, such as `audio/mpeg`.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let speech = venice.audio().speech("The tide is coming in.").await?;
    /// println!("{:?}", speech.content_type());
    /// # Ok(()) }
    /// ```
    pub fn content_type(&self) -> Option<String> {
        self.reply.content_type()
    }

    /// What came beside the sound: request id, limits, balances.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let speech = venice.audio().speech("The tide is coming in.").await?;
    /// println!("{:?}", speech.meta().request_id());
    /// # Ok(()) }
    /// ```
    pub fn meta(&self) -> &Meta {
        self.reply.meta()
    }

    /// All of the sound, in memory.
    ///
    /// # Errors
    /// The connection broke or stood still. The sound was made and paid for, so it is not asked for again.
    pub async fn bytes(self) -> Result<Bytes, Error> {
        self.reply.bytes().await
    }

    /// The sound piece by piece, as it arrives. The pieces are cut anywhere, in the middle of a sample too.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let mut sound = venice.audio().speech("The tide is coming in.").await?.stream();
    /// while let Some(piece) = sound.next().await {
    ///     println!("{} bytes", piece?.len());
    /// }
    /// # Ok(()) }
    /// ```
    pub fn stream(self) -> ByteStream {
        self.reply.stream()
    }

    /// The reply behind it.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let reply = venice.audio().speech("The tide is coming in.").await?.into_raw();
    /// println!("{}", reply.status());
    /// # Ok(()) }
    /// ```
    pub fn into_raw(self) -> RawReply {
        self.reply
    }
}
