//! Vectors made by Python's `cryptography` (see tests/fixtures/e2ee), and properties of envelopes and replies.

use std::collections::HashSet;

use k256::SecretKey;
use k256::ecdh::diffie_hellman;
use k256::elliptic_curve::sec1::ToSec1Point as _;
use proptest::prelude::*;
use serde_json::{Value, json};
use zeroize::ZeroizeOnDrop;

use super::envelope::*;
use super::error::E2eeErrorKind;
use super::reply::{REMEMBERED, ReplyReader};
use super::secret::ReplyKey;
use crate::features::hex;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../tests/fixtures/e2ee/vectors.json")).unwrap()
}

fn secret(digits: &Value) -> SecretKey {
    SecretKey::from_slice(&hex::decode(digits.as_str().unwrap()).unwrap()).unwrap()
}

fn reply_key(digits: &Value) -> ReplyKey {
    ReplyKey::new(Box::new(secret(digits))).unwrap()
}

/// A key that is the same in each run.
fn key() -> ReplyKey {
    reply_key(&Value::from("5a".repeat(32)))
}

fn point(key: &ReplyKey) -> k256::PublicKey {
    let bytes: Vec<u8> = hex::decode(&key.public_hex()).unwrap();
    point_of(&bytes.try_into().unwrap()).unwrap()
}

#[test]
fn envelopes_are_those_of_an_independent_implementation() {
    for vector in vectors()["envelopes"].as_array().unwrap() {
        let (text, envelope) = (vector["text"].as_str().unwrap(), vector["envelope"].as_str().unwrap());
        let (recipient, ephemeral) = (reply_key(&vector["recipient_secret"]), secret(&vector["ephemeral_secret"]));
        assert_eq!(vector["recipient_public"], recipient.public_hex());
        assert_eq!(open(&recipient, envelope).unwrap().1, text);

        let shared = diffie_hellman(ephemeral.to_nonzero_scalar(), point(&recipient).as_affine());
        assert_eq!(vector["shared_x"], hex::encode(shared.raw_secret_bytes()));
        assert_eq!(vector["key"], hex::encode(&derived(&shared).unwrap()[..]));
        let nonce = hex::decode(vector["nonce"].as_str().unwrap()).unwrap().try_into().unwrap();
        assert_eq!(seal_with(&shared, &ephemeral.public_key(), nonce, text).unwrap(), envelope);
    }
}

#[test]
fn envelopes_of_others_are_rejected_for_the_right_reason() {
    let vectors = vectors();
    let rejected = &vectors["rejected"];
    let key = reply_key(&rejected["recipient_secret"]);
    assert!(open(&key, rejected["good"].as_str().unwrap()).is_ok());
    let envelopes = rejected["envelopes"].as_array().unwrap();
    assert!(envelopes.len() > 15);
    for vector in envelopes {
        let wanted = match vector["why"].as_str().unwrap() {
            "form" => OpenError::Form,
            "key" => OpenError::Key,
            "text" => OpenError::Text,
            "tampered" => OpenError::Tampered,
            why => panic!("{why}"),
        };
        assert_eq!(open(&key, vector["envelope"].as_str().unwrap()).unwrap_err(), wanted, "{}", vector["name"]);
    }
}

#[test]
fn each_envelope_has_its_own_key_and_nonce() {
    let key = key();
    let sealed: HashSet<String> = (0..50).map(|_| seal(&point(&key), "again").unwrap()).collect();
    assert_eq!(sealed.len(), 50);
    let heads: HashSet<&str> = sealed.iter().map(|envelope| &envelope[..2 * POINT]).collect();
    let nonces: HashSet<&str> = sealed.iter().map(|envelope| &envelope[2 * POINT..2 * (POINT + NONCE)]).collect();
    assert_eq!((heads.len(), nonces.len()), (50, 50));
    assert!(sealed.iter().all(|envelope| !envelope.contains(&hex::encode(b"again"))));
}

#[test]
fn keys_are_wiped_when_they_are_dropped() {
    fn is_wiped<T: ZeroizeOnDrop>() {}
    is_wiped::<SecretKey>();
    is_wiped::<k256::ecdh::EphemeralSecret>();
    is_wiped::<k256::ecdh::SharedSecret>();
    is_wiped::<aes_gcm::Aes256Gcm>();
    is_wiped::<zeroize::Zeroizing<String>>();
    let shown = format!("{:?}", key());
    assert!(shown.contains("***") && !shown.contains("5a5a5a"), "{shown}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_sealed_text_is_opened_and_grows_by_a_constant(text in "\\PC{0,300}") {
        let key = key();
        let sealed = seal(&point(&key), &text).unwrap();
        prop_assert!(is_envelope(&sealed) && sealed.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')));
        prop_assert_eq!(sealed.len(), SHORTEST + 2 * text.len());
        let (id, opened) = open(&key, &sealed).unwrap();
        prop_assert_eq!(hex::encode(&id), format!("{}{}", &sealed[2..18], &sealed[2 * POINT..2 * (POINT + NONCE)]));
        prop_assert_eq!(opened, text);
    }

    #[test]
    fn a_changed_bit_is_found(text in "\\PC{0,40}", place in any::<prop::sample::Index>(), bit in 0..8_u32) {
        let key = key();
        let mut bytes = hex::decode(&seal(&point(&key), &text).unwrap()).unwrap();
        let place = place.index(bytes.len());
        bytes[place] ^= 1_u8 << bit;
        let problem = open(&key, &hex::encode(&bytes)).unwrap_err();
        prop_assert!(matches!(problem, OpenError::Key | OpenError::Tampered), "{:?}", problem);
    }

    #[test]
    fn a_truncated_envelope_is_found(text in "\\PC{0,40}", length in any::<prop::sample::Index>()) {
        let key = key();
        let sealed = seal(&point(&key), &text).unwrap();
        prop_assert!(open(&key, &sealed[..length.index(sealed.len())]).is_err());
    }

    #[test]
    fn arbitrary_bytes_are_no_envelope(text in ".{0,400}", bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let key = key();
        prop_assert!(open(&key, &text).is_err());
        prop_assert!(open(&key, &hex::encode(&bytes)).is_err());
        // A valid point is not enough.
        let head = key.public_hex();
        let with_point = head + &hex::encode(&bytes);
        prop_assert!(open(&key, &with_point).is_err());
    }

    #[test]
    fn an_arbitrary_delta_is_never_returned_unless_it_was_encrypted(
        content in ".{0,300}", reasoning in ".{0,300}", other in ".{0,20}", name in "[a-z_]{1,12}", sealed in any::<bool>(),
    ) {
        let key = key();
        let wanted = if sealed { content.clone() } else { String::new() };
        let content = if sealed { seal(&point(&key), &content).unwrap() } else { content };
        let delta = json!({"content": content, "reasoning_content": reasoning, name: other});
        let chunk = serde_json::from_value(json!({"id": "1", "object": "", "created": 0, "model": "m",
            "choices": [{"index": 0, "delta": delta}]}));
        let Ok(chunk) = chunk else { return Ok(()) };
        let mut reader = ReplyReader::new(key, "m", true);
        if let Ok(delta) = reader.read(chunk) {
            prop_assert_eq!((delta.text, delta.reasoning), (wanted, String::new()));
        }
    }
}

/// A chunk with this delta and these other fields of its choice.
fn read(reader: &mut ReplyReader, delta: Value, choice: Value) -> Result<super::DecryptedDelta, E2eeErrorKind> {
    let mut chunk =
        json!({"id": "1", "object": "", "created": 0, "model": "m", "choices": [{"index": 0, "delta": delta}]});
    for (name, value) in choice.as_object().unwrap() {
        chunk["choices"][0][name] = value.clone();
    }
    reader.read(serde_json::from_value(chunk).unwrap()).map_err(|error| error.kind())
}

#[test]
fn everything_that_may_be_text_has_to_be_encrypted() {
    let none = || json!({});
    let mut reader = ReplyReader::new(key(), "m", false);
    for (delta, choice, kind) in [
        (json!({"content": "Buongiorno"}), none(), E2eeErrorKind::Plaintext),
        (json!({"content": "ab".repeat(92)}), none(), E2eeErrorKind::Plaintext),
        (json!({"reasoning_content": "The user"}), none(), E2eeErrorKind::Plaintext),
        (json!({"reasoning_details": [{"type": "text"}]}), none(), E2eeErrorKind::Plaintext),
        (json!({"refusal": "No."}), none(), E2eeErrorKind::Plaintext),
        (json!({"audio": {"transcript": "Hello"}}), none(), E2eeErrorKind::Plaintext),
        (json!({"content": ""}), json!({"logprobs": {"content": []}}), E2eeErrorKind::Plaintext),
        (
            json!({"tool_calls": [{"index": 0, "function": {"name": "f", "arguments": ""}}]}),
            none(),
            E2eeErrorKind::Unexpected,
        ),
        (json!({"content": ""}), json!({"index": 1}), E2eeErrorKind::Unexpected),
        (json!({"content": format!("{}{}", key().public_hex(), "00".repeat(40))}), none(), E2eeErrorKind::Tampered),
    ] {
        assert_eq!(read(&mut reader, delta.clone(), choice), Err(kind), "{delta}");
    }
    let empty = json!({"role": "assistant", "content": "", "reasoning_content": null, "tool_calls": null, "refusal": null,
        "audio": {}, "function_call": null, "annotations": [], "index": 3});
    assert!(read(&mut reader, empty, json!({"logprobs": null, "stop_reason": null})).unwrap().says_nothing());
}

#[test]
fn encrypted_reasoning_is_returned_and_plaintext_is_skipped_on_request() {
    let key = key();
    let sealed = seal(&point(&key), "The user asks.").unwrap();
    let mut reader = ReplyReader::new(key, "m", true);
    let read =
        |reader: &mut ReplyReader, text: &str| read(reader, json!({"reasoning_content": text}), json!({})).unwrap();
    assert_eq!(read(&mut reader, "The user asks.").reasoning, "");
    assert_eq!(read(&mut reader, &sealed).reasoning, "The user asks.");
}

#[test]
fn an_envelope_is_accepted_once() {
    let key = key();
    let [first, second] = ["a", "b"].map(|text| seal(&point(&key), text).unwrap());
    let mut reader = ReplyReader::new(key, "m", false);
    let mut text = |envelope: &str| read(&mut reader, json!({"content": envelope}), json!({})).map(|delta| delta.text);
    assert_eq!(text(&first), Ok("a".to_owned()));
    assert_eq!(text(&second), Ok("b".to_owned()));
    assert_eq!(text(&first), Err(E2eeErrorKind::Replayed));
    assert_eq!(text(&first.to_uppercase()), Err(E2eeErrorKind::Replayed));
}

#[test]
fn the_memory_of_a_reply_does_not_grow_with_its_length() {
    let id = |n: u64| {
        let mut id = EnvelopeId::default();
        id[..8].copy_from_slice(&n.to_be_bytes());
        id
    };
    let most = REMEMBERED as u64;
    let mut reader = ReplyReader::new(key(), "m", false);
    assert!((0..most).all(|n| reader.is_new(id(n))));
    assert!((most..2 * most).all(|n| reader.is_new(id(n))));
    assert!((most..2 * most).all(|n| !reader.is_new(id(n))), "the last ones are remembered");
    assert_eq!(reader.seen.len(), REMEMBERED, "and no others");
}

#[test]
fn an_uncompressed_point_of_the_curve_is_a_key() {
    let mut bytes: [u8; POINT] = point(&key()).to_sec1_point(false).as_bytes().try_into().unwrap();
    assert!(point_of(&bytes).is_some());
    bytes[64] ^= 1;
    assert!(point_of(&bytes).is_none());
    assert!(point_of(&[0; POINT]).is_none());
}
