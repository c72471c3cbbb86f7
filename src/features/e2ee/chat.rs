//! `EncryptedChat`: a chat whose messages only the model in its trusted environment can read.

use std::fmt;

use zeroize::Zeroizing;

use super::reply::DecryptedReply;
use super::session::EncryptedSession;
use super::stream::EncryptedStream;
use crate::api::generated::types::{ChatCompletionRequest, ReasoningEffort, VeniceParameters};
use crate::features::flow::{Flow, Steps};
use crate::runtime::error::Error;

/// A chat of an [`EncryptedSession`]: messages and sampling parameters, sent with [`stream`](Self::stream) or [`send`](Self::send).
///
/// System and user messages are encrypted for the attested key of the model; each has an ephemeral key of its own. The parameters here, the
/// model, and the number and the sizes of the messages are not encrypted. There are no setters for anything else that the API would read:
/// stop sequences, tools, media, files, response formats, web search, characters.
///
/// A chat can be sent several times, and grow in between. It never prints a message, and wipes its own copies of them when it is dropped.
///
/// ```no_run
/// # async fn run(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
/// let session = venice.e2ee("e2ee-glm-5").await?;
/// let chat = session.chat().system("Answer in one line.").user("Is this mole worrying?").temperature(0.2);
/// println!("{}", chat.send().await?.text);
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[must_use = "a chat is not sent until `send` or `stream` is awaited"]
pub struct EncryptedChat {
    session: EncryptedSession,
    pub(super) messages: Vec<Message>,
    /// The parameters. It has no messages.
    pub(super) parameters: ChatCompletionRequest,
    pub(super) ignores_plaintext_reasoning: bool,
}

/// A message before it is encrypted.
#[derive(Clone)]
pub(super) enum Message {
    System(Zeroizing<String>),
    User(Zeroizing<String>),
    /// Sent as it is.
    PlaintextAssistant(Zeroizing<String>),
}

/// Sampling parameters of [`ChatCompletionRequest`], which have no text.
macro_rules! parameters {
    ($($name:ident: $type:ty,)*) => {
        /// Parameters, which are not encrypted: those of [`ChatCompletionRequest`] that have no text.
        impl EncryptedChat {
            $(
                #[doc = concat!("Sets [`ChatCompletionRequest::", stringify!($name), "`](ChatCompletionRequest#structfield.",
                    stringify!($name), ").")]
                pub fn $name(mut self, $name: $type) -> Self {
                    self.parameters = self.parameters.$name($name);
                    self
                }
            )*
        }
    };
}

parameters! {
    frequency_penalty: f64,
    max_completion_tokens: u32,
    max_temp: f64,
    min_p: f64,
    min_temp: f64,
    presence_penalty: f64,
    reasoning_effort: ReasoningEffort,
    repetition_penalty: f64,
    seed: i64,
    temperature: f64,
    top_k: i64,
    top_p: f64,
}

impl EncryptedChat {
    pub(super) fn new(session: &EncryptedSession) -> Self {
        // Venice would add its own system prompt, which it cannot encrypt.
        let venice = VeniceParameters::new().include_venice_system_prompt(false);
        let parameters = ChatCompletionRequest::new(session.model(), [""; 0]).venice_parameters(venice);
        Self { session: session.clone(), messages: Vec::new(), parameters, ignores_plaintext_reasoning: false }
    }

    /// Adds a system message, which is encrypted.
    pub fn system(mut self, text: impl Into<String>) -> Self {
        self.messages.push(Message::System(Zeroizing::new(text.into())));
        self
    }

    /// Adds a user message, which is encrypted.
    pub fn user(mut self, text: impl Into<String>) -> Self {
        self.messages.push(Message::User(Zeroizing::new(text.into())));
        self
    }

    /// Adds an earlier answer of the model, **which is not encrypted**.
    ///
    /// The protocol encrypts system and user messages only. Everyone who handles the request on its way can read this text: the API, its hosting
    /// provider, and who terminates TLS in between. An answer often repeats the question, so this may disclose the conversation. To keep it
    /// private, quote the answer in the next user message instead: `chat.user(format!("You answered: {answer}\n\n{question}"))`.
    pub fn assistant_in_plaintext(mut self, text: impl Into<String>) -> Self {
        self.messages.push(Message::PlaintextAssistant(Zeroizing::new(text.into())));
        self
    }

    /// Asks the model not to reason.
    pub fn disable_thinking(mut self, disable: bool) -> Self {
        let venice = self.parameters.venice_parameters.take().unwrap_or_default();
        self.parameters.venice_parameters = Some(venice.disable_thinking(disable));
        self
    }

    /// Skips reasoning that arrives unencrypted, instead of failing.
    ///
    /// **The API has read such reasoning then**, and it usually discusses the question. This setting only decides whether the answer is
    /// used nevertheless; the reasoning itself is never returned. Encrypted reasoning is returned with or without it.
    pub fn ignore_plaintext_reasoning(mut self) -> Self {
        self.ignores_plaintext_reasoning = true;
        self
    }

    /// Encrypts and sends the messages, and streams the answer. Call options are those of the returned [`Flow`].
    ///
    /// The request is sent like any other: retried only if the API did not execute it, never after the answer has begun. A retry sends the
    /// same bytes, which reveals no more than the first attempt did. If the API reports that the attestation is stale and nothing of the
    /// answer was returned yet, the session is renewed with the same verifier, and the messages are encrypted for the new key and sent
    /// once more.
    ///
    /// ```no_run
    /// # async fn run(session: venice_ai::e2ee::EncryptedSession) -> Result<(), venice_ai::Error> {
    /// let mut stream = session.chat().user("Is this mole worrying?").stream().await?;
    /// while let Some(delta) = stream.next().await {
    ///     print!("{}", delta?.text);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Rejected before sending ([`E2eeErrorKind::Request`](super::E2eeErrorKind::Request)): a chat without an encrypted message, and
    /// whatever would add plaintext to the request or change its encryption headers: an option such as `with_extra_body` or `with_header`,
    /// a default header of the client, an interceptor. Then those of [`Chat::stream`](crate::Chat::stream).
    pub fn stream(&self) -> Flow<EncryptedStream> {
        self.flow(|chat, client| Box::pin(EncryptedStream::open(client, chat)))
    }

    /// Like [`stream`](Self::stream), and reads the answer to its end.
    ///
    /// # Errors
    /// Those of [`stream`](Self::stream) and [`EncryptedStream`].
    pub fn send(&self) -> Flow<DecryptedReply> {
        self.flow(|chat, client| Box::pin(async { EncryptedStream::open(client, chat).await?.collect().await }))
    }

    fn flow<T: 'static>(
        &self,
        steps: impl FnOnce(Self, crate::runtime::client::Client) -> Steps<T> + Send + 'static,
    ) -> Flow<T> {
        let chat = self.clone();
        Flow::new(self.session.client(), "the encrypted chat", |client| steps(chat, client))
    }

    pub(super) fn session(&self) -> &EncryptedSession {
        &self.session
    }
}

impl IntoFuture for EncryptedChat {
    type Output = Result<DecryptedReply, Error>;
    type IntoFuture = Steps<DecryptedReply>;

    fn into_future(self) -> Self::IntoFuture {
        self.send().into_future()
    }
}

/// The number of messages, and none of their text.
impl fmt::Debug for EncryptedChat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let in_plaintext = self.messages.iter().filter(|message| matches!(message, Message::PlaintextAssistant(_)));
        f.debug_struct("EncryptedChat")
            .field("session", &self.session)
            .field("messages", &self.messages.len())
            .field("in_plaintext", &in_plaintext.count())
            .finish_non_exhaustive()
    }
}
