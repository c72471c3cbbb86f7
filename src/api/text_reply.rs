//! Replies that are a text, plain or within JSON.

use serde::de::DeserializeOwned;

use crate::api::generated::types::TextReplyFormat;
use crate::runtime::error::Error;
use crate::runtime::transport::Reply;

/// A type whose main field is a text.
pub(super) trait Textual: DeserializeOwned {
    fn bare(text: String) -> Self;
}

/// Reads a text in the form in which it arrived, which may differ from the requested one.
pub(super) fn read<T: Textual>(reply: &Reply, requested: Option<&TextReplyFormat>) -> Result<T, Error> {
    let bare = requested.is_some_and(|format| *format != TextReplyFormat::Json);
    let begins_an_object = reply.bytes().trim_ascii_start().starts_with(b"{");
    if reply.is("json") || (!bare && begins_an_object) {
        return reply.json();
    }
    match std::str::from_utf8(reply.bytes()) {
        Ok(text) if !reply.is_page() => Ok(T::bare(text.to_owned())),
        _ => Err(reply.unexpected("the reply is not text")),
    }
}
