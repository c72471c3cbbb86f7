//! `Display` of `Error`: one line, without body and secrets.

use std::fmt;

use super::Error;
use crate::runtime::text::one_line;

/// The longest part of a server's message that `Display` shows, in characters.
const MESSAGE_CHARS: usize = 400;
/// The longest operation name: method and path of an ad-hoc request.
const OPERATION_CHARS: usize = 200;
/// The longest code or request id.
const ID_CHARS: usize = 80;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.operation() {
            write!(f, "{}: ", one_line(operation, OPERATION_CHARS))?;
        }
        if let Some(status) = self.status() {
            write!(f, "{} ", status.as_u16())?;
            if let Some(code) = self.code() {
                write!(f, "{} ", one_line(code, ID_CHARS))?;
            }
        }
        f.write_str(one_line(self.message(), MESSAGE_CHARS).trim_end_matches('.'))?;
        if let Some(cause) = self.payment_cause() {
            write!(f, " (payment: {cause})")?;
        }
        if let Some(note) = &self.inner.note {
            write!(f, " ({note})")?;
        }
        if let Some(id) = self.request_id() {
            write!(f, " (request {})", one_line(id, ID_CHARS))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.inner;
        let mut debug = f.debug_struct("Error");
        debug.field("kind", &inner.kind);
        if let Some(operation) = self.operation() {
            debug.field("operation", &one_line(operation, OPERATION_CHARS));
        }
        debug.field("message", &one_line(&inner.message, MESSAGE_CHARS));
        if let Some(note) = &inner.note {
            debug.field("note", note);
        }
        if let Some(code) = &inner.code {
            debug.field("code", &one_line(code, ID_CHARS));
        }
        if let Some(path) = &inner.json_path {
            debug.field("json_path", path);
        }
        if let Some(details) = &inner.details {
            debug.field("details", details);
        }
        if let Some(wait) = &inner.retry_after {
            debug.field("retry_after", wait);
        }
        if inner.attempts > 0 {
            debug.field("attempts", &inner.attempts).field("retryable", &inner.retryable);
        }
        if let Some(meta) = &inner.meta {
            debug.field("meta", meta);
        }
        if let Some(body) = &inner.body {
            debug.field("body", &format_args!("{} bytes", body.len()));
        }
        if let Some(source) = &inner.source {
            debug.field("source", source);
        }
        debug.finish()
    }
}
