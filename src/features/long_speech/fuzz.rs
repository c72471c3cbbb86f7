//! `wav`: the fuzz target of sounds that are joined.

#![allow(missing_docs, clippy::unwrap_used)]

use bytes::Bytes;

use super::join::Join;
use super::wav;
use crate::api::generated::types::SpeechFormat;

/// A WAV file: its samples with a new header have the same format, and two such files are joined.
pub fn wav(data: &[u8]) {
    let file = Bytes::copy_from_slice(data);
    if let Ok((format, samples)) = wav::read(&file) {
        assert!(samples.len() <= data.len());
        for length in [None, Some(samples.len() as u64)] {
            let written = [&*format.header(length).unwrap(), &samples].concat();
            assert_eq!(wav::read(&written.into()), Ok((format.clone(), samples.clone())));
        }
    }
    for (requested, sample_rate) in
        [(SpeechFormat::Wav, None), (SpeechFormat::Pcm, None), (SpeechFormat::Pcm, Some(24_000))]
    {
        let mut join = Join::new(Some(requested.clone()));
        sample_rate.into_iter().for_each(|rate| join.set_sample_rate(rate));
        assert!(join.check().is_ok());
        for named in [None, Some(&SpeechFormat::Wav), Some(&SpeechFormat::Mp3)] {
            let _ = Join::new(Some(requested.clone())).samples(named, &file);
        }
        let Ok(first) = join.samples(None, &file) else { continue };
        assert_eq!(join.samples(None, &file).as_ref(), Ok(&first), "the second piece has the format of the first");
        let length = 2 * first.len() as u64;
        assert_eq!(join.header(Some(length)).unwrap().len(), join.header_bytes());
        assert!(join.header(Some(1 << 40)).is_err() || join.header_bytes() == 0);
    }
}
