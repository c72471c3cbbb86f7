//! `Video::generate`, `Audio::generate`, `VoiceChanger::generate`: queue, poll and download a job in one call.

use std::path::Path;

use super::{Generation, JobRequest, Media, generate};
use crate::api::audio::Audio;
use crate::api::generated::types::{QueueAudioRequest, QueueVideoRequest, QueueVoiceChangerRequest};
use crate::api::video::Video;
use crate::api::voice_changer::VoiceChanger;
use crate::features::save::SavedFile;

impl Video<'_> {
    /// Queues a video and waits for it. Returns its download, already started.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::QueueVideoRequest;
    ///
    /// let request = QueueVideoRequest::new("wan-2.5-preview-text-to-video").prompt("Fog over a lagoon");
    /// let video = venice.video().generate(request).with_price_limit(0.75).await?;
    /// println!("{} bytes", video.bytes().await?.len());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of [`queue`](Self::queue) and of [`Job::wait`](crate::jobs::Job::wait). Errors after the job was queued have its handle
    /// ([`Error::job`](crate::Error::job)).
    pub fn generate(&self, request: impl Into<QueueVideoRequest>) -> Generation<Media> {
        generate::media(self.client, JobRequest::Video(Box::new(request.into())))
    }

    /// Queues a video, waits for it, writes it to a file, and deletes it on the server once the file is safe on disk.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::QueueVideoRequest;
    ///
    /// let request = QueueVideoRequest::new("wan-2.5-preview-text-to-video").prompt("Fog over a lagoon");
    /// let video = venice.video().generate_to(request, "lagoon.mp4").await?;
    /// println!("{} bytes", video.bytes);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of [`generate`](Self::generate) and of [`Job::save`](crate::jobs::Job::save). A missing folder is reported before the job is
    /// queued.
    pub fn generate_to(&self, request: impl Into<QueueVideoRequest>, path: impl AsRef<Path>) -> Generation<SavedFile> {
        generate::to_file(self.client, JobRequest::Video(Box::new(request.into())), path.as_ref())
    }
}

impl Audio<'_> {
    /// Queues music, effects or long speech and waits for it. Returns its download, already started.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::QueueAudioRequest;
    ///
    /// let request = QueueAudioRequest::new("elevenlabs-sound-effects", "Waves against a wooden pier");
    /// let waves = venice.audio().generate(request).with_price_limit(0.10).await?;
    /// println!("{} bytes", waves.bytes().await?.len());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of [`queue`](Self::queue) and of [`Job::wait`](crate::jobs::Job::wait). Errors after the job was queued have its handle
    /// ([`Error::job`](crate::Error::job)).
    pub fn generate(&self, request: impl Into<QueueAudioRequest>) -> Generation<Media> {
        generate::media(self.client, JobRequest::Audio(Box::new(request.into())))
    }

    /// Queues music, effects or long speech, waits for it, writes it to a file, and deletes it on the server once the file is safe on disk.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::QueueAudioRequest;
    ///
    /// let request = QueueAudioRequest::new("elevenlabs-sound-effects", "Waves against a wooden pier");
    /// let waves = venice.audio().generate_to(request, "waves.mp3").await?;
    /// println!("{} bytes", waves.bytes);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of [`generate`](Self::generate) and of [`Job::save`](crate::jobs::Job::save). A missing folder is reported before the job is
    /// queued.
    pub fn generate_to(&self, request: impl Into<QueueAudioRequest>, path: impl AsRef<Path>) -> Generation<SavedFile> {
        generate::to_file(self.client, JobRequest::Audio(Box::new(request.into())), path.as_ref())
    }
}

impl VoiceChanger<'_> {
    /// Queues a job and waits for its audio. Returns the download, already started; it cannot be repeated, so read it at once.
    /// [`generate_to`](Self::generate_to) writes it to a file.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::Upload;
    /// use venice_ai::types::QueueVoiceChangerRequest;
    ///
    /// let request = QueueVoiceChangerRequest::new("elevenlabs-voice-changer").file(Upload::path("speech.mp3"));
    /// println!("{} bytes", venice.voice_changer().generate(request).await?.bytes().await?.len());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of [`queue`](Self::queue) and of [`Job::wait`](crate::jobs::Job::wait). Errors after the job was queued have its handle
    /// ([`Error::job`](crate::Error::job)). A price limit is rejected: the price follows the length of the recording.
    pub fn generate(&self, request: impl Into<QueueVoiceChangerRequest>) -> Generation<Media> {
        generate::media(self.client, JobRequest::VoiceChanger(Box::new(request.into())))
    }

    /// Queues a job, waits for its audio, writes it to a file at the first success, and then deletes it on the server.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::Upload;
    /// use venice_ai::types::QueueVoiceChangerRequest;
    ///
    /// let request = QueueVoiceChangerRequest::new("elevenlabs-voice-changer").file(Upload::path("speech.mp3"));
    /// println!("{} bytes", venice.voice_changer().generate_to(request, "changed.mp3").await?.bytes);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of [`generate`](Self::generate) and of [`Job::save`](crate::jobs::Job::save). A missing folder is reported before the job is
    /// queued.
    pub fn generate_to(
        &self,
        request: impl Into<QueueVoiceChangerRequest>,
        path: impl AsRef<Path>,
    ) -> Generation<SavedFile> {
        generate::to_file(self.client, JobRequest::VoiceChanger(Box::new(request.into())), path.as_ref())
    }
}
