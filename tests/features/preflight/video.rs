//! Videos and their quotes.

use serde_json::{Value, json};

use super::{look, model};

const PATH: &str = "/video/queue";

fn videos(constraints: Value) -> Value {
    model("video", json!({"constraints": constraints}))
}

#[tokio::test]
async fn a_video_has_to_fit_the_constraints_of_its_model() {
    let model = videos(json!({
        "model_type": "text-to-video", "durations": ["5s", "10s"], "resolutions": ["720p"], "aspect_ratios": ["16:9"], "audio": true,
        "audio_configurable": false, "prompt_character_limit": 10,
    }));
    let rows = [
        (json!({"duration": "5s", "resolution": "720P", "aspect_ratio": "16:9", "audio": true}), &[][..]),
        (json!({"duration": "6s"}), &["duration duration"][..]),
        (json!({"resolution": "4k"}), &["resolution resolution"][..]),
        (json!({"aspect_ratio": "9:16"}), &["aspect_ratio aspect_ratio"][..]),
        (json!({"aspect_ratio": "adaptive"}), &[][..]),
        (json!({"aspect_ratio": null}), &["aspect_ratio aspect_ratio"][..]),
        (json!({"prompt": "eleven cars"}), &["prompt_length prompt"][..]),
        (json!({"audio": false}), &["sound audio"][..]),
        (json!({"image_url": "https://pictures.example/a.png"}), &["media image_url"][..]),
    ];
    look(&model, PATH, &json!({"model": "m", "prompt": "fog", "aspect_ratio": "16:9"}), &rows).await;
    // A quote does without.
    look(&model, "/video/quote", &json!({"model": "m"}), &[(json!({"duration": "5s"}), &[])]).await;
}

#[tokio::test]
async fn sound_is_made_or_turned_off_only_where_that_goes() {
    for (audio, configurable, asked, expected) in [
        (Some(false), None, Some(true), &["sound audio"][..]),
        (Some(false), None, Some(false), &[]),
        (Some(false), None, None, &[]),
        (Some(true), Some(true), Some(false), &[]),
        (Some(true), Some(false), Some(false), &["sound audio"]),
        (Some(true), None, Some(false), &[]),
        (None, None, Some(true), &[]),
    ] {
        let model = videos(json!({"audio": audio, "audio_configurable": configurable}));
        let members = json!({"audio": asked});
        look(&model, PATH, &json!({"model": "m", "prompt": "fog"}), &[(members, expected)]).await;
    }
}

#[tokio::test]
async fn a_model_that_begins_with_an_image_needs_one() {
    let model = videos(json!({"model_type": "image-to-video"}));
    let rows = [
        (json!({}), &["media image_url"][..]),
        (json!({"image_url": "https://pictures.example/a.png"}), &[][..]),
        (json!({"reference_image_urls": ["https://pictures.example/a.png"]}), &[][..]),
    ];
    look(&model, PATH, &json!({"model": "m", "prompt": "fog"}), &rows).await;
    // A quote has no image.
    look(&model, "/video/quote", &json!({"model": "m"}), &[(json!({"duration": "5s"}), &[])]).await;
}

#[tokio::test]
async fn empty_lists_mean_that_no_ratio_is_taken_and_say_nothing_of_durations() {
    let model = videos(json!({"aspect_ratios": [], "durations": [], "resolutions": []}));
    let rows = [
        (json!({"aspect_ratio": "16:9"}), &["aspect_ratio aspect_ratio"][..]),
        (json!({"duration": "5s", "resolution": "720p"}), &[][..]),
    ];
    look(&model, PATH, &json!({"model": "m", "prompt": "fog"}), &rows).await;
}

#[tokio::test]
async fn what_a_model_does_not_say_is_not_a_limit() {
    let everything = json!({"duration": "99s", "resolution": "9k", "aspect_ratio": "7:5", "audio": true, "image_url": "https://a.example"});
    look(&model("video", json!({})), PATH, &json!({"model": "m", "prompt": "x".repeat(9000)}), &[(everything, &[])])
        .await;
}

#[tokio::test]
async fn enhancement_parameters_have_to_be_those_of_the_model() {
    let model = videos(json!({"topaz": {
        "models": [{"display": "Proteus", "value": "Proteus"}, {"display": "Nyx", "value": "Nyx"}],
        "sliders": [{"param": "noise", "min": 0, "max": 0.5, "default": 0},
                    {"param": "grain", "min": 0, "max": 0.1, "default": 0, "only_for_models": ["Proteus"]}],
        "selects": [{"param": "target_fps", "options": ["24", "60"], "default": "24"}],
        "no_upscale_models": ["Nyx"], "h264_output": false,
    }}));
    let fits =
        json!({"enhancement_model": "Proteus", "noise": 0.5, "grain": 0.1, "target_fps": 60, "upscale_factor": 2});
    let rows = [
        (fits, &[][..]),
        (json!({"enhancement_model": "Apollo"}), &["enhancement enhancement_model"][..]),
        (json!({"noise": 0.6}), &["enhancement noise"][..]),
        (json!({"enhancement_model": "Nyx", "grain": 0.1}), &["enhancement grain"][..]),
        (json!({"target_fps": 30}), &["enhancement target_fps"][..]),
        (json!({"softness": 3}), &["enhancement softness"][..]),
        (json!({"h264_output": true}), &["enhancement h264_output"][..]),
        (json!({"enhancement_model": "Nyx", "upscale_factor": 1}), &[][..]),
        (json!({"enhancement_model": "Nyx", "upscale_factor": 2}), &["enhancement upscale_factor"][..]),
    ];
    look(&model, PATH, &json!({"model": "m", "video_url": "https://a.example/a.mp4"}), &rows).await;
    let generates = videos(json!({"audio": false}));
    let rows = [(json!({"grain": 0.1}), &["enhancement grain"][..])];
    look(&generates, PATH, &json!({"model": "m", "prompt": "fog"}), &rows).await;
}
