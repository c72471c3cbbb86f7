//! Images of the mock, which can be sent back.

use venice_ai::FileInput;
use venice_ai::types::{
    EditImageRequest, ImageFormat, ImageResponseFormat, MultiEditImageRequest, SimpleGenerateImageRequest,
};
use venice_ai_mock::{Fault, MockVenice};

use super::*;
use crate::support::Folder;

fn drawing() -> GenerateImageRequest {
    GenerateImageRequest::new("default", "a canal at night")
}

#[tokio::test]
async fn a_drawing_comes_in_the_format_that_was_asked_for() {
    let mock = MockVenice::start().await.unwrap();
    let venice = mock.client();
    for (format, extension) in [(ImageFormat::Png, "png"), (ImageFormat::Jpeg, "jpg"), (ImageFormat::Webp, "webp")] {
        for binary in [false, true] {
            let request = drawing().format(format.clone()).return_binary(binary);
            let drawn = venice.images().generate(request).await.unwrap();
            assert_eq!((drawn.id().is_some(), drawn.timing().is_some()), (!binary, !binary));
            assert!(drawn.content_flags().is_clear() && drawn.meta().model_id() == Some("murano-image"));
            assert_eq!(drawn.into_image().unwrap().extension(), Some(extension), "{format:?}, binary: {binary}");
        }
    }
    let drawn = venice.images().generate(drawing().variants(3).enhance_prompt(true)).await.unwrap();
    assert_eq!((drawn.len(), drawn.request().unwrap()["data"]["variants"].as_u64()), (3, Some(3)));
    assert!(drawn.enhanced_prompt().unwrap().starts_with("a canal at night, "));
    assert_eq!(drawn.images()[2].extension(), Some("webp"));
}

#[tokio::test]
async fn a_drawing_in_the_other_form_is_base64_or_a_data_url() {
    let mock = MockVenice::start().await.unwrap();
    let venice = mock.client();
    for form in [ImageResponseFormat::B64Json, ImageResponseFormat::Url] {
        let request = SimpleGenerateImageRequest::new("no such model", "a canal").response_format(form);
        let drawn = venice.images().generations(request).await.unwrap();
        assert!(drawn.created().is_some() && drawn.meta().model_id() == Some("murano-image"));
        assert_eq!(drawn.into_image().unwrap().bytes().await.unwrap(), PNG);
    }
}

#[tokio::test]
async fn a_generated_image_can_be_edited() {
    let mock = MockVenice::start().await.unwrap();
    let (venice, folder) = (mock.client(), Folder::new());
    let path = folder.join("canal.webp");
    venice
        .images()
        .generate(drawing().return_binary(true))
        .await
        .unwrap()
        .into_image()
        .unwrap()
        .save(&path)
        .await
        .unwrap();

    let edit = || EditImageRequest::new(&*path, "make it snow");
    assert_eq!(venice.images().edit(edit()).await.unwrap().extension(), Some("png"));
    assert_eq!(venice.images().edit(edit().resolution("2K")).await.unwrap().extension(), Some("jpg"));
    let webp = edit().resolution("2K").output_format(ImageFormat::Webp).enhance_prompt(true);
    let changed = venice.images().edit(webp).await.unwrap();
    assert_eq!(changed.extension(), Some("webp"));
    assert!(changed.enhanced_prompt().unwrap().starts_with("make it snow, "));
    assert_eq!(changed.bytes().await.unwrap(), WEBP);

    let together = MultiEditImageRequest::new("together", [&*path, &*path]).model("canaletto-edit");
    assert_eq!(venice.images().multi_edit(together).await.unwrap().bytes().await.unwrap(), PNG);
    assert_eq!(venice.images().upscale(&*path).await.unwrap().bytes().await.unwrap(), PNG);
    assert_eq!(venice.images().remove_background(&*path).await.unwrap().bytes().await.unwrap(), PNG);
    assert!(venice.images().styles().await.unwrap().contains(&"Watercolor".to_owned()));

    let asked: Vec<_> = mock.requests().iter().filter_map(|request| request.operation).collect();
    assert_eq!(asked[4..], ["multiEditImage", "upscaleImage", "backgroundRemoveImage", "listImageStyles"]);
}

#[tokio::test]
async fn every_form_of_a_request_gets_every_format() {
    let mock = MockVenice::start().await.unwrap();
    let venice = mock.client();
    let inputs: [FileInput; 2] = [Upload::bytes("canal.png", PNG).into(), FileInput::text(base64(PNG).await)];
    for input in inputs {
        for (format, bytes) in [(ImageFormat::Png, PNG), (ImageFormat::Jpeg, JPEG), (ImageFormat::Webp, WEBP)] {
            let edit = EditImageRequest::new(input.clone(), "make it snow").output_format(format.clone());
            assert_eq!(venice.images().edit(edit).await.unwrap().bytes().await.unwrap(), bytes);
            let together = MultiEditImageRequest::new("together", [input.clone(), input.clone()]).output_format(format);
            assert_eq!(venice.images().multi_edit(together).await.unwrap().bytes().await.unwrap(), bytes);
        }
        let enlarged = venice.images().upscale(input.clone()).await.unwrap();
        assert_eq!(enlarged.bytes().await.unwrap(), PNG);
        assert_eq!(venice.images().remove_background(input).await.unwrap().bytes().await.unwrap(), PNG);
    }
}

#[tokio::test]
async fn images_cost_something() {
    let mock = MockVenice::start().await.unwrap();
    let venice = mock.client();
    let usd = |meta: &venice_ai::Meta| meta.balances().usd.unwrap().to_f64();
    let before = venice.images().generate(drawing().variants(4)).with_meta().await.unwrap();
    let after = venice.images().upscale(Upload::bytes("a.png", PNG)).await.unwrap();
    assert!(usd(&before.meta) > usd(after.meta()));
}

#[tokio::test]
async fn flags_are_a_fault_with_the_status_of_a_success() {
    let mock = MockVenice::start().await.unwrap();
    let violation =
        Fault::status(200).header("x-venice-is-content-violation", "true").header("content-type", "image/png");
    mock.fault(violation.body(PNG).on("generateImage"));
    let drawn = mock.client().images().generate(drawing().return_binary(true)).await.unwrap();
    assert!(drawn.is_content_violation());
    assert_eq!(drawn.into_image().unwrap().bytes().await.unwrap(), PNG);
}
