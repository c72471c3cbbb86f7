//! `Transfer`: the download of a result, continued where it was interrupted.

use std::path::PathBuf;
use std::time::Duration;

use bytes::{Bytes, BytesMut};

use super::JobHandle;
#[cfg(feature = "checksum")]
use super::checksum::Checksum;
use super::fetch::{self, PollReply, Rest};
use crate::features::save::SavedFile;
use crate::features::save::durable::DurableFile;
use crate::runtime::client::Client;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::reply::RawReply;

/// The most downloads of a result, whether of all of it or of the rest.
const MOST_DOWNLOADS: u32 = 3;

/// The pause before the next one.
const PAUSE: Duration = Duration::from_secs(2);

/// A result that is being downloaded.
pub(super) struct Transfer<'a> {
    client: &'a Client,
    job: &'a JobHandle,
    reply: RawReply,
    file: RemoteFile,
    received: u64,
}

/// What a server says of a file.
struct RemoteFile {
    /// Identifies the file, byte for byte.
    etag: Option<String>,
    length: Option<u64>,
    #[cfg(feature = "checksum")]
    checksum: Checksum,
}

impl RemoteFile {
    fn of(reply: &RawReply) -> Self {
        let text = |name: &str| reply.meta().header(name).map(str::trim);
        let is_sent_in_parts = text("accept-ranges") != Some("none") && reply.content_type().is_some();
        Self {
            // Without a media type the middle of a file may look like a page.
            etag: text("etag").filter(|etag| etag.starts_with('"') && is_sent_in_parts).map(str::to_owned),
            length: text("content-length").and_then(|length| length.parse().ok()),
            #[cfg(feature = "checksum")]
            checksum: Checksum::of(reply.meta()),
        }
    }
}

/// Where the bytes go.
trait Sink: Send {
    fn write(&mut self, piece: Bytes) -> impl Future<Output = Result<(), Error>> + Send;

    /// Discards what was written.
    fn clear(&mut self) -> impl Future<Output = Result<(), Error>> + Send;
}

impl Sink for BytesMut {
    async fn write(&mut self, piece: Bytes) -> Result<(), Error> {
        if piece.len() > RawReply::MAX_BYTES.saturating_sub(self.len()) {
            return Err(RawReply::too_long(RawReply::MAX_BYTES));
        }
        self.extend_from_slice(&piece);
        Ok(())
    }

    async fn clear(&mut self) -> Result<(), Error> {
        BytesMut::clear(self);
        Ok(())
    }
}

/// A file that appears when all of it is there.
struct FileSink {
    path: PathBuf,
    file: DurableFile,
}

impl Sink for FileSink {
    async fn write(&mut self, piece: Bytes) -> Result<(), Error> {
        self.file.write(piece).await
    }

    async fn clear(&mut self) -> Result<(), Error> {
        self.file = DurableFile::create(&self.path).await?;
        Ok(())
    }
}

impl<'a> Transfer<'a> {
    pub(super) fn new(client: &'a Client, job: &'a JobHandle, reply: RawReply) -> Self {
        let file = RemoteFile::of(&reply);
        Self { client, job, reply, file, received: 0 }
    }

    /// Into memory, at most [`RawReply::MAX_BYTES`].
    pub(super) async fn bytes(mut self) -> Result<Bytes, Error> {
        if self.file.length.is_some_and(|length| length > RawReply::MAX_BYTES as u64) {
            return Err(self.explained(RawReply::too_long(RawReply::MAX_BYTES)));
        }
        let mut bytes = BytesMut::new();
        self.run(&mut bytes).await?;
        Ok(bytes.freeze())
    }

    /// Into a file.
    pub(super) async fn save(mut self, path: PathBuf) -> Result<SavedFile, Error> {
        let file = DurableFile::create(&path).await.map_err(|error| self.explained(error))?;
        let mut sink = FileSink { path, file };
        self.run(&mut sink).await?;
        sink.file.commit(self.reply.content_type()).await.map_err(|error| self.explained(error))
    }

    async fn run(&mut self, sink: &mut impl Sink) -> Result<(), Error> {
        let mut downloads = 1;
        loop {
            let mut problem = match self.receive(sink).await {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            loop {
                if self.job.kind().delivers_once() {
                    return Err(problem.with_note("the result is delivered once and cannot be fetched again"));
                }
                // A new download does not repair a disk error.
                if !problem.is_transient() || downloads >= MOST_DOWNLOADS {
                    return Err(problem);
                }
                self.client.clock().sleep(PAUSE).await;
                downloads += 1;
                match self.go_on(sink).await {
                    Ok(true) => break,
                    Ok(false) => return Err(problem),
                    Err(error) => problem = error,
                }
            }
        }
    }

    /// Receives the reply to its end.
    async fn receive(&mut self, sink: &mut impl Sink) -> Result<(), Error> {
        while let Some(piece) = self.reply.body.chunk().await {
            let piece = piece.map_err(|error| error.with_job(self.job))?;
            self.received += piece.len() as u64;
            #[cfg(feature = "checksum")]
            self.file.checksum.update(&piece);
            sink.write(piece).await.map_err(|error| self.explained(error))?;
        }
        let missing = self.file.length.filter(|length| *length != self.received);
        let problem = missing.map(|length| format!("{} bytes came of {length}", self.received));
        #[cfg(feature = "checksum")]
        let problem = problem.or_else(|| self.file.checksum.mismatch());
        let Some(problem) = problem else { return Ok(()) };
        // Nothing of it can be used.
        self.file.etag = None;
        Err(self.explained(Error::new(ErrorKind::Transport, problem)))
    }

    /// Requests the rest, or all of it if the server cannot send the rest. False if the job is running again.
    async fn go_on(&mut self, sink: &mut impl Sink) -> Result<bool, Error> {
        if let Some(etag) = self.file.etag.as_deref().filter(|_| self.received > 0) {
            match fetch::rest(self.client, self.job, etag, self.received, self.file.length).await? {
                Rest::Partial(reply) => {
                    self.reply = reply;
                    return Ok(true);
                }
                Rest::Whole(reply) => {
                    self.begin(reply, sink).await?;
                    return Ok(true);
                }
                Rest::Unavailable => self.file.etag = None,
            }
        }
        match fetch::poll(self.client, self.job).await? {
            PollReply::Done(reply) => self.begin(reply, sink).await.map(|()| true),
            PollReply::Over(error) => Err(error),
            PollReply::Running(..) => Ok(false),
        }
    }

    async fn begin(&mut self, reply: RawReply, sink: &mut impl Sink) -> Result<(), Error> {
        (self.file, self.reply, self.received) = (RemoteFile::of(&reply), reply, 0);
        sink.clear().await.map_err(|error| self.explained(error))
    }

    fn explained(&self, error: Error) -> Error {
        self.reply.explained(error).with_job(self.job)
    }
}
