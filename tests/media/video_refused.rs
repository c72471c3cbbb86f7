//! Video requests that are rejected before sending.

use venice_ai::types::{
    CameraKeyframe, CompleteJobRequest, Keyframe, QueueVideoRequest, QuoteVideoRequest, RetrieveJobRequest,
    VideoElement, VideoImageReference, VideoReference,
};
use venice_ai::{Error, ErrorKind};

use crate::support::refused::refused_for;
use crate::support::{Answer, Server, once};

async fn order_refused(request: QueueVideoRequest, fields: &[&str]) -> Error {
    refused_for(|venice| venice.video().queue(request), "queueVideo", fields).await
}

fn request() -> QueueVideoRequest {
    QueueVideoRequest::new("laguna-video").prompt("Fog over a lagoon")
}

const URL: &str = "https://example.com/a";

#[tokio::test]
async fn a_blank_model_or_id_is_rejected_everywhere() {
    for blank in ["", " \t"] {
        refused_for(|venice| venice.video().quote(blank), "quoteVideo", &["model"]).await;
        order_refused(QueueVideoRequest::new(blank), &["model"]).await;
        let retrieve = |model: &str, id: &str| RetrieveJobRequest::new(model, id);
        refused_for(|venice| venice.video().retrieve(retrieve(blank, "q")), "retrieveVideo", &["model"]).await;
        refused_for(|venice| venice.video().retrieve(retrieve("m", blank)), "retrieveVideo", &["queue_id"]).await;
        let complete = |model: &str, id: &str| CompleteJobRequest::new(model, id);
        refused_for(|venice| venice.video().complete(complete(blank, "q")), "completeVideo", &["model"]).await;
        refused_for(|venice| venice.video().complete(complete("m", blank)), "completeVideo", &["queue_id"]).await;
        refused_for(|venice| venice.video().complete(complete(blank, blank)), "completeVideo", &["model", "queue_id"])
            .await;
    }
}

#[tokio::test]
async fn a_handle_that_leads_nowhere_is_rejected_with_itself() {
    let server = Server::answering([Answer::json(200, "{}")]);
    let job = venice_ai::jobs::JobHandle::video("laguna-video", "");
    let error = once(&server).job(job.clone()).wait().await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidRequest, Some("retrieveVideo")));
    assert_eq!((error.field_errors()[0].field.as_str(), error.job()), ("queue_id", Some(&job)));
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn texts_that_are_empty_or_too_long_are_rejected() {
    order_refused(QueueVideoRequest::new("m").prompt(""), &["prompt"]).await;
    order_refused(QueueVideoRequest::new("m").prompt(" \n"), &["prompt"]).await;
    order_refused(QueueVideoRequest::new("m").prompt("é".repeat(20_001)), &["prompt"]).await;
    order_refused(request().negative_prompt("é".repeat(20_001)), &["negative_prompt"]).await;
}

#[tokio::test]
async fn numbers_out_of_their_ranges_are_rejected() {
    for factor in [0, 3, 8, -1] {
        order_refused(request().upscale_factor(factor), &["upscale_factor"]).await;
        let quote = QuoteVideoRequest::new("m").upscale_factor(factor);
        refused_for(|venice| venice.video().quote(quote), "quoteVideo", &["upscale_factor"]).await;
    }
    for seconds in [-0.1, f64::NAN, f64::INFINITY] {
        let quote = QuoteVideoRequest::new("m").reference_video_total_duration(seconds);
        refused_for(|venice| venice.video().quote(quote), "quoteVideo", &["reference_video_total_duration"]).await;
    }
    order_refused(request().keyframes([Keyframe::new(URL, 0), Keyframe::new(URL, -1)]), &["keyframes[1].frame_index"])
        .await;
}

#[tokio::test]
async fn lists_that_are_too_long_are_rejected() {
    let urls = |count: usize| vec![URL; count];
    let with_image = || request().image_url(URL);
    order_refused(request().reference_image_urls(urls(31)), &["reference_image_urls"]).await;
    order_refused(request().reference_video_urls(urls(11)), &["reference_video_urls"]).await;
    order_refused(with_image().reference_audio_urls(urls(11)), &["reference_audio_urls"]).await;
    order_refused(request().reference_document_urls(urls(2)), &["reference_document_urls"]).await;
    order_refused(request().scene_image_urls(urls(5)), &["scene_image_urls"]).await;
    order_refused(request().elements(vec![VideoElement::new(); 5]), &["elements"]).await;
    order_refused(request().keyframes(vec![Keyframe::new(URL, 1); 11]), &["keyframes"]).await;
    let element = VideoElement::new().reference_image_urls(urls(4));
    order_refused(request().elements([element]), &["elements[0].reference_image_urls"]).await;
}

#[tokio::test]
async fn media_that_are_not_urls_are_rejected_each_by_its_place() {
    let bad = "lagoon.jpg";
    order_refused(request().image_url(bad), &["image_url"]).await;
    order_refused(request().end_image_url(""), &["end_image_url"]).await;
    order_refused(request().audio_url("file:///tmp/a.wav"), &["audio_url"]).await;
    order_refused(request().video_url("ftp://example.com/a.mp4"), &["video_url"]).await;
    order_refused(request().reference_image_urls([URL, bad]), &["reference_image_urls[1]"]).await;
    order_refused(request().reference_video_urls([bad]), &["reference_video_urls[0]"]).await;
    order_refused(request().image_url(URL).reference_audio_urls([bad]), &["reference_audio_urls[0]"]).await;
    order_refused(request().reference_document_urls([bad]), &["reference_document_urls[0]"]).await;
    order_refused(request().scene_image_urls([URL, URL, bad]), &["scene_image_urls[2]"]).await;
    order_refused(request().keyframes([Keyframe::new(bad, 1)]), &["keyframes[0].image_url"]).await;
    order_refused(request().image_url("data:image/png;base64"), &["image_url"]).await;
    let element = VideoElement::new().frontal_image_url(bad).video_url(bad).reference_image_urls([bad]);
    let fields = ["elements[0].frontal_image_url", "elements[0].video_url", "elements[0].reference_image_urls[0]"];
    order_refused(request().elements([element]), &fields).await;
    order_refused(QueueVideoRequest::new("").image_url(bad), &["model", "image_url"]).await;
}

#[tokio::test]
async fn reference_audio_alone_is_rejected() {
    order_refused(request().reference_audio_urls([URL]), &["reference_audio_urls"]).await;
    for request in [
        request().image_url(URL),
        request().video_url(URL),
        request().reference_image_urls([URL]),
        request().reference_video_urls([URL]),
    ] {
        let server = Server::answering([Answer::json(200, r#"{"queue_id":"q"}"#)]);
        once(&server).video().queue(request.reference_audio_urls([URL])).await.unwrap();
    }
}

#[tokio::test]
async fn who_knows_better_can_send_it_all_the_same() {
    let server = Server::answering([Answer::json(200, r#"{"queue_id":"q"}"#)]);
    once(&server).video().queue(request().image_url("lagoon.jpg")).with_validation(false).await.unwrap();
    assert_eq!(server.requests()[0].json()["image_url"], "lagoon.jpg");
}

#[tokio::test]
async fn camera_paths_and_enhancements_have_limits() {
    let path = |frames: &[(f64, f64)]| {
        let frames = frames.iter().map(|(time, azimuth)| CameraKeyframe::new(*time, *azimuth, 0.0, 1.0));
        request().image_url(URL).camera_trajectory(frames.collect::<Vec<_>>())
    };
    order_refused(path(&[(0.0, 0.0)]), &["camera_trajectory"]).await;
    order_refused(path(&[(0.0, 0.0), (0.0, 45.0)]), &["camera_trajectory[1].time"]).await;
    order_refused(path(&[(0.0, 0.0), (0.5, 5760.0), (1.0, -5800.0)]), &["camera_trajectory"]).await;
    order_refused(path(&[(0.0, 0.0), (1.5, 5.0)]), &["camera_trajectory[1].time"]).await;
    let mut alone = path(&[(0.0, 0.0), (1.0, 45.0)]);
    alone.image_url = None;
    order_refused(alone.aspect_ratio("16:9"), &["camera_trajectory", "aspect_ratio"]).await;
    order_refused(request().target_fps(15), &["target_fps"]).await;
    order_refused(request().slowdown_factor(3), &["slowdown_factor"]).await;
    order_refused(request().grain(0.2), &["grain"]).await;
    order_refused(request().softness(0.5), &["softness"]).await;
    order_refused(request().duration("Auto"), &["duration"]).await;
    order_refused(request().anon_user_id("a||b"), &["anon_user_id"]).await;
    order_refused(request().image_references([VideoImageReference::new("a.png")]), &["image_references[0].image_url"])
        .await;
    let reference = VideoReference::new(URL).audio_url("a.wav");
    order_refused(request().video_references([reference]), &["video_references[0].audio_url"]).await;
}
