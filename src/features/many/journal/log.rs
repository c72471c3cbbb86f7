//! `RunJournal`: the journal of a run: looks requests up and appends lines.

use std::collections::HashMap;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::SystemTime;

use super::file::{self, Opened, RecordedRequest, RequestState, Span};
use super::record::Line;
use super::{Journal, KeptReply, record};
use crate::features::locked_file::LockedFile;
use crate::features::many::task::{Finish, JournalEntry, Task};
use crate::features::pace::Ticket;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::media::off_thread::OffThread;
use crate::runtime::transport::{Reply, Scope};

/// The journal of a run.
pub(in crate::features::many) struct RunJournal {
    settings: Journal,
    /// How often each key was used. Kept when the file is closed.
    used: HashMap<String, u32>,
    state: Open,
    /// Lines about sent requests that could not be written. They are written when the file is opened again.
    unwritten: Vec<Vec<u8>>,
    /// Actions that wait for lines added while the file was closed.
    detached: Vec<AfterWrite>,
}

enum Open {
    Not,
    Soon(OffThread<Result<Opened, Error>>),
    Yes(Log),
}

/// What the journal knows of a request.
#[derive(Debug)]
pub(in crate::features::many) enum Lookup {
    /// Not sent yet.
    Nothing,
    /// Its outcome is in the file.
    Outcome { of: JournalReader, may_be_paid: bool, is_error: bool },
    /// Sent; the outcome is unknown.
    Unknown,
}

/// What happens when a line is written.
pub(in crate::features::many) enum AfterWrite {
    Send(Box<Task>, Box<Ticket>),
    Finish(Box<Finish>),
    Nothing,
}

/// Actions whose lines are written, or those whose lines will never be, and why.
pub(in crate::features::many) type Written = Result<Vec<AfterWrite>, (Error, Vec<AfterWrite>)>;

/// Reads a line of the file.
#[derive(Clone, Debug)]
pub(in crate::features::many) struct JournalReader {
    file: Arc<Mutex<LockedFile>>,
    span: Span,
}

struct Log {
    file: Arc<Mutex<LockedFile>>,
    index: HashMap<String, RecordedRequest>,
    pending: Vec<(Vec<u8>, AfterWrite)>,
    writing: Option<Writing>,
}

/// Lines being written.
struct Writing {
    work: OffThread<()>,
    lines: Arc<Vec<Vec<u8>>>,
    then: Vec<AfterWrite>,
}

impl RunJournal {
    pub(in crate::features::many) fn new(settings: Journal) -> Self {
        Self { settings, used: HashMap::new(), state: Open::Not, unwritten: Vec::new(), detached: Vec::new() }
    }

    /// Ready when the file is open.
    #[inline]
    pub(in crate::features::many) fn poll_open(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        loop {
            self.state = match &mut self.state {
                Open::Yes(_) => return Poll::Ready(Ok(())),
                Open::Not => {
                    let path = self.settings.path.clone();
                    let opening = OffThread::start(move || Ok(file::open(&path)));
                    Open::Soon(opening.map_err(|error| self.failed(error))?)
                }
                Open::Soon(opening) => {
                    let opened = ready!(Pin::new(opening).poll(cx));
                    self.state = Open::Not;
                    let Opened { file, index } = opened.map_err(|error| self.failed(error))??;
                    let unwritten =
                        std::mem::take(&mut self.unwritten).into_iter().filter(|line| is_missing(line, &index));
                    let pending = unwritten.map(|line| (line, AfterWrite::Nothing)).collect();
                    let file = Arc::new(Mutex::new(file));
                    Open::Yes(Log { file, index, pending, writing: None })
                }
            };
        }
    }

    pub(in crate::features::many) fn is_open(&self) -> bool {
        matches!(self.state, Open::Yes(_))
    }

    /// Whether nothing is to be written.
    pub(in crate::features::many) fn is_idle(&self) -> bool {
        let is_written = match &self.state {
            Open::Yes(log) => log.pending.is_empty() && log.writing.is_none(),
            Open::Not | Open::Soon(_) => true,
        };
        is_written && self.detached.is_empty()
    }

    /// Whether every line was written.
    pub(in crate::features::many) fn is_all_written(&self) -> bool {
        self.unwritten.is_empty()
    }

    /// The key of a request in the journal: the caller's, or its hash and its number among equal requests.
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
        let used = self.used.entry(key.clone()).or_default();
        *used += 1;
        let key = match (*used, given) {
            (1, _) => key,
            (n, None) => format!("{key}#{n}"),
            (_, Some(given)) => {
                let message = format!("the key {given:?} was already used for another request; nothing was sent");
                return Err(Error::invalid_request(message));
            }
        };
        Ok(JournalEntry { key, request: request.unwrap_or_default() })
    }

    /// Looks a request up. Called once for each.
    #[inline]
    pub(in crate::features::many) fn lookup(&mut self, entry: &JournalEntry) -> Result<Lookup, Error> {
        let (path, settings) = (&self.settings.path, &self.settings);
        let Open::Yes(log) = &mut self.state else { return Err(file::unusable(path, "is not open")) };
        let Some(recorded) = log.index.remove(&entry.key) else { return Ok(Lookup::Nothing) };
        if recorded.request != entry.request {
            let problem = format!(
                "has a different request with the key {:?}: it belongs to another run; the request was not sent",
                entry.key
            );
            return Err(file::unusable(path, &problem));
        }
        let reading = |span| JournalReader { file: Arc::clone(&log.file), span };
        Ok(match recorded.state {
            RequestState::Refused => Lookup::Nothing,
            RequestState::Sent if settings.resend_unknown => Lookup::Nothing,
            RequestState::Sent => Lookup::Unknown,
            RequestState::Failed { may_be_paid: true, .. } if settings.resend_unknown => Lookup::Nothing,
            RequestState::Failed { may_be_paid: false, .. } if settings.resend_failed => Lookup::Nothing,
            RequestState::Failed { may_be_paid, span } => {
                Lookup::Outcome { of: reading(span), may_be_paid, is_error: true }
            }
            RequestState::Done(span) => Lookup::Outcome { of: reading(span), may_be_paid: false, is_error: false },
        })
    }

    pub(in crate::features::many) fn record_sent(&mut self, task: Box<Task>, ticket: Ticket, at: SystemTime) {
        let line = task
            .entry
            .as_ref()
            .map(|entry| record::sent(&entry.key, &entry.request, task.outgoing.scope.operation().name(), at));
        self.add(line, AfterWrite::Send(task, Box::new(ticket)));
    }

    /// Known not to have been executed: this run or the next sends it again.
    pub(in crate::features::many) fn record_refused(&mut self, entry: Option<&JournalEntry>) {
        self.add(entry.map(|entry| record::refused(&entry.key)), AfterWrite::Nothing);
    }

    pub(in crate::features::many) fn record_done(
        &mut self,
        entry: Option<&JournalEntry>,
        kept: &KeptReply<'_>,
        finish: Finish,
    ) {
        self.add(entry.map(|entry| record::done(&entry.key, kept)), AfterWrite::Finish(Box::new(finish)));
    }

    /// Not sent after all; its outcome is returned.
    pub(in crate::features::many) fn record_unsent(&mut self, entry: Option<&JournalEntry>, finish: Finish) {
        self.add(entry.map(|entry| record::refused(&entry.key)), AfterWrite::Finish(Box::new(finish)));
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
        self.add(line, AfterWrite::Finish(Box::new(finish)));
    }

    fn add(&mut self, line: Option<Vec<u8>>, then: AfterWrite) {
        let line = line.unwrap_or_default();
        match &mut self.state {
            Open::Yes(log) => log.pending.push((line, then)),
            Open::Not | Open::Soon(_) => {
                self.keep_unwritten(line, &then);
                self.detached.push(then);
            }
        }
    }

    /// Keeps a line that could not be written. A request that will not be sent needs none.
    fn keep_unwritten(&mut self, line: Vec<u8>, then: &AfterWrite) {
        if !line.is_empty() && !matches!(then, AfterWrite::Send(..)) {
            self.unwritten.push(line);
        }
    }

    /// The actions whose lines are written; pending while there are none or a write is running. Lines added meanwhile are written together,
    /// with one fsync.
    ///
    /// An error comes with everything that is not written. The file is closed then, and reopened when it is next needed; outcomes are
    /// written then.
    #[inline]
    pub(in crate::features::many) fn poll_written(&mut self, cx: &mut Context<'_>) -> Poll<Written> {
        if !self.detached.is_empty() {
            return Poll::Ready(Ok(std::mem::take(&mut self.detached)));
        }
        let Open::Yes(log) = &mut self.state else { return Poll::Pending };
        if log.writing.is_none() && !log.pending.is_empty() {
            let (lines, then): (Vec<_>, Vec<_>) = std::mem::take(&mut log.pending).into_iter().unzip();
            let lines = Arc::new(lines);
            let (file, written, fsync) = (Arc::clone(&log.file), Arc::clone(&lines), self.settings.fsync);
            match OffThread::start(move || write(&file, &written, fsync)) {
                Ok(work) => log.writing = Some(Writing { work, lines, then }),
                Err(error) => return Poll::Ready(Err(self.broken(error, &lines, then))),
            }
        }
        let Some(writing) = &mut log.writing else { return Poll::Pending };
        let outcome = ready!(Pin::new(&mut writing.work).poll(cx));
        let Some(Writing { lines, then, .. }) = log.writing.take() else { return Poll::Pending };
        Poll::Ready(match outcome {
            Ok(()) => Ok(then),
            Err(error) => Err(self.broken(error, &lines, then)),
        })
    }

    #[inline]
    fn broken(&mut self, error: io::Error, lines: &[Vec<u8>], then: Vec<AfterWrite>) -> (Error, Vec<AfterWrite>) {
        let mut unwritten: Vec<_> = lines.iter().cloned().zip(then).collect();
        if let Open::Yes(log) = std::mem::replace(&mut self.state, Open::Not) {
            unwritten.extend(log.pending);
        }
        let then = unwritten.into_iter().map(|(line, then)| {
            self.keep_unwritten(line, &then);
            then
        });
        let then = then.collect();
        (self.failed(error), then)
    }

    #[inline]
    fn failed(&self, error: io::Error) -> Error {
        file::cannot(&self.settings.path, error)
    }

    #[inline]
    pub(in crate::features::many) fn unreadable(&self) -> Error {
        file::unusable(&self.settings.path, "has an outcome that cannot be read; the request was not sent")
    }
}

/// Whether the file lacks this line. Some lines may have been written before one failed.
#[inline]
fn is_missing(line: &[u8], index: &HashMap<String, RecordedRequest>) -> bool {
    let key = match Line::of(line) {
        Ok(Line::Done { key } | Line::Refused { key } | Line::Failed { key, .. }) => key,
        _ => return false,
    };
    index.get(&key).is_some_and(|recorded| recorded.state == RequestState::Sent)
}

/// One write per line, so that a crash truncates at most the last one.
#[inline]
fn write(file: &Mutex<LockedFile>, lines: &[Vec<u8>], fsync: bool) -> io::Result<()> {
    let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
    file.seek(SeekFrom::End(0))?;
    lines.iter().try_for_each(|line| file.write_all(line))?;
    if fsync { file.sync_data() } else { Ok(()) }
}

impl JournalReader {
    /// Reads the line.
    pub(in crate::features::many) async fn line(self) -> io::Result<Vec<u8>> {
        OffThread::run(move || {
            let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            file.seek(SeekFrom::Start(self.span.start))?;
            let mut line = vec![0; self.span.length];
            file.read_exact(&mut line)?;
            Ok(line)
        })
        .await
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
