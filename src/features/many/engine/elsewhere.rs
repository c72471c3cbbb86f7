//! `Elsewhere`: the requests of a shared batch that other processes may be at work on.

use std::collections::VecDeque;
use std::task::{Context, Poll};

use super::{Completion, Engine};
use crate::features::in_flight::InFlight;
use crate::features::many::journal::{Asking, Known, Lookup};
use crate::features::many::task::Task;
use crate::features::pace::{Hold, Report, Ticket};
use crate::runtime::error::Error;

/// What is asked of Redis, or awaited of others.
#[derive(Default)]
pub(in crate::features::many) struct Elsewhere {
    is_shared: bool,
    all_outcomes: bool,
    asked: InFlight<(Box<Task>, Result<Known, Error>)>,
    /// The indices of requests whose outcome another process has.
    done: VecDeque<usize>,
}

impl Elsewhere {
    pub(in crate::features::many) fn share(&mut self, all_outcomes: bool) {
        (self.is_shared, self.all_outcomes) = (true, all_outcomes);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.asked.is_empty() && self.done.is_empty()
    }

    pub(super) fn await_other(&mut self, task: Box<Task>, asking: Asking) {
        self.asked.push(task.index, Box::pin(async move { (task, asking.await) }));
    }

    pub(in crate::features::many) fn has_done(&self) -> bool {
        !self.done.is_empty()
    }

    pub(in crate::features::many) fn take_done(&mut self) -> Option<usize> {
        self.done.pop_front()
    }
}

impl Engine {
    /// Continues with a request that no other process is at work on. Returns whether there was one.
    pub(super) fn poll_elsewhere(&mut self, cx: &mut Context<'_>) -> bool {
        let Poll::Ready(Some((_, (mut task, known)))) = self.elsewhere.asked.poll_next(cx) else { return false };
        match known {
            Ok(Known::Free { token }) => {
                if let Some(entry) = &mut task.entry {
                    entry.token = token;
                }
                self.waiting.push_anywhere(task);
            }
            Ok(Known::Outcome { line, may_be_paid, is_error }) if self.elsewhere.all_outcomes => {
                self.complete(Completion::Read { task, may_be_paid, is_error, line: Ok(line) });
            }
            Ok(Known::Outcome { .. }) => {
                self.progress.elsewhere += 1;
                self.elsewhere.done.push_back(task.index);
            }
            Ok(Known::Unknown) => self.unknown(*task),
            Err(error) => {
                self.stop(task.outgoing.scope.explained(error));
                // It is asked for again when the run is resumed, before it would be sent.
                self.waiting.push(task);
            }
        }
        true
    }

    /// Another process was faster.
    pub(super) fn ask_again(&mut self, task: Box<Task>) {
        let asked = match (&mut self.journal, &task.entry) {
            (Some(journal), Some(entry)) => journal.lookup(entry, &task.outgoing.scope).ok(),
            _ => None,
        };
        match asked {
            Some(Lookup::Asked(asking)) => self.elsewhere.await_other(task, asking),
            _ => self.waiting.push(task),
        }
    }

    /// Asks for a request to be admitted among those of all processes.
    pub(super) fn share(&mut self, task: Box<Task>, ticket: Ticket) {
        let asking = async move { Completion::Admitted(task, ticket.share().await) };
        self.flights.push(usize::MAX, Box::pin(asking));
    }

    pub(super) fn admitted(&mut self, task: Box<Task>, admitted: Result<Result<Ticket, Hold>, Error>) {
        let problem = match admitted {
            Ok(Ok(ticket)) if self.stop.is_none() => return self.dispatch(task, ticket),
            Ok(Ok(ticket)) => {
                ticket.release(&Report::Unsent);
                None
            }
            // The lane waits.
            Ok(Err(_)) => None,
            Err(error) => Some(task.outgoing.scope.explained(error)),
        };
        self.in_flight -= 1;
        self.waiting.push_first(task);
        if let Some(problem) = problem {
            self.stop(problem);
        }
    }

    /// How far a run reads ahead, as a multiple of its concurrency.
    pub(in crate::features::many) fn reads_ahead(&self) -> usize {
        if self.elsewhere.is_shared { 32 } else { 4 }
    }
}
