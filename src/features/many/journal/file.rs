//! `Opened`: opens a journal: locks it, repairs its end and indexes its lines.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use super::record::{HEADER, Line, header};
use crate::features::locked_file::{self, LockedFile};
use crate::features::save::durable;
use crate::runtime::error::{Error, ErrorKind};

/// An open journal.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) file: LockedFile,
    pub(super) index: HashMap<String, RecordedRequest>,
}

/// What the journal knows of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RecordedRequest {
    /// The hash of the request.
    pub(super) request: String,
    pub(super) state: RequestState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RequestState {
    /// Sent; the outcome is unknown.
    Sent,
    /// Known not to have been executed.
    Refused,
    /// The line with the reply.
    Done(Span),
    Failed {
        may_be_paid: bool,
        span: Span,
    },
}

/// The position of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u64,
    pub(super) length: usize,
}

/// How long to wait for the lock: a dropped run holds the file until its last line is on disk.
const PATIENCE: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(10);

/// Opens or creates the file. Blocks on the disk and on another run's lock.
#[inline]
pub(super) fn open(path: &Path) -> Result<Opened, Error> {
    let failed = |error| cannot(path, error);
    durable::check(path).map_err(failed)?;
    let started = Instant::now();
    let mut file = loop {
        match locked_file::open(path).map_err(failed)? {
            Some(file) => break file,
            None if started.elapsed() < PATIENCE => std::thread::sleep(PAUSE),
            None => return Err(unusable(path, "is in use by another run")),
        }
    };
    let mut scan = Scan { path, index: HashMap::new(), lines: 0, end: 0 };
    let tail = scan.read(&mut BufReader::new(&*file))?;
    scan.mend(&mut file, tail)?;
    Ok(Opened { file, index: scan.index })
}

struct Scan<'p> {
    path: &'p Path,
    index: HashMap<String, RecordedRequest>,
    /// The number of complete lines so far.
    lines: u64,
    /// Where they end.
    end: u64,
}

impl Scan<'_> {
    /// Reads all complete lines, and returns what follows the last one.
    fn read(&mut self, reader: &mut impl BufRead) -> Result<Vec<u8>, Error> {
        let mut line = Vec::new();
        loop {
            line.clear();
            reader.read_until(b'\n', &mut line).map_err(|error| cannot(self.path, error))?;
            let Some(text) = line.strip_suffix(b"\n") else { return Ok(line) };
            let span = Span { start: self.end, length: text.len() };
            self.lines += 1;
            self.note(text, span).map_err(|problem| self.damaged(&problem))?;
            self.end += line.len() as u64;
        }
    }

    /// Repairs what a crash left after the last complete line: a line without its end, or blocks that were never written.
    #[inline]
    fn mend(&mut self, file: &mut LockedFile, mut tail: Vec<u8>) -> Result<(), Error> {
        let failed = |error| cannot(self.path, error);
        let torn = tail.len() as u64;
        while tail.last() == Some(&0) {
            tail.pop();
        }
        let is_new = self.lines == 0;
        if is_new && !HEADER.as_bytes().starts_with(&tail) {
            return Err(unusable(self.path, "is not a journal of a batch run, and was not changed"));
        }
        // Only the end of the line is missing: its content is known.
        let span = Span { start: self.end, length: tail.len() };
        let is_whole = !is_new && !tail.is_empty() && Line::of(&tail).is_ok();
        if is_whole {
            self.lines += 1;
            self.note(&tail, span).map_err(|problem| self.damaged(&problem))?;
            tail.push(b'\n');
        }
        if torn == 0 && !is_new {
            return Ok(());
        }
        file.set_len(self.end).map_err(failed)?;
        file.seek(SeekFrom::Start(self.end)).map_err(failed)?;
        if is_new {
            file.write_all(header().as_bytes()).map_err(failed)?;
        } else if is_whole {
            file.write_all(&tail).map_err(failed)?;
        }
        file.sync_all().map_err(failed)?;
        durable::sync_folder_of(self.path).map_err(failed)
    }

    #[inline]
    fn note(&mut self, line: &[u8], span: Span) -> Result<(), String> {
        let line = Line::of(line)?;
        if self.lines == 1 {
            return match line {
                Line::Header(1) => Ok(()),
                Line::Header(version) => {
                    Err(format!("it has version {version}, which this version of the crate cannot read"))
                }
                _ => Err("it is not a journal of a batch run".to_owned()),
            };
        }
        let (key, state) = match line {
            Line::Header(_) => return Err("a second header".to_owned()),
            Line::Sent { key, request } => {
                let recorded = RecordedRequest { request, state: RequestState::Sent };
                return match self.index.insert(key, recorded) {
                    Some(RecordedRequest { state: RequestState::Done(_), .. }) => {
                        Err("a request was sent again after its reply".to_owned())
                    }
                    Some(RecordedRequest { state: RequestState::Sent, .. }) | None => Ok(()),
                    Some(_) => Ok(()),
                };
            }
            Line::Refused { key } => (key, RequestState::Refused),
            Line::Done { key } => (key, RequestState::Done(span)),
            Line::Failed { key, may_be_paid } => (key, RequestState::Failed { may_be_paid, span }),
        };
        match self.index.get_mut(&key) {
            Some(recorded) if recorded.state == RequestState::Sent => {
                recorded.state = state;
                Ok(())
            }
            Some(_) => Err("a second outcome of one request".to_owned()),
            None => Err("an outcome of a request that was not sent".to_owned()),
        }
    }

    #[inline]
    fn damaged(&self, problem: &str) -> Error {
        unusable(self.path, &format!("is damaged in line {}: {problem}", self.lines))
    }
}

/// The error for a journal that this run must not change.
#[inline]
pub(super) fn unusable(path: &Path, problem: &str) -> Error {
    Error::new(ErrorKind::Journal, format!("the journal {path:?} {problem}"))
}

#[inline]
pub(super) fn cannot(path: &Path, error: io::Error) -> Error {
    Error::new(ErrorKind::Journal, format!("the journal {path:?} cannot be used: {error}")).with_source(error)
}
