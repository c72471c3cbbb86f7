//! `Join`: joins the audio of several replies.

use bytes::Bytes;

use super::wav::{self, WavFormat};
use crate::api::generated::types::SpeechFormat;
use crate::runtime::validation::ValidationError;

/// The requested format of the pieces, their common format, and that of the result.
#[derive(Debug)]
pub(super) struct Join {
    requested: SpeechFormat,
    /// Set to turn raw samples into a WAV file.
    sample_rate_hz: Option<u32>,
    /// The format of the pieces so far.
    format: Option<PieceFormat>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum PieceFormat {
    /// Samples without a header: one channel, 16 bits.
    Bare,
    Wav(WavFormat),
}

impl Join {
    /// Requests WAV unless the request says otherwise, since its header has the sample rate.
    pub(super) fn new(requested: Option<SpeechFormat>) -> Self {
        Self { requested: requested.unwrap_or(SpeechFormat::Wav), sample_rate_hz: None, format: None }
    }

    pub(super) fn set_sample_rate(&mut self, hz: u32) {
        self.sample_rate_hz = Some(hz);
    }

    pub(super) fn requested(&self) -> &SpeechFormat {
        &self.requested
    }

    pub(super) fn result(&self) -> SpeechFormat {
        match (&self.requested, self.sample_rate_hz) {
            (SpeechFormat::Pcm, None) => SpeechFormat::Pcm,
            _ => SpeechFormat::Wav,
        }
    }

    /// Whether the requested format can be joined.
    pub(super) fn check(&self) -> Result<(), ValidationError> {
        let problem = match (&self.requested, self.sample_rate_hz) {
            (SpeechFormat::Pcm, Some(0)) => return Err(ValidationError::new("sample_rate", "is 0 Hz")),
            (SpeechFormat::Pcm, _) | (SpeechFormat::Wav, None) => return Ok(()),
            (SpeechFormat::Wav, Some(_)) => {
                return Err(ValidationError::new("sample_rate", "is for `pcm`; the header of `wav` has it"));
            }
            // An MP3 starts and ends with padding from its encoder, and its first frame says how long it is.
            (other, _) => format!(
                "is `{other}`, which cannot be joined without gaps and wrong lengths; use `wav` or `pcm` and convert the result"
            ),
        };
        Err(ValidationError::new("response_format", problem))
    }

    /// The samples of a piece, which must have the same format as those before it.
    pub(super) fn samples(&mut self, named: Option<&SpeechFormat>, sound: &Bytes) -> Result<Bytes, String> {
        if sound.is_empty() {
            return Err("the reply has no audio".to_owned());
        }
        let (format, samples) = match (&self.requested, named) {
            (SpeechFormat::Pcm, None | Some(SpeechFormat::Pcm | SpeechFormat::Unknown(_))) => {
                (PieceFormat::Bare, WavFormat::mono_16(1).whole_frames(sound.clone()))
            }
            (SpeechFormat::Pcm, Some(named)) if *named != SpeechFormat::Wav => {
                return Err(format!("the reply is `{named}`, but `pcm` was requested"));
            }
            _ => {
                let (format, samples) =
                    wav::read(sound).map_err(|problem| format!("the reply cannot be joined: {problem}"))?;
                (PieceFormat::Wav(format), samples)
            }
        };
        let first = self.format.get_or_insert_with(|| format.clone());
        if *first == format {
            Ok(samples)
        } else {
            Err(format!("the audio has {}, the pieces before it {}", format.describe(), first.describe()))
        }
    }

    /// The length of the header.
    pub(super) fn header_bytes(&self) -> usize {
        if self.result() == SpeechFormat::Pcm { 0 } else { wav::HEADER_BYTES }
    }

    /// The header for this length of samples; empty for raw samples.
    pub(super) fn header(&self, samples_bytes: Option<u64>) -> Result<Bytes, String> {
        match (&self.format, self.result()) {
            (_, SpeechFormat::Pcm) | (None, _) => Ok(Bytes::new()),
            (Some(PieceFormat::Wav(format)), _) => format.header(samples_bytes),
            (Some(PieceFormat::Bare), _) => {
                WavFormat::mono_16(self.sample_rate_hz.unwrap_or_default()).header(samples_bytes)
            }
        }
    }
}

impl PieceFormat {
    fn describe(&self) -> String {
        match self {
            Self::Bare => "no header".to_owned(),
            Self::Wav(format) => format.describe(),
        }
    }
}
