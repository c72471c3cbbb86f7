//! `Audio::transcribe`, `Transcription`: text from speech.

use std::time::Duration;

use super::Audio;
use crate::api::generated::types::{CreateTranscriptionRequest, TimedChar, TimedSegment, TimedWord, Transcription};
use crate::api::text_reply::{self, Textual};
use crate::runtime::call::Call;
use crate::runtime::transport::ReplyForm;

impl Audio<'_> {
    /// Transcribes a recording of at most 25 MB: WAV, FLAC, M4A, AAC, MP4, MP3, OGG or WebM.
    ///
    /// With `timestamps(true)` the reply has the times of words, sentences or characters, if the model supports them. With the format
    /// [`Text`](crate::types::TextReplyFormat::Text) it has only the text.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::Upload;
    /// use venice_ai::types::CreateTranscriptionRequest;
    ///
    /// let request = CreateTranscriptionRequest::new("openai/whisper-large-v3", Upload::path("harbour.mp3")).timestamps(true);
    /// let transcription = venice.audio().transcribe(request).await?;
    /// println!("{}", transcription.text);
    /// for word in transcription.words() {
    ///     println!("{:6.2} s  {}", word.start, word.word);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Rejected before sending: an empty file, one of more than 25 MB, one that is none of these formats, a blank model or language. A
    /// recording that is silent or broken is rejected with 422, one that the API finds too large with 413
    /// ([`PayloadTooLarge`](crate::ErrorKind::PayloadTooLarge)). When the service behind the API fails, the [`code`](crate::Error::code) is
    /// `ASR_UPSTREAM_FAILED`; a retry may help, but is up to you, since a call is charged.
    #[doc(alias("transcription", "speech_to_text", "stt"))]
    pub fn transcribe(&self, request: impl Into<CreateTranscriptionRequest>) -> Call<Transcription> {
        let request = request.into();
        let requested = request.response_format.clone();
        let call = self.client.raw().create_transcription(&request);
        call.checked_files(&request).read(ReplyForm::Whole, move |reply| text_reply::read(reply, requested.as_ref()))
    }
}

impl Textual for Transcription {
    fn bare(text: String) -> Self {
        Self { text, ..Self::default() }
    }
}

impl Transcription {
    /// The length of the recording, if the reply has it.
    pub fn duration(&self) -> Option<Duration> {
        self.duration.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
    }

    /// The words with their times; empty unless the request asked for timestamps and the model supports them.
    ///
    /// ```
    /// # fn look(transcription: &venice_ai::types::Transcription) {
    /// for word in transcription.words() {
    ///     println!("{} to {} s: {}", word.start, word.end, word.word);
    /// }
    /// # }
    /// ```
    pub fn words(&self) -> &[TimedWord] {
        self.timestamps.as_ref().and_then(|times| times.word.as_deref()).unwrap_or_default()
    }

    /// The sentences or parts of sentences with their times.
    ///
    /// ```
    /// # fn look(transcription: &venice_ai::types::Transcription) {
    /// for segment in transcription.segments() {
    ///     println!("{} to {} s: {}", segment.start, segment.end, segment.text);
    /// }
    /// # }
    /// ```
    pub fn segments(&self) -> &[TimedSegment] {
        self.timestamps.as_ref().and_then(|times| times.segment.as_deref()).unwrap_or_default()
    }

    /// The characters with their times.
    ///
    /// ```
    /// # fn look(transcription: &venice_ai::types::Transcription) {
    /// for character in transcription.characters() {
    ///     println!("{} s: {}", character.start, character.char);
    /// }
    /// # }
    /// ```
    pub fn characters(&self) -> &[TimedChar] {
        self.timestamps.as_ref().and_then(|times| times.char.as_deref()).unwrap_or_default()
    }
}
