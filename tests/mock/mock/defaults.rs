//! Every operation has a default answer, with a body that matches its type.

use std::collections::BTreeSet;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use venice_ai::types::*;
use venice_ai::{Client, Error, RawReply, Upload, operations};
use venice_ai_mock::MockVenice;

use super::{post, start};

/// The serialisable part of a reply.
trait Told {
    async fn told(self, operation: &str);
}

impl Told for RawReply {
    async fn told(self, operation: &str) {
        let media = self.content_type().unwrap();
        let bytes = self.bytes().await.unwrap();
        let begins = match media.as_str() {
            "image/png" => bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.ends_with(b"IEND\xaeB`\x82"),
            "image/jpeg" => bytes.starts_with(b"\xff\xd8\xff\xe0") && bytes.ends_with(b"\xff\xd9"),
            "image/webp" => {
                bytes.starts_with(b"RIFF") && &bytes[8..12] == b"WEBP" && bytes.len() == 8 + usize::from(bytes[4])
            }
            "audio/mpeg" => bytes.starts_with(b"\xff\xfb"),
            "audio/wav" => bytes.starts_with(b"RIFF") && &bytes[8..16] == b"WAVEfmt ",
            "audio/flac" => bytes.starts_with(b"fLaC"),
            "audio/opus" => bytes.starts_with(b"OggS"),
            "audio/aac" => bytes.starts_with(b"\xff\xf1"),
            "audio/pcm" => bytes.len() > 100 && bytes.len().is_multiple_of(2),
            "video/mp4" => &bytes[4..8] == b"ftyp",
            "text/csv" => bytes.iter().filter(|byte| **byte == b'\n').count() >= 2,
            "text/plain" => bytes.len() > 10,
            "application/json" => serde_json::from_slice::<Value>(&bytes).unwrap().is_object(),
            other => panic!("{operation}: {other}"),
        };
        assert!(begins, "{operation}: {media}: {bytes:?}");
    }
}

/// A type with a private field would not be the reply of an operation.
macro_rules! typed {
    ($($reply:ty),* $(,)?) => {$(
        impl Told for $reply {
            async fn told(self, operation: &str) {
                whole::<Self>(operation);
            }
        }
    )*};
}

typed!(
    ApiKeyList,
    ApiKeyRateLimitsResponse,
    ApiKeyResponse,
    BillingBalance,
    CharacterList,
    CharacterResponse,
    CharacterReviewList,
    ChatCompletion,
    ClonedVoice,
    Decision,
    EmbeddingList,
    GeneratedImageList,
    ImageStyleList,
    JsonRpcReplies,
    ModelList,
    ModelMapping,
    QueuedAudio,
    QueuedVoiceChange,
    Quote,
    RateLimitLog,
    ResponsesReply,
    RpcNetworkList,
    TeeAttestation,
    TeeSignature,
    SuccessResponse,
    TopUpResponse,
    UpdateApiKeyResponse,
    UsageAnalytics,
    VoiceChangerQuote,
    WalletBalanceResponse,
    WalletTransactionsResponse,
    WebScrapeResponse,
    WebSearchResponse,
);

/// Its URL is a secret and is not shown.
impl Told for QueuedVideo {
    async fn told(self, operation: &str) {
        assert!(!self.queue_id.is_empty() && self.model.as_deref() == Some("m"), "{operation}");
    }
}

/// The default body round-trips through its type.
fn whole<T: Serialize + DeserializeOwned>(operation: &str) {
    let body: Value = MockVenice::default_body(operation).unwrap();
    let typed: T = serde_json::from_value(body.clone()).unwrap();
    let again = serde_json::to_value(typed).unwrap();
    if let Some(lost) = lost(&again, &body) {
        panic!("{operation}: {lost}\n{again:#}\nof\n{body:#}");
    }
}

/// The first field of `inner` that `outer` does not have. A number keeps its value, not its spelling.
fn lost(outer: &Value, inner: &Value) -> Option<String> {
    let below = |name: &dyn std::fmt::Display, outer: Option<&Value>, inner: &Value| match outer {
        Some(outer) => lost(outer, inner).map(|path| format!("{name}.{path}")),
        None => Some(name.to_string()),
    };
    match (outer, inner) {
        (Value::Object(outer), Value::Object(inner)) => {
            inner.iter().find_map(|(name, value)| below(name, outer.get(name), value))
        }
        (Value::Array(outer), Value::Array(inner)) => {
            inner.iter().enumerate().find_map(|(index, value)| below(&index, outer.get(index), value))
        }
        (Value::Number(outer), Value::Number(inner)) if outer.as_f64() == inner.as_f64() => None,
        _ => (outer != inner).then(|| format!("{outer} for {inner}")),
    }
}

const WALLET: &str = "0x00000000000000000000000000000000000000aa";

fn picture() -> Upload {
    Upload::bytes("a.png", vec![7; 70_000])
}

#[tokio::test]
async fn every_operation_answers_a_valid_request() {
    let (mock, venice) = start().await;
    let raw = venice.raw();
    let mut asked = BTreeSet::new();
    macro_rules! answered {
        ($($id:literal: $call:expr;)*) => {$(
            let reply = $call.await.unwrap_or_else(|error| panic!("{}: {error}", $id));
            reply.told($id).await;
            asked.insert($id);
        )*};
    }
    let id = venice.api_keys().list().await.unwrap()[0].id.clone();
    let slug = raw.list_characters(&ListCharactersParams::new()).await.unwrap().data[0].slug.clone();
    let video = raw.queue_video(&QueueVideoRequest::new("m")).await.unwrap().queue_id;
    let tune = raw.queue_audio(&QueueAudioRequest::new("m", "a tune")).await.unwrap().queue_id;
    let voice = QueueVoiceChangerRequest::new("m").audio_url("https://lagoon.example/a.mp3");
    let voice = raw.queue_voice_changer(&voice).await.unwrap().queue_id;
    let payment = payment(&venice).await;
    let signed = encoded(&serde_json::json!({"address": WALLET}));
    answered! {
        "backgroundRemoveImage": raw.background_remove_image(&BackgroundRemoveImageRequest::new().image(picture()));
        "createChatCompletion": raw.create_chat_completion(&ChatCompletionRequest::new("default", ["Hi"]));
        "createClonedVoice": raw.create_cloned_voice(&CreateClonedVoiceRequest::new(Upload::bytes("v.wav", "RIFF")));
        "createDecision": raw.create_decision(&CreateDecisionRequest::new("doge-decider", "It rains", [("wet", NoulQuestion::new("Is it wet?"))]));
        "createDecisionSystemOne": raw.create_decision_system_one(&CreateDecisionRequest::new("doge-decider", "It rains", [("wet", NoulQuestion::new("Is it wet?"))]));
        "quoteVoiceChanger": raw.quote_voice_changer(&QuoteVoiceChangerRequest::new("m", 9));
        "queueVoiceChanger": raw.queue_voice_changer(&QueueVoiceChangerRequest::new("m").audio_url("https://lagoon.example/a.mp3"));
        "retrieveVoiceChanger": raw.retrieve_voice_changer(&RetrieveJobRequest::new("m", &voice));
        "completeVoiceChanger": raw.complete_voice_changer(&CompleteJobRequest::new("m", &voice));
        "createEmbedding": raw.create_embedding(&CreateEmbeddingRequest::new("altana-embedding", "text"));
        "createResponse": raw.create_response(&ResponsesRequest::new("default", "Hi"));
        "createSpeech": raw.create_speech(&CreateSpeechRequest::new("m", "Hi"));
        "createTextParser": raw.create_text_parser(&TextParserRequest::new(Upload::bytes("a.txt", "abc")));
        "createTranscription": raw.create_transcription(&CreateTranscriptionRequest::new("m", Upload::bytes("a.wav", "RIFF")).timestamps(true));
        "cryptoRpcProxy": raw.crypto_rpc_proxy("ethereum-mainnet", &JsonRpcRequest::new("eth_blockNumber").into(), None);
        "editImage": raw.edit_image(&EditImageRequest::new(picture(), "bluer"));
        "generateImage": raw.generate_image(&GenerateImageRequest::new("murano-image", "a lagoon"));
        "getApiKeyById": raw.get_api_key_by_id(&id);
        "getApiKeyRateLimitLogs": raw.get_api_key_rate_limit_logs();
        "getApiKeyRateLimits": raw.get_api_key_rate_limits();
        "getApiKeys": raw.get_api_keys();
        "getBillingBalance": raw.get_billing_balance();
        "getBillingUsageAnalytics": raw.get_billing_usage_analytics(&GetBillingUsageAnalyticsParams::new().lookback("7d"));
        "getBillingUsageHistory": raw.get_billing_usage_history(&GetBillingUsageHistoryParams::new().page_size(10));
        "getCharacterBySlug": raw.get_character_by_slug(&slug);
        "getCharacterReviews": raw.get_character_reviews(&slug, &CharacterReviewsParams::new().page(2).page_size(5));
        "getTeeAttestation": raw.get_tee_attestation(&TeeAttestationParams::new("arsenale-coder", "0a".repeat(32)));
        "getTeeSignature": raw.get_tee_signature(&TeeSignatureParams::new("arsenale-coder", "chatcmpl-1"));
        "getX402Balance": raw.get_x402_balance(WALLET, Some(&signed));
        "getX402Transactions": raw.get_x402_transactions(WALLET, &WalletTransactionsParams::new().limit(5).offset(10), Some(&signed));
        "listCharacters": raw.list_characters(&ListCharactersParams::new().limit(5).categories(["a", "b"]));
        "listCryptoRpcNetworks": raw.list_crypto_rpc_networks();
        "listImageStyles": raw.list_image_styles();
        "listModelCompatibilityMapping": raw.list_model_compatibility_mapping(Some(&ModelType::Text));
        "listModelTraits": raw.list_model_traits(None);
        "listModels": raw.list_models(Some(&ModelFilter::All));
        "multiEditImage": raw.multi_edit_image(&MultiEditImageRequest::new("bluer", [picture()]));
        "queueAudio": raw.queue_audio(&QueueAudioRequest::new("m", "a tune"));
        "queueVideo": raw.queue_video(&QueueVideoRequest::new("m").prompt("a boat").duration(VideoDuration::from_wire("7m")));
        "quoteAudio": raw.quote_audio(&QuoteAudioRequest::new("m"));
        "quoteVideo": raw.quote_video(&QuoteVideoRequest::new("m"));
        "retrieveAudio": raw.retrieve_audio(&RetrieveJobRequest::new("m", &tune));
        "retrieveVideo": raw.retrieve_video(&RetrieveJobRequest::new("m", &video));
        "completeAudio": raw.complete_audio(&CompleteJobRequest::new("m", &tune));
        "completeVideo": raw.complete_video(&CompleteJobRequest::new("m", &video));
        "simpleGenerateImage": raw.simple_generate_image(&SimpleGenerateImageRequest::new("m", "a lagoon"));
        "topUpX402Balance": raw.top_up_x402_balance(Some(&payment));
        "updateApiKey": raw.update_api_key(&UpdateApiKeyRequest::new(&id).description("new"));
        "upscaleImage": raw.upscale_image(&UpscaleImageRequest::new(picture()).scale(4));
        "webScrape": raw.web_scrape(&WebScrapeRequest::new("https://lagoon.example"));
        "webSearch": raw.web_search(&WebSearchRequest::new("tide"));
    }
    // These return secrets, whose types do not show them.
    let created = venice.api_keys().create(CreateApiKeyRequest::new(ApiKeyType::Inference, "x")).await.unwrap();
    asked.insert("createApiKey");
    raw.delete_api_key(&created.id).await.unwrap();
    asked.insert("deleteApiKey");
    let token = venice.api_keys().web3_token().await.unwrap();
    asked.insert("getApiKeyGenerateWeb3Key");
    let signature = format!("0x{}", "a0".repeat(65));
    let of_wallet = CreateWeb3ApiKeyRequest::new(ApiKeyType::Inference, WALLET, signature, token.expose());
    venice.api_keys().create_with_web3(of_wallet).await.unwrap();
    asked.insert("postApiKeyGenerateWeb3Key");

    let gone = gone(&venice).await;
    assert_eq!(gone.status().unwrap().as_u16(), 410);
    for name in ["deprecation", "sunset", "link"] {
        assert!(gone.meta().unwrap().header(name).is_some(), "{name}");
    }
    asked.insert("getBillingUsage");

    // New operations are called in tests/wire until they are added here.
    let automatic = include_str!("../../../spec/coverage.toml");
    let is_automatic = |id: &str| automatic.contains(&format!("[[automatic]]\noperation = \"{id}\"\n"));
    let all: BTreeSet<&str> =
        operations::ALL.iter().map(|operation| operation.id).filter(|id| !is_automatic(id)).collect();
    assert_eq!(asked, all);
    assert_eq!(mock.violations(), [], "the requests of the SDK are what the API's description says");
}

#[allow(deprecated)]
async fn gone(venice: &venice_ai::Client) -> Error {
    venice.raw().get_billing_usage().await.unwrap_err()
}

#[tokio::test]
async fn a_withdrawn_endpoint_says_where_to_go_instead() {
    let (mock, _) = start().await;
    let nobody = Client::builder().base_url(mock.base_url()).build().unwrap();
    let gone = post(&nobody, "/video/transcriptions", &serde_json::json!({"model": "m"})).await.unwrap_err();
    assert_eq!(gone.status().unwrap().as_u16(), 410);
    let link = gone.meta().unwrap().header("link").unwrap();
    assert!(link.contains("/chat/completions") && gone.meta().unwrap().header("deprecation").is_some(), "{link}");
    assert_eq!(mock.violations(), []);
}

#[tokio::test]
async fn a_reply_repeats_what_was_asked_for() {
    let (_mock, venice) = start().await;
    let raw = venice.raw();
    let slug = raw.list_characters(&ListCharactersParams::new()).await.unwrap().data[0].slug.clone();
    let queued = raw.queue_video(&QueueVideoRequest::new("laguna-video")).await.unwrap();
    assert_eq!(queued.model.as_deref(), Some("laguna-video"));
    let reviews = raw
        .get_character_reviews(&slug, &CharacterReviewsParams::new().page(2).page_size(5))
        .with_meta()
        .await
        .unwrap();
    assert_eq!((reviews.value.pagination.page, reviews.value.pagination.page_size), (2, 5));
    assert_eq!(reviews.meta.header("x-pagination-limit"), Some("5"));
    let call = |id: i64| JsonRpcRequest::new("eth_chainId").id(id);
    let batch = JsonRpcRequests::from(vec![call(7), call(8)]);
    let JsonRpcReplies::Batch(replies) = raw.crypto_rpc_proxy("base-mainnet", &batch, None).await.unwrap() else {
        panic!("a batch is answered with a list")
    };
    assert_eq!(replies.len(), 2);
    let mut ids: Vec<_> = replies.iter().map(|reply| serde_json::to_value(reply).unwrap()["id"].as_i64()).collect();
    ids.sort_unstable();
    assert_eq!(ids, [Some(7), Some(8)]);
}

#[tokio::test]
async fn a_text_file_is_read() {
    let (_mock, venice) = start().await;
    let file = || Upload::bytes("tide.txt", "High water at 10:40").mime("text/plain");
    let parsed = venice.raw().create_text_parser(&TextParserRequest::new(file())).await.unwrap();
    let parsed: Value = serde_json::from_slice(&parsed.bytes().await.unwrap()).unwrap();
    assert_eq!(parsed["text"], "High water at 10:40");
    let text = TextParserRequest::new(file()).response_format(TextReplyFormat::Text);
    let parsed = venice.raw().create_text_parser(&text).await.unwrap().bytes().await.unwrap();
    assert_eq!(parsed.as_ref(), b"High water at 10:40");
}

async fn media(call: venice_ai::Call<RawReply>) -> String {
    call.await.unwrap().content_type().unwrap()
}

#[tokio::test]
async fn the_media_type_is_the_one_that_the_request_names() {
    let (_mock, venice) = start().await;
    let raw = venice.raw();
    let image = || GenerateImageRequest::new("murano-image", "a lagoon");
    assert_eq!(media(raw.generate_image(&image())).await, "application/json");
    assert_eq!(media(raw.generate_image(&image().return_binary(true))).await, "image/webp");
    let png = image().return_binary(true).format(ImageFormat::Png);
    assert_eq!(media(raw.generate_image(&png)).await, "image/png");
    let edit = EditImageRequest::new(picture(), "bluer").output_format(ImageFormat::Jpeg);
    assert_eq!(media(raw.edit_image(&edit)).await, "image/jpeg");
    for format in &["mp3", "wav", "pcm"] {
        let speech = CreateSpeechRequest::new("m", "Hi").response_format(SpeechFormat::from_wire(format));
        raw.create_speech(&speech).await.unwrap().told("createSpeech").await;
        let wanted = if *format == "mp3" { "audio/mpeg".to_owned() } else { format!("audio/{format}") };
        assert_eq!(media(raw.create_speech(&speech)).await, wanted);
        let streamed = raw.create_speech(&speech.streaming(true)).await.unwrap();
        assert_eq!(streamed.content_type(), Some(wanted));
        assert_eq!(streamed.meta().header("content-length"), None, "its length is not known at first");
    }
    let text =
        CreateTranscriptionRequest::new("m", Upload::bytes("a.wav", "RIFF")).response_format(TextReplyFormat::Text);
    assert_eq!(media(raw.create_transcription(&text)).await, "text/plain");
    let table = raw.get_billing_usage_history(&GetBillingUsageHistoryParams::new()).with_header("accept", "text/csv");
    let table = table.await.unwrap();
    assert_eq!(table.content_type().as_deref(), Some("text/csv"));
    assert!(table.meta().header("content-disposition").unwrap().ends_with(".csv"));
    table.told("getBillingUsageHistory").await;
}

#[tokio::test]
async fn images_in_json_are_images() {
    let (_mock, venice) = start().await;
    let image = venice.raw().simple_generate_image(&SimpleGenerateImageRequest::new("m", "a lagoon")).await.unwrap();
    let image = serde_json::to_value(&image.data[0]).unwrap();
    assert!(image["b64_json"].as_str().unwrap().starts_with("iVBORw0KGgo"), "{image}");
    let request = SimpleGenerateImageRequest::new("m", "a lagoon").response_format(ImageResponseFormat::Url);
    let image = venice.raw().simple_generate_image(&request).await.unwrap();
    let image = serde_json::to_value(&image.data[0]).unwrap();
    assert!(image["url"].as_str().unwrap().starts_with("data:image/png;base64,iVBORw0KGgo"), "{image}");
    let request = GenerateImageRequest::new("murano-image", "a lagoon");
    let reply = venice.raw().generate_image(&request).await.unwrap().bytes().await.unwrap();
    let reply: Value = serde_json::from_slice(&reply).unwrap();
    assert!(reply["images"][0].as_str().unwrap().starts_with("UklGR"), "{reply}");
}

/// A payment of the option that the mock offers.
async fn payment(venice: &venice_ai::Client) -> String {
    let error = venice.raw().top_up_x402_balance(None).await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 402);
    let asked: Value = serde_json::from_slice(error.body().unwrap()).unwrap();
    let accepted = &asked["accepts"][0];
    let authorization = serde_json::json!({"from": WALLET, "value": accepted["amount"]});
    let payment = serde_json::json!({
        "x402Version": 2, "payload": {"signature": "0x00", "authorization": authorization}, "accepted": accepted,
    });
    encoded(&payment)
}

/// JSON as in headers.
fn encoded(value: &Value) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(value.to_string())
}

#[test]
fn a_default_body_has_the_type_of_its_operation() {
    let mut character: CharacterResponse = MockVenice::default_body("getCharacterBySlug").unwrap();
    character.data.name = "Casanova".to_owned();
    assert_eq!(serde_json::to_value(&character).unwrap()["data"]["name"], "Casanova");
    for (operation, complaint) in [
        ("getCharacter", "not an operation"),
        ("createSpeech", "no JSON body"),
        ("getApiKeys", "cannot be read as this type"),
    ] {
        let error = MockVenice::default_body::<Vec<u8>>(operation).unwrap_err();
        assert!(error.to_string().contains(complaint), "{error}");
    }
}
