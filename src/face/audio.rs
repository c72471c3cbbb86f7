//! Audio: text-to-speech, transcription, voice cloning, and jobs for music and effects.
//!
//! | To | Call |
//! |---|---|
//! | generate speech, to a file or as a stream | [`speech`](Audio::speech) |
//! | generate speech for a long text | [`long_speech`](Audio::long_speech) (feature `long-speech`) |
//! | transcribe a recording | [`transcribe`](Audio::transcribe) |
//! | make subtitles | [`Transcription::subtitles`](crate::types::Transcription::subtitles) |
//! | clone a voice from a recording | [`clone_voice`](Audio::clone_voice) |
//! | generate music, effects or hours of speech | [`generate_to`](Audio::generate_to), and see [`jobs`](crate::jobs) |
//!
//! ```no_run
//! # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
//! use venice_ai::types::{CreateSpeechRequest, SpeechFormat};
//!
//! let request = CreateSpeechRequest::new("tts-kokoro", "The tide is coming in.").response_format(SpeechFormat::Wav);
//! let sound = venice.audio().speech(request).await?.bytes().await?;
//! println!("{} bytes", sound.len());
//! # Ok(()) }
//! ```
//!
//! Quotes and polls are free. The rest is charged, by the character or the second, and retried only when it is known not to have been
//! executed ([`Error::delivery`](crate::Error::delivery)); so are voice cloning and queueing. A long text that fails midway keeps the
//! pieces that were charged. Rejected before sending: a blank text, one of more than 4096 characters ([`long_speech`](Audio::long_speech)
//! splits those), a recording that is empty, too large or not a recording.
//!
//! Models have different voices and formats: see `voices`, `default_format` and `supported_formats` of a model's
//! [`ModelSpec`](crate::types::ModelSpec). A voice of one model is rejected by another, so set both or neither.
#![doc(alias("tts", "text_to_speech"))]

pub use crate::api::audio::{Audio, Speech};
#[cfg(feature = "long-speech")]
#[cfg_attr(docsrs, doc(cfg(feature = "long-speech")))]
pub use crate::features::long_speech::{LongSpeech, LongSpeechStream, PieceState, SpeechPiece};
#[cfg(feature = "subtitles")]
#[cfg_attr(docsrs, doc(cfg(feature = "subtitles")))]
pub use crate::features::subtitles::{Cue, Subtitles};
