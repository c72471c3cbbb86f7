//! Bodies of bytes: in memory, as a stream, and on disk.

#[cfg(feature = "blocking")]
mod blocking;
mod memory;
#[cfg(unix)]
mod permissions;
mod save;

use venice_ai::http::Method;
use venice_ai::{Error, RawReply};

use crate::support::{Answer, Server, once};

async fn fetch(answer: Answer) -> Result<RawReply, Error> {
    once(&Server::answering([answer])).request_raw(Method::GET, "/x").await
}
