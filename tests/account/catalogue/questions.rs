//! Getters of models, and unknown values.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use venice_ai::models::CatalogueModel;
use venice_ai::types::{Level, ReasoningEffort};

use super::{catalogue, model, only};

type Question = fn(&CatalogueModel) -> Option<bool>;

/// Each capability by its name on the wire.
const CAPABILITIES: [(&str, Question); 14] = [
    ("supportsFunctionCalling", CatalogueModel::supports_tools),
    ("supportsResponseSchema", CatalogueModel::supports_response_schema),
    ("supportsLogProbs", CatalogueModel::supports_logprobs),
    ("supportsReasoning", CatalogueModel::supports_reasoning),
    ("supportsReasoningEffort", CatalogueModel::supports_reasoning_effort),
    ("supportsVision", CatalogueModel::supports_vision),
    ("supportsMultipleImages", CatalogueModel::supports_several_images),
    ("supportsAudioInput", CatalogueModel::supports_audio_input),
    ("supportsVideoInput", CatalogueModel::supports_video_input),
    ("supportsWebSearch", CatalogueModel::supports_web_search),
    ("supportsXSearch", CatalogueModel::supports_x_search),
    ("supportsTeeAttestation", CatalogueModel::supports_tee),
    ("supportsE2EE", CatalogueModel::supports_e2ee),
    ("optimizedForCode", CatalogueModel::is_for_code),
];

async fn able(capabilities: Value) -> CatalogueModel {
    only(model("m", "text", json!({"capabilities": capabilities}))).await
}

async fn constrained(kind: &str, constraints: Value) -> CatalogueModel {
    only(model("m", kind, json!({"constraints": constraints}))).await
}

#[tokio::test]
async fn a_capability_is_yes_no_or_not_said() {
    for (name, question) in CAPABILITIES {
        for (said, answer) in [(json!(true), Some(true)), (json!(false), Some(false)), (json!(null), None)] {
            assert_eq!(question(&able(json!({name: said})).await), answer, "{name}: {said}");
        }
        assert_eq!(question(&able(json!({"optimizedForSmell": true})).await), None, "{name}");
        assert_eq!(question(&only(model("m", "image", json!({}))).await), None, "{name}");
    }
}

#[tokio::test]
async fn efforts_are_reported() {
    let model = able(json!({"reasoningEffortOptions": ["none", "low", "deep"], "defaultReasoningEffort": "low"})).await;
    let deep = ReasoningEffort::Unknown("deep".into());
    assert_eq!(model.reasoning_efforts().unwrap(), [ReasoningEffort::None, ReasoningEffort::Low, deep]);
    assert_eq!(model.default_reasoning_effort(), Some(ReasoningEffort::Low));
    assert_eq!(able(json!({})).await.reasoning_efforts(), None);
}

#[tokio::test]
async fn images_and_videos_are_counted() {
    let images = |capabilities| async move { able(capabilities).await.max_images() };
    assert_eq!(images(json!({"supportsVision": false, "maxImages": 9})).await, Some(0));
    assert_eq!(images(json!({"supportsVision": true, "supportsMultipleImages": false})).await, Some(1));
    assert_eq!(images(json!({"supportsVision": true, "supportsMultipleImages": true, "maxImages": 9})).await, Some(9));
    assert_eq!(images(json!({"supportsVision": true, "supportsMultipleImages": true})).await, None);
    assert_eq!(images(json!({})).await, None);

    let videos = |capabilities| async move { able(capabilities).await.max_videos() };
    assert_eq!(videos(json!({"supportsVideoInput": false})).await, Some(0));
    assert_eq!(videos(json!({"supportsVideoInput": true})).await, Some(3));
    assert_eq!(videos(json!({"supportsVideoInput": true, "maxVideos": 5})).await, Some(5));
    assert_eq!(videos(json!({})).await, None);
}

#[tokio::test]
async fn limits_of_tokens_are_reported() {
    let spec = json!({"availableContextTokens": 131_072, "maxCompletionTokens": 8192});
    let told = only(model("m", "text", spec)).await;
    assert_eq!((told.context_tokens(), told.max_completion_tokens()), (Some(131_072), Some(8192)));
    let mut elsewhere = model("m", "text", json!({"availableContextTokens": null, "maxCompletionTokens": -1}));
    elsewhere["context_length"] = json!(4096);
    let elsewhere = only(elsewhere).await;
    assert_eq!((elsewhere.context_tokens(), elsewhere.max_completion_tokens()), (Some(4096), None));
    let spec = json!({"embeddingDimensions": 1024, "maxInputTokens": 8192, "supportsCustomDimensions": false});
    let embeds = only(model("m", "embedding", spec)).await;
    assert_eq!((embeds.embedding_dimensions(), embeds.max_input_tokens()), (Some(1024), Some(8192)));
    assert_eq!(embeds.supports_custom_dimensions(), Some(false));
}

#[tokio::test]
async fn privacy_is_yes_no_or_something_new() {
    for (said, answer) in [
        (json!("private"), Some(true)),
        (json!("anonymized"), Some(false)),
        (json!("shared"), None),
        (json!(null), None),
    ] {
        assert_eq!(only(model("m", "text", json!({"privacy": said}))).await.is_private(), answer);
    }
}

#[tokio::test]
async fn a_model_says_whether_it_can_be_called() {
    let plain = only(model("m", "text", json!({}))).await;
    assert!(!plain.is_offline() && !plain.is_beta() && !plain.is_uncensored() && plain.regions().is_none());
    let spec =
        json!({"offline": true, "beta": false, "betaModel": true, "uncensored": true, "regionRestrictions": ["IT"]});
    let odd = only(model("m", "text", spec)).await;
    assert!(odd.is_offline() && odd.is_beta() && odd.is_uncensored());
    assert_eq!(odd.regions().unwrap(), ["IT"]);
}

#[tokio::test]
async fn a_model_that_goes_says_when_and_what_comes() {
    let spec = json!({"deprecation": {
        "autoRemap": true, "date": "2026-12-15", "removesAt": "2026-12-15T12:00:00.000Z", "replacementModelId": "next",
        "startsAt": "2026-11-01T00:00:00.000Z",
    }});
    let going = only(model("m", "text", spec)).await;
    let retirement = going.retirement().unwrap();
    let noon = SystemTime::UNIX_EPOCH + Duration::from_secs(1_797_336_000);
    assert_eq!((retirement.removes_at, retirement.replacement.as_deref()), (Some(noon), Some("next")));
    assert!(retirement.is_remapped && retirement.warns_from.unwrap() < noon && going.is_deprecated());
    assert!(!going.is_removed_by(noon - Duration::from_secs(1)) && going.is_removed_by(noon));

    let vague = only(model("m", "text", json!({"deprecation": {"removesAt": "soon", "date": "2026-12-15"}}))).await;
    assert_eq!(vague.retirement().unwrap().removes_at, Some(noon - Duration::from_secs(12 * 60 * 60)));
    assert_eq!(vague.retirement().unwrap().replacement, None);

    let never = only(model("m", "text", json!({"deprecation": {}}))).await;
    assert!(never.is_deprecated() && !never.is_removed_by(noon));
    let stays = only(model("m", "text", json!({}))).await;
    assert!(!stays.is_deprecated() && stays.retirement().is_none());
}

#[tokio::test]
async fn what_can_be_chosen_is_reported_in_both_spellings() {
    let draws = constrained(
        "image",
        json!({
            "aspectRatios": ["1:1"], "resolutions": ["1K"], "qualities": ["low", "high"], "steps": {"default": 8, "max": 30},
            "widthHeightDivisor": 8, "promptCharacterLimit": 2048,
        }),
    )
    .await;
    assert_eq!(
        (draws.aspect_ratios().unwrap(), draws.resolutions().unwrap()),
        (&["1:1".to_owned()][..], &["1K".to_owned()][..])
    );
    assert_eq!(draws.qualities().unwrap(), [Level::Low, Level::High]);
    assert_eq!(
        (draws.max_steps(), draws.size_divisor(), draws.max_prompt_characters()),
        (Some(30), Some(8), Some(2048))
    );
    let videos =
        constrained("video", json!({"aspect_ratios": [], "durations": ["5s"], "prompt_character_limit": 900})).await;
    assert_eq!((videos.aspect_ratios().unwrap().len(), videos.durations().unwrap()), (0, &["5s".to_owned()][..]));
    assert_eq!((videos.max_prompt_characters(), videos.resolutions()), (Some(900), None));
    let spec = json!({"voices": ["anna"], "supported_formats": ["mp3"], "prompt_character_limit": 400});
    let speaks = only(model("m", "tts", spec)).await;
    assert_eq!(
        (speaks.voices().unwrap(), speaks.formats().unwrap()),
        (&["anna".to_owned()][..], &["mp3".to_owned()][..])
    );
    assert_eq!(speaks.max_prompt_characters(), Some(400));
}

#[tokio::test]
async fn an_edit_takes_as_many_images_as_the_api_says_or_documents() {
    for (constraints, most) in [
        (json!({"maxInputImages": 5, "combineImages": true}), Some(5)),
        (json!({"combineImages": true}), Some(3)),
        (json!({"combineImages": false}), Some(1)),
        (json!({}), Some(3)),
    ] {
        assert_eq!(constrained("inpaint", constraints.clone()).await.max_input_images(), most, "{constraints}");
    }
    assert_eq!(constrained("image", json!({})).await.max_input_images(), None);
}

#[tokio::test]
async fn helpers_do_not_print_what_they_hold() {
    let catalogue = catalogue(&[model("m", "text", json!({"description": "secret garden"}))]).await;
    let shown = format!("{catalogue:?} {:?}", catalogue.iter().next().unwrap());
    assert!(shown.contains("models: 1") && shown.contains("\"m\"") && !shown.contains("secret"), "{shown}");
}
