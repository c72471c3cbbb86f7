//! Voices from recordings.

use super::Audio;
use crate::types::{ClonedVoice, CreateClonedVoiceRequest};
use crate::{Call, Upload};

impl Audio<'_> {
    /// Clones a voice from a recording of clean speech, of five to ten seconds or more.
    ///
    /// The handle that comes back goes into `voice` of a [`speech`](Self::speech) request, together with the model that it was
    /// made for. Keep it: voices cannot be listed. After seven days it is no longer good; which model counts them from the last
    /// use is in its [`VoiceCloning`](crate::types::VoiceCloning).
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client, recording: Vec<u8>) -> Result<(), venice_ai::Error> {
    /// use venice_ai::Upload;
    /// use venice_ai::types::CreateSpeechRequest;
    ///
    /// let voice = venice.audio().clone_voice(Upload::bytes("anna.wav", recording)).await?;
    /// let request = CreateSpeechRequest::new("It is I.").model(voice.model).voice(voice.id);
    /// let speech = venice.audio().speech(request).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Refused before anything is sent: an empty file, a blank model, and a recording that is surely in none of the formats that
    /// voices are made from. Each call makes and charges a voice, so it is repeated only when it surely did not arrive.
    pub fn clone_voice(&self, request: impl Into<CreateClonedVoiceRequest>) -> Call<ClonedVoice> {
        let request = request.into();
        self.client.raw().create_cloned_voice(&request).accept(with_handle)
    }
}

impl From<Upload> for CreateClonedVoiceRequest {
    fn from(file: Upload) -> Self {
        Self::new(file)
    }
}

/// A voice without its handle cannot be used, and must not look like one that can.
fn with_handle(voice: ClonedVoice) -> Result<ClonedVoice, String> {
    if voice.id.is_empty() {
        return Err("the reply holds no handle of the voice".to_owned());
    }
    Ok(voice)
}
