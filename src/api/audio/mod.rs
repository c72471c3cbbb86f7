//! `Audio`: the handle of audio: speech, transcriptions, voices, and the queue for music and effects.

mod speech;
mod transcription;
mod voices;

pub use self::speech::Speech;
use crate::runtime::client::Client;

/// Sound: speech from text and text from speech, voices, music and effects.
#[derive(Clone, Copy, Debug)]
pub struct Audio<'c> {
    pub(crate) client: &'c Client,
}

impl<'c> Audio<'c> {
    pub(super) fn new(client: &'c Client) -> Self {
        Self { client }
    }
}
