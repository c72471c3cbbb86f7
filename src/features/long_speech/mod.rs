//! `LongSpeech`: text-to-speech for texts that are too long for one request.

#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
mod join;
mod maker;
mod sample_store;
mod sentences;
mod stream;
mod wav;

use std::fmt;
use std::path::Path;

use bytes::Bytes;

use self::maker::Maker;
use self::sample_store::SampleStore;
pub use self::stream::LongSpeechStream;
use crate::api::audio::Audio;
use crate::api::generated::operations;
use crate::api::generated::types::{CreateSpeechRequest, SpeechFormat};
use crate::features::save::SavedFile;
use crate::runtime::call::call_options;
use crate::runtime::error::Error;
use crate::runtime::transport::CallOptions;

impl Audio<'_> {
    /// Text-to-speech for a text of any length: it is split at the ends of sentences into pieces that fit a request, and their audio is
    /// joined without clicks and gaps.
    ///
    /// Lazy: [`save`](LongSpeech::save), [`bytes`](LongSpeech::bytes) and [`stream`](LongSpeech::stream) send the pieces in order. Each is
    /// charged, and each finished one is kept: after a failure call the same [`LongSpeech`] again, and it continues where it stopped.
    ///
    /// The pieces are requested as `wav`, or as `pcm` if the request says so; not every model supports both.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client, book: String) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::CreateSpeechRequest;
    ///
    /// let request = CreateSpeechRequest::new("tts-kokoro", book).voice("af_sky");
    /// let mut speech = venice.audio().long_speech(request);
    /// println!("{} requests", speech.pieces().len());
    /// while let Err(error) = speech.save("book.wav").await {
    ///     if !error.is_transient() {
    ///         return Err(error);
    ///     }
    ///     eprintln!("{error}; once more");
    /// }
    /// # Ok(()) }
    /// ```
    pub fn long_speech(&self, request: impl Into<CreateSpeechRequest>) -> LongSpeech {
        LongSpeech { maker: Maker::new(self.client.clone(), request.into()), samples: SampleStore::default() }
    }
}

/// Text-to-speech for a long text, from [`Audio::long_speech`].
///
/// [`save`](Self::save) writes the samples to disk as they arrive, [`stream`](Self::stream) returns them, and [`bytes`](Self::bytes) keeps
/// them in memory: a minute is about 3 MB at 24 kHz.
#[must_use = "nothing is sent until its audio is read"]
pub struct LongSpeech {
    maker: Maker,
    samples: SampleStore,
}

/// A piece of a long text: see [`LongSpeech::pieces`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SpeechPiece<'s> {
    /// The text.
    pub text: &'s str,
    /// Whether its audio is here.
    pub state: PieceState,
}

/// The state of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PieceState {
    /// Not charged: it was not sent, or was rejected.
    Waiting,
    /// Sent, without a reply. It may have been charged, and will be requested again.
    Sent,
    /// Received and charged. It is never requested again.
    Made,
}

impl LongSpeech {
    call_options!();

    fn options_mut(&mut self) -> &mut CallOptions {
        self.maker.client.options_mut()
    }

    /// The maximum length of a piece, from 1 to 4096 characters. Default: 4096. With shorter pieces the audio starts earlier; at each seam
    /// the voice starts afresh. Pieces that were sent stay unchanged.
    pub fn with_piece_characters(mut self, most: usize) -> Self {
        self.maker.cut(most);
        self
    }

    /// How many pieces are requested ahead. Default: 1. The first piece always goes alone, so that an invalid request fails once.
    pub fn with_look_ahead(mut self, pieces: usize) -> Self {
        self.maker.look_ahead = pieces;
        self
    }

    /// Turns `pcm`, which does not contain its sample rate, into a WAV file; the model's documentation has the rate. Without this the
    /// result of `pcm` is raw samples: one channel, 16 bits, little-endian. A file that was started keeps its format.
    ///
    /// ```no_run
    /// # fn example(venice: venice_ai::Client, book: String) {
    /// use venice_ai::types::{CreateSpeechRequest, SpeechFormat};
    ///
    /// let request = CreateSpeechRequest::new("tts-kokoro", book).response_format(SpeechFormat::Pcm);
    /// let speech = venice.audio().long_speech(request).with_sample_rate(24_000);
    /// # }
    /// ```
    pub fn with_sample_rate(mut self, hz: u32) -> Self {
        // A file that was started without a header has no room for one.
        if self.samples.in_memory().is_ok() {
            self.maker.join.set_sample_rate(hz);
        }
        self
    }

    /// The pieces of the text, and which of them were charged. The first one that is not [`Made`](PieceState::Made) is the next one, or the
    /// one that just failed.
    ///
    /// ```no_run
    /// # fn example(speech: venice_ai::audio::LongSpeech) {
    /// for (number, piece) in (1..).zip(speech.pieces()) {
    ///     println!("{number}. {:?} {} bytes of text", piece.state, piece.text.len());
    /// }
    /// # }
    /// ```
    pub fn pieces(&self) -> impl ExactSizeIterator<Item = SpeechPiece<'_>> {
        self.maker.pieces()
    }

    /// The format of the result: `wav`, or `pcm` without a header.
    pub fn format(&self) -> SpeechFormat {
        self.maker.join.result()
    }

    /// The whole audio, in memory. Called again after a failure, it sends only what is missing. Cancel-safe.
    ///
    /// # Errors
    /// Rejected before sending: a blank text; a `response_format` other than `wav` and `pcm`, since other formats cannot be concatenated;
    /// and what [`speech`](Audio::speech) rejects. An error of a later piece has its number; [`pieces`](Self::pieces) says what was
    /// charged. Pieces of different sample rates are an error, whose [`body`](Error::body) is the audio.
    pub async fn bytes(&mut self) -> Result<Bytes, Error> {
        self.samples.in_memory()?;
        self.finish().await?;
        self.samples.joined(&self.maker.join)
    }

    /// Writes the audio to a file as the pieces arrive. The file appears when all of it is on disk; until then it is a temporary file in
    /// the same folder, which is deleted with this [`LongSpeech`].
    ///
    /// Called again after a failure, with the same path, it sends only what is missing.
    ///
    /// # Errors
    /// As for [`bytes`](Self::bytes); and [`ErrorKind::Io`](crate::ErrorKind::Io) if the file cannot be written. A missing folder is
    /// reported before anything is sent. If the disk fills up later, the audio received so far is lost.
    pub async fn save(&mut self, path: impl AsRef<Path>) -> Result<SavedFile, Error> {
        self.maker.check()?;
        let named = |error: Error| error.with_operation(&operations::CREATE_SPEECH);
        self.samples.on_disk(path.as_ref(), &self.maker.join).await.map_err(named)?;
        self.finish().await.map_err(named)?;
        self.samples.committed(&self.maker.join).await.map_err(named)
    }

    /// Requests what is missing.
    async fn finish(&mut self) -> Result<(), Error> {
        while let Some(samples) = std::future::poll_fn(|cx| self.maker.poll_next(cx)).await {
            self.samples.add(samples?).await?;
        }
        Ok(())
    }

    /// Streams the audio: the samples of each piece as soon as they are complete, after the header of a WAV file. The sizes in that header
    /// are unknown, as in every streamed WAV; players accept that.
    ///
    /// ```no_run
    /// # async fn example(speech: venice_ai::audio::LongSpeech, mut player: Vec<u8>) -> Result<(), venice_ai::Error> {
    /// let mut sound = speech.stream();
    /// while let Some(samples) = sound.next().await {
    ///     player.extend_from_slice(&samples?);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// It does not contain what [`save`](Self::save) wrote before.
    pub fn stream(self) -> LongSpeechStream {
        LongSpeechStream::new(self.maker, self.samples.into_memory())
    }
}

impl fmt::Debug for LongSpeech {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LongSpeech").field("maker", &self.maker).field("samples", &self.samples).finish()
    }
}
