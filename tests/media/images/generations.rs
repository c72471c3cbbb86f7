//! Image generation with OpenAI's endpoint.

use serde_json::json;
use venice_ai::types::{ImageModeration, ImageResponseFormat, ImageSize, SimpleGenerateImageRequest};

use super::*;

#[tokio::test]
async fn base64_and_data_urls_are_the_same_image() {
    let replies = [
        json!({"created": 1_764_000_000, "data": [{"b64_json": base64(PNG).await}]}),
        json!({"created": 1_764_000_000, "data": [{"url": data_url(PNG).await}]}),
        json!({"created": 1_764_000_000, "data": [{"url": data_url(PNG).await, "b64_json": null}]}),
    ];
    for reply in replies {
        let (server, venice) = answering(Answer::json(200, &reply.to_string()));
        let drawn =
            venice.images().generations(SimpleGenerateImageRequest::new("m", "a canal at night")).await.unwrap();
        let request = server.only();
        assert_eq!((&*request.method, &*request.target), ("POST", "/api/v1/images/generations"));
        assert_eq!(request.json(), json!({"model": "m", "prompt": "a canal at night"}));
        assert_eq!((drawn.created(), drawn.id(), drawn.len()), (Some(1_764_000_000), None, 1));
        let image = drawn.into_image().unwrap();
        assert_eq!((image.content_type().as_deref(), image.extension()), (Some("image/png"), Some("png")));
        assert_eq!(image.bytes().await.unwrap(), PNG);
    }
}

#[tokio::test]
async fn every_field_goes_as_it_was_set() {
    let (server, venice) = answering(Answer::json(200, r#"{"created":0,"data":[]}"#));
    let request = SimpleGenerateImageRequest::new("default", "a canal at night")
        .n(1)
        .size(ImageSize::Size1792x1024)
        .response_format(ImageResponseFormat::Url)
        .moderation(ImageModeration::Low);
    let drawn = venice.images().generations(request).await.unwrap();
    assert_eq!((drawn.created(), drawn.is_empty()), (None, true), "0 is no time");
    let expected = json!({
        "prompt": "a canal at night", "model": "default", "n": 1, "size": "1792x1024", "response_format": "url", "moderation": "low",
    });
    assert_eq!(server.only().json(), expected);
}

#[tokio::test]
async fn flags_of_the_reply_are_those_of_the_image() {
    let headers = [("content-type", "application/json"), ("x-venice-is-blurred", "true")];
    let reply = json!({"created": 1, "data": [{"b64_json": "AQID"}]}).to_string();
    let (_server, venice) = answering(Answer::new(200, &headers, reply));
    let drawn = venice.images().generations(SimpleGenerateImageRequest::new("m", "a canal at night")).await.unwrap();
    assert!(drawn.is_blurred() && drawn.images()[0].is_blurred() && !drawn.is_content_violation());
}

#[tokio::test]
async fn a_url_instead_of_data_is_an_error_that_keeps_it() {
    let url = "https://cdn.example.com/canal.png?signature=5f2c";
    let reply = json!({"created": 1, "data": [{"b64_json": "AQID"}, {"url": url}]});
    let (_server, venice) = answering(Answer::json(200, &reply.to_string()));
    let image = venice
        .images()
        .generations(SimpleGenerateImageRequest::new("m", "a canal at night"))
        .await
        .unwrap()
        .into_iter()
        .nth(1)
        .unwrap();
    assert_eq!((image.content_type(), image.extension()), (None, None));
    let error = image.bytes().await.unwrap_err();
    assert_eq!(error.kind(), venice_ai::ErrorKind::Decode);
    assert_eq!((error.operation(), error.json_path()), (Some("simpleGenerateImage"), Some("data[1].url")));
    assert_eq!(error.body().unwrap(), url.as_bytes());
    assert!(!format!("{error} {error:?}").contains("5f2c"), "a URL may be the right to what it names: {error}");
}
