//! `Speech`: the audio of a text-to-speech reply.

use bytes::Bytes;

use crate::api::generated::types::SpeechFormat;
use crate::runtime::error::Error;
use crate::runtime::meta::Meta;
use crate::runtime::reply::ByteStream;
use crate::runtime::reply::RawReply;

/// The audio of a text-to-speech reply. Its body was not read yet.
///
/// Dropping it closes the connection.
#[derive(Debug)]
pub struct Speech {
    reply: RawReply,
}

impl Speech {
    pub(crate) fn of(reply: RawReply) -> Result<Self, Error> {
        Ok(Self { reply })
    }

    /// The format, from the media type; `None` if the reply has none. Without a format in the request it depends on the model, so check it
    /// before you choose a file name.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// # use venice_ai::types::CreateSpeechRequest;
    /// let speech = venice.audio().speech(CreateSpeechRequest::new("tts-kokoro", "High tide.")).await?;
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

    /// The media type of the reply, such as `audio/mpeg`.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// # use venice_ai::types::CreateSpeechRequest;
    /// let speech = venice.audio().speech(CreateSpeechRequest::new("tts-kokoro", "High tide.")).await?;
    /// println!("{:?}", speech.content_type());
    /// # Ok(()) }
    /// ```
    pub fn content_type(&self) -> Option<String> {
        self.reply.content_type()
    }

    /// The metadata of the reply: request id, limits, balances.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// # use venice_ai::types::CreateSpeechRequest;
    /// let speech = venice.audio().speech(CreateSpeechRequest::new("tts-kokoro", "High tide.")).await?;
    /// println!("{:?}", speech.meta().request_id());
    /// # Ok(()) }
    /// ```
    pub fn meta(&self) -> &Meta {
        self.reply.meta()
    }

    /// Reads all of the audio into memory.
    ///
    /// # Errors
    /// The connection was lost or idle for too long. The audio was generated and charged, so the call is not retried.
    pub async fn bytes(self) -> Result<Bytes, Error> {
        self.reply.bytes().await
    }

    /// The audio as it arrives. Pieces may be split anywhere, also within a sample.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// # use venice_ai::types::CreateSpeechRequest;
    /// let mut sound = venice.audio().speech(CreateSpeechRequest::new("tts-kokoro", "High tide.")).await?.stream();
    /// while let Some(piece) = sound.next().await {
    ///     println!("{} bytes", piece?.len());
    /// }
    /// # Ok(()) }
    /// ```
    pub fn stream(self) -> ByteStream {
        self.reply.stream()
    }

    /// The underlying reply.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// # use venice_ai::types::CreateSpeechRequest;
    /// let reply = venice.audio().speech(CreateSpeechRequest::new("tts-kokoro", "High tide.")).await?.into_raw();
    /// println!("{}", reply.status());
    /// # Ok(()) }
    /// ```
    pub fn into_raw(self) -> RawReply {
        self.reply
    }
}
