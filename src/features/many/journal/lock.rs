//! One run a journal.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::ops::{Deref, DerefMut};
use std::path::Path;

/// A file that one run has for itself.
#[derive(Debug)]
pub(super) struct Locked(File);

/// Opens the file for one run alone; `None` if another one has it. The file stays locked until it is closed, also when the
/// process is killed.
pub(super) fn open(path: &Path) -> io::Result<Option<Locked>> {
    if fs::symlink_metadata(path).is_ok_and(|there| there.is_symlink()) {
        // Whoever can write to the folder would choose the file that is written to.
        let problem = "it is a symbolic link; give the path of the file that it leads to";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    for_its_owner(&mut options);
    let file = options.open(path)?;
    let is_locked = lock(&file)?;
    if is_locked {
        close_to_others(&file);
    }
    Ok(is_locked.then(|| Locked(file)))
}

/// A file that was there before may be one that others can read, or write.
fn close_to_others(file: &File) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;

        let Ok(mode) = file.metadata().map(|there| there.permissions().mode()) else { return };
        if mode & 0o077 != 0
            && let Err(error) = file.set_permissions(fs::Permissions::from_mode(mode & 0o700))
        {
            tracing::warn!(%error, "others than its owner can read the journal, which holds answers");
        }
    }
    #[cfg(not(unix))]
    let _ = file;
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
