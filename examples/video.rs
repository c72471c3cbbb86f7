//! A video: its price, its generation, and a progress bar. The job survives the program: run it again to resume.
//!
//! ```text
//! cargo run --example video                                                    # on the bundled mock
//! VENICE_API_KEY=… cargo run --example video -- Fog lifts over a lagoon        # costs money, at most a dollar
//! ```

mod common;

use std::path::PathBuf;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use venice_ai::Client;
use venice_ai::jobs::{Job, JobHandle, Progress};
use venice_ai::types::{QueueVideoRequest, VideoDuration};
use venice_ai_mock::MockJob;

type Failure = Box<dyn std::error::Error>;

const MODEL: &str = "wan-2.5-preview-text-to-video";
const LIMIT_USD: u32 = 1;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let (venice, mock) = common::client_or_mock().await?;
    let folder = std::env::var_os("VENICE_VIDEO_FOLDER").map_or_else(std::env::temp_dir, PathBuf::from);
    let (ticket, video) = (folder.join("venice-video.json"), folder.join("venice-video.mp4"));
    if let Some(mock) = &mock {
        mock.job(MockJob::done().after_polls(12).poll_time(Duration::from_secs(5)));
    }

    // A stored handle is from a run that did not finish. A new mock does not know it.
    let handle: JobHandle = match std::fs::read(&ticket).ok().filter(|_| mock.is_none()) {
        Some(stored) => serde_json::from_slice(&stored)?,
        None => order(&venice).await?,
    };
    std::fs::write(&ticket, serde_json::to_vec(&handle)?)?;
    println!("Queued {}", handle.queue_id());

    // From here on everything may fail and be retried: the video is charged once.
    let job = venice.job(handle);
    // The mock is fast; for the API use the default of five seconds between two polls.
    let job = if mock.is_some() { job.with_poll_interval(Duration::from_millis(80)) } else { job };
    let saved = watched(job).save(&video).await?;
    std::fs::remove_file(&ticket)?;
    println!("{} bytes in {}", saved.bytes, saved.path.display());
    println!("Deleted on the server: {}", saved.remote.is_deleted());
    Ok(())
}

/// Gets a quote, and queues the job if the price is acceptable.
async fn order(venice: &Client) -> Result<JobHandle, Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let prompt = if words.is_empty() { "Fog lifts over a lagoon at sunrise".to_owned() } else { words.join(" ") };
    let request = QueueVideoRequest::new(MODEL).prompt(prompt).duration(VideoDuration::Seconds5);

    let quote = venice_ai::types::QuoteVideoRequest::new(MODEL).duration(VideoDuration::Seconds5);
    let price = venice.video().quote(quote).await?;
    println!("It costs {} USD", price.usd);
    if price.usd > LIMIT_USD.into() {
        return Err(format!("that is more than {LIMIT_USD} USD").into());
    }
    Ok(venice.video().queue(request).await?)
}

/// Waits for the job with a progress bar.
fn watched(job: Job) -> Job {
    let bar = ProgressBar::new(1000);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {percent:>3} %  {msg}") {
        bar.set_style(style);
    }
    job.on_progress(move |step: &Progress| {
        bar.set_position((step.fraction.unwrap_or_default() * 1000.0) as u64);
        let expected = step.expected.map_or_else(|| "?".to_owned(), |expected| expected.as_secs().to_string());
        bar.set_message(format!("{} s of about {expected} s", step.elapsed.as_secs()));
        if step.fraction == Some(1.0) {
            bar.finish();
        }
    })
}
