//! Models: filters, constraints and prices in all their forms.

use serde_json::json;
use venice_ai::types::{
    Level, Model, ModelFilter, ModelPricing, ModelPrivacyLevel, ModelType, Money, ReasoningEffort, VideoModelType,
};
use venice_ai::{Amount, Client};

use crate::support::replying;
use crate::support::{Answer, Server};

const MODELS: &str = include_str!("../fixtures/replies/models.json");
const TRAITS: &str = include_str!("../fixtures/replies/model_traits.json");
const NAMES: &str = include_str!("../fixtures/replies/model_names.json");

async fn all() -> Vec<Model> {
    let (_, venice) = replying(MODELS);
    venice.models().list(ModelFilter::All).await.unwrap()
}

async fn model(id: &str) -> Model {
    let found = all().await.into_iter().find(|model| model.id == id);
    found.unwrap_or_else(|| panic!("no model {id}"))
}

async fn pricing(id: &str) -> ModelPricing {
    model(id).await.model_spec.pricing.unwrap()
}

/// A price as dollars and DIEM.
fn amount(price: &Option<Money>) -> (f64, f64) {
    let price = price.as_ref().unwrap();
    (number(price.usd), number(price.diem))
}

fn number(amount: Option<Amount>) -> f64 {
    amount.unwrap().to_f64()
}

#[tokio::test]
async fn each_filter_is_sent_as_the_type() {
    let server = Server::answering([Answer::json(200, r#"{"data": []}"#)]);
    let venice = Client::builder().base_url(server.url("/api/v1")).build().unwrap();
    let filters = [
        (ModelFilter::Asr, "asr"),
        (ModelFilter::Decision, "decision"),
        (ModelFilter::Embedding, "embedding"),
        (ModelFilter::Image, "image"),
        (ModelFilter::Music, "music"),
        (ModelFilter::Text, "text"),
        (ModelFilter::Tts, "tts"),
        (ModelFilter::Upscale, "upscale"),
        (ModelFilter::Inpaint, "inpaint"),
        (ModelFilter::Video, "video"),
        (ModelFilter::All, "all"),
        (ModelFilter::Code, "code"),
        (ModelFilter::Unknown("smell & co".into()), "smell+%26+co"),
    ];
    let others = ModelFilter::KNOWN.iter().filter(|name| filters.iter().all(|(_, text)| text != *name));
    let others = others.map(|name| (ModelFilter::from_wire(name), *name));
    let filters: Vec<_> = filters.iter().cloned().chain(others).collect();
    for (filter, _) in &filters {
        venice.models().list(filter.clone()).await.unwrap();
    }
    let expected: Vec<_> = filters.iter().map(|(_, text)| format!("GET /api/v1/models?type={text}")).collect();
    let sent: Vec<_> =
        server.requests().iter().map(|request| format!("{} {}", request.method, request.target)).collect();
    assert_eq!(sent, expected);
    assert!(server.requests().iter().all(|request| request.header("authorization").is_none()), "no key is needed");
}

#[tokio::test]
async fn traits_are_names_of_models() {
    let (server, venice) = replying(TRAITS);
    let traits = venice.models().traits(ModelType::Text).await.unwrap();
    assert_eq!(server.only().target, "/api/v1/models/traits?type=text");
    assert_eq!(traits.len(), 3);
    assert_eq!(traits["most_uncensored"], "dolphin-24b");
}

#[tokio::test]
async fn names_of_other_vendors_models_are_mapped() {
    let (server, venice) = replying(NAMES);
    let names = venice.models().compatibility_mapping(ModelType::Image).await.unwrap();
    assert_eq!(server.only().target, "/api/v1/models/compatibility_mapping?type=image");
    assert_eq!(names["gpt-4o"], "qwen3-235b");
    assert_eq!(names.len(), 2);
}

#[tokio::test]
async fn a_text_model_reports_what_it_can_do() {
    let model = model("qwen3-235b").await;
    assert_eq!((&*model.object, &*model.owned_by, &model.type_), ("model", "venice.ai", &ModelType::Text));
    assert_eq!(
        (model.created, model.context_length, model.discount_to_user),
        (Some(1_745_903_059), Some(131_072), Some(0.1))
    );
    let spec = model.model_spec;
    assert_eq!((spec.name.as_deref(), &spec.privacy), (Some("Qwen 3 235B"), &ModelPrivacyLevel::Private));
    assert_eq!((spec.available_context_tokens, spec.max_completion_tokens), (Some(131_072), Some(16_384)));
    assert_eq!(spec.model_source.as_deref(), Some("https://models.example/qwen3-235b"));
    assert_eq!(spec.traits.as_deref().unwrap(), ["default", "function_calling_default"]);
    assert_eq!((spec.offline, spec.beta), (Some(false), Some(false)));
    let can = spec.capabilities.unwrap();
    for yes in [can.supports_function_calling, can.optimized_for_code, can.supports_vision, can.supports_reasoning] {
        assert_eq!(yes, Some(true));
    }
    assert_eq!([can.supports_e2ee, can.supports_log_probs, can.supports_x_search], [Some(false); 3]);
    assert_eq!((can.max_images, can.max_videos), (Some(8), None));
    let efforts = [ReasoningEffort::Low, ReasoningEffort::Medium, ReasoningEffort::High];
    assert_eq!(can.reasoning_effort_options.unwrap(), efforts);
    assert_eq!(can.default_reasoning_effort, Some(ReasoningEffort::Medium));
    let retired = spec.deprecation.unwrap();
    assert!(retired.auto_remap && retired.starts_at.is_none());
    assert_eq!(
        (&*retired.removes_at, retired.replacement_model_id.as_deref()),
        ("2026-12-15T00:00:00.000Z", Some("qwen4-300b"))
    );
}

#[tokio::test]
async fn what_is_new_about_a_model_is_kept() {
    let model = model("qwen3-235b").await;
    let can = model.model_spec.capabilities.as_ref().unwrap();
    assert_eq!(can.extra["supportsSmellInput"], true);
    assert_eq!(can.quantization.as_str(), "nvfp4");
    assert_eq!(model.model_spec.extra["model_sets"], json!(["reasoning"]));
}

#[tokio::test]
async fn a_model_of_a_type_that_is_new_is_kept() {
    let model = model("smell-1").await;
    assert_eq!(model.type_, ModelType::Unknown("smell".into()));
    assert_eq!(model.extra["aroma"], "tar and seaweed");
    assert_eq!(model.model_spec.privacy.as_str(), "shared");
    let spec = model.model_spec;
    assert_eq!((spec.pricing, spec.constraints, spec.capabilities), (None, None, None));
}

#[tokio::test]
async fn all_models_are_read_whatever_they_are() {
    let types: Vec<String> = all().await.into_iter().map(|model| model.type_.to_string()).collect();
    let expected = [
        "text",
        "image",
        "image",
        "image",
        "inpaint",
        "tts",
        "asr",
        "music",
        "music",
        "music",
        "music",
        "video",
        "embedding",
        "smell",
    ];
    assert_eq!(types, expected);
}

#[tokio::test]
async fn the_defaults_of_a_text_model_are_read() {
    let limits = model("qwen3-235b").await.model_spec.constraints.unwrap();
    let defaults = [
        limits.temperature,
        limits.top_p,
        limits.frequency_penalty,
        limits.presence_penalty,
        limits.repetition_penalty,
    ];
    assert_eq!(defaults.map(|parameter| parameter.unwrap().default), [0.7, 0.8, 0.0, 1.5, 1.05]);
    assert_eq!((limits.aspect_ratios, limits.steps), (None, None));
}

#[tokio::test]
async fn the_camel_case_constraints_of_an_image_model_are_read() {
    let limits = model("flux-dev").await.model_spec.constraints.unwrap();
    assert_eq!(limits.aspect_ratios.unwrap(), ["1:1", "16:9"]);
    assert_eq!(limits.default_aspect_ratio.as_deref(), Some("1:1"));
    assert_eq!(limits.prompt_character_limit, Some(2048));
    assert_eq!(
        (limits.resolutions.unwrap(), limits.default_resolution.as_deref()),
        (vec!["1K".to_owned(), "2K".into()], Some("1K"))
    );
    assert_eq!(
        (limits.qualities.unwrap(), limits.default_quality),
        (vec![Level::Low, Level::Medium, Level::High], Some(Level::Medium))
    );
    let steps = limits.steps.unwrap();
    assert_eq!((steps.default, steps.max, limits.width_height_divisor), (25, 30, Some(8)));
}

#[tokio::test]
async fn the_snake_case_constraints_of_a_video_model_are_read() {
    let limits = model("wan-2-text-to-video").await.model_spec.constraints.unwrap();
    assert_eq!(limits.aspect_ratios.unwrap(), ["16:9", "9:16"]);
    assert_eq!(limits.prompt_character_limit, Some(2500));
    assert_eq!(
        (limits.durations.unwrap(), limits.resolutions.unwrap()[1].as_str()),
        (vec!["5s".to_owned(), "10s".into()], "1080p")
    );
    assert_eq!(
        (limits.model_type, limits.audio, limits.audio_configurable),
        (Some(VideoModelType::TextToVideo), Some(true), Some(false))
    );
}

#[tokio::test]
async fn the_constraints_of_an_editing_model_are_read() {
    let limits = model("patch-edit").await.model_spec.constraints.unwrap();
    assert_eq!(
        (limits.combine_images, limits.max_input_images, limits.single_image_aspect_ratio),
        (Some(true), Some(3), Some(false))
    );
    assert_eq!(limits.aspect_ratios.unwrap(), ["auto", "1:1"]);
}

#[tokio::test]
async fn a_field_under_both_its_names_is_not_lost_to_a_null() {
    for pair in [
        r#""aspectRatios": ["1:1"], "aspect_ratios": null"#,
        r#""aspect_ratios": null, "aspectRatios": ["1:1"]"#,
        r#""aspect_ratios": ["1:1"], "aspectRatios": null"#,
    ] {
        let body = format!(r#"{{"data": [{{"id": "m", "model_spec": {{"constraints": {{{pair}}}}}}}]}}"#);
        let (_, venice) = replying(&body);
        let models = venice.models().list(ModelFilter::Video).await.unwrap();
        let ratios = models[0].model_spec.constraints.as_ref().unwrap().aspect_ratios.as_deref();
        assert_eq!(ratios, Some(&["1:1".to_owned()][..]), "{pair}");
    }
}

#[tokio::test]
async fn a_text_model_is_priced_by_the_token_and_by_the_length_of_the_context() {
    let price = pricing("qwen3-235b").await;
    assert_eq!((amount(&price.input), amount(&price.output)), ((0.15, 0.15), (0.75, 0.75)));
    assert_eq!((amount(&price.cache_input), amount(&price.cache_write)), ((0.04, 0.04), (0.19, 0.19)));
    let long = price.extended.unwrap();
    assert_eq!((long.context_token_threshold, number(long.input.usd), number(long.output.diem)), (200_000, 0.3, 1.5));
    assert_eq!((amount(&long.cache_input), long.cache_write), ((0.08, 0.08), None));
}

#[tokio::test]
async fn an_image_model_is_priced_by_the_image_by_its_size_or_by_its_quality() {
    let price = pricing("flux-dev").await;
    assert_eq!(amount(&price.generation), (0.01, 0.01));
    let upscale = price.upscale.unwrap();
    assert_eq!((number(upscale.x2x.usd), number(upscale.x4x.diem)), (0.02, 0.08));

    let price = pricing("banana-pro").await;
    let sizes = price.resolutions.unwrap();
    assert_eq!((number(sizes["1K"].usd), number(sizes["4K"].usd), price.generation), (0.18, 0.35, None));

    let price = pricing("sketch-2").await;
    let square = &price.quality.unwrap()["1024x1024"];
    assert_eq!([&square.low, &square.medium, &square.high].map(|price| amount(price).0), [0.01, 0.04, 0.17]);
}

#[tokio::test]
async fn an_editing_model_is_priced_by_the_edit_and_by_more_images() {
    let price = pricing("patch-edit").await;
    assert_eq!(amount(&price.inpaint), (0.04, 0.04));
    let images = price.input_images.unwrap();
    assert_eq!((images.included, number(images.additional.usd)), (1, 0.003));
}

#[tokio::test]
async fn speech_is_priced_by_the_character_and_recordings_by_the_second() {
    let price = pricing("tts-kokoro").await;
    assert_eq!((amount(&price.input), price.output), ((3.5, 3.5), None));
    assert_eq!(amount(&pricing("nvidia/parakeet-tdt").await.per_audio_second), (0.0001, 0.0001));
    let spec = model("tts-kokoro").await.model_spec;
    assert_eq!(
        (spec.voices.unwrap(), spec.default_voice.as_deref()),
        (vec!["af_sky".to_owned(), "bm_george".into()], Some("af_sky"))
    );
}

#[tokio::test]
async fn music_is_priced_in_four_ways() {
    assert_eq!(amount(&pricing("song-by-piece").await.generation), (0.05, 0.05));
    let lengths = pricing("song-by-length").await.durations.unwrap();
    let short = &lengths["up_to_60"];
    assert_eq!(
        (number(short.usd), number(short.diem), short.min_seconds, short.max_seconds),
        (0.1, 0.1, Some(1.0), Some(60.0))
    );
    assert_eq!((lengths.len(), lengths["up_to_240"].max_seconds), (2, Some(240.0)));
    assert_eq!(amount(&pricing("noise").await.per_second), (0.002, 0.002));
    assert_eq!(amount(&pricing("long-reader").await.per_thousand_characters), (0.3, 0.3));
    let spec = model("song-by-piece").await.model_spec;
    assert_eq!((spec.min_duration, spec.max_duration, spec.supports_lyrics), (Some(10.0), Some(240.0), Some(true)));
    assert_eq!(spec.duration_options.unwrap(), [30.0, 60.0, 240.0]);
}

#[tokio::test]
async fn a_video_model_carries_no_price_and_an_embedding_model_reports_its_dimensions() {
    assert_eq!(model("wan-2-text-to-video").await.model_spec.pricing, None);
    let spec = model("bge-m3").await.model_spec;
    assert_eq!(
        (spec.embedding_dimensions, spec.max_input_tokens, spec.supports_custom_dimensions),
        (Some(1024), Some(8192), Some(false))
    );
    assert_eq!(amount(&spec.pricing.unwrap().input), (0.15, 0.15));
}
