//! WAV files: `header` of 16-bit mono, and the length in `seconds` of any that is not compressed.

use bytes::Bytes;

const PCM: u16 = 1;
const FLOAT: u16 = 3;
const EXTENSIBLE: u16 = 0xFFFE;

/// The header of a file with so many bytes of samples; `None` if that is unknown, as when streaming.
pub(crate) fn header(rate_hz: u32, samples_bytes: Option<u32>) -> Bytes {
    const AFTER_THE_SIZE: u32 = 36;
    const FRAME_BYTES: u16 = 2;
    let file_bytes = samples_bytes.and_then(|bytes| bytes.checked_add(AFTER_THE_SIZE));
    let mut header = Vec::with_capacity(44);
    header.extend(b"RIFF");
    header.extend(file_bytes.unwrap_or(u32::MAX).to_le_bytes());
    header.extend(b"WAVEfmt ");
    header.extend(16_u32.to_le_bytes());
    header.extend(PCM.to_le_bytes());
    header.extend(1_u16.to_le_bytes());
    header.extend(rate_hz.to_le_bytes());
    header.extend((rate_hz * u32::from(FRAME_BYTES)).to_le_bytes());
    header.extend(FRAME_BYTES.to_le_bytes());
    header.extend(16_u16.to_le_bytes());
    header.extend(b"data");
    header.extend(samples_bytes.unwrap_or(u32::MAX).to_le_bytes());
    header.into()
}

/// The duration of a file; `None` if it is not a WAV file, is compressed, or is broken.
pub(crate) fn seconds(file: &[u8]) -> Option<f64> {
    let u16_at = |at: usize| Some(u16::from_le_bytes(file.get(at..at + 2)?.try_into().ok()?));
    let u32_at = |at: usize| Some(u32::from_le_bytes(file.get(at..at + 4)?.try_into().ok()?));
    if file.get(..4)? != b"RIFF" || file.get(8..12)? != b"WAVE" {
        return None;
    }
    let sizes_are_known = usize::try_from(u32_at(4)?) == Ok(file.len() - 8);
    let (mut at, mut bytes_a_second) = (12, None);
    loop {
        let (name, size) = (file.get(at..at + 4)?, usize::try_from(u32_at(at + 4)?).ok()?);
        let begin = at + 8;
        let left = file.len() - begin;
        match name {
            b"fmt " => {
                let is_plain = matches!(u16_at(begin)?, PCM | FLOAT | EXTENSIBLE);
                let rate = f64::from(u32_at(begin + 4)?) * f64::from(u16_at(begin + 12)?);
                bytes_a_second = Some(rate).filter(|rate| is_plain && *rate > 0.0);
            }
            b"data" => {
                // The sizes in a streamed file were written before they were known.
                let is_streamed = size > left || size == 0 && !sizes_are_known;
                return Some(if is_streamed { left } else { size } as f64 / bytes_a_second?);
            }
            _ => {}
        }
        // Chunks start at even offsets.
        at = begin + size.min(left).next_multiple_of(2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: Bytes, seconds: usize) -> Vec<u8> {
        [header.as_ref(), &vec![0; seconds * 16_000]].concat()
    }

    #[test]
    fn a_file_is_as_long_as_its_samples_whatever_its_header_says() {
        assert_eq!(seconds(&file(header(8_000, Some(48_000)), 3)), Some(3.0));
        assert_eq!(seconds(&file(header(8_000, None), 3)), Some(3.0), "streamed");
        assert_eq!(seconds(&file(header(8_000, Some(0)), 0)), Some(0.0));
        let mut with_list = file(header(8_000, Some(16_000)), 1);
        with_list.splice(36..36, *b"LIST\x05\0\0\0INFOx\0");
        assert_eq!(seconds(&with_list), Some(1.0), "a chunk of an odd length and its padding");
    }

    #[test]
    fn what_is_not_a_wav_file_has_no_length() {
        let whole = file(header(8_000, Some(16_000)), 1);
        for cut in 0..44 {
            assert_eq!(seconds(&whole[..cut]), None, "{cut}");
        }
        let mut mp3_in_wav = whole;
        mp3_in_wav[20] = 0x55;
        assert_eq!(seconds(&mp3_in_wav), None);
    }
}
