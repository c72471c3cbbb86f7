//! `EncryptedChat`: checks and decrypts a request, and encrypts its answer.

use k256::{PublicKey, SecretKey};
use serde_json::{Value, json};
use venice_ai::http::HeaderMap;

use super::envelope;
use super::fault::EncryptionFault;
use super::{ALGORITHM, CLIENT_KEY, MODEL_KEY, decrypted, header, model_key};
use crate::reply::Reply;

/// An encrypted request, decrypted.
#[derive(Debug)]
pub(crate) struct EncryptedChat {
    /// With its messages in plaintext.
    pub(crate) body: Value,
    client: PublicKey,
    fault: Option<EncryptionFault>,
}

/// Whether a chat is encrypted: it has the headers, and does not turn encryption off.
pub(crate) fn asks_for_encryption(headers: &HeaderMap, body: &Value) -> bool {
    let named = [CLIENT_KEY, MODEL_KEY, ALGORITHM].iter().any(|name| headers.contains_key(*name));
    named && body["venice_parameters"]["enable_e2ee"] != false
}

impl EncryptedChat {
    /// Reads a request as the API does.
    pub(crate) fn read(
        headers: &HeaderMap,
        body: &Value,
        model: &Value,
        generation: &mut u64,
        fault: Option<EncryptionFault>,
    ) -> Result<Self, Reply> {
        if model["model_spec"]["capabilities"]["supportsE2EE"] != true {
            return Err(refused("This model does not support end-to-end encryption"));
        }
        let (client, named) = keys(headers)?;
        if body["stream"] != true {
            return Err(refused("E2EE requires streaming"));
        }
        if body.get("tools").is_some_and(|tools| !tools.is_null()) {
            return Err(refused("Tools are not supported with E2EE"));
        }
        if fault == Some(EncryptionFault::Stale) {
            *generation += 1;
        }
        let id = model["id"].as_str().unwrap_or_default();
        let key = model_key(id, *generation).ok_or_else(|| refused("The model has no key"))?;
        if named != key.public_key() {
            return Err(stale());
        }
        let mut body = decrypted(body, &key).map_err(refused)?;
        // Skipped without a word.
        if let Some(parameters) = body["venice_parameters"].as_object_mut() {
            parameters.retain(|name, _| !name.starts_with("enable_web") && name != "character_slug");
        }
        Ok(Self { body, client, fault })
    }

    /// Encrypts the texts of the events of an answer.
    pub(crate) fn sealed(&self, events: &mut Vec<Value>) {
        let stranger = envelope::secret_of(&[b"somebody else"]).as_ref().map(SecretKey::public_key);
        let (mut first, mut count, mut replay) = (None, 0, None);
        for (place, event) in events.iter_mut().enumerate() {
            if self.fault == Some(EncryptionFault::AnotherModel) {
                event["model"] = "another-model".into();
            }
            for choice in event["choices"].as_array_mut().into_iter().flatten() {
                let Some(text) = choice["delta"]["content"].as_str().filter(|text| !text.is_empty()) else { continue };
                count += 1;
                let fault = self.fault.filter(|_| count == 2);
                let recipient = stranger.filter(|_| fault == Some(EncryptionFault::AnotherKey)).unwrap_or(self.client);
                let sealed = match fault {
                    Some(EncryptionFault::Plaintext) => text.to_owned(),
                    Some(EncryptionFault::Tampered) => flipped(&envelope::seal(&recipient, text).unwrap_or_default()),
                    _ => envelope::seal(&recipient, text).unwrap_or_default(),
                };
                choice["delta"]["content"] = sealed.into();
            }
            if count == 1 && first.is_none() {
                first = Some(event.clone());
            }
            if count == 2 && replay.is_none() {
                replay = first.clone().map(|event| (place + 1, event));
            }
        }
        if let Some((place, event)) = replay.filter(|_| self.fault == Some(EncryptionFault::Replayed)) {
            events.insert(place, event);
        }
    }
}

/// The key for the reply, and the one that the messages are encrypted for.
fn keys(headers: &HeaderMap) -> Result<(PublicKey, PublicKey), Reply> {
    let invalid = |problem: &str| refused(&format!("Invalid E2EE headers: {problem}"));
    let key = |name: &str| {
        let digits = header(headers, name).ok_or_else(|| invalid(&format!("{name} is required")))?;
        envelope::public_key(digits)
            .ok_or_else(|| invalid(&format!("{name} must be an uncompressed public key in hex")))
    };
    let keys = (key(CLIENT_KEY)?, key(MODEL_KEY)?);
    match header(headers, ALGORITHM) {
        Some("ecdsa") => Ok(keys),
        _ => Err(invalid(&format!("{ALGORITHM} must be ecdsa"))),
    }
}

fn refused(message: &str) -> Reply {
    Reply::json(400, &json!({"error": {"message": message, "type": "invalid_request_error"}}))
}

/// The key of the request is not the model's any more. The reply has begun by then.
fn stale() -> Reply {
    let message = "The attestation of this model is stale. Fetch it again, and start a new session.";
    let error = json!({"message": message, "type": "api_error", "code": "e2ee_attestation_stale", "param": null});
    Reply::events(&[json!({"error": error})])
}

/// The same envelope with a bit of its tag changed.
fn flipped(envelope: &str) -> String {
    let (rest, last) = envelope.split_at(envelope.len().saturating_sub(1));
    format!("{rest}{}", if last == "0" { "1" } else { "0" })
}

#[cfg(test)]
mod tests {
    use super::super::point;
    use super::*;
    use crate::evm::to_hex;

    #[test]
    fn a_text_is_sealed_and_opened() {
        let key = model_key("m", 0).unwrap();
        let sealed = envelope::seal(&key.public_key(), "acqua alta").unwrap();
        assert_eq!(envelope::open(&key, &sealed).unwrap(), "acqua alta");
        assert_eq!(envelope::open(&key, &flipped(&sealed)), Err(envelope::NOT_DECRYPTED));
        assert_eq!(envelope::open(&model_key("m", 1).unwrap(), &sealed), Err(envelope::NOT_DECRYPTED));
        assert_eq!(envelope::open(&key, "acqua alta"), Err(envelope::NOT_HEX));
        assert_eq!(to_hex(point(&key.public_key())).len(), 130);
    }
}
