//! `Audio::{quote, queue, retrieve, complete}`: the queue operations for music, effects and long speech.

use super::{JobHandle, JobKind, Retrieved};
use crate::api::audio::Audio;
use crate::api::generated::types::{QueueAudioRequest, RetrieveJobRequest};
use crate::runtime::call::Call;

impl Audio<'_> {
    /// Queues music, effects or long speech. It is charged when it is queued. Store the handle: it is needed to fetch the result.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use venice_ai::types::QueueAudioRequest;
    ///
    /// let request = QueueAudioRequest::new("elevenlabs-music", "A slow barcarolle for two mandolins")
    ///     .duration_seconds(60)
    ///     .force_instrumental(true);
    /// let job = venice.audio().queue(request).await?;
    /// std::fs::write("job.json", serde_json::to_vec(&job)?)?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Rejected before sending: an empty model or prompt, and values out of their ranges. A rejected prompt is
    /// [`ContentPolicy`](crate::ErrorKind::ContentPolicy) and may come with a suggested prompt
    /// ([`content_policy`](crate::Error::content_policy)).
    ///
    /// The request is sent once. After a time-out it is unknown whether the job was queued.
    pub fn queue(&self, request: impl Into<QueueAudioRequest>) -> Call<JobHandle> {
        let request = request.into();
        let call = self.client.raw().queue_audio(&request);
        call.and_then(move |queued| {
            JobHandle::queued(JobKind::Audio, queued.model.unwrap_or(request.model), queued.queue_id)
        })
    }

    /// Polls a job, or downloads its result. Free. [`Client::job`](crate::Client::job) does this until the audio is ready.
    ///
    /// With `delete_media_on_completion` the server deletes the audio as it sends it. If the download breaks off, the audio is gone; a
    /// request with an unknown outcome is not retried.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client, job: venice_ai::jobs::JobHandle) -> Result<(), venice_ai::Error> {
    /// use venice_ai::jobs::Retrieved;
    ///
    /// match venice.audio().retrieve(&job).await? {
    ///     Retrieved::Progress(report) => println!("{}", report.status),
    ///     Retrieved::Media(audio) => println!("{} bytes", audio.bytes().await?.len()),
    ///     _ => {}
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Rejected before sending: an empty model or id. An unknown, expired or deleted job is [`NotFound`](crate::ErrorKind::NotFound).
    pub fn retrieve(&self, request: impl Into<RetrieveJobRequest>) -> Call<Retrieved> {
        Retrieved::call(self.client.raw().retrieve_audio(&request.into()))
    }
}
