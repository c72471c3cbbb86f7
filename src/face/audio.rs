//! Sound: speech, transcriptions, voices, and the queue for music and effects.
//!
//! | To | Call |
//! |---|---|
//! | read a text aloud, to a file or piece by piece | [`speech`](Audio::speech) |
//! | read a book aloud | [`long_speech`](Audio::long_speech) (feature `long-speech`) |
//! | write down what is said in a recording | [`transcribe`](Audio::transcribe) |
//! | get a voice from a recording | [`clone_voice`](Audio::clone_voice) |
//! | make music, effects or hours of speech | [`generate_to`](Audio::generate_to), and see [`jobs`](crate::jobs) |
//!
//! ```no_run
//! # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
//! use venice_ai::types::{CreateSpeechRequest, SpeechFormat};
//!
//! let request = CreateSpeechRequest::new("The tide is coming in.").response_format(SpeechFormat::Wav);
//! let sound = venice.audio().speech(request).await?.bytes().await?;
//! println!("{} bytes", sound.len());
//! # Ok(()) }
//! ```
//!
//! Quotes and polls are free. The rest is paid for, by the character or the second, and is repeated only when it is known not to have
//! been executed ([`Error::delivery`](crate::Error::delivery)); so are a voice and an order. A long text that fails on its way keeps the pieces that were paid for. Refused before
//! anything is sent: a blank text, one of more than 4096 characters ([`long_speech`](Audio::long_speech) cuts those), a recording that
//! is empty, too large or surely none.
//!
//! Models differ in the voices and formats that they have: see `voices`, `default_format` and `supported_formats` of a model's
//! [`ModelSpec`](crate::types::ModelSpec). A voice of one model is refused by another, so set both or neither.

pub use crate::api::audio::{Audio, Speech};
#[cfg(feature = "long-speech")]
#[cfg_attr(docsrs, doc(cfg(feature = "long-speech")))]
pub use crate::features::long_speech::{LongSpeech, LongSpeechStream, PieceState, SpeechPiece};
