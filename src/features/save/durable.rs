//! `DurableFile`: atomic writes: the complete file appears under its name, or nothing does.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::{RemoteCopy, SavedFile};
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::media::off_thread::OffThread;
use crate::runtime::random;

/// The bytes collected before a write. Up to as many more may be in flight to the disk.
const BATCH_BYTES: usize = 512 * 1024;

/// A temporary file next to its target, which it replaces when all of it is on disk.
///
/// Dropped before [`commit`](Self::commit) is done, or after an error, it leaves nothing behind, and an existing target is unchanged. Disk
/// operations run on the blocking pool.
#[derive(Debug)]
pub(crate) struct DurableFile {
    target: PathBuf,
    /// The temporary file. Its contents may be in the pool when this is dropped.
    unfinished: Temporary,
    state: WriteState,
    batch: Vec<u8>,
    written: u64,
}

#[derive(Debug)]
enum WriteState {
    Idle(Writing),
    Busy(OffThread<Writing>),
    Failed,
}

impl DurableFile {
    /// Creates a file. Its folder must exist.
    pub(crate) async fn create(target: impl Into<PathBuf>) -> Result<Self, Error> {
        let target = target.into();
        let path = target.clone();
        let writing = OffThread::run(move || Writing::begin(&path)).await.map_err(|error| failed(&target, error))?;
        let unfinished = Temporary(writing.temporary.0.clone());
        Ok(Self { target, unfinished, state: WriteState::Idle(writing), batch: Vec::new(), written: 0 })
    }

    /// Appends bytes. They are on disk after [`commit`](Self::commit). Cancel-safe.
    pub(crate) async fn write(&mut self, piece: Bytes) -> Result<(), Error> {
        self.written += piece.len() as u64;
        // A copy: the connection reads into the memory of a piece again when the piece is gone.
        self.batch.extend_from_slice(&piece);
        if self.batch.len() < BATCH_BYTES {
            return Ok(());
        }
        self.flush().await
    }

    /// Renames the file to its target, once all of it is on disk.
    pub(crate) async fn commit(mut self, content_type: Option<String>) -> Result<SavedFile, Error> {
        self.flush().await?;
        let writing = self.settled().await?;
        let target = self.target.clone();
        OffThread::run(move || writing.finish(&target)).await.map_err(|error| failed(&self.target, error))?;
        self.unfinished.0 = None;
        let Self { target: path, written: bytes, .. } = self;
        Ok(SavedFile { path, bytes, content_type, remote: RemoteCopy::NotStored })
    }

    /// Overwrites the start of the file, which was written before.
    #[cfg(feature = "long-speech")]
    pub(crate) async fn write_over_beginning(&mut self, bytes: Bytes) -> Result<(), Error> {
        use std::io::{Seek as _, SeekFrom};

        self.flush().await?;
        let mut writing = self.settled().await?;
        let work = OffThread::start(move || {
            writing.file.seek(SeekFrom::Start(0))?;
            writing.file.write_all(&bytes)?;
            writing.file.seek(SeekFrom::End(0))?;
            Ok(writing)
        });
        self.state = WriteState::Busy(work.map_err(|error| failed(&self.target, error))?);
        Ok(())
    }

    /// Passes the batch to the pool when the one before is written.
    async fn flush(&mut self) -> Result<(), Error> {
        let mut writing = self.settled().await?;
        // The memory of the batch before, and this one's when it is written.
        std::mem::swap(&mut self.batch, &mut writing.batch);
        let work = OffThread::start(move || {
            writing.file.write_all(&writing.batch)?;
            writing.batch.clear();
            Ok(writing)
        });
        self.state = WriteState::Busy(work.map_err(|error| failed(&self.target, error))?);
        Ok(())
    }

    /// Waits for the pool and takes the file back.
    async fn settled(&mut self) -> Result<Writing, Error> {
        if let WriteState::Busy(work) = &mut self.state {
            let outcome = work.await;
            self.state = WriteState::Failed;
            return outcome.map_err(|error| failed(&self.target, error));
        }
        match std::mem::replace(&mut self.state, WriteState::Failed) {
            WriteState::Idle(writing) => Ok(writing),
            _ => Err(failed(&self.target, io::Error::other("it failed before"))),
        }
    }
}

/// Whether a file could be created there: the path is free or is a file.
pub(crate) fn check(target: &Path) -> io::Result<()> {
    if target.file_name().is_none() || target.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
    }
    match fs::metadata(target) {
        // A pipe or a device would be replaced by a file, and its reader would get nothing.
        Ok(there) if !there.is_file() => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a device or a pipe")),
        _ => Ok(()),
    }
}

#[derive(Debug)]
struct Writing {
    file: File,
    /// What is being written.
    batch: Vec<u8>,
    temporary: Temporary,
    /// Those of the finished file.
    permissions: Option<Permissions>,
}

/// A file that is deleted on drop, if it still exists.
#[derive(Debug)]
struct Temporary(Option<PathBuf>);

impl Writing {
    fn begin(target: &Path) -> io::Result<Self> {
        check(target)?;
        let path = target.with_file_name(format!(".venice-{:016x}.part", random::bits()));
        let permissions = permissions(target, &path)?;
        let file = private().open(&path)?;
        Ok(Self { file, batch: Vec::new(), temporary: Temporary(Some(path)), permissions })
    }

    fn finish(self, target: &Path) -> io::Result<()> {
        let Self { file, mut temporary, permissions, .. } = self;
        if let Some(permissions) = permissions {
            file.set_permissions(permissions)?;
        }
        file.sync_all()?;
        drop(file);
        if let Some(from) = &temporary.0 {
            fs::rename(from, target)?;
        }
        temporary.0 = None;
        sync_folder_of(target)
    }
}

/// The permissions of the finished file: those of the file that it replaces, without the bits that a write clears (set-uid, set-gid), or
/// those of any new file in that folder.
#[cfg(unix)]
fn permissions(target: &Path, unused: &Path) -> io::Result<Option<Permissions>> {
    use std::os::unix::fs::PermissionsExt as _;
    let found = match fs::metadata(target) {
        Ok(before) => before.permissions(),
        // Only the system knows the process's umask and the folder's default permissions: a new file has them.
        Err(_) => {
            let empty = OpenOptions::new().write(true).create_new(true).open(unused)?;
            let _removed = Temporary(Some(unused.to_owned()));
            empty.metadata()?.permissions()
        }
    };
    Ok(Some(Permissions::from_mode(found.mode() & 0o777)))
}

#[cfg(not(unix))]
fn permissions(target: &Path, _unused: &Path) -> io::Result<Option<Permissions>> {
    Ok(fs::metadata(target).ok().map(|before| before.permissions()))
}

/// Creates a file that only its owner can read: the replacement of a private file is private from its first byte.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(path) = self.0.take() {
            // Nothing else can be done about a failure here.
            let _ = fs::remove_file(path);
        }
    }
}

/// The name is on disk when the folder is synced.
#[cfg(unix)]
pub(crate) fn sync_folder_of(target: &Path) -> io::Result<()> {
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        // Some file systems do not support this, and some folders are writable but not readable.
        Err(error) if is_refused(&error) => Ok(()),
        outcome => outcome,
    }
}

#[cfg(unix)]
fn is_refused(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidInput, PermissionDenied, Unsupported};
    matches!(error.kind(), InvalidInput | PermissionDenied | Unsupported)
}

/// Other systems cannot open a folder like a file; the rename is as durable as the system makes it.
#[cfg(not(unix))]
pub(crate) fn sync_folder_of(_target: &Path) -> io::Result<()> {
    Ok(())
}

fn failed(target: &Path, error: io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("the file {target:?} cannot be written: {error}")).with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("venice-durable-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[tokio::test]
    async fn a_dropped_file_is_removed_while_the_disk_is_busy() {
        let folder = folder("busy");
        let mut file = DurableFile::create(folder.join("a.png")).await.unwrap();
        let WriteState::Idle(writing) = std::mem::replace(&mut file.state, WriteState::Failed) else {
            panic!("it is busy")
        };
        let (done, wait) = std::sync::mpsc::channel::<()>();
        let work = OffThread::start(move || wait.recv().map(|()| writing).map_err(io::Error::other));
        file.state = WriteState::Busy(work.unwrap());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        drop(file);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
        done.send(()).unwrap();
        fs::remove_dir(&folder).unwrap();
    }

    #[tokio::test]
    async fn a_full_disk_is_an_error_and_leaves_nothing_behind() {
        let folder = folder("full");
        let mut file = DurableFile::create(folder.join("a.png")).await.unwrap();
        let WriteState::Idle(writing) = &mut file.state else { panic!("it is busy before anything was written") };
        // A read-only handle fails like a full disk.
        writing.file = File::open(writing.temporary.0.as_ref().unwrap()).unwrap();
        file.write(Bytes::from(vec![1; BATCH_BYTES])).await.unwrap();
        let error = file.write(Bytes::from(vec![1; BATCH_BYTES])).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(error.to_string().contains("a.png"), "{error}");
        file.commit(None).await.unwrap_err();
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
        fs::remove_dir(&folder).unwrap();
    }
}
