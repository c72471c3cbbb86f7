//! Blocking reads of replies that are bytes.

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::{ByteStream, RawReply};
use crate::runtime::blocking::BlockingIter;
use crate::runtime::blocking::block_on;
use crate::runtime::error::Error;

/// The same without async. In a thread that belongs to an async runtime these fail with
/// [`ErrorKind::BlockingInAsync`](crate::ErrorKind::BlockingInAsync).
impl RawReply {
    /// As [`bytes`](Self::bytes), waiting in this thread.
    ///
    /// # Errors
    ///
    /// As for [`bytes`](Self::bytes); and [`ErrorKind::BlockingInAsync`](crate::ErrorKind::BlockingInAsync).
    pub fn bytes_blocking(self) -> Result<Bytes, Error> {
        block_on(self.bytes())?
    }

    /// As [`bytes_up_to`](Self::bytes_up_to), waiting in this thread.
    ///
    /// # Errors
    ///
    /// As for [`bytes_up_to`](Self::bytes_up_to); and [`ErrorKind::BlockingInAsync`](crate::ErrorKind::BlockingInAsync).
    pub fn bytes_up_to_blocking(self, limit: usize) -> Result<Bytes, Error> {
        block_on(self.bytes_up_to(limit))?
    }

    /// As [`text`](Self::text), waiting in this thread.
    ///
    /// # Errors
    ///
    /// As for [`text`](Self::text); and [`ErrorKind::BlockingInAsync`](crate::ErrorKind::BlockingInAsync).
    pub fn text_blocking(self) -> Result<String, Error> {
        block_on(self.text())?
    }

    /// As [`json`](Self::json), waiting in this thread.
    ///
    /// # Errors
    ///
    /// As for [`json`](Self::json); and [`ErrorKind::BlockingInAsync`](crate::ErrorKind::BlockingInAsync).
    pub fn json_blocking<T: DeserializeOwned>(self) -> Result<T, Error> {
        block_on(self.json())?
    }
}

impl ByteStream {
    /// The pieces as an ordinary iterator, each waited for in this thread.
    ///
    /// ```no_run
    /// # fn run(call: venice_ai::Call<venice_ai::RawReply>) -> Result<(), venice_ai::Error> {
    /// for piece in call.send_blocking()?.stream().into_blocking_iter() {
    ///     println!("{} bytes", piece?.len());
    /// }
    /// # Ok(()) }
    /// ```
    pub fn into_blocking_iter(self) -> BlockingIter<Self> {
        BlockingIter::new(self)
    }
}
