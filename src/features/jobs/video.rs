//! `Video::{quote, queue, retrieve, complete}`: the queue operations for video.

use super::checks::check;
use super::{JobHandle, JobKind, Retrieved};
use crate::api::generated::types::{QueueVideoRequest, RetrieveJobRequest};
use crate::api::video::Video;
use crate::runtime::call::Call;

impl Video<'_> {
    /// Queues a video. It is charged when it is queued. Store the handle: it is needed to fetch the result.
    ///
    /// The model's constraints say which fields it supports ([`Models::list`](crate::Models::list)). Media are public or `data:` URLs,
    /// together at most about 35 MB.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use venice_ai::types::{QueueVideoRequest, VideoDuration};
    ///
    /// let request = QueueVideoRequest::new("wan-2.5-preview-text-to-video")
    ///     .prompt("Fog lifts over a lagoon at sunrise")
    ///     .duration(VideoDuration::Seconds5);
    /// let job = venice.video().queue(request).await?;
    /// std::fs::write("job.json", serde_json::to_vec(&job)?)?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Rejected before sending: an empty model or prompt, texts and lists that are too long, media that are not URLs or too large,
    /// reference audio alone. Media with faces may need the user's consent: [`consent_required`](crate::Error::consent_required) has the
    /// policy to show, and [`ConsentRequired::accept`](crate::ConsentRequired::accept) the value to send after consent. A rejected prompt
    /// is [`ContentPolicy`](crate::ErrorKind::ContentPolicy).
    ///
    /// The request is sent once. After a time-out it is unknown whether the job was queued.
    pub fn queue(&self, request: impl Into<QueueVideoRequest>) -> Call<JobHandle> {
        let request = request.into();
        let call = self.client.raw().queue_video(&request).checked(check(&request));
        call.and_then(move |queued| {
            let job = JobHandle::queued(JobKind::Video, queued.model.unwrap_or(request.model), queued.queue_id)?;
            Ok(match queued.download_url {
                Some(url) => job.with_download_url(url),
                None => job,
            })
        })
    }

    /// Polls a job, or downloads its result. Free; at most 120 times a minute. [`Client::job`](crate::Client::job) does this until the
    /// video is ready.
    ///
    /// If the model returned a `download_url`, the last reply is `COMPLETED`, and the file is at that URL. With
    /// `delete_media_on_completion` the server deletes the video as it sends it. If the download breaks off, the video is gone; a request
    /// with an unknown outcome is not retried.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client, job: venice_ai::jobs::JobHandle) -> Result<(), venice_ai::Error> {
    /// use venice_ai::jobs::Retrieved;
    ///
    /// match venice.video().retrieve(&job).await? {
    ///     Retrieved::Progress(report) => println!("{}", report.status),
    ///     Retrieved::Media(video) => println!("{} bytes", video.bytes().await?.len()),
    ///     _ => {}
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Rejected before sending: an empty model or id. An unknown, expired or deleted job is [`NotFound`](crate::ErrorKind::NotFound); a
    /// video that the provider rejected late is [`ContentPolicy`](crate::ErrorKind::ContentPolicy), possibly with a refund.
    pub fn retrieve(&self, request: impl Into<RetrieveJobRequest>) -> Call<Retrieved> {
        Retrieved::call(self.client.raw().retrieve_video(&request.into()))
    }
}
