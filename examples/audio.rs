//! Text-to-speech into a file, also for a long text, and transcription.
//!
//! ```text
//! cargo run --example audio                           # on the bundled mock, which hums
//! VENICE_API_KEY=… cargo run --example audio -- book.txt     # on the real API; without a file it reads a page of its own
//! ```

mod common;

use std::path::Path;

use venice_ai::audio::PieceState;
use venice_ai::types::{CreateSpeechRequest, CreateTranscriptionRequest, SpeechFormat};
use venice_ai::{Client, Error, Upload};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (venice, _mock) = common::client_or_mock().await?;
    let folder = std::env::temp_dir();

    let greeting = folder.join("greeting.mp3");
    greet(&venice, &greeting).await?;

    let book = match std::env::args().nth(1) {
        Some(path) => std::fs::read_to_string(path)?,
        None => "The tide came in over the square, and nobody minded. ".repeat(20),
    };
    let spoken = folder.join("book.wav");
    read_aloud(&venice, book, &spoken).await?;
    write_down(&venice, &spoken).await?;
    Ok(())
}

/// A short text: one request, saved to a file.
async fn greet(venice: &Client, path: &Path) -> Result<(), Error> {
    let request = CreateSpeechRequest::new("tts-kokoro", "Good morning. High water is at noon.")
        .response_format(SpeechFormat::Mp3);
    let speech = venice.audio().speech(request).await?;
    let saved = speech.save(path).await?;
    println!("{} has {} bytes of {}", path.display(), saved.bytes, saved.content_type.unwrap_or_default());
    Ok(())
}

/// A long text: as many requests as needed, joined to one file. After a failure it continues where it stopped.
async fn read_aloud(venice: &Client, text: String, path: &Path) -> Result<(), Error> {
    // The default is the maximum length of a request, 4096 characters.
    let mut speech =
        venice.audio().long_speech(CreateSpeechRequest::new("tts-kokoro", text)).with_piece_characters(400);
    let mut failures = 0;
    let saved = loop {
        match speech.save(path).await {
            Ok(saved) => break saved,
            Err(error) if error.is_transient() && failures < 3 => {
                failures += 1;
                let made = speech.pieces().filter(|piece| piece.state == PieceState::Made).count();
                eprintln!("{error}; {made} pieces are done, continuing");
            }
            Err(error) => return Err(error),
        }
    };
    println!("{} has {} bytes, made in {} requests", path.display(), saved.bytes, speech.pieces().len());
    Ok(())
}

/// Transcribes a recording, with timestamps.
async fn write_down(venice: &Client, path: &Path) -> Result<(), Error> {
    let request = CreateTranscriptionRequest::new("openai/whisper-large-v3", Upload::path(path)).timestamps(true);
    let transcription = venice.audio().transcribe(request).await?;
    println!("{:.1?} of speech: {}", transcription.duration().unwrap_or_default(), transcription.text);
    for word in transcription.words().iter().take(3) {
        println!("  {:5.2} s  {}", word.start, word.word);
    }
    Ok(())
}
