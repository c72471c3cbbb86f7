//! `JobHandle`: the serialisable identifier of a job.

use std::time::Duration;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::api::generated::types::{CompleteJobRequest, RetrieveJobRequest};
use crate::runtime::error::Error;
use crate::runtime::secret::Secret;
use crate::runtime::wire;

/// What is made by a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JobKind {
    /// A film, ordered with [`Video::queue`](crate::Video::queue).
    Video,
    /// Music, effects or long speech, ordered with [`Audio::queue`](crate::Audio::queue).
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

    /// Whether the API delivers the result once: it cannot be fetched again, not even after a download that broke off.
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

/// All that is needed to come back to a job: store it as soon as you have it, and the job survives the process.
///
/// It reads and writes itself with any format of `serde`. Members that it does not know are skipped, so a handle that a newer
/// version of this crate has stored can be read. Some models tell a `download_url` with the order and never again; it is part of
/// what is stored, and who has it has the file. `Debug` does not show it.
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

    /// What the reply to an order leads to.
    pub(crate) fn queued(kind: JobKind, model: String, queue_id: String) -> Result<Self, Error> {
        if queue_id.trim().is_empty() {
            return Err(Error::decode("the API accepted the order and left its id out; it cannot be fetched"));
        }
        Ok(Self::new(kind, model, queue_id))
    }

    /// A video that was ordered with this model under this id.
    ///
    /// ```
    /// let job = venice_ai::jobs::JobHandle::video("wan-2.5-preview-text-to-video", "7c1f0a2e");
    /// assert_eq!(job.kind(), venice_ai::jobs::JobKind::Video);
    /// ```
    #[must_use]
    pub fn video(model: impl Into<String>, queue_id: impl Into<String>) -> Self {
        Self::new(JobKind::Video, model, queue_id)
    }

    /// A piece of audio that was ordered with this model under this id.
    ///
    /// ```
    /// let job = venice_ai::jobs::JobHandle::audio("elevenlabs-music", "7c1f0a2e");
    /// assert_eq!(job.kind(), venice_ai::jobs::JobKind::Audio);
    /// ```
    #[must_use]
    pub fn audio(model: impl Into<String>, queue_id: impl Into<String>) -> Self {
        Self::new(JobKind::Audio, model, queue_id)
    }

    /// A voice-changer job that was queued with this model under this id.
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

    /// Adds the `download_url` that the reply to the order told. Handles from [`Video::queue`](crate::Video::queue) have it.
    ///
    /// It must be `https` (or `http` where the base URL is), hold no user name, and lead to no address of this machine or of a private
    /// network, unless the base URL does; the same holds for what it redirects to. Other addresses are refused when they are used
    /// ([`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest)). A deletion goes to the host of this address alone.
    ///
    /// ```
    /// # let told = "https://files.example.com/7c1f0a2e";
    /// let job = venice_ai::jobs::JobHandle::video("grok-imagine-private", "7c1f0a2e").with_download_url(told);
    /// assert!(!format!("{job:?}").contains("files.example.com"));
    /// ```
    #[must_use]
    pub fn with_download_url(mut self, url: impl Into<Secret>) -> Self {
        self.download_url = Some(url.into()).filter(|url: &Secret| !url.expose().trim().is_empty());
        self
    }

    /// What is made.
    #[must_use]
    pub fn kind(&self) -> JobKind {
        self.kind
    }

    /// The model that makes it.
    #[must_use]
    pub fn model(&self) -> &str {
        &self.model
    }

    /// The id of the order.
    #[must_use]
    pub fn queue_id(&self) -> &str {
        &self.queue_id
    }

    /// The length of the recording as the server measured it, of voice-changer jobs. It is billed in whole minutes.
    #[must_use]
    pub fn source_duration(&self) -> Option<Duration> {
        self.source_duration
    }

    /// Where the file will be, of models that say so. It is good for a day, and for whoever has it.
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

/// The members as they are stored.
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
        let kind = kind.ok_or_else(|| D::Error::custom("the job is of a kind that this version does not know"))?;
        let job = Self::new(kind, needed(stored.model, "model")?, needed(stored.queue_id, "queue_id")?);
        let job =
            job.with_source_duration(stored.source_seconds.and_then(|length| Duration::try_from_secs_f64(length).ok()));
        Ok(match stored.download_url {
            Some(url) => job.with_download_url(url),
            None => job,
        })
    }
}
