//! `Ledger`: an append-only file of payments, one JSON line for each event. It restores what was paid when a program starts again.

use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::account::lock;
use super::payment::PaymentEvent;
use crate::features::locked_file::{self, LockedFile};
use crate::features::save::durable;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::media::off_thread::OffThread;

/// The first line.
const HEADER: &str = "{\"venice_payments\":1}\n";

/// A ledger that is open. Each line is on disk before the next step.
pub(super) struct Ledger {
    path: PathBuf,
    file: Arc<Mutex<LockedFile>>,
}

impl Ledger {
    /// Opens the file or creates it, and reads what is in it.
    pub(super) fn open(path: &Path) -> Result<(Self, Vec<PaymentEvent>), Error> {
        let failed = |error| failed(path, error);
        durable::check(path).map_err(failed)?;
        let Some(mut file) = locked_file::open(path).map_err(failed)? else {
            return Err(unusable(path, "is in use by another policy or program"));
        };
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(failed)?;
        let events = read(path, &text)?;
        // A line that a crash cut was not on disk, so what it announces was not done.
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        file.set_len(whole as u64).map_err(failed)?;
        file.seek(SeekFrom::End(0)).map_err(failed)?;
        if whole == 0 {
            file.write_all(HEADER.as_bytes()).map_err(failed)?;
        }
        file.sync_all().and_then(|()| durable::sync_folder_of(path)).map_err(failed)?;
        Ok((Self { path: path.to_owned(), file: Arc::new(Mutex::new(file)) }, events))
    }

    /// Adds a line. It is on disk when this ends.
    pub(super) async fn append(&self, event: &PaymentEvent) -> Result<(), Error> {
        let (file, line) = (Arc::clone(&self.file), event.to_line());
        let write = move || {
            let mut file = lock(&file);
            let end = file.seek(SeekFrom::End(0))?;
            let written = file.write_all(line.as_bytes()).and_then(|()| file.sync_data());
            if written.is_err() {
                // Half a line would make the next one unreadable.
                file.set_len(end)?;
            }
            written
        };
        OffThread::run(write).await.map_err(|error| failed(&self.path, error))
    }
}

/// The events of all whole lines.
fn read(path: &Path, text: &[u8]) -> Result<Vec<PaymentEvent>, Error> {
    let mut lines = text.split_inclusive(|byte| *byte == b'\n').filter_map(|line| line.strip_suffix(b"\n"));
    match lines.next() {
        None if HEADER.as_bytes().starts_with(text) => return Ok(Vec::new()),
        Some(first) if HEADER.as_bytes().strip_suffix(b"\n") == Some(first) => {}
        _ => return Err(unusable(path, "is not a ledger of payments, and was left as it is")),
    }
    let numbered = lines.enumerate();
    let event = |(number, line): (usize, &[u8])| {
        PaymentEvent::of_line(line).ok_or_else(|| unusable(path, &format!("is damaged in line {}", number + 2)))
    };
    numbered.map(event).collect()
}

fn unusable(path: &Path, problem: &str) -> Error {
    Error::configuration(format!("the ledger {path:?} {problem}"))
}

fn failed(path: &Path, error: io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("the ledger {path:?} cannot be used: {error}")).with_source(error)
}
