//! `Engine`: the scheduler of a run, independent of the types of its requests and replies.

#[cfg(feature = "redis")]
mod elsewhere;
mod time;

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

#[cfg(feature = "redis")]
use self::elsewhere::Elsewhere;
use self::time::sooner;
use super::MAY_BE_PAID;
use super::attempt::{AttemptReply, IdleTime, attempt};
use super::journal::{AfterWrite, KeptReply, Keys, Lookup, RunLog, Written, identity, outcome_of, unknown};
use super::progress::Progress;
use super::task::{Finish, Task};
use super::verdict::Verdict;
use super::waiting::Waiting;
use crate::features::cost::ledger::reported::ReportedUsage;
use crate::features::in_flight::InFlight;
use crate::features::pace::{Hold, Pacer, Report, Ticket, Wait};
use crate::runtime::client::Client;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::transport::{Outgoing, ReplyForm};

/// A completed step: a request was answered, or its outcome was read from the journal.
enum Completion {
    Sent(Box<Task>, Ticket, Result<Box<AttemptReply>, Error>),
    Read {
        task: Box<Task>,
        may_be_paid: bool,
        is_error: bool,
        line: io::Result<Vec<u8>>,
    },
    /// Whether it is admitted among the requests of all processes.
    #[cfg(feature = "redis")]
    Admitted(Box<Task>, Result<Result<Ticket, Hold>, Error>),
}

type Timer = (Instant, Pin<Box<dyn Future<Output = ()> + Send>>);

pub(super) struct Engine {
    pub(super) client: Client,
    pacer: Arc<Pacer>,
    pub(super) concurrency: usize,
    pub(super) limit: Option<Duration>,
    /// The longest time without sending before the run stops.
    pub(super) longest_wait: Duration,
    pub(super) journal: Option<Box<dyn RunLog>>,
    keys: Keys,
    #[cfg(feature = "redis")]
    pub(super) elsewhere: Elsewhere,
    idle_time: IdleTime,
    /// The id of this run in the client's pacer.
    run: Option<u64>,
    begun: Option<Instant>,
    /// The start of the time limit.
    limited_from: Option<Instant>,
    waiting: Waiting,
    flights: InFlight<Completion>,
    /// How many of them are requests, including those that wait for their line in the journal.
    in_flight: usize,
    finished: VecDeque<Finish>,
    progress: Progress,
    hold: Option<Hold>,
    timer: Option<Timer>,
    stop: Option<Error>,
}

impl Engine {
    #[inline]
    pub(super) fn new(client: Client, total: Option<u64>) -> Self {
        Self {
            pacer: client.pacer(),
            client,
            concurrency: 8,
            limit: None,
            longest_wait: Duration::from_secs(60 * 60),
            journal: None,
            keys: Keys::default(),
            #[cfg(feature = "redis")]
            elsewhere: Elsewhere::default(),
            idle_time: IdleTime::default(),
            run: None,
            begun: None,
            limited_from: None,
            waiting: Waiting::default(),
            flights: InFlight::default(),
            in_flight: 0,
            finished: VecDeque::new(),
            progress: Progress { total, ..Progress::default() },
            hold: None,
            timer: None,
            stop: None,
        }
    }

    /// Whether it accepts requests: not while the journal is opened, nor while the run stops.
    pub(super) fn is_open(&self) -> bool {
        self.stop.is_none() && self.journal.as_ref().is_none_or(|journal| journal.is_open())
    }

    /// How far a run reads ahead, as a multiple of its concurrency.
    #[cfg(not(feature = "redis"))]
    pub(super) fn reads_ahead(&self) -> usize {
        4
    }

    /// Whether nothing is in flight.
    pub(super) fn is_idle(&self) -> bool {
        self.flights.is_empty()
            && self.finished.is_empty()
            && self.journal.as_ref().is_none_or(|journal| journal.is_idle())
    }

    /// Whether no request is left.
    pub(super) fn is_done(&self) -> bool {
        #[cfg(feature = "redis")]
        if !self.elsewhere.is_empty() {
            return false;
        }
        self.is_idle()
            && self.waiting.is_empty()
            && self.journal.as_ref().is_none_or(|journal| journal.is_all_written())
    }

    /// The reason why the run stops, once nothing is in flight any more.
    #[inline]
    pub(super) fn take_stop(&mut self) -> Option<Error> {
        self.stop.take_if(|_| self.flights.is_empty())
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stop.is_some()
    }

    #[inline]
    pub(super) fn progress(&self) -> Progress {
        let now = self.client.clock().now();
        let hold = self.hold.filter(|_| !self.waiting.is_empty());
        Progress {
            in_flight: self.in_flight as u64,
            waiting: self.waiting.len() as u64,
            elapsed: self.begun.map(|begun| now.saturating_duration_since(begun)).unwrap_or_default(),
            waits_for: hold.map(|hold| hold.why),
            waits_another: hold.and_then(|hold| hold.until).map(|until| until.saturating_duration_since(now)),
            ..self.progress.clone()
        }
    }

    /// Counts a reply that cannot be decoded.
    pub(super) fn undecodable(&mut self, may_be_paid: bool) {
        self.progress.done = self.progress.done.saturating_sub(1);
        self.progress.failed += 1;
        self.progress.may_be_paid += u64::from(may_be_paid);
    }

    /// Counts a request that was lost before it was created.
    pub(super) fn call_lost(&mut self) {
        self.progress.failed += 1;
    }

    /// Restarts the time limit.
    pub(super) fn renew(&mut self) {
        self.limited_from = None;
    }

    /// The consumer stops polling.
    pub(super) fn begin_idle(&mut self) {
        self.idle_time.begin();
        if let Some(run) = self.run {
            self.pacer.park(run, true);
        }
    }

    /// The consumer polls again.
    pub(super) fn end_idle(&mut self) {
        self.idle_time.end();
        if let Some(run) = self.run {
            self.pacer.park(run, false);
        }
    }

    /// Accepts a request from the input.
    #[inline]
    pub(super) fn accept(&mut self, index: usize, outgoing: Box<Outgoing>, key: Option<String>) {
        let mut task = Box::new(Task::new(&self.client, index, outgoing));
        if let Err(error) = self.identify(&mut task, key) {
            if Verdict::of(&error, &task.outgoing, 0) == Verdict::Stop {
                self.stop(error.clone());
            }
            return self.finish(task.into_finish(Err(error)));
        }
        let known = match (&mut self.journal, &task.entry) {
            (Some(journal), Some(entry)) => journal.lookup(entry, &task.outgoing.scope),
            _ => Ok(Lookup::Nothing),
        };
        match known {
            Ok(Lookup::Nothing) => self.waiting.push(task),
            Ok(Lookup::Outcome { of, may_be_paid, is_error }) => {
                let reading = async move { Completion::Read { task, may_be_paid, is_error, line: of.line().await } };
                self.flights.push(index, Box::pin(reading));
            }
            Ok(Lookup::Unknown) => self.unknown(*task),
            #[cfg(feature = "redis")]
            Ok(Lookup::Asked(asking)) => self.elsewhere.await_other(task, asking),
            Err(error) => {
                let error = task.outgoing.scope.explained(error);
                self.stop(error.clone());
                self.finish(task.into_finish(Err(error)));
            }
        }
    }

    /// Its outcome is unknown: the run that sent it ended before.
    fn unknown(&mut self, task: Task) {
        let error = unknown(&task.outgoing.scope);
        self.finish(Finish { may_be_paid: true, from_journal: true, ..task.into_finish(Err(error)) });
    }

    /// Completes a request, and sets its key in the journal.
    #[inline]
    fn identify(&mut self, task: &mut Task, key: Option<String>) -> Result<(), Error> {
        task.key.clone_from(&key);
        task.prepare(&self.client, &self.pacer)?;
        if self.journal.is_none() {
            return Ok(());
        }
        let scope = &task.outgoing.scope;
        if task.outgoing.reply == ReplyForm::Events {
            let message = "a stream cannot be recorded in a journal; request the whole reply; nothing was sent";
            return Err(scope.explained(Error::invalid_request(message)));
        }
        let entry = self.keys.name(key, identity::of(&task.outgoing)).map_err(|error| scope.explained(error))?;
        task.entry = Some(entry);
        Ok(())
    }

    /// The next outcome. Pending while there is none; the run may have ended or stopped then.
    #[inline]
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Finish> {
        loop {
            if let Some(finish) = self.finished.pop_front() {
                return Poll::Ready(finish);
            }
            if let Some(journal) = &mut self.journal
                && self.stop.is_none()
                && let Poll::Ready(Err(error)) = journal.poll_open(cx)
            {
                self.stop(error);
            }
            if let Poll::Ready(Some((_, completion))) = self.flights.poll_next(cx) {
                self.complete(completion);
                continue;
            }
            if let Some(journal) = &mut self.journal
                && let Poll::Ready(written) = journal.poll_written(cx)
            {
                self.after_write(written);
                continue;
            }
            #[cfg(feature = "redis")]
            if self.poll_elsewhere(cx) {
                continue;
            }
            if self.send_ready(cx) || self.wait(cx) {
                continue;
            }
            return Poll::Pending;
        }
    }

    /// Sends what may be sent. Returns whether anything was sent.
    #[inline]
    fn send_ready(&mut self, cx: &Context<'_>) -> bool {
        self.hold = None;
        if self.is_out_of_time() || !self.is_open() || self.waiting.is_empty() {
            if let Some(run) = self.run {
                self.pacer.rest(run);
            }
            return false;
        }
        let now = self.client.clock().now();
        self.begun.get_or_insert(now);
        self.limited_from.get_or_insert(now);
        let run = *self.run.get_or_insert_with(|| self.pacer.join());
        self.pacer.watch(run, cx.waker());
        if self.in_flight >= self.concurrency {
            self.pacer.rest(run);
            self.hold = Some(Hold { why: Wait::Replies, until: None });
            return false;
        }
        let (client, pacer) = (&self.client, &self.pacer);
        let (concurrency, hold) = (self.concurrency, &mut self.hold);
        let latest = now.checked_add(self.longest_wait);
        let mut all_too_long = self.in_flight == 0;
        let taken = self.waiting.take(|task| {
            let pass = Ticket::new(client, pacer, (run, concurrency), &task.permit_request);
            pass.map_err(|new| {
                all_too_long &= latest.is_some() && new.until > latest;
                *hold = Some(hold.map_or(new, |known| sooner(known, new)));
            })
            .ok()
        });
        let Some((task, ticket)) = taken else {
            if let Some(hold) = self.hold.take_if(|_| all_too_long) {
                self.stop_waiting(hold, now);
            }
            return false;
        };
        self.in_flight += 1;
        #[cfg(feature = "redis")]
        if ticket.is_shared() {
            self.share(task, ticket);
            return true;
        }
        self.dispatch(task, ticket);
        true
    }

    /// Sends a request, once that is recorded.
    fn dispatch(&mut self, task: Box<Task>, ticket: Ticket) {
        match &mut self.journal {
            Some(journal) => journal.record_sent(task, ticket, self.client.clock().system_time()),
            None => self.start(task, ticket),
        }
    }

    #[inline]
    fn start(&mut self, mut task: Box<Task>, ticket: Ticket) {
        let (idle_time, keep) = (self.idle_time.clone(), self.journal.is_some());
        self.flights.push(
            task.index,
            Box::pin(async move {
                let outcome = attempt(&mut task.outgoing, task.timeout, idle_time, keep).await;
                Completion::Sent(task, ticket, outcome)
            }),
        );
    }

    #[inline]
    fn complete(&mut self, completion: Completion) {
        match completion {
            #[cfg(feature = "redis")]
            Completion::Admitted(task, admitted) => self.admitted(task, admitted),
            Completion::Sent(task, ticket, outcome) => {
                self.in_flight -= 1;
                match outcome {
                    Ok(received) => self.succeed(*task, ticket, *received),
                    Err(failure) => self.fail(task, ticket, failure),
                }
            }
            Completion::Read { task, may_be_paid, is_error, line } => {
                let scope = &task.outgoing.scope;
                let outcome = line.ok().and_then(|line| outcome_of(&line, is_error, scope));
                let Some(outcome) = outcome else {
                    let error = self.journal.as_ref().map(|journal| journal.unreadable());
                    let error = error.unwrap_or_else(|| Error::new(ErrorKind::Journal, "the journal is missing"));
                    self.stop(error.clone());
                    return self.finish(task.into_finish(Err(error)));
                };
                let outcome = outcome.map_err(|error| if may_be_paid { error.with_note(MAY_BE_PAID) } else { error });
                let used = match &outcome {
                    Ok(reply) => ReportedUsage::read(reply.bytes()),
                    Err(_) => ReportedUsage::default(),
                };
                self.finish(Finish { may_be_paid, from_journal: true, used, ..task.into_finish(outcome) });
            }
        }
    }

    #[inline]
    fn succeed(&mut self, task: Task, ticket: Ticket, received: AttemptReply) {
        let AttemptReply { reply, body, is_file } = received;
        let used = body.as_ref().filter(|_| !is_file).map(|body| ReportedUsage::read(body)).unwrap_or_default();
        ticket.release(&Report::Success { meta: Some(reply.meta.clone()), used: used.total_tokens });
        let (meta, scope) = (reply.meta.clone(), reply.scope.clone());
        let entry = task.entry.clone();
        let finish = Finish { used, ..task.into_finish(Ok(reply)) };
        match (&mut self.journal, body) {
            (Some(journal), Some(body)) => {
                let kept = KeptReply { meta: &meta, scope: &scope, body: &body, is_file };
                journal.record_done(entry.as_ref(), &kept, finish);
            }
            _ => self.finish(finish),
        }
    }

    #[inline]
    fn fail(&mut self, mut task: Box<Task>, ticket: Ticket, failure: Error) {
        let verdict = Verdict::of(&failure, &task.outgoing, task.most_repeats);
        task.outgoing.signed_again |= task.outgoing.signs_again;
        let meta = failure.meta().cloned();
        ticket.release(&match verdict {
            _ if failure.kind() == ErrorKind::Connect => Report::Unreached,
            Verdict::Retry if failure.is_abuse_block() => Report::Blocked { meta },
            Verdict::Retry => Report::of_refusal(&failure),
            _ => Report::Failed { meta },
        });
        match verdict {
            Verdict::Stop if !task.outgoing.is_repeatable() => {
                self.stop(failure.clone());
                self.finish(task.into_finish(Err(failure)));
            }
            Verdict::Retry | Verdict::Stop => {
                if let Some(journal) = &mut self.journal {
                    journal.record_refused(task.entry.as_ref(), None);
                }
                task.choose_lane(&self.client, &self.pacer);
                self.waiting.push_first(task);
                if verdict == Verdict::Stop {
                    self.stop(failure);
                } else {
                    self.progress.retried += 1;
                }
            }
            // Rejected locally: the next run may decide otherwise.
            Verdict::Failed { .. } if failure.attempts() == 0 => {
                let entry = task.entry.clone();
                let finish = task.into_finish(Err(failure));
                match &mut self.journal {
                    Some(journal) => journal.record_refused(entry.as_ref(), Some(finish)),
                    None => self.finish(finish),
                }
            }
            Verdict::Failed { may_be_paid } => {
                let failure = if may_be_paid { failure.with_note(MAY_BE_PAID) } else { failure };
                let (entry, scope) = (task.entry.clone(), task.outgoing.scope.clone());
                let finish = Finish { may_be_paid, ..task.into_finish(Err(failure)) };
                match &mut self.journal {
                    Some(journal) => journal.record_failed(entry.as_ref(), &scope, finish),
                    None => self.finish(finish),
                }
            }
        }
    }

    /// Continues after lines were written, or failed to be.
    #[inline]
    fn after_write(&mut self, written: Written) {
        let (then, error) = match written {
            Ok(then) => (then, None),
            Err((error, then)) => (then, Some(error)),
        };
        for then in then {
            match then {
                AfterWrite::Send(task, ticket) if error.is_some() => {
                    self.in_flight -= 1;
                    ticket.release(&Report::Unsent);
                    self.waiting.push_first(task);
                }
                AfterWrite::Send(task, ticket) => self.start(task, *ticket),
                #[cfg(feature = "redis")]
                AfterWrite::Lost(task, ticket) => {
                    self.in_flight -= 1;
                    ticket.release(&Report::Unsent);
                    self.ask_again(task);
                }
                AfterWrite::Finish(finish) => self.finish(*finish),
                AfterWrite::Nothing => {}
            }
        }
        if let Some(error) = error {
            self.stop(error);
        }
    }

    #[inline]
    fn finish(&mut self, finish: Finish) {
        let progress = &mut self.progress;
        match finish.outcome {
            Ok(_) => progress.done += 1,
            Err(_) => progress.failed += 1,
        }
        progress.may_be_paid += u64::from(finish.may_be_paid);
        progress.from_journal += u64::from(finish.from_journal);
        progress.tokens = progress.tokens.saturating_add(finish.used.total_tokens.unwrap_or_default());
        progress.cost_usd += finish.used.cost.and_then(|cost| cost.usd).unwrap_or_default();
        self.finished.push_back(finish);
    }

    /// Stops sending. The first reason counts.
    #[inline]
    fn stop(&mut self, error: Error) {
        self.stop.get_or_insert(error);
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(run) = self.run {
            self.pacer.leave(run);
        }
    }
}
