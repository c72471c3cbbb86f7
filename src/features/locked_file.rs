//! `LockedFile`: a private file that one owner at a time has open.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::ops::{Deref, DerefMut};
use std::path::Path;

/// A file that is locked until it is closed.
#[derive(Debug)]
pub(crate) struct LockedFile(File);

/// Opens the file, or creates it; `None` if it is open elsewhere. The file stays locked until it is closed, also when the process is
/// killed.
pub(crate) fn open(path: &Path) -> io::Result<Option<LockedFile>> {
    if fs::symlink_metadata(path).is_ok_and(|there| there.is_symlink()) {
        // Anyone with write access to the folder could choose the target of the link.
        let problem = "it is a symbolic link; use the path of its target";
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
    Ok(is_locked.then(|| LockedFile(file)))
}

/// Restricts an existing file to its owner.
fn close_to_others(file: &File) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;

        let Ok(mode) = file.metadata().map(|there| there.permissions().mode()) else { return };
        if mode & 0o077 != 0
            && let Err(error) = file.set_permissions(fs::Permissions::from_mode(mode & 0o700))
        {
            tracing::warn!(%error, "users other than its owner can read the journal or ledger");
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

/// File locks are in the standard library since Rust 1.89.
#[cfg(not(file_lock))]
fn lock(_: &File) -> io::Result<bool> {
    tracing::warn!(
        "built with Rust 1.88, which cannot lock files: make sure that no other run uses this journal or ledger"
    );
    Ok(true)
}

impl Deref for LockedFile {
    type Target = File;

    fn deref(&self) -> &File {
        &self.0
    }
}

impl DerefMut for LockedFile {
    fn deref_mut(&mut self) -> &mut File {
        &mut self.0
    }
}

/// A process that another thread is just starting inherits the file for a moment. Closing it here would leave it locked there.
#[cfg(file_lock)]
impl Drop for LockedFile {
    #[allow(clippy::incompatible_msrv, reason = "compiled where the standard library has it")]
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}
