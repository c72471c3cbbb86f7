//! Upscaling, editing, combining, removing backgrounds: requests and replies.

use serde_json::{Value, json};
use venice_ai::images::Image;
use venice_ai::types::{
    BackgroundRemoveImageRequest, EditImageRequest, ImageAspectRatio, ImageFormat, Level, MultiEditImageRequest,
    UpscaleImageRequest,
};
use venice_ai::{Call, FileInput};

use super::*;
use crate::support::server::Request;
use crate::support::{Folder, KEY};
use crate::uploads::parts;

/// The request of a call; its reply is not checked.
async fn sent(call: impl FnOnce(&Client) -> Call<Image>) -> Request {
    let (server, venice) = answering(file("image/png", &[], PNG));
    let image = call(&venice).await.unwrap();
    assert_eq!(image.content_type().as_deref(), Some("image/png"));
    assert_eq!(image.bytes().await.unwrap(), PNG);
    let request = server.only();
    assert_eq!(request.method, "POST");
    assert_eq!(request.header("authorization").unwrap(), format!("Bearer {KEY}"));
    request
}

/// The parts of a form as `name=value`, files as `name=file name:media type:size`.
fn form(request: &Request) -> Vec<String> {
    let value = |head: &str, key: &str| {
        let rest = head.split_once(&format!("{key}=\""))?.1;
        Some(rest.split_once('"')?.0.to_owned())
    };
    let shown = |(head, contents): (String, Vec<u8>)| {
        let name = value(&head, "; name").unwrap();
        match value(&head, "filename") {
            Some(file) => {
                let media = head.split_once("Content-Type: ").unwrap().1;
                format!("{name}={file}:{media}:{}", contents.len())
            }
            None => format!("{name}={}", String::from_utf8(contents).unwrap()),
        }
    };
    let mut shown: Vec<String> = parts(request).into_iter().map(shown).collect();
    shown.sort();
    shown
}

fn json_body(request: &Request) -> Value {
    assert_eq!(request.header("content-type"), Some("application/json"));
    request.json()
}

#[tokio::test]
async fn an_enlargement_sends_a_file_as_a_form() {
    let folder = Folder::new();
    let path = folder.file("canal.png", PNG);
    let file = format!("image=canal.png:image/png:{}", PNG.len());

    let request = sent(|venice| venice.images().upscale(&*path)).await;
    assert_eq!((&*request.target, form(&request)), ("/api/v1/image/upscale", vec![file.clone()]));
    let request = sent(|venice| venice.images().upscale(path.clone())).await;
    assert_eq!(form(&request), [&*file]);

    let wanted = UpscaleImageRequest::new(Upload::bytes("canal.png", PNG)).scale(4).creativity(0.02);
    let request = sent(|venice| venice.images().upscale(wanted)).await;
    assert_eq!(form(&request), ["creativity=0.02", &*file, "scale=4"]);

    let reader = Upload::blocking_reader("canal.png", PNG).length(PNG.len() as u64);
    let request = sent(|venice| venice.images().upscale(reader)).await;
    assert_eq!(form(&request), [&*file]);
}

#[tokio::test]
async fn an_enlargement_sends_base64_as_json() {
    let base64 = base64(PNG).await;
    for text in [base64.clone(), data_url(PNG).await] {
        let request = sent(|venice| venice.images().upscale(FileInput::text(text))).await;
        assert_eq!(json_body(&request), json!({"image": base64}), "a data: URL goes as the base64 that it holds");
    }
}

#[tokio::test]
async fn a_change_sends_a_file_as_a_form_and_text_as_json() {
    let wanted = EditImageRequest::new(Upload::bytes("canal", JPEG), "make it snow")
        .model("qwen-image-2-edit")
        .aspect_ratio(ImageAspectRatio::Ratio16x9)
        .resolution("2K")
        .output_format(ImageFormat::Webp)
        .safe_mode(false)
        .enhance_prompt(true)
        .disable_prompt_optimization_thinking(true);
    let request = sent(|venice| venice.images().edit(wanted.clone())).await;
    assert_eq!(request.target, "/api/v1/image/edit");
    let expected = [
        "aspect_ratio=16:9".to_owned(),
        "disable_prompt_optimization_thinking=true".to_owned(),
        "enhance_prompt=true".to_owned(),
        format!("image=canal:image/jpeg:{}", JPEG.len()),
        "model=qwen-image-2-edit".to_owned(),
        "output_format=webp".to_owned(),
        "prompt=make it snow".to_owned(),
        "resolution=2K".to_owned(),
        "safe_mode=false".to_owned(),
    ];
    assert_eq!(form(&request), expected);

    let base64 = base64(JPEG).await;
    let url = "https://example.com/canal.jpg".to_owned();
    for (text, image) in [(url.clone(), &url), (base64.clone(), &base64), (data_url(JPEG).await, &base64)] {
        let request =
            sent(|venice| venice.images().edit(EditImageRequest::new(FileInput::text(text), "make it snow"))).await;
        assert_eq!(json_body(&request), json!({"image": image, "prompt": "make it snow"}));
    }
}

#[tokio::test]
async fn images_put_together_go_as_a_form_with_a_retried_field() {
    let images = [Upload::bytes("base.png", PNG), Upload::bytes("mask.webp", WEBP)];
    let wanted = MultiEditImageRequest::new("put them together", images).model("qwen-image-2-edit").quality(Level::Low);
    let request = sent(|venice| venice.images().multi_edit(wanted)).await;
    assert_eq!(request.target, "/api/v1/image/multi-edit");
    let expected = [
        format!("images=base.png:image/png:{}", PNG.len()),
        format!("images=mask.webp:image/webp:{}", WEBP.len()),
        "modelId=qwen-image-2-edit".to_owned(),
        "prompt=put them together".to_owned(),
        "quality=low".to_owned(),
    ];
    assert_eq!(form(&request), expected);
    let names: Vec<String> =
        parts(&request).into_iter().map(|part| part.0).filter(|head| head.contains("images")).collect();
    assert!(names[0].contains("base.png") && names[1].contains("mask.webp"), "the base comes first: {names:?}");
}

#[tokio::test]
async fn images_put_together_go_as_json_where_they_are_texts() {
    let url = "https://example.com/canal.jpg";
    let images = [url.to_owned(), base64(PNG).await, data_url(PNG).await];
    let wanted = MultiEditImageRequest::new("put them together", images.map(FileInput::Text))
        .model("qwen-image-2-edit")
        .resolution("1K");
    let request = sent(|venice| venice.images().multi_edit(wanted)).await;
    let base64 = base64(PNG).await;
    let expected = json!({
        "images": [url, base64, base64], "prompt": "put them together", "modelId": "qwen-image-2-edit", "resolution": "1K",
    });
    assert_eq!(json_body(&request), expected);
}

#[tokio::test]
async fn base64_beside_a_file_goes_as_a_file() {
    let images: [FileInput; 3] = [
        Upload::bytes("base.png", PNG).into(),
        FileInput::text(base64(JPEG).await),
        FileInput::text(data_url(WEBP).await),
    ];
    let request = sent(|venice| venice.images().multi_edit(MultiEditImageRequest::new("together", images))).await;
    let sent: Vec<Vec<u8>> =
        parts(&request).into_iter().filter(|part| part.0.contains("images")).map(|part| part.1).collect();
    assert_eq!(sent, [PNG, JPEG, WEBP]);
    let expected = [
        format!("images=base.png:image/png:{}", PNG.len()),
        format!("images=image-1:image/jpeg:{}", JPEG.len()),
        format!("images=image-2:image/webp:{}", WEBP.len()),
        "prompt=together".to_owned(),
    ];
    assert_eq!(form(&request), expected);
}

#[tokio::test]
async fn a_subject_is_cut_out_of_a_file_of_base64_and_of_a_url() {
    let request = sent(|venice| venice.images().remove_background(Upload::bytes("gondola.jpg", JPEG))).await;
    assert_eq!(request.target, "/api/v1/image/background-remove");
    assert_eq!(form(&request), [format!("image=gondola.jpg:image/jpeg:{}", JPEG.len())]);

    let url = "https://example.com/gondola.jpg";
    let base64 = base64(JPEG).await;
    let ways = [
        BackgroundRemoveImageRequest::from(FileInput::text(url)),
        BackgroundRemoveImageRequest::new().image(FileInput::text(url)),
        BackgroundRemoveImageRequest::new().image_url(url),
    ];
    for wanted in ways {
        let request = sent(|venice| venice.images().remove_background(wanted)).await;
        assert_eq!(json_body(&request), json!({"image_url": url}));
    }
    let ways = [
        BackgroundRemoveImageRequest::from(FileInput::text(&*base64)),
        BackgroundRemoveImageRequest::from(FileInput::text(data_url(JPEG).await)),
        BackgroundRemoveImageRequest::new().image_url(data_url(JPEG).await),
    ];
    for wanted in ways {
        let request = sent(|venice| venice.images().remove_background(wanted)).await;
        assert_eq!(json_body(&request), json!({"image": base64}));
    }
}

#[tokio::test]
async fn a_changed_image_has_its_flags_and_its_prompt() {
    let headers = [
        ("x-venice-is-content-violation", "true"),
        ("x-venice-is-blurred", "true"),
        ("x-venice-enhanced-prompt", "deep%20snow"),
        ("x-venice-model-id", "qwen-image-2-edit"),
    ];
    let (_server, venice) = answering(file("image/jpeg", &headers, JPEG));
    let image =
        venice.images().edit(EditImageRequest::new(FileInput::text("https://a.example/b.png"), "snow")).await.unwrap();
    assert!(image.is_content_violation() && image.is_blurred() && !image.content_flags().minor);
    assert_eq!(image.enhanced_prompt().as_deref(), Some("deep snow"));
    assert_eq!((image.meta().model_id(), image.extension()), (Some("qwen-image-2-edit"), Some("jpg")));
}
