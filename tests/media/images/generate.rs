//! Image generation with the API's own endpoint.

use serde_json::json;
use venice_ai::ErrorKind;
use venice_ai::types::{ImageFormat, Level, StyleReference};

use super::*;
use crate::support::KEY;

#[tokio::test]
async fn a_drawing_as_json_is_read_with_its_facts() {
    let headers = [
        ("content-type", "application/json; charset=utf-8"),
        ("x-venice-is-blurred", "true"),
        ("x-venice-is-content-violation", "false"),
        ("x-venice-enhanced-prompt", "a%20canal%2C%20caff%C3%A8"),
        ("cf-ray", "8f00-VCE"),
    ];
    let (server, venice) = answering(Answer::new(200, &headers, GENERATED));
    let drawn = venice.images().generate(a_request().variants(2)).await.unwrap();

    let request = server.only();
    assert_eq!((&*request.method, &*request.target), ("POST", "/api/v1/image/generate"));
    assert_eq!(request.header("authorization").unwrap(), format!("Bearer {KEY}"));
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(
        request.json(),
        json!({"model": "z-image-turbo", "prompt": "a canal at night", "variants": 2}),
        "nothing is sent that was not set"
    );

    assert_eq!((drawn.len(), drawn.is_empty(), drawn.images().len()), (2, false, 2));
    assert_eq!(drawn.id(), Some("generate-image-1764000000000"));
    assert_eq!(drawn.timing().unwrap().total, 1845.5);
    assert_eq!(drawn.timing().unwrap().inference_queue_time, 3.0);
    assert_eq!(drawn.request().unwrap()["data"]["width"], 1024);
    assert_eq!(drawn.extra()["brand_new"]["tide"], "high");
    assert_eq!(drawn.created(), None);
    assert!(drawn.is_blurred() && !drawn.is_content_violation());
    assert_eq!(drawn.enhanced_prompt().unwrap(), "a canal, caffè");
    assert_eq!(drawn.meta().request_id(), Some("8f00-VCE"));

    let images: Vec<_> = drawn.into_iter().collect();
    assert!(images.iter().all(|image| image.is_blurred() && image.enhanced_prompt().is_some()));
    assert_eq!(images[1].meta().request_id(), Some("8f00-VCE"));
    let mut bytes = Vec::new();
    for image in images {
        bytes.push(image.bytes().await.unwrap());
    }
    assert_eq!(bytes, [&[1, 2, 3, 4][..], &[5, 6, 7, 8]]);
}

#[tokio::test]
async fn a_drawing_as_bytes_is_the_same_type() {
    let headers =
        [("x-venice-is-content-violation", "true"), ("x-venice-contains-minor", "true"), ("cf-ray", "8f00-VCE")];
    let (server, venice) = answering(file("image/webp", &headers, WEBP));
    let drawn = venice.images().generate(a_request().return_binary(true)).await.unwrap();

    let request = server.only();
    assert_eq!(request.json()["return_binary"], true);
    let accept = request.header("accept").unwrap();
    assert!(accept.contains("image/webp") && accept.contains("application/json"), "{accept}");

    assert_eq!((drawn.len(), drawn.id(), drawn.timing(), drawn.request()), (1, None, None, None));
    assert!(drawn.is_content_violation() && !drawn.is_blurred());
    assert!(drawn.content_flags().minor && !drawn.content_flags().is_clear());
    assert_eq!(drawn.meta().request_id(), Some("8f00-VCE"));
    let image = drawn.into_image().unwrap();
    assert_eq!((image.content_type().as_deref(), image.extension()), (Some("image/webp"), Some("webp")));
    assert!(image.is_content_violation() && image.content_flags().minor);
    assert_eq!(image.bytes().await.unwrap(), WEBP);
}

#[tokio::test]
async fn every_field_goes_as_it_was_set() {
    let (server, venice) = answering(Answer::json(200, GENERATED));
    let style = StyleReference::new(data_url(JPEG).await).strength(0.8);
    let request = a_request()
        .negative_prompt("people")
        .width(1280)
        .height(768)
        .format(ImageFormat::Png)
        .cfg_scale(7.5)
        .steps(20)
        .lora_strength(50)
        .seed(-7)
        .style_preset("Watercolor")
        .style_references([style.clone(), StyleReference::new("https://example.com/style.png")])
        .safe_mode(false)
        .hide_watermark(true)
        .embed_exif_metadata(true)
        .quality(Level::High)
        .enable_web_search(true)
        .enhance_prompt(true)
        .disable_prompt_optimization_thinking(true)
        .aspect_ratio("16:9")
        .resolution("2K");
    venice.images().generate(request).await.unwrap();
    let expected = json!({
        "model": "z-image-turbo", "prompt": "a canal at night", "negative_prompt": "people", "width": 1280, "height": 768,
        "format": "png", "cfg_scale": 7.5, "steps": 20, "lora_strength": 50, "seed": -7, "style_preset": "Watercolor",
        "style_references": [{"image": style.image, "strength": 0.8}, {"image": "https://example.com/style.png"}],
        "safe_mode": false, "hide_watermark": true, "embed_exif_metadata": true, "quality": "high", "enable_web_search": true,
        "enhance_prompt": true, "disable_prompt_optimization_thinking": true, "aspect_ratio": "16:9", "resolution": "2K",
    });
    assert_eq!(server.only().json(), expected);
}

#[tokio::test]
async fn a_violation_that_left_no_image_is_reported_as_such() {
    let headers =
        [("content-type", "application/json"), ("x-venice-is-content-violation", "true"), ("cf-ray", "8f00-VCE")];
    let (_server, venice) = answering(Answer::new(200, &headers, r#"{"id":"1","images":[]}"#));
    let drawn = venice.images().generate(a_request()).await.unwrap();
    assert!(drawn.is_content_violation() && drawn.is_empty());
    let error = drawn.into_image().unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::ContentPolicy, Some("generateImage")));
    assert_eq!(error.request_id(), Some("8f00-VCE"));

    let (_server, venice) = answering(Answer::json(200, r#"{"id":"1","images":[]}"#));
    let error = venice.images().generate(a_request()).await.unwrap().into_image().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
}

#[tokio::test]
async fn styles_are_listed_without_a_key() {
    for reply in
        [include_str!("../../fixtures/replies/image_styles.json"), r#"["3D Model","Analog Film","Watercolor"]"#]
    {
        let server = Server::answering([Answer::json(200, reply)]);
        let venice = Client::builder().base_url(server.url("/api/v1")).build().unwrap();
        assert_eq!(venice.images().styles().await.unwrap(), ["3D Model", "Analog Film", "Watercolor"]);
        let request = server.only();
        assert_eq!((&*request.method, &*request.target), ("GET", "/api/v1/image/styles"));
        assert_eq!(request.header("authorization"), None);
    }
}
