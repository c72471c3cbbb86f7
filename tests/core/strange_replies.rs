//! Unexpected replies in all areas: no panics, and each error has its operation and status.

use std::sync::{Arc, Mutex};

use venice_ai::jobs::JobHandle;
use venice_ai::types::{
    CreateEmbeddingRequest, CreateSpeechRequest, CreateTranscriptionRequest, GenerateImageRequest,
    GetBillingUsageAnalyticsParams, GetBillingUsageHistoryParams, JsonRpcRequest, ListCharactersParams,
    QueueAudioRequest, QueueVideoRequest, SimpleGenerateImageRequest,
};
use venice_ai::{Client, Meta, RetryPolicy, Upload};

use crate::support::{Answer, Server, TestClock, builder};

/// Headers with numbers and times that are invalid or too large.
const HEADERS: [(&str, &str); 12] = [
    ("retry-after", "1e400"),
    ("x-ratelimit-reset-requests", "-1e300"),
    ("x-ratelimit-remaining-requests", "NaN"),
    ("x-venice-enhanced-prompt", "%"),
    ("x-pagination-total-pages", "1e300"),
    ("x-venice-balance-usd", "1e999"),
    ("payment-required", "w6k="),
    ("date", "Thu, 01 Jan 9999 00:00:00 GMT"),
    ("deprecation", "@99999999999999999999"),
    ("sunset", "Thu, 01 Jan 0000 00:00:00 GMT"),
    ("link", "<>; rel=successor-version, <é"),
    ("x-venice-rpc-credits", "-1"),
];

const BODIES: [&str; 19] = [
    "null",
    "[]",
    "{}",
    "\"x\"",
    "1e999",
    "{\"data\":null}",
    "{\"data\":[null]}",
    "[null]",
    "{\"images\":[null, 5, \"é\"]}",
    "{\"data\":[{\"b64_json\":\"é==\",\"embedding\":\"é===\",\"index\":-1}]}",
    "{\"data\":[{\"url\":\"data:é,\",\"embedding\":[1e39],\"index\":9223372036854775807}]}",
    "{\"status\":\"PROCESSING\",\"execution_duration\":-1e308,\"average_execution_time\":1e308}",
    "{\"quote\":1e308,\"text\":\"é\",\"duration\":-1e300,\"success\":\"maybe\"}",
    "{\"success\":true,\"data\":{\"newBalance\":\"NaN\"}}",
    "<html>é",
    "\u{feff}<title>",
    "RIFF\u{0}\u{0}\u{0}\u{0}WAVE",
    "é",
    "",
];

/// What is in the headers is read on demand.
fn look_at(meta: &Meta) {
    let _ = (meta.retry_after(), meta.rate_limits(), meta.balances(), meta.deprecation(), meta.pagination());
    let _ = (meta.enhanced_prompt(), meta.rpc_usage(), meta.content_flags(), meta.next_cursor());
}

async fn ask_everything(venice: &Client, status: u16) {
    let job = venice.job(JobHandle::video("m", "q"));
    macro_rules! all { ($($call:expr),* $(,)?) => {$(
        match $call.await {
            Ok(reply) => drop(format!("{reply:?}")),
            Err(error) => {
                let shown = format!("{}: {error} {error:?}", stringify!($call));
                error.meta().into_iter().for_each(look_at);
                assert!(error.operation().is_some(), "{shown}");
                assert_eq!(error.status().map(|status| status.as_u16()), Some(status), "{shown}");
            }
        }
    )*} }
    all![
        venice.images().generate(GenerateImageRequest::new("m", "p")),
        venice.images().generations(SimpleGenerateImageRequest::new("m", "p")),
        venice.images().styles(),
        venice.images().upscale(Upload::bytes("a.png", vec![1])),
        venice.audio().speech(CreateSpeechRequest::new("m", "x")),
        venice
            .audio()
            .transcribe(CreateTranscriptionRequest::new("m", Upload::bytes("a.wav", &b"RIFF\x24\0\0\0WAVEfmt "[..]))),
        venice.audio().clone_voice(Upload::bytes("a.wav", &b"RIFF\x24\0\0\0WAVEfmt "[..])),
        venice.audio().quote("m"),
        venice.audio().queue(QueueAudioRequest::new("m", "p")),
        venice.video().queue(QueueVideoRequest::new("m").prompt("p")),
        venice.embeddings().create(CreateEmbeddingRequest::new("m", ["a"])),
        venice.characters().retrieve("a"),
        venice.billing().balance(),
        venice.billing().usage_analytics(GetBillingUsageAnalyticsParams::new()),
        venice.x402().payment_requirements(),
        venice.augment().scrape("https://a.example/"),
        venice.augment().search("aaa"),
        venice.augment().parse_document(Upload::bytes("a.txt", "x")),
        venice.crypto_rpc().networks(),
        venice.crypto_rpc().call("ethereum-mainnet", JsonRpcRequest::new("m")),
        venice.crypto_rpc().batch("ethereum-mainnet", [JsonRpcRequest::new("m")]),
        venice.tee().attestation("m", [0; 32]),
        job.poll(),
        job.discard(),
    ];
    let mut characters = venice.characters().list(ListCharactersParams::new());
    let mut reviews = venice.characters().reviews("a");
    let mut history = venice.billing().usage_history(GetBillingUsageHistoryParams::new());
    for _ in 0..3 {
        let _ = (characters.next().await, reviews.next().await, history.next().await);
    }
    if let Ok(images) = venice.images().generate(GenerateImageRequest::new("m", "p")).await {
        for image in images {
            let _ = (image.content_type(), image.extension(), image.bytes().await);
        }
    }
    let _ = venice.audio().long_speech(CreateSpeechRequest::new("m", "One. Two.")).bytes().await;
}

#[tokio::test]
async fn none_is_a_panic_and_each_error_reports_its_operation_and_status() {
    let answer = Arc::new(Mutex::new(Answer::default()));
    let served = Arc::clone(&answer);
    let server = Server::start(move |_, _| served.lock().unwrap().clone());
    let venice = builder(&server).retry(RetryPolicy::disabled()).clock(TestClock::without_jitter()).build().unwrap();
    for (n, body) in BODIES.into_iter().enumerate() {
        let strange = ["audio/wav", "image/png", "text/html", ""][n % 4];
        for (status, media) in [(200, "application/json"), (200, strange), (502, strange)] {
            let mut headers = HEADERS.to_vec();
            if !media.is_empty() {
                headers.push(("content-type", media));
            }
            // Failures are decoded in one place, so a few of them are enough.
            if status == 200 || n % 5 == 0 {
                *answer.lock().unwrap() = Answer::new(status, &headers, body);
                ask_everything(&venice, status).await;
            }
        }
    }
}
