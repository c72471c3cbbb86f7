//! `Audio::clone_voice`: voices from recordings.

use super::Audio;
use crate::api::generated::handles::open_create_cloned_voice;
use crate::api::generated::types::{ClonedVoice, CreateClonedVoiceRequest};
use crate::runtime::call::Call;
use crate::runtime::media::Upload;
use crate::runtime::media::limits::FileLimits;

impl Audio<'_> {
    /// Clones a voice from a recording of clean speech, of five to ten seconds or more.
    ///
    /// The returned handle is the `voice` of a [`speech`](Self::speech) request, together with the model that it was made for. Store it:
    /// voices cannot be listed. It expires after seven days; for which models these count from the last use is in
    /// [`VoiceCloning`](crate::types::VoiceCloning).
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::Upload;
    /// use venice_ai::types::CreateSpeechRequest;
    ///
    /// let voice = venice.audio().clone_voice(Upload::path("anna.wav")).await?;
    /// let request = CreateSpeechRequest::new(voice.model, "It is I.").voice(voice.id);
    /// let speech = venice.audio().speech(request).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Rejected before sending: an empty file, a blank model, and a recording in none of the supported formats. Each call creates and
    /// charges a voice, so it is retried only when it is known not to have been executed.
    pub fn clone_voice(&self, request: impl Into<CreateClonedVoiceRequest>) -> Call<ClonedVoice> {
        let request = request.into();
        let recording = recording(request.model.as_deref());
        let call = self.client.raw().create_cloned_voice(&request);
        call.checked_file("file", &request.file, recording).and_then(open_create_cloned_voice)
    }
}

/// The limits of a recording for a model. Without a known model only: it is audio.
fn recording(model: Option<&str>) -> FileLimits {
    FileLimits::new().media(match model {
        None | Some("tts-chatterbox-hd") => &[
            "audio/mpeg",
            "audio/mp3",
            "audio/wav",
            "audio/wave",
            "audio/x-wav",
            "audio/flac",
            "audio/x-flac",
            "audio/mp4",
            "audio/m4a",
            "audio/x-m4a",
            "video/mp4",
        ],
        Some("tts-minimax-speech-02-hd") => &["audio/mpeg", "audio/mp3", "audio/wav", "audio/wave", "audio/x-wav"],
        Some(_) => &["audio/*", "video/mp4", "video/webm", "application/ogg"],
    })
}

impl From<Upload> for CreateClonedVoiceRequest {
    fn from(file: Upload) -> Self {
        Self::new(file)
    }
}
