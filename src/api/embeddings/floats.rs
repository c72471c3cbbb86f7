//! `decode`: a vector in base64: 32-bit floating point numbers, little-endian.

use crate::runtime::media::base64;

/// The length of a block, which decodes to a whole number of floats.
const CHARACTERS: usize = 4096;
const BYTES: usize = CHARACTERS / 4 * 3;

/// Decodes the numbers block by block, so that the bytes are never all in memory.
pub(super) fn decode(text: &str) -> Result<Vec<f32>, String> {
    let text = text.trim_end_matches('=');
    let mut numbers = Vec::with_capacity(text.len() * 3 / 16);
    let mut buffer = [0; BYTES];
    for block in text.as_bytes().chunks(CHARACTERS) {
        let length = base64::decode_into(block, &mut buffer).map_err(|error| format!("not base64: {error}"))?;
        let (quads, rest) = buffer.get(..length).unwrap_or_default().as_chunks::<4>();
        numbers.extend(quads.iter().map(|quad| f32::from_le_bytes(*quad)));
        if !rest.is_empty() {
            let bytes = numbers.len() * 4 + rest.len();
            return Err(format!("base64 of {bytes} bytes, not a whole number of 32-bit floating point numbers"));
        }
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use ::base64::Engine as _;
    use ::base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn numbers_keep_every_bit() {
        let some = [0.0, -0.0, 1.0, -1.5, f32::MIN_POSITIVE, f32::MAX, 0.1, -6.929_283e-3, f32::INFINITY];
        for count in [0, 1, 2, 3, 9, 767, 768, 769, 4096] {
            let numbers: Vec<f32> = some.iter().copied().cycle().take(count).collect();
            let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
            let text = STANDARD.encode(&bytes);
            for text in [text.as_str(), text.trim_end_matches('=')] {
                let back = decode(text).unwrap();
                let bits = |numbers: &[f32]| numbers.iter().map(|number| number.to_bits()).collect::<Vec<_>>();
                assert_eq!(bits(&back), bits(&numbers));
            }
        }
    }

    #[test]
    fn an_incomplete_number_is_rejected() {
        for (text, bytes) in [("AA==", 1), ("AAA=", 2), ("AAAA", 3), ("AAAAAAA=", 5), ("AAAAAAAAAA==", 7)] {
            let problem = decode(text).unwrap_err();
            assert!(problem.contains(&format!(" {bytes} bytes")), "{text}: {problem}");
        }
        assert!(decode(&"A".repeat(4096 + 4)).unwrap_err().contains(" 3075 bytes"));
    }

    #[test]
    fn invalid_base64_is_rejected() {
        for text in ["A", "AAAAA", "AA=AAAAA", "AAA AAAA", "é", "AAA!AAAA"] {
            assert!(decode(text).is_err(), "{text:?}");
        }
    }
}
