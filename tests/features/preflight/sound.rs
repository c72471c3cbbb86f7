//! Speech and music.

use serde_json::{Value, json};
use venice_ai::Preflight;
use venice_ai::http::Method;
use venice_ai::types::CreateSpeechRequest;

use crate::support::Answer;

use super::{client, look, model, serving};

fn speaks() -> Value {
    model(
        "tts",
        json!({
            "voices": ["anna", "zorzi"], "supported_formats": ["mp3", "wav"], "supports_speed": true, "min_speed": 0.5, "max_speed": 2,
            "supports_language_code": false, "prompt_character_limit": 10,
        }),
    )
}

fn sings(more: Value) -> Value {
    let mut spec = json!({
        "min_duration": 5, "max_duration": 60, "min_prompt_length": 3, "prompt_character_limit": 10, "supports_lyrics": true,
        "lyrics_character_limit": 10, "supports_force_instrumental": false, "supports_loop": false, "supports_speed": false,
        "voices": ["anna"],
    });
    for (name, value) in more.as_object().unwrap() {
        spec[name] = value.clone();
    }
    model("music", spec)
}

#[tokio::test]
async fn speech_has_to_fit_its_model() {
    let rows = [
        (json!({"voice": "anna", "response_format": "wav", "speed": 1.5}), &[][..]),
        (json!({"voice": "vv_cloned"}), &[][..]),
        (json!({"voice": "nobody"}), &["voice voice"][..]),
        (json!({"response_format": "flac"}), &["format response_format"][..]),
        (json!({"speed": 3}), &["speed speed"][..]),
        (json!({"speed": 0.25}), &["speed speed"][..]),
        (json!({"language": "it"}), &["language language"][..]),
        (json!({"input": "eleven cars"}), &["prompt_length input"][..]),
    ];
    look(&speaks(), "/audio/speech", &json!({"model": "m", "input": "fog"}), &rows).await;
}

#[tokio::test]
async fn ids_of_the_providers_voices_are_in_no_list() {
    let model = model("tts", json!({"voices": ["anna"], "supports_custom_voice_id": true}));
    look(&model, "/audio/speech", &json!({"model": "m", "input": "fog"}), &[(json!({"voice": "x81"}), &[])]).await;
}

#[tokio::test]
async fn normal_speed_is_what_a_model_without_a_dial_does() {
    let model = model("tts", json!({"supports_speed": false, "min_speed": 1, "max_speed": 1}));
    let rows = [(json!({"speed": 1}), &[][..]), (json!({"speed": 1.1}), &["speed speed"][..])];
    look(&model, "/audio/speech", &json!({"model": "m", "input": "fog"}), &rows).await;
}

#[tokio::test]
async fn music_has_to_fit_its_model() {
    let rows = [
        (
            json!({"duration_seconds": 60, "lyrics_prompt": "la la", "force_instrumental": false, "loop": false}),
            &[][..],
        ),
        (json!({"duration_seconds": 61}), &["duration duration_seconds"][..]),
        (json!({"duration_seconds": 4}), &["duration duration_seconds"][..]),
        (json!({"duration_seconds": "4"}), &["duration duration_seconds"][..]),
        (json!({"prompt": "fo"}), &["prompt_length prompt"][..]),
        (json!({"prompt": "eleven cars"}), &["prompt_length prompt"][..]),
        (json!({"lyrics_prompt": "eleven cars"}), &["lyrics lyrics_prompt"][..]),
        (json!({"force_instrumental": true}), &["instrumental force_instrumental"][..]),
        (json!({"loop": true}), &["loop loop"][..]),
        (json!({"voice": "zorzi"}), &["voice voice"][..]),
        (json!({"speed": 2}), &["speed speed"][..]),
    ];
    look(&sings(json!({})), "/audio/queue", &json!({"model": "m", "prompt": "fog"}), &rows).await;
}

#[tokio::test]
async fn lyrics_are_needed_or_not_taken() {
    let rows = [
        (json!({}), &["lyrics lyrics_prompt"][..]),
        (json!({"lyrics_prompt": "la"}), &[][..]),
        (json!({"lyrics_optimizer": true}), &[][..]),
    ];
    look(&sings(json!({"lyrics_required": true})), "/audio/queue", &json!({"model": "m", "prompt": "fog"}), &rows)
        .await;
    let none = sings(json!({"supports_lyrics": false}));
    let rows =
        [(json!({"lyrics_prompt": "la"}), &["lyrics lyrics_prompt"][..]), (json!({"lyrics_prompt": ""}), &[][..])];
    look(&none, "/audio/queue", &json!({"model": "m", "prompt": "fog"}), &rows).await;
}

#[tokio::test]
async fn durations_may_be_a_choice() {
    let model = sings(json!({"duration_options": [30, 60]}));
    let rows = [
        (json!({"duration_seconds": 30}), &[][..]),
        (json!({"duration_seconds": 31}), &["duration duration_seconds"][..]),
    ];
    look(&model, "/audio/quote", &json!({"model": "m"}), &rows).await;
}

#[tokio::test]
async fn the_methods_of_the_area_are_checked() {
    let server = serving(vec![speaks()], "sound");
    let request = CreateSpeechRequest::new("m", "fog").voice("nobody");
    let error = client(&server, Preflight::Refuse).audio().speech(request).await.unwrap_err();
    let expected = "createSpeech: `voice` is \"nobody\", which m does not take; it takes anna, zorzi; nothing was sent";
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn without_a_model_nothing_is_checked() {
    let server = serving(vec![speaks()], Answer::json(200, "{}"));
    let venice = client(&server, Preflight::Refuse);
    let body = json!({"input": "fog", "voice": "nobody"});
    venice.request::<Value>(Method::POST, "/audio/speech").with_json_body(&body).await.unwrap();
    assert_eq!(server.count(), 1);
}

fn changes_voices() -> Value {
    model(
        "music",
        json!({"voice_changer": true, "voices": ["anna"], "supports_background_noise_removal": false, "supports_seed": false,
            "max_source_audio_duration_seconds": 300}),
    )
}

#[tokio::test]
async fn a_voice_changer_has_its_own_requests() {
    let rows = [
        (json!({"voice": "anna", "remove_background_noise": false}), &[][..]),
        (json!({"voice": "zorzi"}), &["voice voice"][..]),
        (json!({"remove_background_noise": true}), &["noise_removal remove_background_noise"][..]),
        (json!({"seed": 0}), &["seed seed"][..]),
    ];
    let base = json!({"model": "m", "audio_url": "https://a.example/a.mp3"});
    look(&changes_voices(), "/audio/voice-changer/queue", &base, &rows).await;
    let rows = [
        (json!({"duration_seconds": 300}), &[][..]),
        (json!({"duration_seconds": 301}), &["duration duration_seconds"]),
    ];
    look(&changes_voices(), "/audio/voice-changer/quote", &json!({"model": "m"}), &rows).await;
    let wrong = &["model_type model"][..];
    look(&changes_voices(), "/audio/queue", &json!({"model": "m", "prompt": "fog"}), &[(json!({}), wrong)]).await;
    look(&sings(json!({})), "/audio/voice-changer/queue", &base, &[(json!({}), wrong)]).await;
}
