//! A piece of music with a price limit, in one blocking call.
//!
//! ```text
//! cargo run --example music                                                # on the bundled mock
//! VENICE_API_KEY=… cargo run --example music -- A slow barcarolle          # costs money, at most twenty cents
//! ```

mod common;

use std::path::PathBuf;

use venice_ai::Error;
use venice_ai::types::QueueAudioRequest;

const MODEL: &str = "elevenlabs-music";

fn main() -> Result<(), Error> {
    let (venice, _mock) = common::client_or_mock_blocking()?;
    let words: Vec<String> = std::env::args().skip(1).collect();
    let prompt = if words.is_empty() { "A slow barcarolle for two mandolins".to_owned() } else { words.join(" ") };
    let folder = std::env::var_os("VENICE_MUSIC_FOLDER").map_or_else(std::env::temp_dir, PathBuf::from);

    let request = QueueAudioRequest::new(MODEL, prompt).duration_seconds(30).force_instrumental(true);
    let music = venice
        .audio()
        .generate_to(request, folder.join("venice-music.mp3"))
        .with_price_limit(0.20)
        // With the handle, the music can be fetched if this program ends earlier.
        .on_queued(|job| println!("Queued {} on {}", job.queue_id(), job.model()))
        .on_progress(|step| println!("{} after {} s", step.status, step.elapsed.as_secs()))
        .send_blocking();
    let music = match music {
        Err(error) if error.price_above_limit().is_some() => {
            println!("{error}");
            return Ok(());
        }
        music => music?,
    };
    println!("{} bytes of {:?} in {}", music.bytes, music.content_type, music.path.display());
    Ok(())
}
