//! `envelope`, `encrypted_chat`: the fuzz targets of encrypted texts and of replies with them.

#![allow(missing_docs, clippy::unwrap_used)]

use bytes::Bytes;
use k256::{PublicKey, SecretKey};

use super::envelope::{SHORTEST, is_envelope, open, point_of, seal};
use super::protocol::StrictChoices;
use super::reply::ReplyReader;
use super::secret::ReplyKey;
use crate::features::hex;
use crate::runtime::reply::stream::sse::SseDecoder;
use crate::runtime::reply::stream::{Protocol, Read};
use crate::runtime::transport::limits::ReplyLimits;

/// The key of the seeds.
fn key() -> ReplyKey {
    ReplyKey::new(Box::new(SecretKey::from_slice(&[0x5a; 32]).unwrap())).unwrap()
}

fn public(key: &ReplyKey) -> PublicKey {
    point_of(&hex::decode_array(&key.public_hex()).unwrap()).unwrap()
}

/// Encrypted texts: what is opened has the length that its envelope says; what is sealed is opened, and not if a digit of it was changed.
pub fn envelope(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let key = key();
    if let Ok((_, opened)) = open(&key, text) {
        assert!(is_envelope(text));
        assert_eq!(text.len(), SHORTEST + 2 * opened.len());
    }
    let sealed = seal(&public(&key), text).unwrap();
    assert_eq!(open(&key, &sealed).unwrap().1, text);
    let mut changed = sealed.into_bytes();
    let place = data.iter().fold(data.len(), |sum, byte| sum.wrapping_mul(31) + usize::from(*byte)) % changed.len();
    changed[place] = if changed[place] == b'0' { b'1' } else { b'0' };
    assert!(open(&key, std::str::from_utf8(&changed).unwrap()).is_err(), "digit {place} was changed");
}

/// The stream of an encrypted chat: no text is returned that was not in an envelope.
pub fn encrypted_chat(data: &[u8]) {
    let limits = ReplyLimits::default();
    for ignores_plaintext_reasoning in [false, true] {
        let mut reader = ReplyReader::new(key(), "m", ignores_plaintext_reasoning);
        let mut decoder = SseDecoder::new();
        decoder.push(Bytes::copy_from_slice(data));
        decoder.finish();
        for event in std::iter::from_fn(|| decoder.next_event()).flatten() {
            if limits.event_is_too_costly(event.data_bytes()) {
                break;
            }
            let Ok(Read::Part(chunk)) = StrictChoices::read(&event) else { break };
            let deltas = chunk.choices.iter().map(|choice| &choice.delta);
            let texts = deltas.flat_map(|delta| [&delta.content, &delta.reasoning_content]).flatten();
            let sealed: usize = texts.filter(|text| is_envelope(text)).map(|text| text.len() - SHORTEST).sum();
            let Ok(delta) = reader.read(chunk) else { break };
            assert_eq!(2 * (delta.text.len() + delta.reasoning.len()), sealed);
        }
    }
}
