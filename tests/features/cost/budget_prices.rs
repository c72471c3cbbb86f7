//! The cost of other calls than chats.

use serde_json::json;
use venice_ai::cost::Budget;
use venice_ai::types::{
    CreateDecisionRequest, CreateEmbeddingRequest, CreateSpeechRequest, CreateTranscriptionRequest, EditImageRequest,
    GenerateImageRequest, JsonRpcRequest, MultiEditImageRequest, NoulQuestion, QueueAudioRequest, QueueVideoRequest,
    UpscaleImageRequest,
};
use venice_ai::{Client, FileInput, Upload};

use super::{calls, dollars, on_chain, shop, within};
use crate::support::server::Request;
use crate::support::{Answer, Server};

/// Answers any request.
fn studio() -> Server {
    shop(|request: &Request| match request.target.trim_start_matches("/api/v1") {
        "/image/generate" => Answer::json(200, r#"{"id": "1", "images": ["AAAA"]}"#),
        "/embeddings" => Answer::json(
            200,
            r#"{"model": "reader", "data": [{"index": 0, "embedding": [1.0]}], "usage": {"prompt_tokens": 3, "total_tokens": 3}}"#,
        ),
        "/decisions" => Answer::json(
            200,
            r#"{"model": "decider", "answers": {"a": {"type": "noul", "noul": 1}}, "usage": {"input_tokens": 8, "output_tokens": 9}}"#,
        ),
        "/audio/transcriptions" => Answer::json(200, r#"{"text": "Hi", "duration": 12.5}"#),
        "/audio/speech" => Answer::new(200, &[("content-type", "audio/mpeg")], "ID3"),
        "/video/quote" => Answer::json(200, r#"{"quote": 0.75}"#),
        "/audio/quote" => Answer::json(200, r#"{"quote": 0.30000000000000004}"#),
        "/video/queue" | "/audio/queue" => Answer::json(200, r#"{"model": "m", "queue_id": "q", "status": "QUEUED"}"#),
        path if path.starts_with("/crypto/") => on_chain(),
        _ => Answer::new(200, &[("content-type", "image/png")], "PNG"),
    })
}

/// The cost of the call for a budget; a slightly smaller budget rejects it.
async fn assert_costs<T, F>(estimate: &str, spent: &str, call: impl Fn(Client) -> F)
where
    F: Future<Output = Result<T, venice_ai::Error>>,
{
    let server = studio();
    let budget = Budget::usd(estimate);
    call(within(&server, &budget)).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(dollars(&budget), [spent, "0", "0"].map(String::from));

    let less = estimate.parse::<f64>().unwrap() - 0.000_001;
    let server = studio();
    let Err(error) = call(within(&server, &Budget::usd(less))).await else { panic!("it was not refused") };
    assert_eq!(error.budget_exceeded().and_then(|exceeded| exceeded.estimate), estimate.parse().ok(), "{error}");
}

#[tokio::test]
async fn images_cost_what_the_list_says() {
    let request = || GenerateImageRequest::new("painter", "A gondola").variants(3);
    assert_costs("0.75", "0.75", |venice| async move { venice.images().generate(request()).await }).await;

    let link = "https://a.example/a.png";
    let edit = || EditImageRequest::new(FileInput::text(link), "Brighter").model("editor");
    assert_costs("0.5", "0.5", |venice| async move { venice.images().edit(edit()).await }).await;
    let file = || EditImageRequest::new(Upload::bytes("a.png", &b"\x89PNG"[..]), "Brighter").model("editor");
    assert_costs("0.5", "0.5", |venice| async move { venice.images().edit(file()).with_validation(false).await }).await;
    let several = || MultiEditImageRequest::new("Together", vec![FileInput::text(link); 3]).model("editor");
    assert_costs("0.75", "0.75", |venice| async move { venice.images().multi_edit(several()).await }).await;
    let larger = || UpscaleImageRequest::new(Upload::bytes("a.png", &b"\x89PNG"[..])).scale(4);
    assert_costs(
        "0.08",
        "0.08",
        |venice| async move { venice.images().upscale(larger()).with_validation(false).await },
    )
    .await;
}

#[tokio::test]
async fn speech_and_vectors_cost_what_the_list_says() {
    let speech = || CreateSpeechRequest::new("speaker", "Grüße");
    assert_costs("0.005", "0.005", |venice| async move { venice.audio().speech(speech()).await }).await;
    // At most seven tokens for seven bytes; it was three.
    let texts = || CreateEmbeddingRequest::new("reader", "Grüße");
    assert_costs("0.007", "0.003", |venice| async move { venice.embeddings().create(texts()).await }).await;
}

#[tokio::test]
async fn decisions_cost_what_they_read() {
    let request = || CreateDecisionRequest::new("decider", "Fog", [("a", NoulQuestion::new("Wet?"))]);
    // `"Fog"` and `{"a":{"type":"noul","instructions":"Wet?"}}` have 5 and 43 bytes.
    assert_costs("0.048", "0.008", |venice| async move { venice.decisions().create(request()).await }).await;
    let image = "data:image/png;base64,aGk=";
    let server = studio();
    let refused = within(&server, &Budget::usd(9)).decisions().create(request().images([image])).await.unwrap_err();
    assert!(refused.budget_exceeded().is_some(), "what an image costs is not known: {refused}");
}

#[tokio::test]
async fn a_recording_counts_by_its_length_once_that_is_reported() {
    let request = || CreateTranscriptionRequest::new("listener", Upload::bytes("a.wav", &b"RIFF"[..]));
    let server = studio();
    let refused = within(&server, &Budget::usd(1)).audio().transcribe(request()).with_validation(false).await;
    assert!(refused.unwrap_err().budget_exceeded().is_some());
    let budget = Budget::usd(1).allow_unknown_prices();
    within(&server, &budget).audio().transcribe(request()).with_validation(false).await.unwrap();
    assert_eq!(dollars(&budget), ["0.125", "0", "0"].map(String::from));
}

#[cfg(feature = "jobs")]
#[tokio::test]
async fn videos_and_music_cost_what_is_quoted_before_each_job() {
    let video = || QueueVideoRequest::new("any").prompt("Waves").duration("5s");
    assert_costs("0.75", "0.75", |venice| async move { venice.video().queue(video()).await }).await;
    let music = || QueueAudioRequest::new("any", "A barcarole").duration_seconds(30);
    assert_costs(
        "0.30000000000000004",
        "0.30000000000000004",
        |venice| async move { venice.audio().queue(music()).await },
    )
    .await;

    let server = studio();
    within(&server, &Budget::usd(1)).video().queue(video()).await.unwrap();
    let sent: Vec<_> = server.requests().iter().map(|request| (request.target.clone(), request.json())).collect();
    assert_eq!(sent[0], ("/api/v1/video/quote".into(), json!({"model": "any", "duration": "5s"})));
    assert_eq!((sent.len(), &*sent[1].0), (2, "/api/v1/video/queue"));
    // A job above the budget is not queued.
    let server = studio();
    assert!(within(&server, &Budget::usd("0.5")).video().queue(video()).await.is_err());
    assert_eq!((calls(&server), &*server.only().target), (1, "/api/v1/video/quote"));
}

#[cfg(feature = "jobs")]
#[tokio::test]
async fn a_video_with_references_has_an_unknown_price() {
    let server = studio();
    let request = QueueVideoRequest::new("any").prompt("Waves").reference_video_urls(["https://a.example/a.mp4"]);
    let error = within(&server, &Budget::usd(1)).video().queue(request).await.unwrap_err();
    assert_eq!(error.budget_exceeded().unwrap().estimate, None);
    assert_eq!(server.count(), 0);
}

#[cfg(feature = "crypto-rpc")]
#[tokio::test]
async fn a_blockchain_call_counts_with_the_dollars_of_its_headers() {
    let server = studio();
    let budget = Budget::usd(1).allow_unknown_prices();
    let venice = within(&server, &budget);
    venice.crypto_rpc().call("ethereum-mainnet", JsonRpcRequest::new("eth_chainId")).await.unwrap();
    assert_eq!(dollars(&budget), ["0.000014", "0", "0"].map(String::from));
}

/// A server whose list has one model with this price and discount, and which charges 0.05 USD for each answer.
fn with_list(price: &'static str, discount: &'static str) -> Server {
    Server::start(move |_, request| match super::is_list(request) {
        true => Answer::json(
            200,
            &format!(
                r#"{{"data": [{{"id": "writer", "type": "text", "discount_to_user": {discount}, "model_spec": {{"pricing": {{"input": {{"usd": {price}, "diem": {price}}},
                    "output": {{"usd": {price}, "diem": {price}}}}}, "availableContextTokens": 1000, "maxCompletionTokens": 500}}}}]}}"#
            ),
        ),
        false => super::costing("0.05"),
    })
}

#[tokio::test]
async fn a_price_below_zero_and_a_discount_of_more_than_all_reserve_nothing_and_are_no_credit() {
    for (price, discount) in [("-100", "null"), ("100", "20"), ("1e20", "null")] {
        let server = with_list(price, discount);
        let budget = Budget::usd("0.5");
        let venice = within(&server, &budget);
        let error = venice.chat().create(super::asking("writer")).await.unwrap_err();
        assert!(error.budget_exceeded().is_some_and(|exceeded| exceeded.estimate.is_none()), "{error}");
        assert_eq!((dollars(&budget), calls(&server)), (["0", "0", "0"].map(String::from), 0));

        let budget = Budget::usd("0.5").allow_unknown_prices();
        let venice = within(&server, &budget);
        for _ in 0..10 {
            venice.chat().create(super::asking("writer")).await.unwrap();
        }
        let error = venice.chat().create(super::asking("writer")).await.unwrap_err();
        assert!(error.budget_exceeded().is_some(), "{error}");
        assert_eq!(dollars(&budget), ["0.5", "0", "0"].map(String::from));
    }
}
