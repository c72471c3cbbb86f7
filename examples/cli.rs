//! A command line: an image or a video from words, with a price limit and a progress bar.
//!
//! ```text
//! cargo run --example cli -- image "Fog over a lagoon" --out fog.webp
//! cargo run --example cli -- video "Fog over a lagoon" --out fog.mp4 --limit 0.5
//! ```

mod common;

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use indicatif::ProgressBar;
use venice_ai::types::{GenerateImageRequest, QueueVideoRequest};

/// Images and videos from words.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Generates an image.
    Image {
        prompt: String,
        #[arg(long, default_value = "image.webp")]
        out: PathBuf,
    },
    /// Generates a video.
    Video {
        prompt: String,
        #[arg(long, default_value = "video.mp4")]
        out: PathBuf,
        /// The most that it may cost, in US dollars.
        #[arg(long, default_value_t = 1.0)]
        limit: f64,
    },
}

#[tokio::main]
async fn main() -> Result<(), venice_ai::Error> {
    let command = Cli::parse().command;
    let (venice, _mock) = common::client_or_mock().await?;
    let saved = match command {
        Command::Image { prompt, out } => {
            let images = venice.images().generate(GenerateImageRequest::new("z-image-turbo", prompt)).await?;
            images.into_image()?.save(out).await?
        }
        Command::Video { prompt, out, limit } => {
            let bar = ProgressBar::new(100);
            let request = QueueVideoRequest::new("wan-2.5-preview-text-to-video").prompt(prompt).duration("5s");
            let video = venice.video().generate_to(request, out).with_price_limit(limit);
            video.on_progress(move |step| bar.set_position((step.fraction.unwrap_or(0.0) * 100.0) as u64)).await?
        }
    };
    println!("{} bytes in {}", saved.bytes, saved.path.display());
    Ok(())
}
