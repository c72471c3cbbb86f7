//! `MockJob`: the course of an asynchronous job.

use std::time::Duration;

use bytes::Bytes;

use crate::media;

/// The course of a job of a [`MockVenice`](crate::MockVenice), for [`MockVenice::job`](crate::MockVenice::job).
///
/// Its time is virtual: each poll of a processing job reports [`poll_time`](Self::poll_time) more.
///
/// ```
/// use std::time::Duration;
/// use venice_ai_mock::MockJob;
///
/// let slow = MockJob::done().after_polls(6).poll_time(Duration::from_secs(20));
/// let broken = MockJob::failed("The model ran out of memory");
/// ```
#[derive(Clone, Debug)]
#[must_use = "it does nothing until it is given to a mock"]
pub struct MockJob {
    pub(super) polls: u32,
    pub(super) poll_time: Duration,
    pub(super) end: End,
    pub(super) media: Option<(String, Bytes)>,
    pub(super) has_address: bool,
    pub(super) put_off: u32,
    pub(super) needs_consent: bool,
}

/// The result of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Video,
    Audio,
    VoiceChanger,
}

#[derive(Clone, Debug)]
pub(super) enum End {
    Done,
    Failed(String),
    Expired,
}

impl MockJob {
    fn ending(end: End) -> Self {
        Self {
            polls: 1,
            poll_time: Duration::from_secs(1),
            end,
            media: None,
            has_address: false,
            put_off: 0,
            needs_consent: false,
        }
    }

    /// A job that is processing at the first poll and done at the second.
    ///
    /// ```
    /// let job = venice_ai_mock::MockJob::done();
    /// ```
    pub fn done() -> Self {
        Self::ending(End::Done)
    }

    /// A job that ends with the status `FAILED` and this message; a voice-changer job with a 500 that says that it was refunded.
    ///
    /// ```
    /// let job = venice_ai_mock::MockJob::failed("The model ran out of memory");
    /// ```
    pub fn failed(message: impl Into<String>) -> Self {
        Self::ending(End::Failed(message.into()))
    }

    /// A job whose result has expired when it is retrieved.
    ///
    /// ```
    /// let job = venice_ai_mock::MockJob::expired();
    /// ```
    pub fn expired() -> Self {
        Self::ending(End::Expired)
    }

    /// The number of polls that find it processing. Default: `1`.
    ///
    /// ```
    /// let at_once = venice_ai_mock::MockJob::done().after_polls(0);
    /// ```
    pub fn after_polls(mut self, polls: u32) -> Self {
        self.polls = polls;
        self
    }

    /// The virtual time between two polls. Default: one second.
    ///
    /// ```
    /// # use std::time::Duration;
    /// let job = venice_ai_mock::MockJob::done().poll_time(Duration::from_secs(20));
    /// ```
    pub fn poll_time(mut self, time: Duration) -> Self {
        self.poll_time = time;
        self
    }

    /// The result, instead of a few bytes that look like the start of a video or music file.
    ///
    /// ```
    /// let job = venice_ai_mock::MockJob::done().media("audio/flac", b"fLaC\0\0\0\x22".as_slice());
    /// ```
    pub fn media(mut self, content_type: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        self.media = Some((content_type.into(), bytes.into()));
        self
    }

    /// Returns a `download_url` from the queue request, and the result only there. Videos only.
    ///
    /// ```
    /// let job = venice_ai_mock::MockJob::done().at_download_url();
    /// ```
    pub fn at_download_url(mut self) -> Self {
        self.has_address = true;
        self
    }

    /// The number of deletions that answer `success: false` before one succeeds.
    ///
    /// ```
    /// let job = venice_ai_mock::MockJob::done().deletion_put_off(1);
    /// ```
    pub fn deletion_put_off(mut self, times: u32) -> Self {
        self.put_off = times;
        self
    }

    /// Answers the queue request with 409 until it has the user's consent. Videos only.
    ///
    /// ```
    /// let job = venice_ai_mock::MockJob::done().needs_consent();
    /// ```
    pub fn needs_consent(mut self) -> Self {
        self.needs_consent = true;
        self
    }

    pub(super) fn result(&self, kind: Kind) -> (String, Bytes) {
        self.media.clone().unwrap_or_else(|| {
            let media = if kind == Kind::Video { "video/mp4" } else { "audio/mpeg" };
            (media.to_owned(), media::file(media).unwrap_or_default())
        })
    }
}
