//! `journal`: the fuzz target of the journal of a batch.

#![allow(missing_docs, clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use reqwest::Method;

use super::file::{self, RequestState, Span};
use super::record::{HEADER, KeptReply, done, reply_of};
use super::run_log::outcome_of;
use crate::runtime::error::ErrorKind;
use crate::runtime::operation::OperationRef;
use crate::runtime::transport::{Body, Scope};

/// A journal: what cannot be read is left as it is; what can be read keeps its complete lines, is repaired once, and its replies are the
/// same when they are written and read again.
pub fn journal(data: &[u8]) {
    let path = scratch();
    fs::write(&path, data).unwrap();
    let opened = file::open(&path);
    let text = fs::read(&path).unwrap();
    let index = match opened {
        Ok(opened) => opened.index,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Journal);
            assert_eq!(text, data, "{error}");
            return;
        }
    };
    let complete = memchr::memrchr(b'\n', data).map_or(0, |end| end + 1);
    assert!(text.starts_with(&data[..complete]) && text.ends_with(b"\n"));
    assert!(text.len() <= data.len() + HEADER.len());
    assert_eq!(file::open(&path).unwrap().index, index);
    assert_eq!(fs::read(&path).unwrap(), text);
    for recorded in index.values() {
        let (is_error, Span { start, length }) = match recorded.state {
            RequestState::Sent | RequestState::Refused => continue,
            RequestState::Done(span) => (false, span),
            RequestState::Failed { span, .. } => (true, span),
        };
        let start = usize::try_from(start).unwrap();
        assert_outcome(&text[start..start + length], is_error);
    }
}

fn assert_outcome(line: &[u8], is_error: bool) {
    let scope = Scope::new(OperationRef::ad_hoc(&Method::POST, "/fuzz"), None);
    match outcome_of(line, is_error, &scope) {
        Some(Ok(reply)) => {
            let Body::Whole(body) = &reply.body else { return };
            let write = |reply: &crate::runtime::transport::Reply, body| {
                done("key", &KeptReply { meta: &reply.meta, scope: &scope, body, is_file: false })
            };
            let written = write(&reply, body);
            let again = reply_of(&written, &scope).unwrap();
            let Body::Whole(body_again) = &again.body else { unreachable!("it is not a file") };
            assert_eq!((again.meta.status(), body_again), (reply.meta.status(), body));
            assert_eq!(write(&again, body_again), written);
        }
        Some(Err(error)) => {
            let wait = error.retry_after().unwrap_or_default();
            assert!(SystemTime::now().checked_add(wait).is_some(), "{wait:?}");
        }
        None => {}
    }
}

/// A file of this thread, in memory where the system has such a folder: a repaired journal is synchronised with the disk.
fn scratch() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    folder.join(format!("venice-ai-fuzz-{}-{:?}", std::process::id(), std::thread::current().id()))
}
