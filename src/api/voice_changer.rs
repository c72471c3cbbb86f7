//! `VoiceChanger`: the handle of the voice changer: speech to speech, as a job whose audio is delivered once.
//!
//! | To | Call |
//! |---|---|
//! | change the voice of a recording, to a file | [`generate_to`](VoiceChanger::generate_to) |
//! | get a quote | [`quote`](VoiceChanger::quote) |
//! | queue now and fetch later | [`queue`](VoiceChanger::queue), then [`Client::job`](crate::Client::job) |
//!
//! ```no_run
//! # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
//! use venice_ai::Upload;
//! use venice_ai::types::QueueVoiceChangerRequest;
//!
//! let request = QueueVoiceChangerRequest::new("elevenlabs-voice-changer").file(Upload::path("speech.mp3")).voice("Aria");
//! let audio = venice.voice_changer().generate_to(request, "aria.mp3").await?;
//! println!("{} bytes", audio.bytes);
//! # Ok(()) }
//! ```
//!
//! The API delivers the audio of a job **once**: the next request is a 404. So the SDK never downloads it again:
//! [`Job::save`](crate::jobs::Job::save) writes the result of the first successful poll to disk, and an interrupted download is an error
//! that says that the audio is lost. A poll whose reply was lost is not retried automatically ([`RetryClass::Once`](crate::RetryClass)).
//! Models are those of [`ModelFilter::Music`](crate::types::ModelFilter) whose `voice_changer` is true.

pub use crate::api::generated::handles::VoiceChanger;
