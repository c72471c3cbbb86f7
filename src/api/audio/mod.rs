//! `Audio`: the handle of audio: speech, transcriptions, voices, and the queue for music and effects.

mod speech;
mod transcription;
mod voices;

pub use self::speech::Speech;
pub use crate::api::generated::handles::Audio;
