//! Texts that are too long for one request.

mod join;
mod kept;
mod maker;
mod sentences;
mod stream;
mod wav;

use std::fmt;
use std::path::Path;

use bytes::Bytes;

use self::kept::Kept;
use self::maker::Maker;
pub use self::stream::LongSpeechStream;
use crate::api::audio::Audio;
use crate::api::generated::operations;
use crate::api::generated::types::{CreateSpeechRequest, SpeechFormat};
use crate::features::save::SavedFile;
use crate::runtime::call::call_options;
use crate::runtime::error::Error;
use crate::runtime::transport::CallOptions;

impl Audio<'_> {
    /// Reads a text of any length aloud: it is cut at the ends of sentences into pieces that a request can hold, and their
    /// sounds are joined into one, without clicks and gaps.
    ///
    /// Nothing is sent yet. [`save`](LongSpeech::save), [`bytes`](LongSpeech::bytes) and [`stream`](LongSpeech::stream) send the
    /// pieces in their order. Each is paid for, and each that was made is kept: after a failure ask the same [`LongSpeech`] again, and it goes on
    /// where it was.
    ///
    /// The pieces are asked for as `wav`, or as `pcm` if the request says so; not every model has both.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client, book: String) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::CreateSpeechRequest;
    ///
    /// let request = CreateSpeechRequest::new(book).model("tts-kokoro").voice("af_sky");
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
        LongSpeech { maker: Maker::new(self.client.clone(), request.into()), kept: Kept::default() }
    }
}

/// A long text on its way to becoming one sound, from [`Audio::long_speech`].
///
/// [`save`](Self::save) writes the samples to disk as they are made, [`stream`](Self::stream) gives them away, and
/// [`bytes`](Self::bytes) keeps them in memory: a minute is about 3 MB at 24 kHz.
#[must_use = "nothing is sent before it is asked for its sound"]
pub struct LongSpeech {
    maker: Maker,
    kept: Kept,
}

/// A piece of a long text: see [`LongSpeech::pieces`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SpeechPiece<'s> {
    /// What is read aloud.
    pub text: &'s str,
    /// Whether its sound is here.
    pub state: PieceState,
}

/// How far a piece of a long text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PieceState {
    /// Not paid for: it has not been sent, or was refused.
    Waiting,
    /// Asked for, and not here. It may have been paid for, and will be asked for again.
    Sent,
    /// Made and paid for. It is never asked for again.
    Made,
}

impl LongSpeech {
    call_options!();

    fn options_mut(&mut self) -> &mut CallOptions {
        self.maker.client.options_mut()
    }

    /// How long a piece may be, from 1 to 4096 characters, in place of 4096. With shorter ones the first sound is here sooner; at
    /// each seam the voice starts afresh. Pieces that were sent stay as they are.
    pub fn with_piece_characters(mut self, most: usize) -> Self {
        self.maker.cut(most);
        self
    }

    /// How many pieces are asked for before their turn, in place of one. The first piece always goes alone, so that a request
    /// that is wrong fails once.
    pub fn with_look_ahead(mut self, pieces: usize) -> Self {
        self.maker.look_ahead = pieces;
        self
    }

    /// Makes a WAV file of `pcm`, which does not say its sample rate; the model's documentation does. Without this the result of
    /// `pcm` is bare samples: one channel, 16 bits, little endian. A file that was begun stays what it is.
    ///
    /// ```no_run
    /// # fn example(venice: venice_ai::Client, book: String) {
    /// use venice_ai::types::{CreateSpeechRequest, SpeechFormat};
    ///
    /// let request = CreateSpeechRequest::new(book).response_format(SpeechFormat::Pcm);
    /// let speech = venice.audio().long_speech(request).with_sample_rate(24_000);
    /// # }
    /// ```
    pub fn with_sample_rate(mut self, hz: u32) -> Self {
        // A file that was begun without a header has no room for one.
        if self.kept.in_memory().is_ok() {
            self.maker.join.set_sample_rate(hz);
        }
        self
    }

    /// The pieces that the text is cut into, and which of them have been paid for. The first one that is not
    /// [`Made`](PieceState::Made) is the one that comes next, or that just failed.
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

    /// What the result is: `wav`, or `pcm` without a header.
    pub fn format(&self) -> SpeechFormat {
        self.maker.join.result()
    }

    /// The whole sound, in memory. Asked again after a failure, it sends only what is missing; dropping the future loses nothing.
    ///
    /// # Errors
    /// Refused before anything is sent: a blank text; a `response_format` other than `wav` and `pcm`, since other formats cannot
    /// be joined by putting one after the other; and what [`speech`](Audio::speech) refuses. An error of a later piece says which
    /// one it is; [`pieces`](Self::pieces) tells what has been paid for. Pieces of different sample rates are an error, whose
    /// [`body`](Error::body) is the sound.
    pub async fn bytes(&mut self) -> Result<Bytes, Error> {
        self.kept.in_memory()?;
        self.finish().await?;
        self.kept.joined(&self.maker.join)
    }

    /// Writes the sound to a file, each piece when it is here. The file appears when all of it is on
    /// disk; until then it is another one in the same folder, which goes when this [`LongSpeech`] does.
    ///
    /// Asked again after a failure, with the same path, it sends only what is missing.
    ///
    /// # Errors
    /// As for [`bytes`](Self::bytes); and [`ErrorKind::Io`](crate::ErrorKind::Io) if the file cannot be written. A folder that is
    /// not there is found before anything is sent; when a disk is full in the middle, what was made for it is lost.
    pub async fn save(&mut self, path: impl AsRef<Path>) -> Result<SavedFile, Error> {
        self.maker.check()?;
        let named = |error: Error| error.with_operation(&operations::CREATE_SPEECH);
        self.kept.on_disk(path.as_ref(), &self.maker.join).await.map_err(named)?;
        self.finish().await.map_err(named)?;
        self.kept.committed(&self.maker.join).await.map_err(named)
    }

    /// Makes what is missing.
    async fn finish(&mut self) -> Result<(), Error> {
        while let Some(samples) = std::future::poll_fn(|cx| self.maker.poll_next(cx)).await {
            self.kept.add(samples?).await?;
        }
        Ok(())
    }

    /// The sound while it is made: the samples of each piece as soon as all of them are here, and before the first ones the header
    /// of a WAV file. Its sizes are left open, as in every streamed WAV; players take that.
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
    /// What [`save`](Self::save) wrote before is not in it.
    pub fn stream(self) -> LongSpeechStream {
        LongSpeechStream::new(self.maker, self.kept.into_memory())
    }
}

impl fmt::Debug for LongSpeech {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LongSpeech").field("maker", &self.maker).field("kept", &self.kept).finish()
    }
}
