//! Images: generate, edit, combine.

use serde_json::{Value, json};
use venice_ai::types::{EditImageRequest, MultiEditImageRequest};
use venice_ai::{Preflight, Upload};

use super::{client, look, model, serving};

fn draws() -> Value {
    model(
        "image",
        json!({
            "supportsStyleReferences": true,
            "constraints": {
                "promptCharacterLimit": 10, "steps": {"default": 8, "max": 30}, "widthHeightDivisor": 8,
                "aspectRatios": ["1:1", "16:9"], "resolutions": ["1K", "2K"], "qualities": ["low"], "maxStyleReferences": 2,
                "supportsStyleReferenceStrength": false,
            },
        }),
    )
}

fn edits() -> Value {
    let constraints = json!({
        "promptCharacterLimit": 10, "aspectRatios": ["auto", "1:1"], "resolutions": ["1K"], "combineImages": true, "maxInputImages": 2,
        "singleImageAspectRatio": false,
    });
    model("inpaint", json!({"constraints": constraints}))
}

#[tokio::test]
async fn an_image_has_to_fit_the_constraints_of_its_model() {
    let references = |count: usize| json!({"style_references": vec![json!({"image": "aGk="}); count]});
    let weighed = json!({"style_references": [{"image": "aGk="}, {"image": "aGk=", "strength": 0.3}]});
    let rows = [
        (json!({"prompt": "ten chars!"}), &[][..]),
        (json!({"prompt": "eleven cars"}), &["prompt_length prompt"][..]),
        (json!({"prompt": "äöüßéèàùìò"}), &[][..]),
        (json!({"steps": 30, "width": 1024, "height": 768}), &[][..]),
        (json!({"steps": 31}), &["steps steps"][..]),
        (json!({"width": 1020, "height": 7}), &["size width", "size height"][..]),
        (json!({"aspect_ratio": "16:9", "resolution": "2k", "quality": "low"}), &[][..]),
        (json!({"aspect_ratio": "7:5"}), &["aspect_ratio aspect_ratio"][..]),
        (json!({"resolution": "4K"}), &["resolution resolution"][..]),
        (json!({"quality": "high"}), &["quality quality"][..]),
        (references(2), &[][..]),
        (references(3), &["style_references style_references"][..]),
        (weighed, &["style_references style_references[1].strength"][..]),
    ];
    look(&draws(), "/image/generate", &json!({"model": "m", "prompt": "boat"}), &rows).await;
}

#[tokio::test]
async fn what_a_model_does_not_say_is_not_a_limit() {
    let everything = json!({
        "prompt": "x".repeat(5000), "steps": 99, "width": 1001, "aspect_ratio": "7:5", "resolution": "9K", "quality": "high",
        "style_references": [{"image": "aGk=", "strength": 0.5}],
    });
    for spec in [
        json!({}),
        json!({"constraints": {}}),
        json!({"constraints": {"resolutions": [], "qualities": [], "widthHeightDivisor": 0}}),
    ] {
        look(&model("image", spec), "/image/generate", &json!({"model": "m"}), &[(everything.clone(), &[])]).await;
    }
}

#[tokio::test]
async fn style_references_need_a_model_that_takes_them() {
    let rows = [
        (json!({"style_references": [{"image": "aGk="}]}), &["style_references style_references"][..]),
        (json!({"style_references": []}), &[][..]),
    ];
    let model = model("image", json!({"supportsStyleReferences": false}));
    look(&model, "/image/generate", &json!({"model": "m", "prompt": "boat"}), &rows).await;
}

#[tokio::test]
async fn the_strength_of_a_reference_is_dropped_where_it_counts_for_nothing() {
    use venice_ai::types::{GenerateImageRequest, StyleReference};
    let server = serving(vec![draws()], r#"{"id": "1", "images": []}"#);
    let references = [StyleReference::new("https://pictures.example/a.png").strength(0.3)];
    let request = GenerateImageRequest::new("m", "boat").style_references(references).steps(40);
    let _ = client(&server, Preflight::Drop).images().generate(request).await;
    let body = &super::sent(&server)[0];
    assert_eq!(body["style_references"], json!([{"image": "https://pictures.example/a.png"}]));
    assert_eq!(body["steps"], 40, "numbers are not dropped");
}

#[tokio::test]
async fn an_edit_has_to_fit_too() {
    let rows = [
        (json!({"aspect_ratio": "auto", "resolution": "1K"}), &[][..]),
        (json!({"prompt": "eleven cars"}), &["prompt_length prompt"][..]),
        (json!({"aspect_ratio": "1:1"}), &["aspect_ratio aspect_ratio"][..]),
        (json!({"resolution": "4K"}), &["resolution resolution"][..]),
    ];
    look(&edits(), "/image/edit", &json!({"model": "m", "prompt": "snow", "image": "aGk="}), &rows).await;
    let rows = [
        (json!({"images": ["a", "b"], "aspect_ratio": "1:1"}), &[][..]),
        (json!({"images": ["a", "b", "c"]}), &["images images"][..]),
    ];
    look(&edits(), "/image/multi-edit", &json!({"modelId": "m", "prompt": "snow"}), &rows).await;
}

#[tokio::test]
async fn forms_are_checked_as_well_and_their_files_are_counted() {
    let server = serving(vec![edits()], "{}");
    let venice = client(&server, Preflight::Refuse);
    let png = || Upload::bytes("a.png", b"\x89PNG\r\n\x1a\n0123456789".as_slice());
    let request = MultiEditImageRequest::new("snow", [png(), png(), png()]).model("m").resolution("8K");
    let error = venice.images().multi_edit(request).await.unwrap_err();
    let fields: Vec<&str> = error.field_errors().iter().map(|wrong| wrong.field.as_str()).collect();
    assert_eq!(fields, ["resolution", "images"], "{error}");
    let request = EditImageRequest::new(png(), "eleven cars").model("m");
    let error = venice.images().edit(request).await.unwrap_err();
    assert_eq!(error.field_errors()[0].field, "prompt", "{error}");
    assert_eq!(server.count(), 1, "the list");
}
