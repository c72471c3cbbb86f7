//! Films: prices, orders, and what is said in one.

use venice_ai::jobs::{JobHandle, Retrieved};
use venice_ai::types::*;

use super::Cost::{Free, Quoted, TestServer, Usd};
use super::Size::{Maximal, Minimal, Only};
use super::samples::{FILM_URL, PICTURE_URL, SOUND_URL};
use super::{Case, Scene, Stop, case};

const PROMPT: &str = "Fog over a lagoon";

pub fn cases() -> Vec<Case> {
    vec![
        case("quoteVideo", Minimal, Free, |scene| async move {
            let model = scene.model(ModelFilter::Video).await?;
            scene.venice().video().quote(QuoteVideoRequest::new(model).duration(VideoDuration::S5)).await?;
            Ok(())
        }),
        case("quoteVideo", Maximal, Free, |scene| async move {
            let request = QuoteVideoRequest::new(scene.model(ModelFilter::Video).await?)
                .aspect_ratio(VideoAspectRatio::Ratio16x9)
                .audio(true)
                .duration(VideoDuration::S5)
                .reference_video_total_duration(5.0)
                .resolution(VideoResolution::P720)
                .upscale_factor(2)
                .video_url(FILM_URL);
            scene.venice().video().quote(request).await?;
            Ok(())
        }),
        case("queueVideo", Minimal, Quoted, |scene| async move { job(&scene).await.map(drop) }),
        case("queueVideo", Maximal, TestServer("no model takes all of it"), |scene| async move {
            let model = scene.model(ModelFilter::Video).await?;
            scene.venice().video().queue(maximal(model)).await?;
            Ok(())
        }),
        case("retrieveVideo", Minimal, Quoted, |scene| async move {
            let job = job(&scene).await?;
            scene.venice().video().retrieve(&job).await?;
            Ok(())
        }),
        case("retrieveVideo", Maximal, Quoted, |scene| async move {
            let request = RetrieveJobRequest::from(&job(&scene).await?).delete_media_on_completion(false);
            // A film at an address of its own is told of, and not sent.
            let is_done = |progress: &JobProgress| progress.status == JobStatus::Completed;
            while let Retrieved::Progress(progress) = scene.venice().video().retrieve(request.clone()).await? {
                if is_done(&progress) {
                    break;
                }
                scene.pause().await;
            }
            Ok(())
        }),
        case("completeVideo", Only, Quoted, |scene| async move {
            let job = job(&scene).await?;
            scene.venice().video().complete(&job).await?;
            Ok(())
        }),
        case("createVideoTranscription", Minimal, Usd(0.05), |scene| async move {
            scene.venice().video().transcribe(TALK).await?;
            Ok(())
        }),
        case("createVideoTranscription", Maximal, Usd(0.05), |scene| async move {
            let request = CreateVideoTranscriptionRequest::new(TALK).response_format(TextReplyFormat::Text);
            scene.venice().video().transcribe(request).await?;
            Ok(())
        }),
    ]
}

/// The first film of its site: 19 seconds, and not likely to go.
const TALK: &str = "https://www.youtube.com/watch?v=jNQXAC9IVRw";

fn order(model: String) -> QueueVideoRequest {
    QueueVideoRequest::new(model).prompt(PROMPT).duration(VideoDuration::S5)
}

fn maximal(model: String) -> QueueVideoRequest {
    let element =
        VideoElement::new().frontal_image_url(PICTURE_URL).reference_image_urls([PICTURE_URL]).video_url(FILM_URL);
    order(model)
        .aspect_ratio(VideoAspectRatio::Ratio16x9)
        .audio(true)
        .audio_url(SOUND_URL)
        .consents(VideoConsents::new().seedance(SeedanceConsent::new(true, true, true)))
        .elements([element])
        .end_image_url(PICTURE_URL)
        .image_url(PICTURE_URL)
        .keyframes([Keyframe::new(PICTURE_URL, 0)])
        .negative_prompt("people")
        .omni_reference_task_type(OmniReferenceTask::Auto)
        .reference_audio_urls([SOUND_URL])
        .reference_document_urls(["https://example.com/canal.pdf"])
        .reference_image_urls([PICTURE_URL])
        .reference_video_urls([FILM_URL])
        .resolution(VideoResolution::P720)
        .scene_image_urls([PICTURE_URL])
        .upscale_factor(2)
        .video_url(FILM_URL)
}

/// One job for all requests about one.
async fn job(scene: &Scene) -> Result<JobHandle, Stop> {
    if let Some(job) = scene.job("video") {
        return Ok(job);
    }
    let model = scene.model(ModelFilter::Video).await?;
    let price = scene.venice().video().quote(QuoteVideoRequest::new(model.clone()).duration(VideoDuration::S5)).await?;
    scene.pay(price.usd.to_f64())?;
    let job = scene.venice().video().queue(order(model)).await?;
    scene.keep_job("video", job.clone());
    Ok(job)
}
