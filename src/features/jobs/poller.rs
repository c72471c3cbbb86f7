//! `Poller`: polls a job until it has ended.

use std::time::Duration;

use super::JobHandle;
use super::fetch::{self, PollReply};
use super::poll_schedule::PollSchedule;
use super::progress::Tracker;
use super::{Media, Progress};
use crate::runtime::client::Client;
use crate::runtime::error::{Error, ErrorKind};

/// Polls a job.
#[derive(Clone, Debug)]
pub(super) struct Poller {
    client: Client,
    job: JobHandle,
    schedule: PollSchedule,
    tracker: Tracker,
    pause: Option<Duration>,
    /// The number of consecutive reports without a status.
    without_status: u32,
    /// The reply to a poll of a job that delivers once was lost.
    may_be_delivered: bool,
}

/// The most consecutive reports without a status. A few may be a fault of the server; more come from a server that does not know the job.
const MOST_WITHOUT_STATUS: u32 = 5;

/// The result of a poll.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "it is short-lived, and there is only one")]
pub(super) enum Polled {
    Running(Progress),
    Done(Media, Progress),
}

impl Poller {
    pub(super) fn new(client: &Client, job: &JobHandle, schedule: PollSchedule) -> Self {
        let tracker = Tracker::new(client.clock().now());
        Self {
            client: client.clone(),
            job: job.clone(),
            schedule,
            tracker,
            pause: None,
            without_status: 0,
            may_be_delivered: false,
        }
    }

    /// The next successful poll, after its pause. Transient errors are retried: the job is paid for.
    pub(super) async fn next(&mut self) -> Result<Polled, Error> {
        loop {
            if let Some(pause) = self.pause.take() {
                self.client.clock().sleep(pause).await;
            }
            let seen = fetch::poll(&self.client, &self.job).await;
            let now = self.client.clock().now();
            match seen {
                Ok(PollReply::Running(report, meta, body)) => {
                    self.without_status = if report.status.as_str().is_empty() { self.without_status + 1 } else { 0 };
                    if self.without_status > MOST_WITHOUT_STATUS {
                        return Err(fetch::without_status(&self.job, meta, body, self.without_status));
                    }
                    let progress = self.tracker.update(&report, now);
                    self.pause = Some(self.schedule.after(&progress, meta.rate_limits().requests));
                    return Ok(Polled::Running(progress));
                }
                Ok(PollReply::Done(reply)) => {
                    let media = Media::new(&self.client, &self.job, reply);
                    return Ok(Polled::Done(media, self.tracker.done(now)));
                }
                Ok(PollReply::Over(error)) => return Err(error),
                Err(error) => {
                    if self.may_be_delivered && error.kind() == ErrorKind::NotFound {
                        return Err(
                            error.with_note("the reply to an earlier poll was lost; it may have been the result")
                        );
                    }
                    self.may_be_delivered |= self.job.kind().delivers_once() && error.delivery().may_have_run();
                    match self.schedule.after_failure(&error) {
                        Some(pause) => self.pause = Some(pause),
                        None => return Err(error),
                    }
                }
            }
        }
    }
}
