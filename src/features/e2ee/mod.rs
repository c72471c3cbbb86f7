//! End-to-end encrypted chats: prompts and answers that only the model in its trusted execution environment can read.
//!
//! | To | Use |
//! |---|---|
//! | verify a model and start a session | [`Client::e2ee`](crate::Client::e2ee) |
//! | say what its environment must have | an [`AttestationVerifier`](crate::attestation::AttestationVerifier), with `with_verifier` on the session or for the client |
//! | chat | [`EncryptedSession::chat`], then [`send`](EncryptedChat::send) or [`stream`](EncryptedChat::stream) |
//! | learn what is wrong with a reply | [`Error::e2ee_error`](crate::Error::e2ee_error) |
//!
//! ```no_run
//! # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
//! let session = venice.e2ee("e2ee-glm-5").await?; // attested, or an error
//! let mut answer = session.chat().system("Be brief.").user("Is this mole worrying?").stream().await?;
//! while let Some(delta) = answer.next().await {
//!     print!("{}", delta?.text);
//! }
//! # Ok(()) }
//! ```
//!
//! A chat of a session is a type of its own: a [`ChatMessage`](crate::types::ChatMessage) cannot be added to it, and it cannot be sent through
//! [`Chat`](crate::Chat). Everything that the protocol can encrypt is encrypted. What it cannot encrypt has no setter (stop sequences, tools,
//! media, files, response formats, web search, characters), or one whose name says so
//! ([`assistant_in_plaintext`](EncryptedChat::assistant_in_plaintext)). Nothing falls back to plaintext: a session needs a quote that was
//! verified, an option or an interceptor that would add a field fails the call before it is sent, and each part of a reply must be encrypted.
//!
//! # Who sees what
//! | | The model's environment | The API, its hosts, who terminates TLS | The network |
//! |---|---|---|---|
//! | system and user messages | yes | no; their number, order and exact lengths | no; their total size |
//! | answers, and reasoning if the model encrypts it | yes | no; the length and the time of each chunk, so of each token | the same |
//! | answers that are sent again with [`assistant_in_plaintext`](EncryptedChat::assistant_in_plaintext) | yes | **yes** | no |
//! | model, sampling parameters, finish reason, usage, cost | yes | yes | no |
//! | API key or wallet, IP address, time, request id, names and values of headers | no | yes | IP address and time |
//!
//! A shared prefix is not visible: each message has an ephemeral key of its own, so equal messages have different ciphertexts. A retry sends the
//! same bytes again, which reveals only that it was retried. The lengths and times of tokens can reveal what an answer is about;
//! read it whole ([`send`](EncryptedChat::send)) or not, the server sends it token by token.
//!
//! # What encryption does not prove
//! * **Who wrote the answer.** An answer is encrypted for a key of this request, and that key is in a header that the API sees. So the API can
//!   write answers of its own, and leave out, or reorder, chunks of the model's. Changed, repeated and foreign chunks are detected, and so is
//!   a connection that ends early; an API that forges chunks, or a finish reason, is not. The signature of an answer
//!   ([`Tee::signature`](crate::Tee::signature) of [`DecryptedReply::id`]) is by the attested key.
//! * **What runs in the environment.** See [`attestation`](crate::attestation): without pinned measurements, it is any software.
//! * **What the environment does with the messages**: whether it logs them, or sends them on.
//!
//! # Keys
//! The model's key comes from the [verified attestation](crate::attestation::VerifiedAttestation) and from nowhere else. Each request has a new
//! key pair for its reply, from the randomness of the system, which is wiped when the stream of the reply ends or is dropped. Keys derived for
//! a message or a chunk are wiped at once. They are never printed. This protects against memory that is read later, such as a core dump or a
//! swap file; not against someone who reads the memory of the running process. Texts belong to the caller, and are wiped only inside
//! [`EncryptedChat`].
//!
//! # Other features
//! Interceptors see the request as it is sent. [`preflight`](crate::preflight) checks the parameters, and not whether messages fit the
//! context, as it cannot count the tokens of what it cannot read. A [`Budget`](crate::cost::Budget) takes the hex of an envelope for text and so
//! reserves more than twice the price of the prompt; what is charged in the end is what the API reports. [Middleware](crate::middleware) and
//! proxies see ciphertext, and cannot change the headers of the encryption. A `tower` layer that replaces the body of a request is not
//! checked: it is the program's own code.

mod chat;
pub(crate) mod envelope;
mod error;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
mod protocol;
mod reply;
mod request;
mod secret;
mod session;
mod stream;
#[cfg(test)]
mod tests;

pub use self::chat::EncryptedChat;
pub use self::error::{E2eeError, E2eeErrorKind};
pub use self::reply::{DecryptedDelta, DecryptedReply};
pub use self::session::{EncryptedSession, SessionSettings};
pub use self::stream::EncryptedStream;
