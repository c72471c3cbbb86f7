//! End-to-end encrypted chats, as the API and the environments of its models speak the protocol: keys, headers, envelopes.

mod chat;
mod envelope;
mod fault;

use k256::SecretKey;
use serde_json::Value;
use venice_ai::http::HeaderMap;

pub(super) use self::chat::{EncryptedChat, asks_for_encryption};
pub(super) use self::envelope::point;
pub(super) use self::fault::EncryptionFault;
use super::MockRequest;
use crate::evm::to_hex;

const CLIENT_KEY: &str = "x-venice-tee-client-pub-key";
const MODEL_KEY: &str = "x-venice-tee-model-pub-key";
const ALGORITHM: &str = "x-venice-tee-signing-algo";
/// More key changes than a test makes.
const MOST_GENERATIONS: u64 = 64;

/// The key pair of a model in its trusted environment. It changes when the environment restarts: a new generation.
pub(super) fn model_key(model: &str, generation: u64) -> Option<SecretKey> {
    envelope::secret_of(&[b"venice-ai-mock: key of a model", model.as_bytes(), &generation.to_be_bytes()])
}

/// The key pair that a public key of a request belongs to, of any generation.
fn named_key(model: &str, public: &str) -> Option<SecretKey> {
    let keys = (0..MOST_GENERATIONS).filter_map(|generation| model_key(model, generation));
    keys.into_iter().find(|key| to_hex(point(&key.public_key())) == public)
}

/// Decrypts the messages of a body that are encrypted: those of the roles `system` and `user`.
fn decrypted(body: &Value, key: &SecretKey) -> Result<Value, &'static str> {
    let mut body = body.clone();
    for message in body["messages"].as_array_mut().into_iter().flatten() {
        if matches!(message["role"].as_str(), Some("system" | "user")) {
            let sealed = message["content"].as_str().ok_or(envelope::NOT_HEX)?;
            message["content"] = envelope::open(key, sealed)?.into();
        }
    }
    Ok(body)
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// End-to-end encryption. Needs the cargo feature `e2ee`.
impl MockRequest {
    /// The JSON of an encrypted chat, with its messages decrypted: what the model reads. `None` if it is not encrypted, or cannot be
    /// decrypted with a key of the mock.
    ///
    /// ```
    /// # let mock = venice_ai_mock::MockVenice::start_blocking()?;
    /// // after an encrypted chat with "Is this mole worrying?"
    /// for request in mock.requests_of("createChatCompletion") {
    ///     let prompt = request.decrypted().unwrap();
    ///     assert_eq!(prompt["messages"][0]["content"], "Is this mole worrying?");
    /// }
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    pub fn decrypted(&self) -> Option<Value> {
        let body: Value = self.json().ok()?;
        let key = named_key(body["model"].as_str()?, self.header(MODEL_KEY)?)?;
        decrypted(&body, &key).ok()
    }

    /// Encrypts a text for the client that sent this encrypted chat, to script an answer with [`Answer::with`](super::Answer::with). `None`
    /// if the request has no key for a reply.
    ///
    /// ```
    /// use serde_json::json;
    /// use venice_ai_mock::{Answer, MockVenice};
    ///
    /// let mock = MockVenice::start_blocking()?;
    /// mock.answer(Answer::with(|request| {
    ///     let text = request.encrypt("It is harmless.").unwrap_or_default();
    ///     Answer::events([json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [
    ///         {"index": 0, "delta": {"content": text}, "finish_reason": "stop"}]})])
    /// }).on("createChatCompletion"));
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    pub fn encrypt(&self, text: &str) -> Option<String> {
        envelope::seal(&envelope::public_key(self.header(CLIENT_KEY)?)?, text)
    }
}
