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
    for_its_owner(&mut options);
    let file = options.open(path)?;
    Ok(lock(&file)?.then(|| Locked(file)))
}

fn for_its_owner(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    #[cfg(not(unix))]
    let _ = options;
}

#[cfg(file_lock)]
#[allow(clippy::incompatible_msrv, reason = "compiled where the standard library has it")]
fn lock(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(std::fs::TryLockError::WouldBlock) => Ok(false),
        Err(std::fs::TryLockError::Error(error)) => Err(error),
    }
}

/// The standard library of Rust 1.88 has no locks of files.
#[cfg(not(file_lock))]
fn lock(_: &File) -> io::Result<bool> {
    tracing::warn!("built with Rust 1.88, which cannot lock files: no other run may use the journal of this one");
    Ok(true)
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
#[cfg(file_lock)]
impl Drop for Locked {
    #[allow(clippy::incompatible_msrv, reason = "compiled where the standard library has it")]
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}
