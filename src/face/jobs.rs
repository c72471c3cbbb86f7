//! Asynchronous jobs for video, music and sound effects: queue, poll, download.
//!
//! | To | Call |
//! |---|---|
//! | generate video or music into a file | [`Video::generate_to`](crate::Video::generate_to), [`Audio::generate_to`](crate::Audio::generate_to) |
//! | get its bytes, or read it as a stream | [`Video::generate`](crate::Video::generate), [`Audio::generate`](crate::Audio::generate) |
//! | set a price limit | [`Generation::with_price_limit`] |
//! | queue now and fetch later, elsewhere | [`Video::queue`](crate::Video::queue), store the [`JobHandle`], [`Client::job`](crate::Client::job) |
//! | report progress | [`Job::progress`], [`Job::on_progress`] |
//! | wait, or poll once | [`Job::wait`], [`Job::poll`] |
//! | write it to a file | [`Job::save`] |
//! | delete it on the server | [`Job::discard`]; [`Job::save`] does it by itself |
//!
//! A job is charged when it is queued, and its request is sent once. All that follows is free, and retried. The API cannot stop a running
//! job. It allows 120 polls a minute for all jobs of an account together.
//!
//! # In one call
//!
//! ```no_run
//! # async fn run(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
//! use venice_ai::types::{QueueVideoRequest, VideoDuration};
//!
//! let request = QueueVideoRequest::new("wan-2.5-preview-text-to-video")
//!     .prompt("Fog lifts over a lagoon at sunrise")
//!     .duration(VideoDuration::Seconds5);
//! let video = venice.video().generate_to(request, "lagoon.mp4").with_price_limit(0.75).await?;
//! println!("{} bytes in {}", video.bytes, video.path.display());
//! # Ok(()) }
//! ```
//!
//! [`Video::generate_to`](crate::Video::generate_to) gets a quote (if there is a price limit), queues, polls, downloads, and deletes the
//! result on the server once the file is safe on disk. [`Video::generate`](crate::Video::generate) returns the result as bytes or as a
//! stream instead. [`Audio::generate`](crate::Audio::generate) and [`Audio::generate_to`](crate::Audio::generate_to) do the same for
//! music, effects and long speech.
//!
//! # In two processes
//!
//! A job is charged when it is queued, so it should outlive the process that queued it. A [`JobHandle`] is enough to resume it:
//!
//! ```no_run
//! # async fn run(venice: venice_ai::Client, request: venice_ai::types::QueueVideoRequest)
//! # -> Result<(), Box<dyn std::error::Error>> {
//! use venice_ai::jobs::JobHandle;
//!
//! let job = venice.video().queue(request).await?;
//! std::fs::write("job.json", serde_json::to_vec(&job)?)?;
//!
//! // Tomorrow, elsewhere:
//! let job: JobHandle = serde_json::from_slice(&std::fs::read("job.json")?)?;
//! venice.job(job).save("lagoon.mp4").await?;
//! # Ok(()) }
//! ```
//!
//! Every error of waiting, downloading and saving has the handle too ([`Error::job`](crate::Error::job)): a time limit, a full disk or a
//! broken connection does not affect the job.
//!
//! # Progress
//!
//! [`Job::progress`] is a stream of [`Progress`], whose `fraction` never decreases and is 1 only at the end; [`Job::on_progress`] calls a
//! function instead, while something else is awaited.
//!
//! # Step by step
//!
//! | | Video | Audio | Voice changer |
//! |---|---|---|---|
//! | price | [`video().quote`](crate::Video::quote) | [`audio().quote`](crate::Audio::quote) | [`voice_changer().quote`](crate::VoiceChanger::quote) |
//! | queue, once | [`video().queue`](crate::Video::queue) | [`audio().queue`](crate::Audio::queue) | [`voice_changer().queue`](crate::VoiceChanger::queue) |
//! | poll and fetch | [`video().retrieve`](crate::Video::retrieve) | [`audio().retrieve`](crate::Audio::retrieve) | [`voice_changer().retrieve`](crate::VoiceChanger::retrieve), whose audio comes once |
//! | delete | [`video().complete`](crate::Video::complete) | [`audio().complete`](crate::Audio::complete) | [`voice_changer().complete`](crate::VoiceChanger::complete) |

pub use crate::api::price::Price;
pub use crate::features::jobs::{
    Generation, GenerationSettings, Job, JobHandle, JobKind, JobState, Media, Progress, ProgressStream, Retrieved,
};
#[doc(no_inline)]
pub use crate::features::save::RemoteCopy;
