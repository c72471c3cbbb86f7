//! Invalid requests are rejected before sending, with operation and field.

use std::path::Path;

use venice_ai::types::{
    BackgroundRemoveImageRequest, EditImageRequest, MultiEditImageRequest, SimpleGenerateImageRequest, StyleReference,
    UpscaleImageRequest,
};
use venice_ai::{Call, Error, ErrorKind, FileInput};

use super::*;
use crate::support::Folder;
use crate::support::refused::refused_for;

const MEGABYTE: usize = 1024 * 1024;

async fn drawing_refused(request: GenerateImageRequest, fields: &[&str]) -> Error {
    refused_for(|venice| venice.images().generate(request), "generateImage", fields).await
}

async fn generation_refused(request: SimpleGenerateImageRequest, field: &str) -> Error {
    refused_for(|venice| venice.images().generations(request), "simpleGenerateImage", &[field]).await
}

async fn enlargement_refused(request: impl Into<UpscaleImageRequest>, field: &str) -> Error {
    let request = request.into();
    refused_for(|venice| venice.images().upscale(request), "upscaleImage", &[field]).await
}

async fn change_refused(request: EditImageRequest, field: &str) -> Error {
    refused_for(|venice| venice.images().edit(request), "editImage", &[field]).await
}

async fn together_refused(request: MultiEditImageRequest, fields: &[&str]) -> Error {
    refused_for(|venice| venice.images().multi_edit(request), "multiEditImage", fields).await
}

async fn cutting_out_refused(request: impl Into<BackgroundRemoveImageRequest>, field: &str) -> Error {
    let request = request.into();
    refused_for(|venice| venice.images().remove_background(request), "backgroundRemoveImage", &[field]).await
}

/// Whether the same call reaches the server.
async fn is_sent<T: std::fmt::Debug>(call: impl FnOnce(&Client) -> Call<T>) -> bool {
    let (server, venice) = answering(file("image/png", &[], PNG));
    call(&venice).await.unwrap();
    server.count() == 1
}

fn edit(image: impl Into<FileInput>) -> EditImageRequest {
    EditImageRequest::new(image, "make it snow")
}

#[tokio::test]
async fn a_drawing_has_limits() {
    drawing_refused(GenerateImageRequest::new("", "a canal"), &["model"]).await;
    drawing_refused(GenerateImageRequest::new(" \t", "a canal"), &["model"]).await;
    drawing_refused(GenerateImageRequest::new("z-image-turbo", ""), &["prompt"]).await;
    drawing_refused(GenerateImageRequest::new("z-image-turbo", "x".repeat(32_769)), &["prompt"]).await;
    drawing_refused(a_request().negative_prompt("é".repeat(7501)), &["negative_prompt"]).await;
    for size in [0, -1, 1281] {
        drawing_refused(a_request().width(size).height(size), &["height", "width"]).await;
    }
    for variants in [0, 5] {
        drawing_refused(a_request().variants(variants), &["variants"]).await;
    }
    for scale in [0.0, 20.01, f64::NAN] {
        drawing_refused(a_request().cfg_scale(scale), &["cfg_scale"]).await;
    }
    for strength in [-1, 101] {
        drawing_refused(a_request().lora_strength(strength), &["lora_strength"]).await;
    }
    for seed in [1_000_000_000, -1_000_000_000] {
        drawing_refused(a_request().seed(seed), &["seed"]).await;
    }
}

#[tokio::test]
async fn several_variants_do_not_come_as_bytes() {
    for variants in [1, 4] {
        let error = drawing_refused(a_request().variants(variants).return_binary(true), &["variants"]).await;
        assert!(error.message().contains("return_binary"), "{error}");
    }
    assert!(is_sent(|venice| venice.images().generate(a_request().variants(4).return_binary(false))).await);
    let call = |venice: &Client| venice.images().generate(a_request().variants(4).return_binary(true));
    assert!(is_sent(|venice| call(venice).with_validation(false)).await, "the check can be turned off");
}

#[tokio::test]
async fn a_style_reference_is_an_image_of_less_than_8_megabytes() {
    let styled = |image: String, strength| {
        let style = StyleReference::new(image).strength(strength);
        a_request().style_references([StyleReference::new("https://example.com/a.png"), style])
    };
    let place = "style_references[1].image";
    for image in ["", "style.png", "/home/me/style.jpg"] {
        drawing_refused(styled(image.to_owned(), 0.5), &[place]).await;
    }
    let error = drawing_refused(styled("A".repeat(8 * MEGABYTE / 3 * 4 + 4), 0.5), &[place]).await;
    assert!(error.message().contains("8388607"), "{error}");
    let document = Upload::bytes("style.pdf", "%PDF-1.7").to_data_url().await.unwrap();
    let error = drawing_refused(styled(document, 0.5), &[place]).await;
    assert!(error.message().contains("application/pdf"), "{error}");
    for strength in [0.0, 0.09, 1.01] {
        drawing_refused(styled(data_url(PNG).await, strength), &["style_references[1].strength"]).await;
    }
    // Only the other field is reported.
    let fits = styled("A".repeat((8 * MEGABYTE - 1) / 3 * 4), 1.0);
    drawing_refused(fits.seed(1_000_000_000), &["seed"]).await;
}

#[tokio::test]
async fn all_that_is_wrong_is_reported_at_once() {
    let request = a_request().width(0).variants(2).return_binary(true).style_references([StyleReference::new("")]);
    drawing_refused(request, &["width", "style_references[0].image", "variants"]).await;
}

#[tokio::test]
async fn a_drawing_in_the_other_form_has_limits() {
    generation_refused(SimpleGenerateImageRequest::new("m", ""), "prompt").await;
    generation_refused(SimpleGenerateImageRequest::new("m", "x".repeat(1501)), "prompt").await;
    let a_request = || SimpleGenerateImageRequest::new("m", "a canal at night");
    for n in [0, 2] {
        generation_refused(a_request().n(n), "n").await;
    }
    for compression in [-1, 101] {
        generation_refused(a_request().output_compression(compression), "output_compression").await;
    }
}

#[tokio::test]
async fn an_image_to_enlarge_has_limits() {
    for scale in [1, 3, 5] {
        enlargement_refused(UpscaleImageRequest::new(Upload::bytes("a.png", PNG)).scale(scale), "scale").await;
    }
    enlargement_refused(UpscaleImageRequest::new(Upload::bytes("a.png", PNG)).creativity(f64::NAN), "creativity").await;
    let error = enlargement_refused(FileInput::text("https://example.com/canal.png"), "image").await;
    assert!(error.message().contains("is a URL"), "{error}");
    enlargement_refused(FileInput::text("HTTP://EXAMPLE.COM/canal.png"), "image").await;
    let error = enlargement_refused(Upload::bytes("a.png", png(255, 256)), "image").await;
    assert!(error.message().contains("255 x 256") && error.message().contains("65536"), "{error}");
}

#[tokio::test]
async fn an_enlarged_image_has_no_more_pixels_than_the_api_makes() {
    let image = |side| Upload::bytes("a.png", png(side, side));
    enlargement_refused(image(2049), "image").await;
    enlargement_refused(UpscaleImageRequest::new(image(2049)).scale(2), "image").await;
    enlargement_refused(UpscaleImageRequest::new(image(4097)).scale(4), "image").await;
    // A scale of 4 is reduced to fit.
    for request in [UpscaleImageRequest::new(image(2048)), UpscaleImageRequest::new(image(4096)).scale(4)] {
        assert!(is_sent(|venice| venice.images().upscale(request)).await);
    }
}

#[tokio::test]
async fn an_image_to_change_has_limits() {
    change_refused(EditImageRequest::new(Upload::bytes("a.png", PNG), ""), "prompt").await;
    change_refused(EditImageRequest::new(Upload::bytes("a.png", PNG), "x".repeat(32_769)), "prompt").await;
    change_refused(edit(Upload::bytes("a.png", PNG)).model(""), "model").await;
    for resolution in ["", "more than 10"] {
        change_refused(edit(Upload::bytes("a.png", PNG)).resolution(resolution), "resolution").await;
    }
    for (width, height) in [(1, 1), (65_535, 1), (33_177_601, 1), (5761, 5761)] {
        let error = change_refused(edit(Upload::bytes("a.png", png(width, height))), "image").await;
        assert!(error.message().contains(&format!("{width} x {height}")), "{error}");
    }
    for (width, height) in [(256, 256), (5760, 5760)] {
        assert!(is_sent(|venice| venice.images().edit(edit(Upload::bytes("a.png", png(width, height))))).await);
    }
}

#[tokio::test]
async fn base64_has_the_limits_of_a_file() {
    let text = |bytes: Vec<u8>| async { Upload::bytes("a", bytes).to_data_url().await.unwrap() };
    let small = text(png(255, 255)).await;
    let error = change_refused(edit(FileInput::text(&*small)), "image").await;
    assert!(error.message().contains("255 x 255"), "{error}");
    change_refused(edit(FileInput::text(small.split_once(',').unwrap().1)), "image").await;
    change_refused(edit(FileInput::text(text(b"%PDF-1.7 and so on".to_vec()).await)), "image").await;
    let error = change_refused(edit(FileInput::text("A".repeat(25 * MEGABYTE / 3 * 4 + 4))), "image").await;
    assert!(error.message().contains("26214399"), "{error}");
}

#[tokio::test]
async fn what_is_not_an_image_is_rejected_wherever_one_is_wanted() {
    let folder = Folder::new();
    let empty = folder.file("empty.png", "");
    let sound = folder.file("voice.wav", b"RIFF\x10\0\0\0WAVEfmt ");
    let large = folder.join("large.png");
    std::fs::File::create(&large).unwrap().set_len(25 * MEGABYTE as u64).unwrap();
    for (path, problem) in [(&empty, "is empty"), (&sound, "audio/wav"), (&large, "26214400")] {
        for error in [
            enlargement_refused(&**path, "image").await,
            change_refused(edit(&**path), "image").await,
            together_refused(MultiEditImageRequest::new("together", [&**path]), &["images[0]"]).await,
        ] {
            assert!(error.message().contains(problem), "{error}");
        }
    }
    for path in [&empty, &sound] {
        cutting_out_refused(&**path, "image").await;
    }
    for text in ["", "canal.png", "./images/canal.png", "file:///canal.png"] {
        enlargement_refused(FileInput::text(text), "image").await;
        change_refused(edit(FileInput::text(text)), "image").await;
        cutting_out_refused(FileInput::text(text), "image").await;
        let error =
            together_refused(MultiEditImageRequest::new("together", [FileInput::text(text)]), &["images[0]"]).await;
        assert!(text.is_empty() || error.message().contains("Upload::path"), "{error}");
    }
}

#[tokio::test]
async fn a_file_that_is_missing_is_reported_without_a_request() {
    let (server, venice) = answering(file("image/png", &[], PNG));
    let error = venice.images().edit(edit(Path::new("no/such/canal.png"))).await.unwrap_err();
    assert_eq!((error.kind(), error.operation(), server.connections()), (ErrorKind::Io, Some("editImage"), 0));
    assert!(error.message().contains("canal.png") && error.field_errors()[0].field == "image", "{error}");
}

#[tokio::test]
async fn images_to_put_together_have_limits() {
    let none: [Upload; 0] = [];
    together_refused(MultiEditImageRequest::new("together", none), &["images"]).await;
    let image = || Upload::bytes("a.png", PNG);
    together_refused(MultiEditImageRequest::new("", [image()]), &["prompt"]).await;
    together_refused(MultiEditImageRequest::new("x".repeat(32_769), [image()]), &["prompt"]).await;
    together_refused(MultiEditImageRequest::new("together", [image()]).model(""), &["modelId"]).await;
    let images = [Upload::bytes("a.png", png(10, 10)), image(), Upload::bytes("c.png", png(9000, 9000))];
    together_refused(MultiEditImageRequest::new("together", images), &["images[0]", "images[2]"]).await;
}

#[tokio::test]
async fn urls_do_not_go_together_with_files() {
    let images: [FileInput; 3] = [
        Upload::bytes("a.png", PNG).into(),
        FileInput::text("https://example.com/b.png"),
        FileInput::text("http://example.com/c.png"),
    ];
    let error = together_refused(MultiEditImageRequest::new("together", images), &["images[1]", "images[2]"]).await;
    assert!(error.message().contains("to_data_url"), "{error}");
    let texts: [FileInput; 2] = [FileInput::text(data_url(PNG).await), FileInput::text("https://example.com/b.png")];
    assert!(is_sent(|venice| venice.images().multi_edit(MultiEditImageRequest::new("together", texts))).await);
}

#[tokio::test]
async fn a_subject_is_cut_out_of_one_image() {
    cutting_out_refused(BackgroundRemoveImageRequest::new(), "image").await;
    let both =
        BackgroundRemoveImageRequest::new().image(FileInput::text("AAAA")).image_url("https://example.com/a.png");
    let error = cutting_out_refused(both, "image_url").await;
    assert!(error.message().contains("one of them"), "{error}");
    for text in ["gondola.jpg", "ftp://example.com/a.png", ""] {
        cutting_out_refused(BackgroundRemoveImageRequest::new().image_url(text), "image_url").await;
    }
}
