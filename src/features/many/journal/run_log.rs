//! `RunLog`: what a run records, and what it finds recorded: a file, or a batch in Redis.

use std::collections::HashMap;
use std::task::{Context, Poll};
use std::time::SystemTime;

use super::log::JournalReader;
use super::{KeptReply, record};
use crate::features::many::task::{Finish, JournalEntry, Task};
use crate::features::pace::Ticket;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::transport::{Reply, Scope};

/// The record of a run.
pub(in crate::features::many) trait RunLog: Send {
    /// Ready when it is open.
    fn poll_open(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>>;

    fn is_open(&self) -> bool;

    /// Whether nothing is to be written.
    fn is_idle(&self) -> bool;

    /// Whether every outcome was written.
    fn is_all_written(&self) -> bool;

    /// Looks a request up. Called once for each.
    fn lookup(&mut self, entry: &JournalEntry, scope: &Scope) -> Result<Lookup, Error>;

    /// Records that a request is sent, and sends it then.
    fn record_sent(&mut self, task: Box<Task>, ticket: Ticket, at: SystemTime);

    /// Records an outcome, if there is a line for it, and continues with `then`.
    fn add(&mut self, entry: Option<&JournalEntry>, line: Option<Vec<u8>>, then: AfterWrite);

    /// The actions whose lines are written, or cannot be; pending while there are none.
    fn poll_written(&mut self, cx: &mut Context<'_>) -> Poll<Written>;

    /// The error of an outcome that cannot be read.
    fn unreadable(&self) -> Error;
}

impl dyn RunLog + '_ {
    /// Known not to have been executed: this run or the next sends it again. The outcome is returned, if there is one.
    pub(in crate::features::many) fn record_refused(&mut self, entry: Option<&JournalEntry>, finish: Option<Finish>) {
        let then = finish.map_or(AfterWrite::Nothing, |finish| AfterWrite::Finish(Box::new(finish)));
        self.add(entry, entry.map(|entry| record::refused(&entry.key)), then);
    }

    pub(in crate::features::many) fn record_done(
        &mut self,
        entry: Option<&JournalEntry>,
        kept: &KeptReply<'_>,
        finish: Finish,
    ) {
        self.add(entry, entry.map(|entry| record::done(&entry.key, kept)), AfterWrite::Finish(Box::new(finish)));
    }

    pub(in crate::features::many) fn record_failed(
        &mut self,
        entry: Option<&JournalEntry>,
        scope: &Scope,
        finish: Finish,
    ) {
        let line = match (entry, &finish.outcome) {
            (Some(entry), Err(error)) => Some(record::failed(&entry.key, error, scope, finish.may_be_paid)),
            _ => None,
        };
        self.add(entry, line, AfterWrite::Finish(Box::new(finish)));
    }
}

/// What is known of a request.
pub(in crate::features::many) enum Lookup {
    /// Not sent yet.
    Nothing,
    /// Its outcome is in the file.
    Outcome { of: JournalReader, may_be_paid: bool, is_error: bool },
    /// Sent; the outcome is unknown.
    Unknown,
    /// It is asked of Redis, and perhaps other processes are awaited.
    #[cfg(feature = "redis")]
    Asked(super::shared::Asking),
}

/// What happens when a line is written.
pub(in crate::features::many) enum AfterWrite {
    Send(Box<Task>, Box<Ticket>),
    Finish(Box<Finish>),
    Nothing,
    /// Another process sends it.
    #[cfg(feature = "redis")]
    Lost(Box<Task>, Box<Ticket>),
}

/// Actions whose lines are written, or those whose lines will never be, and why.
pub(in crate::features::many) type Written = Result<Vec<AfterWrite>, (Error, Vec<AfterWrite>)>;

/// The keys of a run, and how often each was used.
#[derive(Default)]
pub(in crate::features::many) struct Keys(HashMap<String, u32>);

impl Keys {
    /// The key of a request: the caller's, or its hash and its number among equal requests.
    #[inline]
    pub(in crate::features::many) fn name(
        &mut self,
        given: Option<String>,
        request: Option<String>,
    ) -> Result<JournalEntry, Error> {
        let Some(key) = given.clone().or_else(|| request.clone()) else {
            let message =
                "a request that sends a file needs a key in the journal: set it with `with_keys`; nothing was sent";
            return Err(Error::invalid_request(message));
        };
        let used = self.0.entry(key.clone()).or_default();
        *used += 1;
        let key = match (*used, given) {
            (1, _) => key,
            (n, None) => format!("{key}#{n}"),
            (_, Some(given)) => {
                let message = format!("the key {given:?} was already used for another request; nothing was sent");
                return Err(Error::invalid_request(message));
            }
        };
        Ok(JournalEntry { key, request: request.unwrap_or_default(), token: String::new() })
    }
}

/// The outcome in a line.
#[inline]
pub(in crate::features::many) fn outcome_of(
    line: &[u8],
    is_error: bool,
    scope: &Scope,
) -> Option<Result<Reply, Error>> {
    match is_error {
        true => record::error_of(line, scope).map(Err),
        false => record::reply_of(line, scope).map(Ok),
    }
}

/// The error of a request that was in flight when its process ended.
#[inline]
pub(in crate::features::many) fn unknown(scope: &Scope) -> Error {
    let message = "it was sent by a run that ended before the outcome was known; it is not retried automatically";
    scope.explained(Error::new(ErrorKind::OutcomeUnknown, message).with_note(crate::features::many::MAY_BE_PAID))
}
