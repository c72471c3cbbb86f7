//! A journal in use: what it knows of a request, and what is added to it.

use std::collections::HashMap;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::SystemTime;

use super::file::{self, Noted, Opened, RequestState, Span};
use super::lock::Locked;
use super::record::Line;
use super::{Journal, KeptReply, record};
use crate::features::many::pacer::Ticket;
use crate::features::many::task::{Finish, JournalEntry, Task};
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::media::off_thread::OffThread;
use crate::runtime::transport::{Reply, Scope};

/// The journal of a run.
pub(in crate::features::many) struct Book {
    settings: Journal,
    /// How often each name was used. It outlives the open file.
    used: HashMap<String, u32>,
    state: Open,
    /// Lines about requests that were sent, which could not be written. They are when the file is opened again.
    owed: Vec<Vec<u8>>,
    /// What waits for lines that came while the file was closed.
    adrift: Vec<Then>,
}

enum Open {
    Not,
    Soon(OffThread<Result<Opened, Error>>),
    Yes(Log),
}

/// What is known of a request.
#[derive(Debug)]
pub(in crate::features::many) enum Known {
    /// It is to be sent.
    Nothing,
    /// Its outcome is in the file.
    Outcome { of: JournalReader, may_be_paid: bool, is_error: bool },
    /// It was sent, and nobody knows what became of it.
    Unknown,
}

/// What happens when a line is written.
pub(in crate::features::many) enum Then {
    Send(Box<Task>, Ticket),
    Finish(Box<Finish>),
    Nothing,
}

/// What may happen now that its lines are written, or what they are for that will never be, and why.
pub(in crate::features::many) type Written = Result<Vec<Then>, (Error, Vec<Then>)>;

/// A part of the file, to be read.
#[derive(Clone, Debug)]
pub(in crate::features::many) struct JournalReader {
    file: Arc<Mutex<Locked>>,
    span: Span,
}

struct Log {
    file: Arc<Mutex<Locked>>,
    index: HashMap<String, Noted>,
    pending: Vec<(Vec<u8>, Then)>,
    writing: Option<Writing>,
}

/// Lines on their way to the disk.
struct Writing {
    work: OffThread<()>,
    lines: Arc<Vec<Vec<u8>>>,
    then: Vec<Then>,
}

impl Book {
    pub(in crate::features::many) fn new(settings: Journal) -> Self {
        Self { settings, used: HashMap::new(), state: Open::Not, owed: Vec::new(), adrift: Vec::new() }
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
                    let owed = std::mem::take(&mut self.owed).into_iter().filter(|line| is_missing(line, &index));
                    let pending = owed.map(|line| (line, Then::Nothing)).collect();
                    let file = Arc::new(Mutex::new(file));
                    Open::Yes(Log { file, index, pending, writing: None })
                }
            };
        }
    }

    pub(in crate::features::many) fn is_open(&self) -> bool {
        matches!(self.state, Open::Yes(_))
    }

    /// Nothing is to be written.
    pub(in crate::features::many) fn is_idle(&self) -> bool {
        let is_written = match &self.state {
            Open::Yes(log) => log.pending.is_empty() && log.writing.is_none(),
            Open::Not | Open::Soon(_) => true,
        };
        is_written && self.adrift.is_empty()
    }

    /// No line is left that could not be written.
    pub(in crate::features::many) fn owes_nothing(&self) -> bool {
        self.owed.is_empty()
    }

    /// The name under which a request stands here: the caller's, or its hash and which of the equal ones it is.
    #[inline]
    pub(in crate::features::many) fn name(
        &mut self,
        given: Option<String>,
        request: Option<String>,
    ) -> Result<JournalEntry, Error> {
        let Some(key) = given.clone().or_else(|| request.clone()) else {
            let message =
                "a request that sends a file needs a name in the journal: give it with `with_keys`; nothing was sent";
            return Err(Error::invalid_request(message));
        };
        let used = self.used.entry(key.clone()).or_default();
        *used += 1;
        let key = match (*used, given) {
            (1, _) => key,
            (n, None) => format!("{key}#{n}"),
            (_, Some(given)) => {
                let message = format!("the key {given:?} is given to a second request; nothing was sent");
                return Err(Error::invalid_request(message));
            }
        };
        Ok(JournalEntry { key, request: request.unwrap_or_default() })
    }

    /// What is known of a request. It is asked once for each.
    #[inline]
    pub(in crate::features::many) fn known(&mut self, entry: &JournalEntry) -> Result<Known, Error> {
        let (path, settings) = (&self.settings.path, &self.settings);
        let Open::Yes(log) = &mut self.state else { return Err(file::unusable(path, "is not open")) };
        let Some(noted) = log.index.remove(&entry.key) else { return Ok(Known::Nothing) };
        if noted.request != entry.request {
            let problem = format!(
                "has another request under the key {:?}: it belongs to another run; nothing was sent for it",
                entry.key
            );
            return Err(file::unusable(path, &problem));
        }
        let reading = |span| JournalReader { file: Arc::clone(&log.file), span };
        Ok(match noted.state {
            RequestState::Refused => Known::Nothing,
            RequestState::Sent if settings.resend_unknown => Known::Nothing,
            RequestState::Sent => Known::Unknown,
            RequestState::Failed { may_be_paid: true, .. } if settings.resend_unknown => Known::Nothing,
            RequestState::Failed { may_be_paid: false, .. } if settings.resend_failed => Known::Nothing,
            RequestState::Failed { may_be_paid, span } => {
                Known::Outcome { of: reading(span), may_be_paid, is_error: true }
            }
            RequestState::Done(span) => Known::Outcome { of: reading(span), may_be_paid: false, is_error: false },
        })
    }

    pub(in crate::features::many) fn note_sent(&mut self, task: Box<Task>, ticket: Ticket, at: SystemTime) {
        let line = task
            .entry
            .as_ref()
            .map(|entry| record::sent(&entry.key, &entry.request, task.outgoing.scope.operation().name(), at));
        self.add(line, Then::Send(task, ticket));
    }

    /// It is sent again, by this run or the next.
    pub(in crate::features::many) fn note_refused(&mut self, entry: Option<&JournalEntry>) {
        self.add(entry.map(|entry| record::refused(&entry.key)), Then::Nothing);
    }

    pub(in crate::features::many) fn note_done(
        &mut self,
        entry: Option<&JournalEntry>,
        kept: &KeptReply<'_>,
        finish: Finish,
    ) {
        self.add(entry.map(|entry| record::done(&entry.key, kept)), Then::Finish(Box::new(finish)));
    }

    /// It was not sent after all, and its outcome is given out.
    pub(in crate::features::many) fn note_unsent(&mut self, entry: Option<&JournalEntry>, finish: Finish) {
        self.add(entry.map(|entry| record::refused(&entry.key)), Then::Finish(Box::new(finish)));
    }

    pub(in crate::features::many) fn note_failed(
        &mut self,
        entry: Option<&JournalEntry>,
        scope: &Scope,
        finish: Finish,
    ) {
        let line = match (entry, &finish.outcome) {
            (Some(entry), Err(error)) => Some(record::failed(&entry.key, error, scope, finish.may_be_paid)),
            _ => None,
        };
        self.add(line, Then::Finish(Box::new(finish)));
    }

    fn add(&mut self, line: Option<Vec<u8>>, then: Then) {
        let line = line.unwrap_or_default();
        match &mut self.state {
            Open::Yes(log) => log.pending.push((line, then)),
            Open::Not | Open::Soon(_) => {
                self.owe(line, &then);
                self.adrift.push(then);
            }
        }
    }

    /// Keeps a line that could not be written. A request that will not be sent needs none.
    fn owe(&mut self, line: Vec<u8>, then: &Then) {
        if !line.is_empty() && !matches!(then, Then::Send(..)) {
            self.owed.push(line);
        }
    }

    /// What may happen now that its lines are written; pending while nothing is, and while it is being written. What is added
    /// meanwhile is written together, with one fsync.
    ///
    /// An error comes with all that is not written. The file is closed then, and opened again when it is next needed; what became of
    /// requests is written then.
    #[inline]
    pub(in crate::features::many) fn poll_written(&mut self, cx: &mut Context<'_>) -> Poll<Written> {
        if !self.adrift.is_empty() {
            return Poll::Ready(Ok(std::mem::take(&mut self.adrift)));
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
    fn broken(&mut self, error: io::Error, lines: &[Vec<u8>], then: Vec<Then>) -> (Error, Vec<Then>) {
        let mut unwritten: Vec<_> = lines.iter().cloned().zip(then).collect();
        if let Open::Yes(log) = std::mem::replace(&mut self.state, Open::Not) {
            unwritten.extend(log.pending);
        }
        let then = unwritten.into_iter().map(|(line, then)| {
            self.owe(line, &then);
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
        file::unusable(&self.settings.path, "has an outcome that cannot be read; nothing was sent for it")
    }
}

/// Whether what a line says is not known to the file. Some of the lines may have been written before one could not be.
#[inline]
fn is_missing(line: &[u8], index: &HashMap<String, Noted>) -> bool {
    let key = match Line::of(line) {
        Ok(Line::Done { key } | Line::Refused { key } | Line::Failed { key, .. }) => key,
        _ => return false,
    };
    index.get(&key).is_some_and(|noted| noted.state == RequestState::Sent)
}

/// One write a line, so that a crash cuts the last one at most.
#[inline]
fn write(file: &Mutex<Locked>, lines: &[Vec<u8>], fsync: bool) -> io::Result<()> {
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

/// The outcome that a line holds.
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

/// The error of a request that was on its way when its process ended.
#[inline]
pub(in crate::features::many) fn unknown(scope: &Scope) -> Error {
    let message = "it was sent by a run that ended before the outcome was known, and is not sent again by itself";
    scope.explained(Error::new(ErrorKind::OutcomeUnknown, message).with_note(crate::features::many::MAY_BE_PAID))
}
