//! One run a journal.

use std::fs::{File, OpenOptions};
use std::io;
use std::ops::{Deref, DerefMut};
use std::path::Path;

/// A file that one run has for itself.
#[derive(Debug)]
pub(super) struct Locked(File);

/// Opens the file for one run alone; `None` if another one has it. The file stays locked until it is closed, also when the
/// process is killed.
pub(super) fn open(path: &Path) -> io::Result<Option<Locked>> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    Ok(locked(options, path)?.map(Locked))
}

#[cfg(unix)]
fn locked(mut options: OpenOptions, path: &Path) -> io::Result<Option<File>> {
    use std::os::unix::fs::OpenOptionsExt;

    use rustix::fs::{FlockOperation, flock};

    let file = options.mode(0o600).open(path)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(file)),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[cfg(windows)]
fn locked(mut options: OpenOptions, path: &Path) -> io::Result<Option<File>> {
    use std::os::windows::fs::OpenOptionsExt;

    const SHARING_VIOLATION: i32 = 32;
    match options.share_mode(0).open(path) {
        Err(error) if error.raw_os_error() == Some(SHARING_VIOLATION) => Ok(None),
        outcome => outcome.map(Some),
    }
}

/// A system without processes.
#[cfg(not(any(unix, windows)))]
fn locked(options: OpenOptions, path: &Path) -> io::Result<Option<File>> {
    options.open(path).map(Some)
}

impl Deref for Locked {
    type Target = File;

    fn deref(&self) -> &File {
        &self.0
    }
}

impl DerefMut for Locked {
    fn deref_mut(&mut self) -> &mut File {
        &mut self.0
    }
}

/// A process that another thread is just starting has the file too, for a moment. Closing it here would leave it locked there.
#[cfg(unix)]
impl Drop for Locked {
    fn drop(&mut self) {
        let _ = rustix::fs::flock(&self.0, rustix::fs::FlockOperation::Unlock);
    }
}
