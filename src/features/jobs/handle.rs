//! `JobHandle`: the serialisable identifier of a job.

use std::time::Duration;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::api::generated::types::{CompleteJobRequest, RetrieveJobRequest};
use crate::runtime::error::Error;
use crate::runtime::secret::Secret;
use crate::runtime::wire;

/// The kind of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JobKind {
    /// A video, queued with [`Video::queue`](crate::Video::queue).
    Video,
    /// Music, effects or long speech, queued with [`Audio::queue`](crate::Audio::queue).
    Audio,
    /// A recording in another voice, queued with [`VoiceChanger::queue`](crate::VoiceChanger::queue).
    VoiceChanger,
}

impl JobKind {
    const ALL: [Self; 3] = [Self::Video, Self::Audio, Self::VoiceChanger];

    /// The kind as it is stored: `video`, `audio` or `voice_changer`.
    ///
    /// ```
    /// assert_eq!(venice_ai::jobs::JobKind::Video.as_str(), "video");
    /// ```
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Video => "video",
            Self::Audio => "audio",
            Self::VoiceChanger => "voice_changer",
        }
    }

    /// Whether the API delivers the result once: it cannot be fetched again, not even after an interrupted download.
    ///
    /// ```
    /// use venice_ai::jobs::JobKind;
    ///
    /// assert!(JobKind::VoiceChanger.delivers_once() && !JobKind::Audio.delivers_once());
    /// ```
    #[must_use]
    pub fn delivers_once(self) -> bool {
        self == Self::VoiceChanger
    }
}

/// Identifies a job. Store it as soon as you have it: then the job survives the process.
///
/// `JobHandle` is `Serialize` and `Deserialize`. Unknown fields are skipped, so handles stored by a newer version of this crate can be
/// read. Some models return a `download_url` when the job is queued and never again; it is stored with the handle, and gives access to the
/// file. `Debug` does not show it.
///
/// ```
/// use venice_ai::jobs::JobHandle;
///
/// let job = JobHandle::video("wan-2.5-preview-text-to-video", "7c1f0a2e");
/// let stored = serde_json::to_string(&job)?;
/// let job: JobHandle = serde_json::from_str(&stored)?;
/// assert_eq!(job.queue_id(), "7c1f0a2e");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobHandle {
    kind: JobKind,
    model: String,
    queue_id: String,
    download_url: Option<Secret>,
    source_duration: Option<Duration>,
}

impl JobHandle {
    pub(crate) fn new(kind: JobKind, model: impl Into<String>, queue_id: impl Into<String>) -> Self {
        Self { kind, model: model.into(), queue_id: queue_id.into(), download_url: None, source_duration: None }
    }

    /// The handle from the reply to a queue request.
    pub(crate) fn queued(kind: JobKind, model: String, queue_id: String) -> Result<Self, Error> {
        if queue_id.trim().is_empty() {
            return Err(Error::decode("the API queued the job without a `queue_id`; its result cannot be fetched"));
        }
        Ok(Self::new(kind, model, queue_id))
    }

    /// A video job with this model and id.
    ///
    /// ```
    /// let job = venice_ai::jobs::JobHandle::video("wan-2.5-preview-text-to-video", "7c1f0a2e");
    /// assert_eq!(job.kind(), venice_ai::jobs::JobKind::Video);
    /// ```
    #[must_use]
    pub fn video(model: impl Into<String>, queue_id: impl Into<String>) -> Self {
        Self::new(JobKind::Video, model, queue_id)
    }

    /// An audio job with this model and id.
    ///
    /// ```
    /// let job = venice_ai::jobs::JobHandle::audio("elevenlabs-music", "7c1f0a2e");
    /// assert_eq!(job.kind(), venice_ai::jobs::JobKind::Audio);
    /// ```
    #[must_use]
    pub fn audio(model: impl Into<String>, queue_id: impl Into<String>) -> Self {
        Self::new(JobKind::Audio, model, queue_id)
    }

    /// A voice-changer job with this model and id.
    ///
    /// ```
    /// let job = venice_ai::jobs::JobHandle::voice_changer("elevenlabs-voice-changer", "7c1f0a2e");
    /// assert_eq!(job.kind(), venice_ai::jobs::JobKind::VoiceChanger);
    /// ```
    #[must_use]
    pub fn voice_changer(model: impl Into<String>, queue_id: impl Into<String>) -> Self {
        Self::new(JobKind::VoiceChanger, model, queue_id)
    }

    pub(crate) fn with_source_duration(self, source_duration: Option<Duration>) -> Self {
        Self { source_duration, ..self }
    }

    /// Adds the `download_url` from the reply to the queue request. Handles from [`Video::queue`](crate::Video::queue) have it.
    ///
    /// It must be `https` (or `http` where the base URL is), without a user name, and must not lead to an address of this machine or of a
    /// private network, unless the base URL does; the same holds for its redirects. Other addresses are rejected when they are used
    /// ([`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest)). A deletion goes to the host of this address only.
    ///
    /// ```
    /// # let url = "https://files.example.com/7c1f0a2e";
    /// let job = venice_ai::jobs::JobHandle::video("grok-imagine-private", "7c1f0a2e").with_download_url(url);
    /// assert!(!format!("{job:?}").contains("files.example.com"));
    /// ```
    #[must_use]
    pub fn with_download_url(mut self, url: impl Into<Secret>) -> Self {
        self.download_url = Some(url.into()).filter(|url: &Secret| !url.expose().trim().is_empty());
        self
    }

    /// The kind of the job.
    #[must_use]
    pub fn kind(&self) -> JobKind {
        self.kind
    }

    /// The model.
    #[must_use]
    pub fn model(&self) -> &str {
        &self.model
    }

    /// The id of the job.
    #[must_use]
    pub fn queue_id(&self) -> &str {
        &self.queue_id
    }

    /// The length of the recording as measured by the server, for voice-changer jobs. It is billed in whole minutes.
    #[must_use]
    pub fn source_duration(&self) -> Option<Duration> {
        self.source_duration
    }

    /// The address of the file, for models that return one. It is valid for a day and needs no key.
    #[must_use]
    pub fn download_url(&self) -> Option<&Secret> {
        self.download_url.as_ref()
    }
}

impl From<&JobHandle> for RetrieveJobRequest {
    fn from(job: &JobHandle) -> Self {
        Self::new(job.model.clone(), job.queue_id.clone())
    }
}

impl From<&JobHandle> for CompleteJobRequest {
    fn from(job: &JobHandle) -> Self {
        Self::new(job.model.clone(), job.queue_id.clone())
    }
}

impl Serialize for JobHandle {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("kind", self.kind.as_str())?;
        map.serialize_entry("model", &self.model)?;
        map.serialize_entry("queue_id", &self.queue_id)?;
        if let Some(url) = &self.download_url {
            map.serialize_entry("download_url", url.expose())?;
        }
        if let Some(length) = self.source_duration {
            map.serialize_entry("source_duration_seconds", &length.as_secs_f64())?;
        }
        map.end()
    }
}

/// The fields as they are stored.
#[derive(Default)]
struct Stored {
    kind: Option<String>,
    model: Option<String>,
    queue_id: Option<String>,
    download_url: Option<String>,
    source_seconds: Option<f64>,
}

impl wire::Object for Stored {
    const NAME: &'static str = "JobHandle";

    fn empty() -> Self {
        Self::default()
    }

    fn member<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "kind" => wire::optional(&mut self.kind, map),
            "model" => wire::optional(&mut self.model, map),
            "queue_id" => wire::optional(&mut self.queue_id, map),
            "download_url" => wire::optional(&mut self.download_url, map),
            "source_duration_seconds" => wire::optional(&mut self.source_seconds, map),
            _ => wire::ignore(map),
        }
    }
}

impl<'de> Deserialize<'de> for JobHandle {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored: Stored = wire::object(deserializer)?;
        let needed = |value: Option<String>, name: &'static str| {
            value.filter(|value| !value.trim().is_empty()).ok_or_else(|| D::Error::missing_field(name))
        };
        let kind = needed(stored.kind, "kind")?;
        let kind = JobKind::ALL.into_iter().find(|known| known.as_str() == kind);
        let kind = kind.ok_or_else(|| D::Error::custom("the job is of a kind unknown to this version"))?;
        let job = Self::new(kind, needed(stored.model, "model")?, needed(stored.queue_id, "queue_id")?);
        let job =
            job.with_source_duration(stored.source_seconds.and_then(|length| Duration::try_from_secs_f64(length).ok()));
        Ok(match stored.download_url {
            Some(url) => job.with_download_url(url),
            None => job,
        })
    }
}
