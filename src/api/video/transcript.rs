//! What is said in a video.

use super::super::text_reply::{self, Textual};
use super::Video;
use crate::api::generated::types::{CreateVideoTranscriptionRequest, VideoTranscript};
use crate::runtime::call::Call;
use crate::runtime::transport::ReplyForm;
use crate::runtime::url;
use crate::runtime::validation::ValidationError;

impl Video<'_> {
    /// Writes down what is said in a YouTube video.
    ///
    /// With [`TextReplyFormat::Text`](crate::types::TextReplyFormat) the server sends the text alone, and the language is not known.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let said = venice.video().transcribe("https://www.youtube.com/watch?v=jNQXAC9IVRw").await?;
    /// println!("{:?}: {}", said.lang, said.transcript);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Refused before anything is sent: what is no http(s) URL.
    pub fn transcribe(&self, request: impl Into<CreateVideoTranscriptionRequest>) -> Call<VideoTranscript> {
        let request = request.into();
        let call = self.client.raw().create_video_transcription(&request).checked(check(&request));
        let asked_for = request.response_format.clone();
        call.read(ReplyForm::Whole, move |reply| text_reply::read(reply, asked_for.as_ref()))
    }
}

fn check(request: &CreateVideoTranscriptionRequest) -> Result<(), ValidationError> {
    if request.url.trim().is_empty() || url::web_address(&request.url).is_some() {
        return Ok(());
    }
    Err(ValidationError::new("url", "is not an http(s) URL"))
}

impl Textual for VideoTranscript {
    fn bare(transcript: String) -> Self {
        Self { transcript, ..Self::default() }
    }
}
