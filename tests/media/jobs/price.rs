//! Price limits.

use venice_ai::ErrorKind;

use super::{deleted, paths, queued, request, serving, venice, video};
use crate::support::{Answer, Server, TestClock, amount};

fn server(quote: &str) -> Server {
    serving([
        ("/video/quote", vec![Answer::json(200, quote)]),
        ("/video/queue", vec![queued()]),
        ("/video/retrieve", vec![video()]),
        ("/video/complete", vec![deleted()]),
    ])
}

#[tokio::test]
async fn a_price_within_the_limit_is_queued() {
    for quote in [r#"{"quote":0.5}"#, r#"{"quote":"0.25"}"#, r#"{"quote":0}"#] {
        let server = server(quote);
        let video = venice(&server, &TestClock::without_jitter()).video().generate(request()).with_price_limit(0.5);
        drop(video.await.unwrap());
        assert_eq!(paths(&server), ["POST /video/quote", "POST /video/queue", "POST /video/retrieve"], "{quote}");
    }
}

#[tokio::test]
async fn a_price_above_the_limit_is_rejected_and_nothing_is_queued() {
    let server = server(r#"{"quote":0.51}"#);
    let video = venice(&server, &TestClock::without_jitter()).video().generate(request()).with_price_limit(0.5);
    let error = video.await.unwrap_err();
    assert_eq!((error.kind(), error.job()), (ErrorKind::PriceLimit, None));
    let price = error.price_above_limit().unwrap();
    assert_eq!((Some(price.price_usd), Some(price.limit_usd)), (amount("0.51"), amount("0.5")));
    assert!(error.to_string().contains("0.51 USD") && error.to_string().contains("nothing was queued"), "{error}");
    assert_eq!(paths(&server), ["POST /video/quote"]);
}

#[tokio::test]
async fn no_price_is_not_a_price_of_nothing() {
    for quote in ["{}", r#"{"quote":null}"#, r#"{"quote":"a lot"}"#, r#"{"quote":-0.1}"#] {
        let server = server(quote);
        let venice = venice(&server, &TestClock::without_jitter());
        let error = venice.video().generate(request()).with_price_limit(0.5).await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Decode, Some("quoteVideo")), "{quote}: {error}");
        assert_eq!(paths(&server), ["POST /video/quote"]);
        assert!(venice.video().quote("laguna-video").await.is_err());
    }
}

#[tokio::test]
async fn a_limit_that_is_none_is_rejected_before_anything_is_sent() {
    for limit in [f64::NAN, f64::INFINITY, -0.1] {
        let server = server(r#"{"quote":0.5}"#);
        let video = venice(&server, &TestClock::without_jitter()).video().generate(request()).with_price_limit(limit);
        assert_eq!(video.await.unwrap_err().kind(), ErrorKind::InvalidRequest);
        assert_eq!(server.connections(), 0);
    }
}

#[tokio::test]
async fn the_quote_is_for_what_is_queued() {
    use venice_ai::types::{VideoAspectRatio, VideoDuration, VideoResolution};

    let server = server(r#"{"quote":0.5}"#);
    let request = request()
        .duration(VideoDuration::Seconds8)
        .aspect_ratio(VideoAspectRatio::Ratio16x9)
        .resolution(VideoResolution::P1080)
        .audio(false)
        .negative_prompt("rain")
        .image_url("https://example.com/lagoon.jpg");
    let video = venice(&server, &TestClock::without_jitter()).video().generate(request).with_price_limit(1.0);
    drop(video.await.unwrap());
    let quoted = server.requests()[0].json();
    let expected = serde_json::json!({"model": "laguna-video", "duration": "8s", "aspect_ratio": "16:9",
        "resolution": "1080p", "audio": false});
    assert_eq!(quoted, expected);
}

#[tokio::test]
async fn reference_videos_whose_length_is_not_known_have_no_price() {
    let server = server(r#"{"quote":0.5}"#);
    let request = request().reference_video_urls(["https://example.com/waves.mp4"]);
    let venice = venice(&server, &TestClock::without_jitter());
    let error = venice.video().generate(request.clone()).with_price_limit(1.0).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidRequest, Some("quoteVideo")));
    assert_eq!(error.field_errors()[0].field, "reference_video_urls");
    assert_eq!(server.connections(), 0);
    drop(venice.video().generate(request).await.unwrap());
}
