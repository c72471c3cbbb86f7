//! `SealedRequest`: the encrypted request, and the check that nothing was added to it before it is sent.

use bytes::Bytes;
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::{Map, Value};

use super::chat::{EncryptedChat, Message};
use super::envelope::seal;
use super::error::{E2eeError, E2eeErrorKind};
use super::protocol::StrictChoices;
use super::secret::ReplyKey;
use super::session::AttestedKey;
use crate::api::generated::types::ChatMessage;
use crate::features::wipe::wiping_stack;
use crate::runtime::call::Call;
use crate::runtime::client::Client;
use crate::runtime::error::Error;
use crate::runtime::reply::stream::Parts;
use crate::runtime::transport::headers::OF_ENCRYPTION;
use crate::runtime::transport::interceptor::{CallInterceptor, Intercepting};
use crate::runtime::transport::{Outgoing, ReplyForm};

const CLIENT_KEY: HeaderName = HeaderName::from_static("x-venice-tee-client-pub-key");
const MODEL_KEY: HeaderName = HeaderName::from_static("x-venice-tee-model-pub-key");
const ALGORITHM: HeaderName = HeaderName::from_static("x-venice-tee-signing-algo");

/// The fields that must be sent as they are. An interceptor may remove others: a parameter that the model does not support.
const FIXED: [&str; 4] = ["messages", "model", "stream", "venice_parameters"];

/// The call of a chat, encrypted for a key, and the key of its reply.
pub(super) fn sealed_call(
    client: &Client,
    chat: &EncryptedChat,
    model: &AttestedKey,
) -> Result<(Call<Parts<StrictChoices>>, ReplyKey), Error> {
    let is_encrypted = |message: &Message| !matches!(message, Message::PlaintextAssistant(_));
    if !chat.messages.iter().any(is_encrypted) {
        return Err(refused("an encrypted chat needs a system or a user message").into());
    }
    let no_randomness = || E2eeError::new(E2eeErrorKind::Key, "the system has no randomness for keys");
    let key = ReplyKey::generate().ok_or_else(no_randomness)?;
    let sealed = |text: &str| seal(model.point(), text).ok_or_else(no_randomness);
    let message = |message: &Message| {
        Ok(match message {
            Message::System(text) => ChatMessage::system(sealed(text)?),
            Message::User(text) => ChatMessage::user(sealed(text)?),
            Message::PlaintextAssistant(text) => ChatMessage::assistant(text.as_str()),
        })
    };
    let messages = wiping_stack(|| chat.messages.iter().map(message).collect::<Result<Vec<_>, E2eeError>>())?;
    let mut request = chat.parameters.clone();
    request.messages = messages;
    let call = client.chat().stream(request);
    let mut call = call.read(ReplyForm::Events, |reply| reply.stream().map(Parts::new));
    call.core.options.encrypted = true;
    if let Some(request) = &mut call.core.request {
        let value = |text: &str| HeaderValue::try_from(text).map_err(|_| refused("a key is not a header"));
        let headers = [
            (CLIENT_KEY, value(&key.public_hex())?),
            (MODEL_KEY, value(&model.hex())?),
            (ALGORITHM, HeaderValue::from_static("ecdsa")),
        ];
        request.headers_mut().extend(headers.iter().cloned());
        let body = Bytes::copy_from_slice(call.core.body().unwrap_or_default());
        call.core.interceptors.set(std::sync::Arc::new(SealedRequest { headers, body }));
    }
    Ok((call, key))
}

fn refused(problem: impl Into<String>) -> E2eeError {
    E2eeError::new(E2eeErrorKind::Request, problem)
}

/// The request as it was encrypted. The last interceptor: it sees what is sent, after all options and other interceptors.
#[derive(Debug)]
struct SealedRequest {
    headers: [(HeaderName, HeaderValue); 3],
    body: Bytes,
}

impl SealedRequest {
    fn check(&self, outgoing: &Outgoing) -> Result<(), E2eeError> {
        self.check_headers(outgoing)?;
        match outgoing.body() {
            Some(body) if *body == *self.body => Ok(()),
            Some(body) => {
                let read = |body: &[u8]| serde_json::from_slice(body).unwrap_or_default();
                check_fields(&read(&self.body), &read(body))
            }
            None => Err(refused("the body of the encrypted request is missing")),
        }
    }

    fn check_headers(&self, outgoing: &Outgoing) -> Result<(), E2eeError> {
        let of_client = outgoing.shared.headers.keys();
        let sent = outgoing.request.iter().flat_map(|request| request.headers());
        let is_ours = |name: &HeaderName, value: &HeaderValue| {
            self.headers.iter().any(|header| header.0 == *name && header.1 == *value)
        };
        let foreign = sent.filter(|(name, value)| !is_ours(name, value)).map(|(name, _)| name);
        match of_client.chain(foreign).find(|name| name.as_str().starts_with(OF_ENCRYPTION)) {
            Some(name) => Err(refused(format!(
                "the header `{name}` is set by the session of an encrypted chat and cannot be set by a client or an option"
            ))),
            None if self.headers.iter().any(|(name, _)| outgoing.header(name).is_none()) => {
                Err(refused("a header of the encryption was removed"))
            }
            None => Ok(()),
        }
    }
}

/// Compares the fields that are sent with those that were encrypted.
fn check_fields(sealed: &Map<String, Value>, sent: &Map<String, Value>) -> Result<(), E2eeError> {
    let is_changed = |(name, value): &(&String, &Value)| sealed.get(*name) != Some(*value);
    if let Some((name, _)) = sent.iter().find(is_changed) {
        return Err(refused(format!(
            "`{name}` of an encrypted chat was added or changed by an option or an interceptor; the API would read it in plaintext"
        )));
    }
    match FIXED.into_iter().find(|name| !sent.contains_key(*name)) {
        Some(name) => Err(refused(format!("`{name}` of an encrypted chat was removed"))),
        None => Ok(()),
    }
}

impl CallInterceptor for SealedRequest {
    fn name(&self) -> &'static str {
        "e2ee"
    }

    fn order(&self) -> i8 {
        i8::MAX
    }

    fn before_send<'a>(&'a self, outgoing: &'a mut Outgoing) -> Intercepting<'a> {
        Box::pin(std::future::ready(self.check(outgoing).map(|()| None).map_err(Error::from)))
    }
}
