//! `Video::{queue, retrieve}`: the operations of the queue for video.

use super::checks::check;
use super::{JobHandle, JobKind, Retrieved};
use crate::api::generated::types::{QueueVideoRequest, RetrieveJobRequest};
use crate::api::video::Video;
use crate::runtime::call::Call;

impl Video<'_> {
    /// Orders a film. It is paid for now; the handle that comes back leads to it, so store it.
    ///
    /// Which members a model takes is in its constraints ([`Models::list`](crate::Models::list)). Media are public or `data:` URLs,
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
    /// Refused before anything is sent: an empty model or prompt, too long texts and lists, media that are no URLs or too large,
    /// reference audio alone. Media with faces may need the user's consent: [`consent_required`](crate::Error::consent_required)
    /// has the policy to show, and [`ConsentRequired::accept`](crate::ConsentRequired::accept) what to send after a yes. A refused
    /// prompt is [`ContentPolicy`](crate::ErrorKind::ContentPolicy).
    ///
    /// An order is sent once. After a time-out it is not known whether it was accepted.
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

    /// Asks how far an order is, or fetches what it made. Free; at most 120 times a minute. [`Client::job`](crate::Client::job) does
    /// this until the film is there.
    ///
    /// Of models that told a `download_url` with the order, the answer is `COMPLETED` at the end, and the file is there. With
    /// `delete_media_on_completion` the server deletes the film as it sends it: if the download breaks off, it is gone, and a request
    /// whose outcome is not known is not repeated.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client, job: venice_ai::jobs::JobHandle) -> Result<(), venice_ai::Error> {
    /// use venice_ai::jobs::Retrieved;
    ///
    /// match venice.video().retrieve(&job).await? {
    ///     Retrieved::Progress(report) => println!("{}", report.status),
    ///     Retrieved::Media(film) => println!("{} bytes", film.bytes().await?.len()),
    ///     _ => {}
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Refused before anything is sent: an empty model or id. An order that is unknown, expired or deleted is
    /// [`NotFound`](crate::ErrorKind::NotFound); a film that the provider refused late is
    /// [`ContentPolicy`](crate::ErrorKind::ContentPolicy), which may tell of a refund.
    pub fn retrieve(&self, request: impl Into<RetrieveJobRequest>) -> Call<Retrieved> {
        Retrieved::call(self.client.raw().retrieve_video(&request.into()))
    }
}
