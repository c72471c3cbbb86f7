//! `decode`, `encode`: hexadecimal text.

/// Decodes a text of hexadecimal digits.
#[cfg(any(feature = "tee", feature = "wallet"))]
pub(crate) fn decode(digits: &str) -> Option<Vec<u8>> {
    let mut bytes = vec![0; digits.len() / 2];
    decode_into(digits.as_bytes(), &mut bytes).then_some(bytes)
}

/// Decodes exactly `2 * N` hexadecimal digits.
#[cfg(any(feature = "attestation", feature = "wallet"))]
pub(crate) fn decode_array<const N: usize>(digits: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    decode_into(digits.as_bytes(), &mut bytes).then_some(bytes)
}

/// Fills `bytes` from twice as many digits.
#[cfg(any(feature = "tee", feature = "wallet"))]
pub(crate) fn decode_into(digits: &[u8], bytes: &mut [u8]) -> bool {
    let value = |digit: u8| (digit as char).to_digit(16).and_then(|value| u8::try_from(value).ok());
    digits.len() == 2 * bytes.len()
        && bytes.iter_mut().zip(digits.chunks_exact(2)).all(|(byte, pair)| match (value(pair[0]), value(pair[1])) {
            (Some(high), Some(low)) => {
                *byte = high << 4 | low;
                true
            }
            _ => false,
        })
}

/// Encodes bytes as lower-case digits.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(2 * bytes.len());
    encode_to(bytes, &mut digits);
    digits
}

/// Appends bytes as lower-case digits.
pub(crate) fn encode_to(bytes: &[u8], digits: &mut String) {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or_default();
    digits.extend(bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]));
}
