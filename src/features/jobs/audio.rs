//! `Audio::{queue, retrieve}`: the operations of the queue for music, effects and long speech.

use super::{JobHandle, JobKind, Retrieved};
use crate::api::audio::Audio;
use crate::api::generated::types::{QueueAudioRequest, RetrieveJobRequest};
use crate::runtime::call::Call;

impl Audio<'_> {
    /// Orders music, effects or long speech. It is paid for now; the handle that comes back leads to it, so store it.
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
    /// Refused before anything is sent: an empty model or prompt, and values out of their ranges. A refused prompt is
    /// [`ContentPolicy`](crate::ErrorKind::ContentPolicy) and may come with one that would pass
    /// ([`content_policy`](crate::Error::content_policy)).
    ///
    /// An order is sent once. After a time-out it is not known whether it was accepted.
    pub fn queue(&self, request: impl Into<QueueAudioRequest>) -> Call<JobHandle> {
        let request = request.into();
        let call = self.client.raw().queue_audio(&request);
        call.and_then(move |queued| {
            JobHandle::queued(JobKind::Audio, queued.model.unwrap_or(request.model), queued.queue_id)
        })
    }

    /// Asks how far an order is, or fetches what it made. Free. [`Client::job`](crate::Client::job) does this until the sound is
    /// there.
    ///
    /// With `delete_media_on_completion` the server deletes the sound as it sends it: if the download breaks off, it is gone, and a
    /// request whose outcome is not known is not repeated.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client, job: venice_ai::jobs::JobHandle) -> Result<(), venice_ai::Error> {
    /// use venice_ai::jobs::Retrieved;
    ///
    /// match venice.audio().retrieve(&job).await? {
    ///     Retrieved::Progress(report) => println!("{}", report.status),
    ///     Retrieved::Media(sound) => println!("{} bytes", sound.bytes().await?.len()),
    ///     _ => {}
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Refused before anything is sent: an empty model or id. An order that is unknown, expired or deleted is
    /// [`NotFound`](crate::ErrorKind::NotFound).
    pub fn retrieve(&self, request: impl Into<RetrieveJobRequest>) -> Call<Retrieved> {
        Retrieved::call(self.client.raw().retrieve_audio(&request.into()))
    }
}
