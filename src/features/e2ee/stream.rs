//! `EncryptedStream`: a streamed answer, decrypted chunk by chunk.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::chat::EncryptedChat;
use super::protocol::StrictChoices;
use super::reply::{DecryptedDelta, DecryptedReply, ReplyReader};
use super::request::sealed_call;
use super::session::AttestedKey;
use crate::api::usage::{self, Cost};
use crate::features::flow::Steps;
use crate::runtime::client::Client;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::meta::Meta;
use crate::runtime::reply::stream::Parts;

/// The code of an attestation that is no longer current: the model has another key.
const STALE: &str = "e2ee_attestation_stale";

/// The answer of an [`EncryptedChat`], decrypted as it arrives.
///
/// A lazy [`Stream`] like [`ChatStream`](crate::stream::ChatStream). It takes the memory of one chunk, whose size is limited by
/// [`ClientBuilder::max_event_bytes`](crate::ClientBuilder::max_event_bytes). The key of the reply is wiped when the stream ends or is
/// dropped. Chunks without a text, a finish reason or a usage are skipped.
///
/// # Errors
///
/// Every error ends the stream, and nothing of the answer should be used then:
///
/// * [`Encryption`](ErrorKind::Encryption) for a part that is not encrypted and has to be, that was changed or repeated, or that is of
///   another model: [`e2ee_error`](Error::e2ee_error) says which;
/// * [`StreamInterrupted`](ErrorKind::StreamInterrupted) if the stream ends without a `finish_reason` or without `[DONE]`;
/// * the others of a [`ChatStream`](crate::stream::ChatStream).
///
/// What it cannot detect: see [what encryption does not prove](super#what-encryption-does-not-prove).
#[must_use = "streams are lazy: nothing happens until it is polled"]
pub struct EncryptedStream {
    state: State,
    /// The last reply.
    parts: Parts<StrictChoices>,
    id: String,
}

enum State {
    Reading(Box<Reading>),
    Renewing(Steps<OpenReply>),
    Ended,
}

struct Reading {
    reader: ReplyReader,
    /// What is needed to send it again, until something of the answer was returned.
    again: Option<Sent>,
}

/// A chat that was sent, and the key that it was encrypted for.
struct Sent {
    client: Client,
    chat: EncryptedChat,
    key: Arc<AttestedKey>,
}

/// A reply of which only the headers are read.
type OpenReply = (Parts<StrictChoices>, ReplyReader);

impl EncryptedStream {
    pub(super) async fn open(client: Client, chat: EncryptedChat) -> Result<Self, Error> {
        let sent = Sent { key: chat.session().key(), client, chat };
        let ((parts, reader), again) = match sent.send().await {
            Err(error) if is_stale(&error) => (sent.renew().await?, None),
            outcome => (outcome?, Some(sent)),
        };
        Ok(Self { state: State::Reading(Box::new(Reading { reader, again })), parts, id: String::new() })
    }

    /// The metadata of the reply: status, request id, limits, balances. Available before the first delta.
    pub fn meta(&self) -> &Meta {
        self.parts.meta()
    }

    /// The id of the completion, for [`Tee::signature`](crate::Tee::signature). Empty before the first delta.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The cost, once a chunk has reported it: one of the last does. Not encrypted.
    #[must_use]
    pub fn cost(&self) -> Option<Cost> {
        usage::reported(self.parts.seen().0.cost.as_ref())
    }

    /// The next part of the answer; `None` after the last one. Cancel-safe.
    pub async fn next(&mut self) -> Option<Result<DecryptedDelta, Error>> {
        std::future::poll_fn(|cx| self.poll(cx)).await
    }

    /// Reads to the end.
    ///
    /// # Errors
    /// The first error of the stream, and [`ErrorKind::Decode`] for an answer longer than
    /// [`ClientBuilder::max_collected_bytes`](crate::ClientBuilder::max_collected_bytes). What arrived before is lost.
    pub async fn collect(mut self) -> Result<DecryptedReply, Error> {
        let limit = self.parts.body().scope().limits().collected_bytes();
        let mut whole = DecryptedDelta::default();
        while let Some(delta) = self.next().await {
            let delta = delta?;
            let length = whole.text.len() + whole.reasoning.len();
            if delta.text.len() + delta.reasoning.len() > limit.saturating_sub(length) {
                let message = format!("the answer is longer than {limit} bytes (limit: `max_collected_bytes`)");
                return Err(self.parts.body().explained(Error::new(ErrorKind::Decode, message)));
            }
            whole.text.push_str(&delta.text);
            whole.reasoning.push_str(&delta.reasoning);
            whole.finish_reason = delta.finish_reason.or(whole.finish_reason);
            whole.usage = delta.usage.or(whole.usage);
        }
        let (cost, meta) = (self.cost(), self.meta().clone());
        let DecryptedDelta { text, reasoning, finish_reason, usage } = whole;
        Ok(DecryptedReply { id: self.id, text, reasoning, finish_reason, usage, cost, meta })
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<DecryptedDelta, Error>>> {
        loop {
            let reading = match &mut self.state {
                State::Ended => return Poll::Ready(None),
                State::Renewing(renewing) => match ready!(renewing.as_mut().poll(cx)) {
                    Ok((parts, reader)) => {
                        self.parts = parts;
                        self.state = State::Reading(Box::new(Reading { reader, again: None }));
                        continue;
                    }
                    Err(error) => return self.end(Some(error)),
                },
                State::Reading(reading) => reading,
            };
            let error = match ready!(self.parts.poll(cx)) {
                Some(Ok(chunk)) => {
                    if self.id.is_empty() {
                        self.id.clone_from(&chunk.id);
                    }
                    match reading.reader.read(chunk) {
                        Ok(delta) if delta.says_nothing() => continue,
                        Ok(delta) => {
                            reading.again = None;
                            return Poll::Ready(Some(Ok(delta)));
                        }
                        Err(error) => self.parts.body().explained(error.into()),
                    }
                }
                Some(Err(error)) if is_stale(&error) => match reading.again.take() {
                    Some(sent) => {
                        self.id.clear();
                        self.state = State::Renewing(Box::pin(async move { sent.renew().await }));
                        continue;
                    }
                    None => error,
                },
                Some(Err(error)) => error,
                None if self.parts.ended_cleanly() => return self.end(None),
                None => {
                    let message = "the encrypted answer ended without its end marker; it may be incomplete";
                    self.parts.body().explained(Error::new(ErrorKind::StreamInterrupted, message))
                }
            };
            return self.end(Some(error));
        }
    }

    /// Wipes the key, and returns the error, if there is one.
    fn end(&mut self, error: Option<Error>) -> Poll<Option<Result<DecryptedDelta, Error>>> {
        if let Some(error) = &error {
            self.parts.body().failed(error);
        }
        self.state = State::Ended;
        Poll::Ready(error.map(Err))
    }
}

impl Sent {
    async fn send(&self) -> Result<OpenReply, Error> {
        send(&self.client, &self.chat, &self.key).await
    }

    /// Renews the session, and sends the chat again, encrypted for the new key.
    async fn renew(self) -> Result<OpenReply, Error> {
        let key = self.chat.session().renewed_after(&self.key).await?;
        send(&self.client, &self.chat, &key).await
    }
}

async fn send(client: &Client, chat: &EncryptedChat, key: &AttestedKey) -> Result<OpenReply, Error> {
    let (call, reply_key) = sealed_call(client, chat, key)?;
    let parts = call.await?;
    Ok((parts, ReplyReader::new(reply_key, chat.session().model(), chat.ignores_plaintext_reasoning)))
}

fn is_stale(error: &Error) -> bool {
    error.code().is_some_and(|code| code.eq_ignore_ascii_case(STALE))
}

impl Stream for EncryptedStream {
    type Item = Result<DecryptedDelta, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(cx)
    }
}

impl fmt::Debug for EncryptedStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::Reading(_) => "reading",
            State::Renewing(_) => "renewing the session",
            State::Ended => "ended",
        };
        f.debug_struct("EncryptedStream").field("state", &state).field("id", &self.id).finish_non_exhaustive()
    }
}
