//! `Video`: the handle of video: quotes, jobs and their results.
//!
//! | To | Call |
//! |---|---|
//! | make a film and have it on disk | [`generate_to`](Video::generate_to) |
//! | make a film and have its bytes | [`generate`](Video::generate) |
//! | know the price | [`quote`](Video::quote), or `generate(…).with_price_limit(…)` |
//! | order now and fetch later | [`queue`](Video::queue), then [`Client::job`](crate::Client::job) |
//!
//! ```no_run
//! # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
//! use venice_ai::types::{QueueVideoRequest, VideoDuration};
//!
//! let request = QueueVideoRequest::new("wan-2.5-preview-text-to-video")
//!     .prompt("Fog lifts over a lagoon at sunrise")
//!     .duration(VideoDuration::Seconds5);
//! let film = venice.video().generate_to(request, "lagoon.mp4").with_price_limit(0.75).await?;
//! # Ok(()) }
//! ```
//!
//! A film is paid for when it is ordered; quotes, polls and deletions are free and are repeated after failures that may pass. An order
//! is sent once: it is repeated only when it is known not to have been executed. Every error after it has the job ([`Error::job`](crate::Error::job)),
//! so that nothing that was paid for is lost. Media are public or `data:` URLs
//! ([`Upload::to_data_url`](crate::Upload::to_data_url) makes one), together at most about 35 MB. Refused before anything is sent: an
//! empty model or prompt, media that are no URLs or too large.
//!
//! Models differ in what they take: see [`ModelConstraints`](crate::types::ModelConstraints) of those that
//! [`Models::list`](crate::Models::list) gives for [`ModelFilter::Video`](crate::types::ModelFilter). Some need the user's consent for
//! media with faces: [`ConsentRequired::accept`](crate::ConsentRequired::accept). How jobs go on is told in [`jobs`](crate::jobs).

mod consent;

pub use crate::api::generated::handles::Video;
