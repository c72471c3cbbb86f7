//! Videos: requests and replies.

use serde_json::json;
use venice_ai::jobs::JobHandle;
use venice_ai::types::{
    CameraKeyframe, Keyframe, OmniReferenceTask, QueueVideoRequest, QuoteVideoRequest, RetrieveJobRequest,
    VideoAspectRatio, VideoDuration, VideoElement, VideoImageReference, VideoResolution,
};
use venice_ai::{Call, Client, ErrorKind};

use crate::support::replying;
use crate::support::{Answer, Server, TestClock, client, once};

#[tokio::test]
async fn a_price_is_asked_for() {
    let (server, venice) = replying(Answer::json(200, r#"{"quote":0.325,"currency":"USD"}"#));
    let request = QuoteVideoRequest::new("laguna-video")
        .duration(VideoDuration::Seconds5)
        .aspect_ratio(VideoAspectRatio::Ratio16x9)
        .resolution(VideoResolution::P720)
        .audio(false)
        .reference_video_total_duration(12.5);
    assert_eq!(venice.video().quote(request).await.unwrap().usd.to_string(), "0.325");
    let expected = json!({"model": "laguna-video", "duration": "5s", "aspect_ratio": "16:9", "resolution": "720p",
        "audio": false, "reference_video_total_duration": 12.5});
    assert_eq!(server.only().posted("/video/quote"), expected);
}

#[tokio::test]
async fn a_quote_is_retried_and_queueing_is_not() {
    let server = Server::answering([Answer::nothing(), Answer::json(200, r#"{"quote":1}"#)]);
    let venice = crate::support::client(&server, &crate::support::TestClock::without_jitter());
    assert_eq!(venice.video().quote("laguna-video").await.unwrap().usd.to_string(), "1");
    assert_eq!(server.count(), 2);
    let server = Server::answering([Answer::nothing()]);
    let venice = crate::support::client(&server, &crate::support::TestClock::without_jitter());
    assert_eq!(venice.video().queue("laguna-video").await.unwrap_err().kind(), ErrorKind::Transport);
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_queue_request_has_all_fields() {
    let (server, venice) = replying(Answer::json(200, r#"{"model":"laguna-video","queue_id":"q-1","new":[]}"#));
    let url = "https://example.com/a";
    let data = "data:image/png;base64,iVBORw0KGgo=";
    let request = QueueVideoRequest::new("laguna-video")
        .prompt("Fog over a lagoon with @Element1")
        .negative_prompt("rain")
        .duration(VideoDuration::from_wire("45s"))
        .aspect_ratio(VideoAspectRatio::Ratio21x9)
        .resolution(VideoResolution::FourK)
        .upscale_factor(2)
        .audio(true)
        .image_url(data)
        .end_image_url(url)
        .audio_url(url)
        .video_url(url)
        .reference_image_urls([url])
        .reference_video_urls([url])
        .reference_audio_urls([url])
        .reference_document_urls([url])
        .elements([VideoElement::new().frontal_image_url(url).reference_image_urls([url]).video_url(url)])
        .scene_image_urls([url])
        .keyframes([Keyframe::new(url, 24)])
        .omni_reference_task_type(OmniReferenceTask::Extend);
    let job = venice.video().queue(request).await.unwrap();
    assert_eq!(job, JobHandle::video("laguna-video", "q-1"));
    let expected = json!({
        "model": "laguna-video", "prompt": "Fog over a lagoon with @Element1", "negative_prompt": "rain",
        "duration": "45s", "aspect_ratio": "21:9", "resolution": "4k", "upscale_factor": 2, "audio": true,
        "image_url": data, "end_image_url": url, "audio_url": url, "video_url": url,
        "reference_image_urls": [url], "reference_video_urls": [url], "reference_audio_urls": [url],
        "reference_document_urls": [url],
        "elements": [{"frontal_image_url": url, "reference_image_urls": [url], "video_url": url}],
        "scene_image_urls": [url], "keyframes": [{"frame_index": 24, "image_url": url}],
        "omni_reference_task_type": "extend",
    });
    assert_eq!(server.only().posted("/video/queue"), expected);
}

#[tokio::test]
async fn a_video_is_enlarged_without_prompt_and_duration() {
    let (server, venice) = replying(Answer::json(200, r#"{"queue_id":"q-1"}"#));
    let request = QueueVideoRequest::new("upscaler").video_url("https://example.com/a.mp4").upscale_factor(4);
    let job = venice.video().queue(request).await.unwrap();
    assert_eq!(job, JobHandle::video("upscaler", "q-1"), "the reply left the model out");
    let expected = json!({"model": "upscaler", "video_url": "https://example.com/a.mp4", "upscale_factor": 4});
    assert_eq!(server.only().posted("/video/queue"), expected);
}

#[tokio::test]
async fn an_empty_download_url_is_none() {
    for url in ["null", "\"\""] {
        let body = format!(r#"{{"model":"laguna-video","queue_id":"q-1","download_url":{url}}}"#);
        let (_server, venice) = replying(Answer::json(200, &body));
        assert!(venice.video().queue("laguna-video").await.unwrap().download_url().is_none());
    }
}

#[tokio::test]
async fn the_plain_calls_take_requests_of_their_own() {
    let (server, venice) = replying(Answer::json(200, r#"{"status":"PROCESSING"}"#));
    let request = RetrieveJobRequest::new("laguna-video", "q-1").delete_media_on_completion(true);
    drop(venice.video().retrieve(request).await.unwrap());
    let expected = json!({"model": "laguna-video", "queue_id": "q-1", "delete_media_on_completion": true});
    assert_eq!(server.only().posted("/video/retrieve"), expected);

    let (server, venice) = replying(Answer::json(200, r#"{"success":true}"#));
    assert!(venice.video().complete(&JobHandle::video("laguna-video", "q-1")).await.unwrap());
    assert_eq!(server.only().posted("/video/complete"), json!({"model": "laguna-video", "queue_id": "q-1"}));
}

#[tokio::test]
async fn places_where_a_model_is_not_offered_and_large_requests_are_reported() {
    let (_server, venice) = replying(Answer::json(403, r#"{"error":"Not available in your region"}"#));
    assert_eq!(venice.video().queue("laguna-video").await.unwrap_err().kind(), ErrorKind::Permission);
    let (_server, venice) = replying(Answer::json(413, r#"{"code":"PAYLOAD_TOO_LARGE","error":"Too large"}"#));
    assert_eq!(venice.video().queue("laguna-video").await.unwrap_err().kind(), ErrorKind::PayloadTooLarge);
    let body = r#"{"error":"The prompt violates the content policies","suggested_prompt":"Clear sky"}"#;
    let (_server, venice) = replying(Answer::json(422, body));
    let error = venice.video().queue("laguna-video").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ContentPolicy);
    assert_eq!(error.content_policy().unwrap().suggested_prompt.as_deref(), Some("Clear sky"));
}

#[cfg(feature = "blocking")]
#[test]
fn all_of_it_works_without_async() {
    let server = Server::start(|_, request| match request.target.rsplit('/').next() {
        Some("quote") => Answer::json(200, r#"{"quote":1}"#),
        Some("queue") => Answer::json(200, r#"{"model":"m","queue_id":"q"}"#),
        Some("retrieve") => Answer::json(200, r#"{"status":"QUEUED"}"#),
        Some("complete") => Answer::json(200, r#"{"success":true}"#),
        _ => Answer::nothing(),
    });
    let venice = once(&server);
    assert_eq!(venice.video().quote("m").send_blocking().unwrap().usd.to_string(), "1");
    let job = venice.video().queue("m").send_blocking().unwrap();
    assert!(matches!(venice.video().retrieve(&job).send_blocking().unwrap(), venice_ai::jobs::Retrieved::Progress(_)));
    assert!(venice.video().complete(&job).send_blocking().unwrap());
}

#[tokio::test]
async fn what_deletes_the_video_as_it_sends_it_is_not_retried_after_a_failure_that_leaves_that_open() {
    let request = |deletes| RetrieveJobRequest::new("laguna-video", "q-1").delete_media_on_completion(deletes);
    for (answer, sent) in [
        (Answer::nothing(), 1),
        (Answer::html(502, "<html>"), 1),
        (Answer::html(503, "<html>"), 1),
        (Answer::json(500, r#"{"error":"no"}"#), 1),
        (Answer::json(429, r#"{"error":"Rate limit exceeded"}"#), 3),
        (Answer::json(503, r#"{"error":"busy"}"#), 3),
    ] {
        let count = async |call: &dyn Fn(&Client) -> Call<()>| {
            let server = Server::answering([answer.clone()]);
            call(&client(&server, &TestClock::without_jitter())).await.unwrap_err();
            server.count()
        };
        assert_eq!(count(&|venice| venice.video().retrieve(request(true)).map(drop)).await, sent, "{answer:?}");
        assert_eq!(count(&|venice| venice.audio().retrieve(request(true)).map(drop)).await, sent, "{answer:?}");
        assert_eq!(count(&|venice| venice.raw().retrieve_video(&request(true)).map(drop)).await, sent, "{answer:?}");
        assert_eq!(count(&|venice| venice.raw().retrieve_audio(&request(true)).map(drop)).await, sent, "{answer:?}");
        let asked = RetrieveJobRequest::new("laguna-video", "q-1");
        let added = |venice: &Client| {
            venice.video().retrieve(asked.clone()).with_extra_body("delete_media_on_completion", true).map(drop)
        };
        assert_eq!(count(&added).await, sent, "{answer:?}");
        assert_eq!(count(&|venice| venice.video().retrieve(request(false)).map(drop)).await, 3, "{answer:?}");
    }
}

#[tokio::test]
async fn enhancement_and_camera_are_sent_as_they_are_set() {
    let (server, venice) = replying(Answer::json(200, r#"{"queue_id":"q-1"}"#));
    let request = QueueVideoRequest::new("topaz")
        .video_url("https://example.com/a.mp4")
        .resolution("1x")
        .enhancement_model("Proteus")
        .target_fps(60)
        .slowdown_factor(2)
        .noise(0.25)
        .h264_output(true)
        .output_format("prores");
    venice.video().queue(request).await.unwrap();
    let sent = json!({"model": "topaz", "video_url": "https://example.com/a.mp4", "resolution": "1x",
        "enhancement_model": "Proteus", "target_fps": 60, "slowdown_factor": 2, "noise": 0.25, "h264_output": true,
        "output_format": "prores"});
    assert_eq!(server.only().posted("/video/queue"), sent);

    let (server, venice) = replying(Answer::json(200, r#"{"queue_id":"q-1"}"#));
    let request = QueueVideoRequest::new("angles")
        .image_url("https://example.com/a.png")
        .camera_trajectory([CameraKeyframe::new(0.0, 0.0, 0.0, 1.0), CameraKeyframe::new(1.0, 45.0, 10.0, 1.5)])
        .image_references([VideoImageReference::new("https://example.com/b.png").type_("background").ref_name("bay")])
        .bitrate_mode("high");
    venice.video().queue(request).await.unwrap();
    let sent = json!({"model": "angles", "image_url": "https://example.com/a.png", "camera_trajectory": [
        {"time": 0.0, "azimuth": 0.0, "elevation": 0.0, "distance": 1.0},
        {"time": 1.0, "azimuth": 45.0, "elevation": 10.0, "distance": 1.5}],
        "image_references": [{"image_url": "https://example.com/b.png", "type": "background", "ref_name": "bay"}],
        "bitrate_mode": "high"});
    assert_eq!(server.only().posted("/video/queue"), sent);
}

#[tokio::test]
async fn a_price_limit_asks_with_what_makes_the_price_of_an_enhancement() {
    let (server, venice) = replying(Answer::json(200, r#"{"quote":9}"#));
    let request = QueueVideoRequest::new("topaz").enhancement_model("Proteus").target_fps(60).slowdown_factor(2);
    let error = venice.video().generate(request).with_price_limit(1.0).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PriceLimit);
    let asked = json!({"model": "topaz", "enhancement_model": "Proteus", "target_fps": 60, "slowdown_factor": 2});
    assert_eq!(server.only().posted("/video/quote"), asked);
}
