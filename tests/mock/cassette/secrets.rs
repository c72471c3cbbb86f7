//! No secret is in a cassette, and no prompt unless it is to be kept.

use serde_json::json;
use venice_ai::http::Method;
use venice_ai::types::{
    ApiKeyType, ChatCompletionRequest, CreateApiKeyRequest, CreateSpeechRequest, CreateTranscriptionRequest,
    GenerateImageRequest,
};
use venice_ai::{CallOptions, Upload};
use venice_ai_mock::Answer;
use venice_ai_mock::cassette::{Redaction, RedactionMode};

use super::{Studio, keeping_all};

const PROMPT: &str = "Meet me at the bridge of sighs";

#[tokio::test]
async fn no_secret_is_recorded_whatever_else_is_kept() {
    let studio = Studio::new(keeping_all().secret("x-team-badge")).await;
    let key = studio.mock.api_key().to_owned();
    let options = CallOptions::new()
        .with_header("x-gateway-token", "swordfish-4711")
        .with_header("x-team-badge", "badge-of-lagoon")
        .with_header("cookie", "session=open-sesame");
    let venice = studio.venice.with_options(options);
    let created = venice.api_keys().create(CreateApiKeyRequest::new(ApiKeyType::Inference, "ci")).await.unwrap();
    let secret = created.api_key.expose().to_owned();
    // A server that repeats the key, in a body and in a header.
    let echo = json!({"error": format!("no such key {key}")});
    studio.mock.answer(
        Answer::json(&echo)
            .status(401)
            .header("x-echo", &key)
            .header("set-cookie", "id=open-sesame")
            .on("listImageStyles"),
    );
    venice.raw().list_image_styles().await.unwrap_err();
    let models =
        venice.request::<serde_json::Value>(Method::GET, "/models").with_extra_query("api_key", "key-in-a-query");
    let _ = models.await;
    let wallet = format!("0x{}", "a".repeat(40));
    let _ = venice.raw().get_x402_balance(&wallet, Some("signed-by-a-wallet")).await;
    let text = studio.saved();
    for secret in [
        &*key,
        &*secret,
        &secret[secret.len() - 6..],
        "swordfish",
        "badge-of-lagoon",
        "open-sesame",
        "key-in-a-query",
        "signed-by",
    ] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    assert!(text.contains("no such key redacted") && text.contains("\"apiKey\\\":\\\"redacted\\\""), "{text}");
}

/// Calls with the prompt in each kind of request.
async fn calls(studio: &Studio) {
    let venice = &studio.venice;
    let chat = || ChatCompletionRequest::new("default", [PROMPT]);
    venice.chat().create(chat()).await.unwrap();
    venice.chat().stream(chat()).await.unwrap().collect().await.unwrap();
    venice.images().generate(GenerateImageRequest::new("z-image-turbo", PROMPT)).await.unwrap();
    venice.audio().speech(CreateSpeechRequest::new("tts-kokoro", PROMPT)).await.unwrap().bytes().await.unwrap();
    venice.embeddings().embed("altana-embedding", PROMPT).await.unwrap();
    let file = Upload::bytes("Meet me.wav", PROMPT.repeat(50).into_bytes());
    let request = CreateTranscriptionRequest::new("openai/whisper-large-v3", file);
    let _ = venice.audio().transcribe(request).with_extra_body("prompt", PROMPT).with_validation(false).await;
    studio
        .mock
        .answer(Answer::json(&json!({"error": format!("I will not say: {PROMPT}")})).status(400).on("webSearch"));
    venice.augment().search(PROMPT).await.unwrap_err();
    let _ = venice.request::<serde_json::Value>(Method::GET, "/characters").with_extra_query("search", PROMPT).await;
}

#[tokio::test]
async fn no_prompt_is_recorded_by_default_nor_as_a_hash() {
    for mode in [RedactionMode::Placeholder, RedactionMode::Hash] {
        let studio = Studio::new(Redaction::new().prompts(mode).media(mode)).await;
        calls(&studio).await;
        let text = studio.saved();
        assert_eq!(text.matches("\"recorded_at\"").count(), 8);
        for part in ["Meet me", "bridge of", "sighs", "Meet+me"] {
            assert!(!text.contains(part), "{mode:?}, {part}: {text}");
        }
        let what = if mode == RedactionMode::Hash { "sha256:" } else { "redacted" };
        assert!(text.contains(what) && text.contains("chat/completions"), "{text}");
    }
}

#[tokio::test]
async fn what_is_to_be_kept_is_kept() {
    let studio = Studio::new(keeping_all()).await;
    calls(&studio).await;
    assert!(studio.saved().matches(PROMPT).count() > 6);
}

#[tokio::test]
async fn a_file_in_json_is_replaced_by_a_sample_that_opens() {
    let studio = Studio::new(Redaction::new()).await;
    let request = || GenerateImageRequest::new("z-image-turbo", PROMPT);
    studio.venice.images().generate(request()).await.unwrap();
    let player = studio.player().start().await.unwrap();
    let image = player.client().images().generate(request()).await.unwrap().into_image().unwrap();
    assert!(image.bytes().await.unwrap().starts_with(b"RIFF"), "the sample of a WebP");
    player.verify().unwrap();
}
