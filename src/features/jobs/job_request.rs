//! `JobRequest`: a request that queues a job.

use super::JobHandle;
use crate::api::generated::types::{
    QueueAudioRequest, QueueVideoRequest, QueueVoiceChangerRequest, QuoteAudioRequest, QuoteVideoRequest,
};
use crate::runtime::amount::Amount;
use crate::runtime::client::Client;
use crate::runtime::error::Error;
use crate::runtime::validation::ValidationError;

/// A request that queues a job.
#[derive(Debug)]
pub(crate) enum JobRequest {
    Video(Box<QueueVideoRequest>),
    Audio(Box<QueueAudioRequest>),
    VoiceChanger(Box<QueueVoiceChangerRequest>),
}

impl JobRequest {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Video(_) => "video().generate",
            Self::Audio(_) => "audio().generate",
            Self::VoiceChanger(_) => "voice_changer().generate",
        }
    }

    /// Checks the request before a quote is requested.
    #[inline]
    pub(super) fn check(&self) -> Result<(), Error> {
        let (finding, operation) = match self {
            Self::Video(request) => (
                request.validate().and_then(|()| super::checks::check(request)),
                &crate::api::generated::operations::QUEUE_VIDEO,
            ),
            Self::Audio(request) => (request.validate(), &crate::api::generated::operations::QUEUE_AUDIO),
            Self::VoiceChanger(request) => (
                request.validate().and_then(|()| super::voice_changer::prepared((**request).clone()).1),
                &crate::api::generated::operations::QUEUE_VOICE_CHANGER,
            ),
        };
        finding.map_err(|finding| Error::validation(finding).with_operation(operation))
    }

    pub(super) async fn price_usd(&self, client: &Client) -> Result<Amount, Error> {
        match self {
            Self::Video(request) => client.video().quote(quote_of_video(request)?).await.map(|price| price.usd),
            Self::Audio(request) => client.audio().quote(quote_of_audio(request)).await.map(|price| price.usd),
            Self::VoiceChanger(_) => {
                let problem = "determines the price by its length, which is not in the request; call `voice_changer().quote(…)` \
                               first, and queue without a limit";
                let finding = ValidationError::new("file", problem);
                Err(Error::validation(finding).with_operation(&crate::api::generated::operations::QUOTE_VOICE_CHANGER))
            }
        }
    }

    pub(super) async fn queue(self, client: &Client) -> Result<JobHandle, Error> {
        match self {
            Self::Video(request) => client.video().queue(*request).await,
            Self::Audio(request) => client.audio().queue(*request).await,
            Self::VoiceChanger(request) => client.voice_changer().queue(*request).await,
        }
    }
}

/// The fields that determine the price.
#[inline]
fn quote_of_video(request: &QueueVideoRequest) -> Result<QuoteVideoRequest, Error> {
    if request.reference_video_urls.as_ref().is_some_and(|videos| !videos.is_empty()) {
        let problem = "change the price by their length, which is not in the request; call `video().quote(…)` with \
                       `reference_video_total_duration` first, and queue without a limit";
        let finding = ValidationError::new("reference_video_urls", problem);
        return Err(Error::validation(finding).with_operation(&crate::api::generated::operations::QUOTE_VIDEO));
    }
    let mut quote = QuoteVideoRequest::new(request.model.clone());
    quote.duration.clone_from(&request.duration);
    quote.aspect_ratio.clone_from(&request.aspect_ratio);
    quote.resolution.clone_from(&request.resolution);
    quote.upscale_factor = request.upscale_factor;
    quote.enhancement_model.clone_from(&request.enhancement_model);
    quote.target_fps = request.target_fps;
    quote.slowdown_factor = request.slowdown_factor;
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
