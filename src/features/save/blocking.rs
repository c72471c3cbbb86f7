//! `save_blocking`: replies as files, for programs without async.

use std::path::Path;

use crate::api::audio::Speech;
use crate::api::images::Image;
use crate::runtime::blocking::block_on;
use crate::runtime::error::Error;
use crate::runtime::reply::RawReply;

impl RawReply {
    /// As [`save`](Self::save), waiting in this thread.
    ///
    /// # Errors
    ///
    /// As for [`save`](Self::save); and [`ErrorKind::BlockingInAsync`](crate::ErrorKind::BlockingInAsync).
    pub fn save_blocking(self, path: impl AsRef<Path>) -> Result<u64, Error> {
        block_on(self.save(path))?
    }
}

impl Speech {
    /// As [`save`](Self::save), waiting in this thread.
    ///
    /// # Errors
    /// As for [`save`](Self::save), and [`ErrorKind::BlockingInAsync`](crate::ErrorKind::BlockingInAsync).
    pub fn save_blocking(self, path: impl AsRef<Path>) -> Result<u64, Error> {
        self.into_raw().save_blocking(path)
    }
}

impl Image {
    /// As [`save`](Self::save), waiting in this thread.
    ///
    /// # Errors
    /// As for [`save`](Self::save).
    pub fn save_blocking(self, path: impl AsRef<Path>) -> Result<u64, Error> {
        self.into_reply()?.save_blocking(path)
    }
}
