//! Unexpected replies: used as far as possible, otherwise reported.

use venice_ai::types::EditImageRequest;
use venice_ai::{Error, ErrorKind, FileInput};

use super::*;

async fn drawn(answer: Answer) -> Result<venice_ai::images::GeneratedImages, Error> {
    let (_server, venice) = answering(answer);
    venice.images().generate(a_request()).await
}

async fn changed(answer: Answer) -> Result<venice_ai::images::Image, Error> {
    let (_server, venice) = answering(answer);
    venice.images().edit(EditImageRequest::new(FileInput::text("https://example.com/a.png"), "snow")).await
}

#[tokio::test]
async fn what_is_missing_null_or_new_does_no_harm() {
    for reply in [
        r#"{"images":["AQID"]}"#,
        r#"{"images":[null,"AQID"],"id":null,"timing":null,"request":null}"#,
        r#"{"images":["AQID"],"id":"1","timing":{"total":"12","newTime":1},"request":"text","new":[1]}"#,
        r#"{"images":["AQID"],"id":"1","timing":{},"request":{"data":{},"success":true}}"#,
    ] {
        let drawn = drawn(Answer::json(200, reply)).await.unwrap();
        assert_eq!(drawn.len(), 1, "{reply}");
        assert!(drawn.content_flags().is_clear() && drawn.enhanced_prompt().is_none());
        assert_eq!(drawn.into_image().unwrap().bytes().await.unwrap(), &[1, 2, 3][..], "{reply}");
    }
    let none = drawn(Answer::json(200, r#"{"images":[]}"#)).await.unwrap();
    assert_eq!((none.is_empty(), none.id(), none.timing()), (true, None, None));
    let error = drawn(Answer::json(200, "{}")).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Decode && error.message().contains("no `images`"), "{error}");
}

#[tokio::test]
async fn the_content_type_decides_and_not_what_was_asked_for() {
    let answer = file("image/png", &[], PNG);
    assert_eq!(drawn(answer).await.unwrap().into_image().unwrap().bytes().await.unwrap(), PNG);
    let (_server, venice) = answering(Answer::json(200, GENERATED));
    assert_eq!(venice.images().generate(a_request().return_binary(true)).await.unwrap().len(), 2);
}

#[tokio::test]
async fn odd_content_types_are_read_for_what_they_are() {
    for media in ["text/plain", "application/problem+json; charset=utf-8", "text/html"] {
        let drawn = drawn(Answer::new(200, &[("content-type", media)], GENERATED)).await.unwrap();
        assert_eq!(drawn.len(), 2, "{media}");
    }
    assert_eq!(drawn(Answer::new(200, &[], GENERATED)).await.unwrap().len(), 2);
    let large = format!(r#"{{"images":["{}"]}}"#, "AQID".repeat(50_000));
    for headers in [&[][..], &[("content-type", "text/plain")]] {
        let image = drawn(Answer::new(200, headers, &large)).await.unwrap().into_image().unwrap();
        assert_eq!(image.bytes().await.unwrap().len(), 150_000, "{headers:?}");
    }
    for headers in [&[][..], &[("content-type", "IMAGE/PNG; q=1")], &[("content-type", "application/octet-stream")]] {
        let image = changed(Answer::new(200, headers, PNG)).await.unwrap();
        assert_eq!(image.bytes().await.unwrap(), PNG, "{headers:?}");
        let drawn = drawn(Answer::new(200, headers, WEBP)).await.unwrap();
        assert_eq!(drawn.into_image().unwrap().bytes().await.unwrap(), WEBP, "{headers:?}");
    }
    let image = changed(file("IMAGE/PNG; q=1", &[], PNG)).await.unwrap();
    assert_eq!((image.content_type().as_deref(), image.extension()), (Some("image/png"), Some("png")));
    let image = changed(file("image/avif", &[], b"avif")).await.unwrap();
    assert_eq!((image.content_type().as_deref(), image.extension()), (Some("image/avif"), None));
}

#[tokio::test]
async fn the_page_of_a_gateway_is_not_an_image() {
    let page = "<html><head><title>Just a moment</title></head></html>";
    let error = changed(Answer::html(200, page)).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.operation(), error.status().unwrap().as_u16()),
        (ErrorKind::Decode, Some("editImage"), 200)
    );
    assert!(error.message().contains("text/html") && error.message().contains("Just a moment"), "{error}");
    assert_eq!(error.body().unwrap(), page.as_bytes());

    let error = drawn(Answer::html(200, page)).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Decode && error.message().contains("Just a moment"), "{error}");
}

#[tokio::test]
async fn json_is_not_a_changed_image() {
    let error = changed(Answer::json(200, r#"{"error":"queued"}"#)).await.unwrap_err();
    assert_eq!((error.message(), error.status().unwrap().as_u16()), ("queued", 200));
    let error = changed(Answer::json(200, r#"{"status":"queued"}"#)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.message().contains("application/json"), "{error}");
    assert_eq!(&error.body().unwrap()[..], br#"{"status":"queued"}"#);
}

#[tokio::test]
async fn an_empty_file_is_not_an_image() {
    for headers in [&[][..], &[("content-type", "image/png")]] {
        for error in [
            changed(Answer::new(200, headers, "")).await.unwrap_err(),
            drawn(Answer::new(200, headers, "")).await.unwrap_err(),
        ] {
            assert!(error.kind() == ErrorKind::Decode && error.message().contains("empty body"), "{error}");
        }
    }
}

#[tokio::test]
async fn errors_of_the_api_keep_what_it_says() {
    let reply = r#"{"error":"Invalid request parameters","details":{"image":{"_errors":["Image too small"]}}}"#;
    let error = changed(Answer::json(400, reply)).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidRequest, Some("editImage")));
    assert_eq!(error.field_errors()[0].field, "image");
    let error = drawn(Answer::json(402, r#"{"error":"Insufficient USD or Diem balance to complete request"}"#)).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::InsufficientBalance);
    assert_eq!(
        drawn(Answer::json(415, r#"{"error":"Invalid content type"}"#)).await.unwrap_err().status().unwrap(),
        415
    );
}
