//! What is ordered: a film or a piece of audio.

use super::JobHandle;
use crate::api::generated::types::{QueueAudioRequest, QueueVideoRequest, QuoteAudioRequest, QuoteVideoRequest};
use crate::runtime::amount::Amount;
use crate::runtime::client::Client;
use crate::runtime::error::Error;
use crate::runtime::validation::ValidationError;

/// A request that makes a job.
#[derive(Debug)]
pub(crate) enum Order {
    Video(Box<QueueVideoRequest>),
    Audio(Box<QueueAudioRequest>),
}

impl Order {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Video(_) => "video().generate",
            Self::Audio(_) => "audio().generate",
        }
    }

    /// What is wrong with it is told before a price is asked for.
    #[inline]
    pub(super) fn check(&self) -> Result<(), Error> {
        let (finding, operation) = match self {
            Self::Video(request) => (
                request.validate().and_then(|()| super::checks::check(request)),
                &crate::api::generated::operations::QUEUE_VIDEO,
            ),
            Self::Audio(request) => (request.validate(), &crate::api::generated::operations::QUEUE_AUDIO),
        };
        finding.map_err(|finding| Error::validation(finding).with_operation(operation))
    }

    pub(super) async fn price_usd(&self, client: &Client) -> Result<Amount, Error> {
        match self {
            Self::Video(request) => client.video().quote(quote_of_video(request)?).await.map(|price| price.usd),
            Self::Audio(request) => client.audio().quote(quote_of_audio(request)).await.map(|price| price.usd),
        }
    }

    pub(super) async fn queue(self, client: &Client) -> Result<JobHandle, Error> {
        match self {
            Self::Video(request) => client.video().queue(*request).await,
            Self::Audio(request) => client.audio().queue(*request).await,
        }
    }
}

/// The members that make the price.
#[inline]
fn quote_of_video(request: &QueueVideoRequest) -> Result<QuoteVideoRequest, Error> {
    if request.reference_video_urls.as_ref().is_some_and(|videos| !videos.is_empty()) {
        let problem = "change the price by their length, which the request does not tell; ask `video().quote(…)` with \
                       `reference_video_total_duration` first, and order without a limit";
        let finding = ValidationError::new("reference_video_urls", problem);
        return Err(Error::validation(finding).with_operation(&crate::api::generated::operations::QUOTE_VIDEO));
    }
    let mut quote = QuoteVideoRequest::new(request.model.clone());
    quote.duration.clone_from(&request.duration);
    quote.aspect_ratio.clone_from(&request.aspect_ratio);
    quote.resolution.clone_from(&request.resolution);
    quote.upscale_factor = request.upscale_factor;
    quote.audio = request.audio;
    quote.video_url.clone_from(&request.video_url);
    Ok(quote)
}

#[inline]
fn quote_of_audio(request: &QueueAudioRequest) -> QuoteAudioRequest {
    let mut quote = QuoteAudioRequest::new(request.model.clone());
    quote.duration_seconds = request.duration_seconds;
    quote.character_count = i64::try_from(request.prompt.chars().count()).ok();
    quote
}
