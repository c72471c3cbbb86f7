//! Asking until a job is over.

use std::time::Duration;

use super::JobHandle;
use super::fetch::{self, Seen};
use super::pace::Pace;
use super::progress::Tracker;
use super::{Media, Progress};
use crate::runtime::client::Client;
use crate::runtime::error::{Error, ErrorKind};

/// A job that is asked again and again.
#[derive(Clone, Debug)]
pub(super) struct Watch {
    client: Client,
    job: JobHandle,
    pace: Pace,
    tracker: Tracker,
    pause: Option<Duration>,
    /// The number of consecutive reports without a status.
    silent: u32,
    /// A poll of a job that delivers once was answered, and the answer was lost.
    may_be_delivered: bool,
}

/// The most consecutive reports without a status. A few may be a fault of the server; more come from something that does not know the job.
const MOST_SILENT: u32 = 5;

/// What a poll found.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "it lives for a moment, and there is one of it")]
pub(super) enum Look {
    Running(Progress),
    Done(Media, Progress),
}

impl Watch {
    pub(super) fn new(client: &Client, job: &JobHandle, pace: Pace) -> Self {
        let tracker = Tracker::new(client.clock().now());
        Self {
            client: client.clone(),
            job: job.clone(),
            pace,
            tracker,
            pause: None,
            silent: 0,
            may_be_delivered: false,
        }
    }

    /// The next poll that succeeds, after the pause that is due. What can pass is waited out: the job is paid for.
    pub(super) async fn next(&mut self) -> Result<Look, Error> {
        loop {
            if let Some(pause) = self.pause.take() {
                self.client.clock().sleep(pause).await;
            }
            let seen = fetch::look(&self.client, &self.job).await;
            let now = self.client.clock().now();
            match seen {
                Ok(Seen::Running(report, meta, body)) => {
                    self.silent = if report.status.as_str().is_empty() { self.silent + 1 } else { 0 };
                    if self.silent > MOST_SILENT {
                        return Err(fetch::silent(&self.job, meta, body, self.silent));
                    }
                    let progress = self.tracker.see(&report, now);
                    self.pause = Some(self.pace.after(&progress, meta.rate_limits().requests));
                    return Ok(Look::Running(progress));
                }
                Ok(Seen::Done(reply)) => {
                    let media = Media::new(&self.client, &self.job, reply);
                    return Ok(Look::Done(media, self.tracker.done(now)));
                }
                Ok(Seen::Over(error)) => return Err(error),
                Err(error) => {
                    if self.may_be_delivered && error.kind() == ErrorKind::NotFound {
                        return Err(
                            error.with_note("the reply to an earlier poll was lost; it may have been the result")
                        );
                    }
                    self.may_be_delivered |= self.job.kind().delivers_once() && error.delivery().may_have_run();
                    match self.pace.after_failure(&error) {
                        Some(pause) => self.pause = Some(pause),
                        None => return Err(error),
                    }
                }
            }
        }
    }
}
