//! Base64: tolerant decoding (no padding, line breaks, URL-safe alphabet), standard encoding.

use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{DecodeError, DecodeSliceError, Engine};

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Decodes a text.
pub(crate) fn decoded(text: &str) -> Result<Vec<u8>, DecodeError> {
    // Servers almost always send plain base64, and long texts.
    LENIENT.decode(text).or_else(|_| LENIENT.decode(digits(text).collect::<String>()))
}

/// Decodes a plain part of a long text into a buffer; returns the number of bytes.
pub(crate) fn decode_into(digits: &[u8], buffer: &mut [u8]) -> Result<usize, DecodeSliceError> {
    LENIENT.decode_slice(digits, buffer)
}

/// Encodes bytes.
#[cfg(any(feature = "attachments", feature = "batch", feature = "wallet"))]
pub(crate) fn encoded(bytes: impl AsRef<[u8]>) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// Decodes the start of a text: at least `bytes` bytes if it is long enough, none if it is not base64.
pub(crate) fn head(text: &str, bytes: usize) -> Vec<u8> {
    // Four digits are three bytes; an incomplete group could not be decoded.
    let head: String = digits(text).take(bytes.div_ceil(3) * 4).collect();
    LENIENT.decode(head).unwrap_or_default()
}

/// The digits in the standard alphabet, without white space and padding.
fn digits(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| !c.is_whitespace()).map(|c| match c {
        '-' => '+',
        '_' => '/',
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_variants_of_base64_are_decoded() {
        for text in ["+/8=", "+/8", "-_8=", "-_8", " +/\r\n8=\n"] {
            assert_eq!(decoded(text).unwrap(), [251, 255], "{text:?}");
        }
        assert!(decoded("").unwrap().is_empty());
        assert!(decoded("+/8!").is_err());
    }

    #[test]
    fn the_head_is_complete_groups() {
        assert_eq!(head("AQID\nBAUG", 4), [1, 2, 3, 4, 5, 6]);
        assert_eq!(head("AQID\nBAUG", 3), [1, 2, 3]);
        assert_eq!(head("AQ", 512), [1]);
        assert!(head("no.base64", 512).is_empty());
    }
}
