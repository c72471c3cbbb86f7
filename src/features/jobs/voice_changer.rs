//! `VoiceChanger::{queue, retrieve}`: the operations of the voice changer's queue.

use std::time::Duration;

use super::{JobHandle, JobKind, Retrieved};
use crate::api::generated::types::{QueueVoiceChangerRequest, RetrieveJobRequest};
use crate::api::voice_changer::VoiceChanger;
use crate::runtime::call::Call;
use crate::runtime::media::FileInput;
use crate::runtime::media::data_url::is_web_url;
use crate::runtime::url;
use crate::runtime::validation::ValidationError;

impl VoiceChanger<'_> {
    /// Queues a job that changes the voice of a recording. It is charged when it is queued. Store the handle: it is needed to fetch the
    /// audio.
    ///
    /// The source is a file, or the public URL of one: a URL in `file` is sent as `audio_url`.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use venice_ai::types::QueueVoiceChangerRequest;
    ///
    /// let request = QueueVoiceChangerRequest::new("elevenlabs-voice-changer").audio_url("https://example.com/speech.mp3");
    /// let job = venice.voice_changer().queue(request).await?;
    /// std::fs::write("job.json", serde_json::to_vec(&job)?)?;
    /// println!("{:?} of speech are billed", job.source_duration());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Rejected before sending: an empty model or voice, both or none of `file` and `audio_url`, a file that is empty, too large or not a
    /// recording. A recording that is too long is a 422, before any charge.
    ///
    /// The job is queued once. After a time-out it is unknown whether it was queued, and a job whose id is lost cannot be found.
    pub fn queue(&self, request: impl Into<QueueVoiceChangerRequest>) -> Call<JobHandle> {
        let (request, checked) = prepared(request.into());
        let call = self.client.raw().queue_voice_changer(&request).checked(checked).checked_files(&request);
        call.and_then(move |queued| {
            let length = Duration::try_from_secs_f64(queued.duration_seconds).ok();
            let job = JobHandle::queued(JobKind::VoiceChanger, queued.model.unwrap_or(request.model), queued.queue_id)?;
            Ok(job.with_source_duration(length))
        })
    }

    /// Downloads the audio of a job, or reports its progress. Free; at most 120 times a minute. [`Client::job`](crate::Client::job) does
    /// this until the audio is ready.
    ///
    /// The audio is delivered **once**. Save it: the next request is a 404.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client, job: venice_ai::jobs::JobHandle) -> Result<(), venice_ai::Error> {
    /// use venice_ai::jobs::Retrieved;
    ///
    /// match venice.voice_changer().retrieve(&job).await? {
    ///     Retrieved::Progress(report) => println!("{}", report.status),
    ///     Retrieved::Media(audio) => println!("{} bytes", audio.save("aria.mp3").await?.bytes),
    ///     _ => {}
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Rejected before sending: an empty model or id. A deleted, expired or delivered job is [`NotFound`](crate::ErrorKind::NotFound). A
    /// failed job is a 500, or a 504 if the provider never took it; both are refunded, and [`content_policy`](crate::Error::content_policy)
    /// says so.
    pub fn retrieve(&self, request: impl Into<RetrieveJobRequest>) -> Call<Retrieved> {
        Retrieved::call(self.client.raw().retrieve_voice_changer(&request.into()))
    }
}

/// Sends a URL as `audio_url`. Exactly one source is required.
pub(super) fn prepared(
    mut request: QueueVoiceChangerRequest,
) -> (QueueVoiceChangerRequest, Result<(), ValidationError>) {
    if request.audio_url.is_none()
        && let Some(FileInput::Text(text)) = &request.file
        && is_web_url(text)
    {
        request.audio_url = Some(text.clone());
        request.file = None;
    }
    let finding = match (&request.file, &request.audio_url) {
        (Some(_), Some(_)) => Some(("audio_url", "cannot be set with `file`; set one of them")),
        (None, None) => Some(("file", "is required, or `audio_url`")),
        (Some(FileInput::Text(_)), None) => Some(("file", "is text; send a file, or a URL as `audio_url`")),
        (None, Some(source)) if url::web_address(source).is_none() => Some(("audio_url", "is not an http(s) URL")),
        _ => None,
    };
    let checked = finding.map_or(Ok(()), |(field, problem)| Err(ValidationError::new(field, problem)));
    (request, checked)
}
