//! List prices.

use std::time::Duration;

use serde_json::{Value, json};
use venice_ai::FileInput;
use venice_ai::cost::Prices;
use venice_ai::types::{
    ChatCompletionRequest, ChatMessage, ContentPart, CreateSpeechRequest, EditImageRequest, GenerateImageRequest,
    Level, Model, ModelFilter, Money, MultiEditImageRequest, QueueAudioRequest, UpscaleImageRequest, Usage,
    VeniceParameters, WebSearchMode,
};
use venice_ai_mock::MockVenice;

use crate::support::amount;

/// A model with these prices, the same in both currencies.
fn model(pricing: Value) -> Model {
    fn both(value: Value) -> Value {
        match value {
            Value::Number(number) => json!({"usd": number, "diem": number}),
            Value::Object(members) => members
                .into_iter()
                .map(|(name, value)| {
                    let is_plain = ["min_seconds", "max_seconds", "included", "context_token_threshold", "usd", "diem"]
                        .contains(&name.as_str());
                    (name, if is_plain { value } else { both(value) })
                })
                .collect(),
            other => other,
        }
    }
    let spec = json!({"pricing": both(pricing), "availableContextTokens": 100_000, "maxCompletionTokens": 4_000});
    serde_json::from_value(json!({"id": "m", "model_spec": spec})).unwrap()
}

fn usage(value: Value) -> Usage {
    serde_json::from_value(value).unwrap()
}

#[track_caller]
fn assert_price(price: Option<Money>, expected: &str) {
    let price = price.unwrap();
    assert_eq!((price.usd, price.diem), (amount(expected), amount(expected)));
}

#[test]
fn tokens_cost_by_their_kind() {
    let model = model(json!({"input": 2, "output": 10, "cache_input": 0.5, "cache_write": 2.5}));
    let used = usage(json!({"prompt_tokens": 1000, "completion_tokens": 100,
        "prompt_tokens_details": {"cached_tokens": 600, "cache_creation_input_tokens": 300}}));
    // 100 × 2 + 600 × 0.5 + 300 × 2.5 + 100 × 10, by the million.
    assert_price(Prices::of(&model).usage(&used), "0.00225");
}

#[test]
fn a_cache_price_that_is_not_listed_is_that_of_other_tokens() {
    let model = model(json!({"input": 2, "output": 10}));
    let used = usage(json!({"prompt_tokens": 1000, "prompt_tokens_details": {"cached_tokens": 600}}));
    assert_price(Prices::of(&model).usage(&used), "0.002");
}

#[test]
fn a_long_request_pays_the_prices_for_long_ones_for_all_of_its_tokens() {
    let long = json!({"context_token_threshold": 1000, "input": 4, "output": 20, "cache_input": 1});
    let model = model(json!({"input": 2, "output": 10, "cache_input": 0.5, "extended": long}));
    let of = |prompt: u64| {
        let used =
            json!({"prompt_tokens": prompt, "completion_tokens": 10, "prompt_tokens_details": {"cached_tokens": 100}});
        Prices::of(&model).usage(&usage(used))
    };
    assert_price(of(1000), "0.00195");
    assert_price(of(1001), "0.003904");
}

#[test]
fn a_discount_is_taken_off() {
    let mut model = model(json!({"input": 1, "output": 3}));
    model.discount_to_user = Some(0.1);
    let used = usage(json!({"prompt_tokens": 1, "completion_tokens": 1}));
    assert_price(Prices::of(&model).usage(&used), "0.0000036");
    assert_price(Prices::of(&model).speech(&CreateSpeechRequest::new("m", "abc")), "0.0000027");
}

#[test]
fn what_is_not_a_price_is_unknown() {
    let used = usage(json!({"prompt_tokens": 10, "completion_tokens": 10}));
    let speech = CreateSpeechRequest::new("m", "abc");
    for pricing in [
        json!({"input": -1, "output": 3}),
        json!({"input": 1, "output": -300}),
        json!({"input": {"usd": -1, "diem": -1}, "output": {"usd": 1, "diem": 1}}),
        json!({"input": 1e15, "output": 1e15}),
    ] {
        let model = model(pricing.clone());
        assert_eq!(Prices::of(&model).usage(&used), None, "{pricing}");
        assert_eq!(Prices::of(&model).chat(&ChatCompletionRequest::new("m", ["Hi"])).at_most, None, "{pricing}");
    }
    // One currency may be known anyway.
    let half = model(json!({"input": {"usd": -1, "diem": 1}, "output": {"usd": 1, "diem": 1}}));
    let price = Prices::of(&half).usage(&used).unwrap();
    assert_eq!((price.usd, price.diem), (None, amount("0.00002")));
    for pricing in [json!({"generation": -0.5}), json!({"generation": 1e30})] {
        let model = model(pricing);
        assert_eq!(Prices::of(&model).image(&GenerateImageRequest::new("m", "x")), None);
        assert_eq!(Prices::of(&model).music(&QueueAudioRequest::new("m", "x")), None);
    }
    for discount in [-0.1, 1.5, 20.0, f64::NAN, f64::INFINITY] {
        let mut model = model(json!({"input": 1, "output": 3}));
        model.discount_to_user = Some(discount);
        assert_eq!((Prices::of(&model).usage(&used), Prices::of(&model).speech(&speech)), (None, None), "{discount}");
    }
    for (discount, price) in [(0.0, "0.000003"), (1.0, "0")] {
        let mut model = model(json!({"input": 1}));
        model.discount_to_user = Some(discount);
        assert_price(Prices::of(&model).speech(&speech), price);
    }
}

#[test]
fn a_price_that_is_not_listed_is_unknown() {
    let nothing = model(json!({}));
    let prices = Prices::of(&nothing);
    let used = usage(json!({"prompt_tokens": 1}));
    let speech = CreateSpeechRequest::new("m", "abc");
    assert_eq!((prices.usage(&used), prices.speech(&speech)), (None, None));
    assert_eq!(prices.chat(&ChatCompletionRequest::new("m", ["Hi"])).at_most, None);
    assert_eq!(prices.image(&GenerateImageRequest::new("m", "x")), None);
    assert_eq!(prices.transcription(Duration::from_secs(1)), None);
    assert_eq!(prices.music(&QueueAudioRequest::new("m", "x")), None);
    let without = serde_json::from_value::<Model>(json!({"id": "m", "model_spec": {}})).unwrap();
    assert_eq!(Prices::of(&without).usage(&used), None);

    // Known only in one currency.
    let dollars = model(json!({"input": {"usd": 1}, "output": {"usd": null, "diem": 1}}));
    let price = Prices::of(&dollars).usage(&used).unwrap();
    assert_eq!(price.usd, amount("0.000001"));
    assert_eq!(Prices::of(&dollars).usage(&usage(json!({"prompt_tokens": 1, "completion_tokens": 1}))), None);
    // Completion tokens with an unknown price.
    let reader = model(json!({"input": 1}));
    assert_eq!(Prices::of(&reader).usage(&usage(json!({"completion_tokens": 1}))), None);
    assert_price(Prices::of(&reader).usage(&used), "0.000001");
}

#[test]
fn a_chat_is_bounded_by_its_bytes_and_its_limit() {
    let model = model(json!({"input": 2, "output": 10, "cache_write": 3}));
    let bare = VeniceParameters::new().include_venice_system_prompt(false);
    let request = ChatCompletionRequest::new("m", ["x".repeat(400).as_str()])
        .venice_parameters(bare.clone())
        .max_completion_tokens(50)
        .n(2);
    let estimate = Prices::of(&model).chat(&request);
    assert!((100..150).contains(&estimate.prompt_tokens), "{}", estimate.prompt_tokens);
    let at_most = estimate.prompt_tokens_at_most.unwrap();
    assert!((400..500).contains(&at_most), "{at_most}");
    assert_eq!(estimate.completion_tokens_at_most, Some(100));
    // Every prompt token may be written to the cache.
    assert_price(estimate.at_most, &format!("{:.6}", (at_most * 3 + 100 * 10) as f64 / 1e6));

    // Without its own limit, the model's; the API's system prompt adds tokens.
    let longer = Prices::of(&model).chat(&ChatCompletionRequest::new("m", ["x"]));
    assert_eq!(longer.completion_tokens_at_most, Some(4_000));
    assert!(longer.prompt_tokens > 1_000);
}

#[test]
fn what_cannot_be_seen_in_the_text_may_fill_the_context() {
    let model = model(json!({"input": 2, "output": 10}));
    let image = ChatMessage::user([ContentPart::image_url("data:image/png;base64,AAAA")]);
    let plain = || ChatCompletionRequest::new("m", ["x"]);
    let searching = plain().venice_parameters(VeniceParameters::new().enable_web_search(WebSearchMode::Auto));
    let as_character = plain().venice_parameters(VeniceParameters::new().character_slug("a"));
    let suffixed = ChatCompletionRequest::new("m:enable_web_search=on", ["x"]);
    for request in [ChatCompletionRequest::new("m", [image]), searching, as_character, suffixed] {
        assert_eq!(Prices::of(&model).chat(&request).prompt_tokens_at_most, Some(100_000), "{request:?}");
    }
    let off = plain().venice_parameters(VeniceParameters::new().enable_web_search(WebSearchMode::Off));
    assert!(Prices::of(&model).chat(&off).prompt_tokens_at_most.unwrap() < 3_000);
    // It cannot read more than the context length.
    let long = ChatCompletionRequest::new("m", ["x".repeat(200_000).as_str()]);
    assert_eq!(Prices::of(&model).chat(&long).prompt_tokens_at_most, Some(100_000));
    let mut boundless = model.clone();
    boundless.model_spec.available_context_tokens = None;
    let suffixed = ChatCompletionRequest::new("m:enable_web_search=on", ["x"]);
    let unknown = Prices::of(&boundless).chat(&suffixed);
    assert_eq!((unknown.prompt_tokens_at_most, unknown.at_most), (None, None));
}

#[test]
fn images_cost_by_piece_resolution_and_quality() {
    let request = || GenerateImageRequest::new("m", "x");
    let by_piece = model(json!({"generation": 0.01}));
    assert_price(Prices::of(&by_piece).image(&request().variants(4)), "0.04");

    let by_size = model(json!({"resolutions": {"1K": 0.18, "4K": 0.35}}));
    assert_price(Prices::of(&by_size).image(&request().resolution("1K")), "0.18");
    assert_price(Prices::of(&by_size).image(&request()), "0.35");
    assert_eq!(Prices::of(&by_size).image(&request().resolution("8K")), None);

    let quality = json!({"low": 0.01, "medium": 0.04, "high": 0.17});
    let mut by_quality = model(json!({"quality": {"1K": quality}}));
    let price = |model: &Model, level: Level| Prices::of(model).image(&request().resolution("1K").quality(level));
    assert_price(price(&by_quality, Level::Low), "0.01");
    assert_price(Prices::of(&by_quality).image(&request()), "0.17");
    by_quality.model_spec.constraints =
        serde_json::from_value(json!({"defaultResolution": "1K", "defaultQuality": "medium"})).unwrap();
    assert_price(Prices::of(&by_quality).image(&request()), "0.04");
}

#[test]
fn edits_pay_for_further_images_and_enlarging_by_its_factor() {
    let editor = model(json!({"inpaint": 0.04, "inputImages": {"included": 1, "additional": 0.003}}));
    assert_price(
        Prices::of(&editor).edit(&EditImageRequest::new(FileInput::text("https://a.example/a.png"), "x")),
        "0.04",
    );
    let several = MultiEditImageRequest::new("x", vec![FileInput::text("https://a.example/a.png"); 3]);
    assert_price(Prices::of(&editor).multi_edit(&several), "0.046");

    let larger = model(json!({"upscale": {"2x": 0.02, "4x": 0.08}}));
    let request = || UpscaleImageRequest::new(FileInput::text("https://a.example/a.png"));
    assert_price(Prices::of(&larger).upscale(&request()), "0.02");
    assert_price(Prices::of(&larger).upscale(&request().scale(4)), "0.08");
    assert_price(Prices::of(&larger).upscale(&request().scale(3)), "0.08");
}

#[test]
fn sound_costs_by_characters_seconds_and_pieces() {
    let voice = model(json!({"input": 3.5}));
    assert_price(Prices::of(&voice).speech(&CreateSpeechRequest::new("m", "Grüße")), "0.0000175");
    let listener = model(json!({"per_audio_second": 0.0001}));
    assert_price(Prices::of(&listener).transcription(Duration::from_millis(2_500)), "0.00025");

    let request = || QueueAudioRequest::new("m", "x".repeat(1_001));
    assert_price(Prices::of(&model(json!({"generation": 0.05}))).music(&request()), "0.05");
    let short = json!({"usd": 0.1, "diem": 0.1, "min_seconds": 1, "max_seconds": 60});
    let long = json!({"usd": 0.3, "diem": 0.3, "min_seconds": 61, "max_seconds": 240});
    let mut by_length = model(json!({}));
    by_length.model_spec.pricing = serde_json::from_value(json!({"durations": {"a": short, "b": long}})).unwrap();
    assert_price(Prices::of(&by_length).music(&request().duration_seconds(60)), "0.1");
    assert_price(Prices::of(&by_length).music(&request().duration_seconds(61)), "0.3");
    assert_price(Prices::of(&by_length).music(&request()), "0.3");
    assert_eq!(Prices::of(&by_length).music(&request().duration_seconds(500)), None);
    let mut by_second = model(json!({"per_second": 0.002}));
    assert_price(Prices::of(&by_second).music(&request().duration_seconds(30)), "0.06");
    assert_eq!(Prices::of(&by_second).music(&request()), None);
    by_second.model_spec.max_duration = Some(100.0);
    assert_price(Prices::of(&by_second).music(&request()), "0.2");
    assert_price(Prices::of(&model(json!({"per_thousand_characters": 0.3}))).music(&request()), "0.6");
}

#[tokio::test]
async fn the_list_agrees_with_what_the_mock_charges() {
    let mock = MockVenice::start().await.unwrap();
    let venice = mock.client();
    let models = venice.models().list(ModelFilter::Text).await.unwrap();
    let long = "high water ".repeat(90_000);
    for model in &models {
        for (text, answers) in [("How high is the water?", 1), (long.as_str(), 2)] {
            let request = ChatCompletionRequest::new(model.id.clone(), [text]).n(answers).max_completion_tokens(500);
            let prices = Prices::of(model);
            let estimate = prices.chat(&request);
            let reply = venice.chat().create(request).await.unwrap();
            let (usage, charged) = (reply.usage.as_ref().unwrap(), reply.cost().unwrap().usd);
            assert_eq!(prices.usage(usage).unwrap().usd, charged, "{}", model.id);
            let is_within = usage.prompt_tokens <= model.model_spec.available_context_tokens.unwrap();
            assert!(!is_within || charged <= estimate.at_most.unwrap().usd, "{}", model.id);
        }
    }
    assert!(models.iter().any(|model| model.discount_to_user.is_some()), "one has a discount");
    mock.verify().unwrap();
}

#[tokio::test]
async fn the_list_agrees_with_the_mock_on_what_the_cache_saves() {
    let mock = MockVenice::start().await.unwrap();
    let venice = mock.client();
    let models = venice.models().list(ModelFilter::Text).await.unwrap();
    let model = models.iter().find(|model| model.model_spec.pricing.as_ref().unwrap().cache_write.is_some()).unwrap();
    let marked = json!([{"role": "user", "content": [
        {"type": "text", "text": "high water ".repeat(1_000), "cache_control": {"type": "ephemeral"}}
    ]}]);
    let mut charged = Vec::new();
    for _ in 0..2 {
        let request = ChatCompletionRequest::new(model.id.clone(), ["x"]);
        let reply = venice.chat().create(request).with_extra_body("messages", marked.clone()).await.unwrap();
        let usage = reply.usage.as_ref().unwrap();
        assert_eq!(Prices::of(model).usage(usage).unwrap().usd, reply.cost().unwrap().usd);
        charged.push(reply.cost().unwrap().usd.unwrap());
    }
    assert!(charged[1] < charged[0], "{charged:?}");
}
