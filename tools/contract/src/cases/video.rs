//! Cases of video: quotes and jobs.

use venice_ai::jobs::{JobHandle, Retrieved};
use venice_ai::types::*;

use super::Cost::{Free, Quoted, TestServer};
use super::Size::{Maximal, Minimal, Only};
use super::samples::{PICTURE_URL, SOUND_URL, VIDEO_URL};
use super::{Case, Scene, Stop, case};

const PROMPT: &str = "Fog over a lagoon";

pub fn cases() -> Vec<Case> {
    vec![
        case("quoteVideo", Minimal, Free, |scene| async move {
            let model = scene.model(ModelFilter::Video).await?;
            scene.venice().video().quote(QuoteVideoRequest::new(model).duration(VideoDuration::Seconds5)).await?;
            Ok(())
        }),
        case("quoteVideo", Maximal, Free, |scene| async move {
            let request = QuoteVideoRequest::new(scene.model(ModelFilter::Video).await?)
                .aspect_ratio(VideoAspectRatio::Ratio16x9)
                .audio(true)
                .duration(VideoDuration::Seconds5)
                .enhancement_model("Proteus")
                .reference_image_count(1)
                .reference_video_total_duration(5.0)
                .resolution(VideoResolution::P720)
                .slowdown_factor(2)
                .target_fps(60)
                .upscale_factor(2)
                .video_url(VIDEO_URL);
            scene.venice().video().quote(request).await?;
            Ok(())
        }),
        case("queueVideo", Minimal, Quoted, |scene| async move { job(&scene).await.map(drop) }),
        case("queueVideo", Maximal, TestServer("no model takes all of it"), |scene| async move {
            let model = scene.model(ModelFilter::Video).await?;
            scene.venice().video().queue(maximal(model)).await?;
            Ok(())
        }),
        // A camera path keeps the aspect ratio of its image.
        case("queueVideo", Maximal, TestServer("no model takes all of it"), |scene| async move {
            let model = scene.model(ModelFilter::Video).await?;
            scene.venice().video().queue(enhanced(model)).await?;
            Ok(())
        }),
        case("retrieveVideo", Minimal, Quoted, |scene| async move {
            let job = job(&scene).await?;
            scene.venice().video().retrieve(&job).await?;
            Ok(())
        }),
        case("retrieveVideo", Maximal, Quoted, |scene| async move {
            let request = RetrieveJobRequest::from(&job(&scene).await?).delete_media_on_completion(false);
            // A video with a `download_url` is reported, and not sent.
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
    ]
}

fn order(model: String) -> QueueVideoRequest {
    QueueVideoRequest::new(model).prompt(PROMPT).duration(VideoDuration::Seconds5)
}

fn enhanced(model: String) -> QueueVideoRequest {
    QueueVideoRequest::new(model)
        .anon_user_id("venice-contract")
        .bitrate_mode(VideoBitrateMode::High)
        .camera_trajectory([CameraKeyframe::new(0.0, 0.0, 0.0, 1.0), CameraKeyframe::new(1.0, 45.0, 10.0, 1.0)])
        .compression(0.5)
        .creativity(0.5)
        .enhancement_model("Proteus")
        .grain(0.05)
        .h264_output(true)
        .halo(0.5)
        .image_references([VideoImageReference::new(PICTURE_URL).type_(VideoReferenceType::Subject).ref_name("bay")])
        .image_url(PICTURE_URL)
        .noise(0.5)
        .output_format(VideoOutputFormat::Mp4)
        .realism(0.5)
        .recover_detail(0.5)
        .sharp(0.5)
        .slowdown_factor(2)
        .softness(3.0)
        .target_fps(60)
        .video_references([VideoReference::new(VIDEO_URL).ref_name("video").audio_url(SOUND_URL)])
        .voice_id("ara")
}

fn maximal(model: String) -> QueueVideoRequest {
    let element =
        VideoElement::new().frontal_image_url(PICTURE_URL).reference_image_urls([PICTURE_URL]).video_url(VIDEO_URL);
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
        .reference_video_urls([VIDEO_URL])
        .resolution(VideoResolution::P720)
        .scene_image_urls([PICTURE_URL])
        .upscale_factor(2)
        .video_url(VIDEO_URL)
}

/// One job for all requests about one.
async fn job(scene: &Scene) -> Result<JobHandle, Stop> {
    if let Some(job) = scene.job("video") {
        return Ok(job);
    }
    let model = scene.model(ModelFilter::Video).await?;
    let price =
        scene.venice().video().quote(QuoteVideoRequest::new(model.clone()).duration(VideoDuration::Seconds5)).await?;
    scene.pay(price.usd.to_f64())?;
    let job = scene.venice().video().queue(order(model)).await?;
    scene.keep_job("video", job.clone());
    Ok(job)
}
