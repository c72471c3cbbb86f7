//! Record and replay.

mod formats;
mod playing;
mod recording;
mod secrets;

use std::path::PathBuf;

use venice_ai::{Client, RetryPolicy};
use venice_ai_mock::MockVenice;
use venice_ai_mock::cassette::{Player, PlayerBuilder, Recorder, Redaction, RedactionMode};

use crate::support::Folder;

/// A mock, a client that records what it gets from it, and the file.
struct Studio {
    mock: MockVenice,
    recorder: Recorder,
    venice: Client,
    file: PathBuf,
    _folder: Folder,
}

impl Studio {
    async fn new(redaction: Redaction) -> Self {
        let folder = Folder::new();
        let file = folder.join("cassettes/one.json");
        let mock = MockVenice::start().await.unwrap();
        let recorder = Recorder::new(&file).with_redaction(redaction);
        let builder = mock.client_builder().retry(RetryPolicy::disabled()).layer(recorder.clone());
        Self { venice: builder.build().unwrap(), mock, recorder, file, _folder: folder }
    }

    /// The text of the saved cassette.
    fn saved(&self) -> String {
        self.recorder.save().unwrap();
        std::fs::read_to_string(&self.file).unwrap()
    }

    fn player(&self) -> PlayerBuilder {
        self.recorder.save().unwrap();
        Player::open(&self.file).unwrap()
    }
}

fn keeping_all() -> Redaction {
    Redaction::new().prompts(RedactionMode::Keep).media(RedactionMode::Keep)
}

/// A client without retries.
fn once(player: &Player) -> Client {
    player.client_builder().retry(RetryPolicy::disabled()).build().unwrap()
}
