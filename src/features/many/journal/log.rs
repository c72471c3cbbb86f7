//! `RunJournal`: the journal file of a run: looks requests up and appends lines.

use std::collections::HashMap;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::SystemTime;

use super::file::{self, Opened, RecordedRequest, RequestState, Span};
use super::record::Line;
use super::run_log::{AfterWrite, Lookup, RunLog, Written};
use super::{Journal, record};
use crate::features::locked_file::LockedFile;
use crate::features::many::task::{JournalEntry, Task};
use crate::features::pace::Ticket;
use crate::runtime::error::Error;
use crate::runtime::media::off_thread::OffThread;
use crate::runtime::transport::Scope;

/// The journal of a run.
pub(in crate::features::many) struct RunJournal {
    settings: Journal,
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
        Self { settings, state: Open::Not, unwritten: Vec::new(), detached: Vec::new() }
    }

    /// Keeps a line that could not be written. A request that will not be sent needs none.
    fn keep_unwritten(&mut self, line: Vec<u8>, then: &AfterWrite) {
        if !line.is_empty() && !matches!(then, AfterWrite::Send(..)) {
            self.unwritten.push(line);
        }
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
}

impl RunLog for RunJournal {
    fn poll_open(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
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

    fn is_open(&self) -> bool {
        matches!(self.state, Open::Yes(_))
    }

    fn is_idle(&self) -> bool {
        let is_written = match &self.state {
            Open::Yes(log) => log.pending.is_empty() && log.writing.is_none(),
            Open::Not | Open::Soon(_) => true,
        };
        is_written && self.detached.is_empty()
    }

    fn is_all_written(&self) -> bool {
        self.unwritten.is_empty()
    }

    fn lookup(&mut self, entry: &JournalEntry, _: &Scope) -> Result<Lookup, Error> {
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

    fn record_sent(&mut self, task: Box<Task>, ticket: Ticket, at: SystemTime) {
        let entry = task.entry.as_ref();
        let line =
            entry.map(|entry| record::sent(&entry.key, &entry.request, task.outgoing.scope.operation().name(), at));
        self.add(None, line, AfterWrite::Send(task, Box::new(ticket)));
    }

    fn add(&mut self, _: Option<&JournalEntry>, line: Option<Vec<u8>>, then: AfterWrite) {
        let line = line.unwrap_or_default();
        match &mut self.state {
            Open::Yes(log) => log.pending.push((line, then)),
            Open::Not | Open::Soon(_) => {
                self.keep_unwritten(line, &then);
                self.detached.push(then);
            }
        }
    }

    /// The actions whose lines are written; pending while there are none or a write is running. Lines added meanwhile are written together,
    /// with one fsync.
    ///
    /// An error comes with everything that is not written. The file is closed then, and reopened when it is next needed; outcomes are
    /// written then.
    fn poll_written(&mut self, cx: &mut Context<'_>) -> Poll<Written> {
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

    fn unreadable(&self) -> Error {
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
