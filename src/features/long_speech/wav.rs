//! WAV files: parser and writer.

use bytes::Bytes;

/// The length of the headers written here.
pub(crate) const HEADER_BYTES: usize = 44;
/// The size in a header if it is unknown when the header is written.
const UNKNOWN_SIZE: u32 = u32::MAX;
const PCM: u16 = 1;
const FLOAT: u16 = 3;
const EXTENSIBLE: u16 = 0xFFFE;

/// The sample format of a WAV file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WavFormat {
    /// `PCM` or `FLOAT`.
    encoding: u16,
    channels: u16,
    sample_rate_hz: u32,
    bits: u16,
    /// The bytes of one frame: a sample of each channel.
    frame_bytes: u16,
}

impl WavFormat {
    /// One channel of signed 16-bit samples.
    pub(crate) fn mono_16(sample_rate_hz: u32) -> Self {
        Self { encoding: PCM, channels: 1, sample_rate_hz, bits: 16, frame_bytes: 2 }
    }

    /// Parses a `fmt ` chunk.
    fn read(chunk: &[u8]) -> Result<Self, String> {
        let number = |place| u16_at(chunk, place).ok_or("its `fmt ` chunk is too short");
        let encoding = match number(0)? {
            // The first two bytes of the GUID at its end.
            EXTENSIBLE => number(24)?,
            encoding => encoding,
        };
        let sample_rate_hz = u32_at(chunk, 4).ok_or("its `fmt ` chunk is too short")?;
        let format =
            Self { encoding, channels: number(2)?, sample_rate_hz, bits: number(14)?, frame_bytes: number(12)? };
        if !matches!(encoding, PCM | FLOAT) {
            return Err(format!("its samples are compressed (format {encoding}), and cannot be joined"));
        }
        if format.channels == 0 || format.frame_bytes == 0 || sample_rate_hz == 0 {
            return Err(format!("its format is impossible: {}", format.describe()));
        }
        Ok(format)
    }

    /// `24000 Hz, 1 channel, 16 bits`.
    pub(crate) fn describe(&self) -> String {
        let Self { sample_rate_hz, channels, bits, .. } = self;
        let float = if self.encoding == FLOAT { ", floating point" } else { "" };
        format!("{sample_rate_hz} Hz, {channels} channel(s), {bits} bits{float}")
    }

    /// The header of a file with so many bytes of samples; `None` if that is unknown, as when streaming.
    pub(crate) fn header(&self, samples_bytes: Option<u64>) -> Result<Bytes, String> {
        const BEFORE_THE_SAMPLES: u64 = 36;
        let (file, samples) = match samples_bytes {
            None => (UNKNOWN_SIZE, UNKNOWN_SIZE),
            Some(bytes) => {
                let file = u32::try_from(bytes + bytes % 2 + BEFORE_THE_SAMPLES);
                let too_long = |_| format!("{bytes} bytes of samples are more than a WAV file can hold (4 GiB)");
                let file = file.map_err(too_long)?;
                (file, u32::try_from(bytes).map_err(too_long)?)
            }
        };
        let bytes_a_second = self.sample_rate_hz.saturating_mul(u32::from(self.frame_bytes));
        let mut header = Vec::with_capacity(HEADER_BYTES);
        header.extend_from_slice(b"RIFF");
        header.extend_from_slice(&file.to_le_bytes());
        header.extend_from_slice(b"WAVEfmt ");
        header.extend_from_slice(&16_u32.to_le_bytes());
        header.extend_from_slice(&self.encoding.to_le_bytes());
        header.extend_from_slice(&self.channels.to_le_bytes());
        header.extend_from_slice(&self.sample_rate_hz.to_le_bytes());
        header.extend_from_slice(&bytes_a_second.to_le_bytes());
        header.extend_from_slice(&self.frame_bytes.to_le_bytes());
        header.extend_from_slice(&self.bits.to_le_bytes());
        header.extend_from_slice(b"data");
        header.extend_from_slice(&samples.to_le_bytes());
        Ok(header.into())
    }

    /// Drops an incomplete frame at the end, which would shift all later samples.
    pub(crate) fn whole_frames(&self, samples: Bytes) -> Bytes {
        let rest = samples.len() % usize::from(self.frame_bytes.max(1));
        samples.slice(..samples.len() - rest)
    }
}

/// The format and the samples of a WAV file. Other chunks, such as `LIST`, are skipped.
pub(crate) fn read(file: &Bytes) -> Result<(WavFormat, Bytes), String> {
    if file.get(..4) != Some(b"RIFF") || file.get(8..12) != Some(b"WAVE") {
        return Err("it is not a WAV file".to_owned());
    }
    // The sizes in a streamed file were written before they were known.
    let sizes_are_known = u32_at(file, 4).is_some_and(|size| usize::try_from(size) == Ok(file.len() - 8));
    let (mut place, mut format) = (12, None);
    while let (Some(name), Some(size)) = (file.get(place..place + 4), u32_at(file, place + 4)) {
        let begin = place + 8;
        let left = file.len() - begin;
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let here = size.min(left);
        match name {
            b"fmt " => format = Some(WavFormat::read(&file[begin..begin + here])?),
            b"data" => {
                let format = format.ok_or("its samples come before their format")?;
                let streamed = size > left || (size == 0 && !sizes_are_known);
                let samples = file.slice(begin..begin + if streamed { left } else { size });
                let samples = format.whole_frames(samples);
                return Ok((format, samples));
            }
            _ => {}
        }
        // Chunks start at even offsets.
        place = begin + here + here % 2;
    }
    Err("it has no samples".to_owned())
}

fn u16_at(bytes: &[u8], place: usize) -> Option<u16> {
    bytes.get(place..place + 2)?.try_into().ok().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], place: usize) -> Option<u32> {
    bytes.get(place..place + 4)?.try_into().ok().map(u32::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SAMPLES: [u8; 6] = [1, 2, 3, 4, 5, 6];

    /// A file with a 16-bit format of one channel, other chunks, and any sizes.
    fn file(sizes: (u32, u32), before: &[u8], after: &[u8]) -> Bytes {
        let mut file = WavFormat::mono_16(24_000).header(None).unwrap().to_vec();
        file.truncate(36);
        file[4..8].copy_from_slice(&sizes.0.to_le_bytes());
        file.extend_from_slice(before);
        file.extend_from_slice(b"data");
        file.extend_from_slice(&sizes.1.to_le_bytes());
        file.extend_from_slice(&SAMPLES);
        file.extend_from_slice(after);
        file.into()
    }

    fn chunk(name: &str, contents: &[u8]) -> Vec<u8> {
        let size = u32::try_from(contents.len()).unwrap().to_le_bytes();
        let padding = &[0][..contents.len() % 2];
        [name.as_bytes(), &size, contents, padding].concat()
    }

    #[test]
    fn other_chunks_and_their_padding_are_skipped() {
        let before = [chunk("LIST", b"INFOx"), chunk("fact", b"1234")].concat();
        let all = file((0, 6), &before, &chunk("LIST", b"INFOISFT"));
        assert_eq!(read(&all).unwrap(), (WavFormat::mono_16(24_000), Bytes::from_static(&SAMPLES)));
    }

    #[test]
    fn streamed_files_have_unknown_sizes() {
        for sizes in [(0, 0), (u32::MAX, u32::MAX), (0x7FFF_FFFF, 0x7FFF_FFDB), (50, 4_000)] {
            assert_eq!(read(&file(sizes, b"", b"")).unwrap().1, SAMPLES.as_slice(), "{sizes:?}");
        }
    }

    #[test]
    fn a_valid_empty_file_is_empty() {
        let all = file((36 + 6, 0), b"", b"");
        assert!(read(&all).unwrap().1.is_empty());
    }

    #[test]
    fn an_incomplete_frame_at_the_end_is_dropped() {
        let all = file((0, 0), b"", b"\x07");
        assert_eq!(read(&all).unwrap().1, SAMPLES.as_slice());
    }

    #[test]
    fn an_extensible_format_is_resolved() {
        let mut fmt = vec![0xFE, 0xFF, 1, 0, 0xC0, 0x5D, 0, 0, 0x80, 0xBB, 0, 0, 2, 0, 16, 0, 22, 0, 16, 0, 4, 0, 0, 0];
        fmt.extend_from_slice(&[1, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]);
        let all = [b"RIFF\0\0\0\0WAVE".to_vec(), chunk("fmt ", &fmt), chunk("data", &SAMPLES)].concat();
        assert_eq!(read(&all.into()).unwrap().0, WavFormat::mono_16(24_000));
    }

    #[test]
    fn files_that_cannot_be_joined_are_reported() {
        let wav = |chunks: &[Vec<u8>]| Bytes::from([b"RIFF\0\0\0\0WAVE".to_vec(), chunks.concat()].concat());
        let mp3_in_wav = [0x55, 0, 1, 0, 0xC0, 0x5D, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0];
        let silent = [1, 0, 0, 0, 0xC0, 0x5D, 0, 0, 0, 0, 0, 0, 2, 0, 16, 0];
        for (file, problem) in [
            (Bytes::from_static(b"ID3\x04 and so on"), "not a WAV file"),
            (Bytes::new(), "not a WAV file"),
            (wav(&[]), "no samples"),
            (wav(&[chunk("data", &SAMPLES)]), "before their format"),
            (wav(&[chunk("fmt ", b"1234")]), "too short"),
            (wav(&[chunk("fmt ", &mp3_in_wav)]), "compressed (format 85)"),
            (wav(&[chunk("fmt ", &silent)]), "impossible"),
        ] {
            let error = read(&file).unwrap_err();
            assert!(error.contains(problem), "{error}");
        }
    }

    #[test]
    fn more_than_4_gib_are_rejected() {
        let format = WavFormat::mono_16(24_000);
        assert!(format.header(Some(u64::from(u32::MAX) - 37)).is_ok());
        assert!(format.header(Some(u64::from(u32::MAX) - 35)).unwrap_err().contains("4 GiB"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..120), cut in 0_usize..80) {
            let _ = read(&bytes.clone().into());
            let mut all = file((0, 6), &chunk("LIST", &bytes), &bytes).to_vec();
            all.truncate(cut);
            let _ = read(&all.into());
        }
    }
}
