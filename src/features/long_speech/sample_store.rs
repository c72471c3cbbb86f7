//! `SampleStore`: the samples received so far, in memory or in an unfinished file.

use std::collections::VecDeque;
use std::fmt;
use std::path::{Path, PathBuf};
use std::pin::Pin;

use bytes::{Bytes, BytesMut};

use super::join::Join;
use crate::features::save::SavedFile;
use crate::features::save::durable::DurableFile;
use crate::runtime::error::Delivery;
use crate::runtime::error::Error;
use crate::runtime::error::ErrorKind;

/// Owned by the speech, not by a future, so that dropping a future loses nothing.
#[derive(Default)]
pub(super) struct SampleStore {
    place: SoundStore,
    samples_bytes: u64,
}

enum SoundStore {
    Memory(Vec<Bytes>),
    /// `waiting` was not written to the file yet.
    File {
        path: PathBuf,
        file: DurableFile,
        waiting: VecDeque<Bytes>,
    },
    Committing {
        path: PathBuf,
        commit: Pin<Box<dyn Future<Output = Result<SavedFile, Error>> + Send>>,
    },
    Saved(SavedFile),
    /// The file could not be written.
    Lost {
        path: PathBuf,
    },
}

impl Default for SoundStore {
    fn default() -> Self {
        Self::Memory(Vec::new())
    }
}

impl SampleStore {
    #[inline]
    fn path(&self) -> Option<&Path> {
        match &self.place {
            SoundStore::Memory(_) => None,
            SoundStore::File { path, .. }
            | SoundStore::Committing { path, .. }
            | SoundStore::Saved(SavedFile { path, .. })
            | SoundStore::Lost { path } => Some(path),
        }
    }

    /// Fails if the samples are in a file.
    #[inline]
    pub(super) fn in_memory(&self) -> Result<(), Error> {
        let Some(path) = self.path() else { return Ok(()) };
        let message = format!("this speech is being saved as {path:?}, and its audio is there; nothing was sent");
        Err(Error::invalid_request(message))
    }

    /// Moves the samples to a file, unless they are there already.
    pub(super) async fn on_disk(&mut self, path: &Path, join: &Join) -> Result<(), Error> {
        if self.path() != Some(path) {
            self.in_memory()?;
            let file = DurableFile::create(path).await?;
            let SoundStore::Memory(made) = std::mem::take(&mut self.place) else { return Ok(()) };
            let mut waiting = VecDeque::from(made);
            // The content of the header is known at the end.
            waiting.push_front(vec![0; join.header_bytes()].into());
            self.place = SoundStore::File { path: path.to_owned(), file, waiting };
        }
        self.hand_over().await
    }

    /// Adds samples.
    pub(super) async fn add(&mut self, samples: Bytes) -> Result<(), Error> {
        self.samples_bytes += samples.len() as u64;
        match &mut self.place {
            SoundStore::Memory(made) => made.push(samples),
            SoundStore::File { waiting, .. } => waiting.push_back(samples),
            _ => {}
        }
        self.hand_over().await
    }

    async fn hand_over(&mut self) -> Result<(), Error> {
        match &mut self.place {
            SoundStore::File { file, waiting, path } => {
                while let Some(samples) = waiting.pop_front() {
                    if let Err(error) = file.write(samples).await {
                        self.place = SoundStore::Lost { path: std::mem::take(path) };
                        return Err(error.with_delivery(Delivery::Answered));
                    }
                }
                Ok(())
            }
            SoundStore::Lost { path } => {
                let message = format!("{path:?} could not be written before, and its audio is lost");
                Err(Error::new(ErrorKind::Io, message))
            }
            _ => Ok(()),
        }
    }

    /// The audio in memory.
    #[inline]
    pub(super) fn joined(&self, join: &Join) -> Result<Bytes, Error> {
        let SoundStore::Memory(made) = &self.place else { return Ok(Bytes::new()) };
        let (header, end) = self.around(join)?;
        let mut all = BytesMut::with_capacity(header.len() + made.iter().map(Bytes::len).sum::<usize>() + end.len());
        all.extend_from_slice(&header);
        made.iter().for_each(|samples| all.extend_from_slice(samples));
        all.extend_from_slice(end);
        Ok(all.freeze())
    }

    /// The header before the samples and the padding after them: chunks of a WAV file start at even offsets.
    #[inline]
    fn around(&self, join: &Join) -> Result<(Bytes, &'static [u8]), Error> {
        let header = join.header(Some(self.samples_bytes)).map_err(|problem| Error::new(ErrorKind::Decode, problem))?;
        let odd = !header.is_empty() && self.samples_bytes % 2 == 1;
        Ok((header, if odd { &[0] } else { &[] }))
    }

    /// Renames the file to its target when all samples are in it.
    pub(super) async fn committed(&mut self, join: &Join) -> Result<SavedFile, Error> {
        if let SoundStore::File { .. } = &self.place {
            let (header, end) = self.around(join)?;
            if let SoundStore::File { mut file, path, .. } = std::mem::take(&mut self.place) {
                let media = format!("audio/{}", join.result().as_str());
                let commit = async move {
                    file.write(Bytes::from_static(end)).await?;
                    file.write_over_beginning(header).await?;
                    file.commit(Some(media)).await
                };
                self.place = SoundStore::Committing { path, commit: Box::pin(commit) };
            }
        }
        if let SoundStore::Committing { commit, path } = &mut self.place {
            let outcome = commit.as_mut().await;
            let path = std::mem::take(path);
            match outcome {
                Ok(saved) => self.place = SoundStore::Saved(saved),
                Err(error) => {
                    self.place = SoundStore::Lost { path };
                    return Err(error.with_delivery(Delivery::Answered));
                }
            }
        }
        match &self.place {
            SoundStore::Saved(saved) => Ok(saved.clone()),
            _ => Err(Error::new(ErrorKind::Io, "the audio is not in a file")),
        }
    }

    /// The samples that are in memory.
    pub(super) fn into_memory(self) -> Vec<Bytes> {
        match self.place {
            SoundStore::Memory(made) => made,
            _ => Vec::new(),
        }
    }
}

impl fmt::Debug for SampleStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SampleStore").field("samples_bytes", &self.samples_bytes).field("path", &self.path()).finish()
    }
}
