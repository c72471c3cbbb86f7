//! `Video`: the handle of video: quotes, jobs and their results.
//!
//! | To | Call |
//! |---|---|
//! | generate a video into a file | [`generate_to`](Video::generate_to) |
//! | generate a video and get its bytes | [`generate`](Video::generate) |
//! | get a quote | [`quote`](Video::quote), or `generate(…).with_price_limit(…)` |
//! | queue now and fetch later | [`queue`](Video::queue), then [`Client::job`](crate::Client::job) |
//!
//! ```no_run
//! # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
//! use venice_ai::types::{QueueVideoRequest, VideoDuration};
//!
//! let request = QueueVideoRequest::new("wan-2.5-preview-text-to-video")
//!     .prompt("Fog lifts over a lagoon at sunrise")
//!     .duration(VideoDuration::Seconds5);
//! let video = venice.video().generate_to(request, "lagoon.mp4").with_price_limit(0.75).await?;
//! # Ok(()) }
//! ```
//!
//! A video is charged when it is queued; quotes, polls and deletions are free, and retried after transient failures. A queue request is
//! retried only when it is known not to have been executed. Every error after it has the job ([`Error::job`](crate::Error::job)),
//! so nothing paid for is lost. Media are public or `data:` URLs
//! ([`Upload::to_data_url`](crate::Upload::to_data_url) makes one), together at most about 35 MB. Rejected before sending: an
//! empty model or prompt, media that are not URLs or too large.
//!
//! Models support different fields: see [`ModelConstraints`](crate::types::ModelConstraints) of those that
//! [`Models::list`](crate::Models::list) gives for [`ModelFilter::Video`](crate::types::ModelFilter). Some need the user's consent for
//! media with faces: [`ConsentRequired::accept`](crate::ConsentRequired::accept). Jobs are described in [`jobs`](crate::jobs).

mod consent;

pub use crate::api::generated::handles::Video;
