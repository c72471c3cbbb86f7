//! What was recorded is replayed with the same results.

use std::time::{Duration, Instant};

use serde_json::Value;
use venice_ai::types::{
    ChatCompletionRequest, CreateSpeechRequest, CreateTranscriptionRequest, GenerateImageRequest, SpeechFormat,
};
use venice_ai::{Client, Error, ErrorKind, Upload};
use venice_ai_mock::{Answer, Fault, MockVenice};

use super::{Studio, keeping_all, once};
use venice_ai_mock::cassette::Redaction;

fn question() -> ChatCompletionRequest {
    ChatCompletionRequest::new("default", ["Which way to the Rialto?"])
}

fn sound() -> Upload {
    Upload::bytes("call.wav", venice_ai_mock_wave())
}

/// A recording that the API would accept.
fn venice_ai_mock_wave() -> Vec<u8> {
    let spec =
        hound::WavSpec { channels: 1, sample_rate: 8000, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut bytes, spec).unwrap();
    (0..8000).for_each(|n: i32| writer.write_sample(((n * 37) % 1000) as i16).unwrap());
    writer.finalize().unwrap();
    bytes.into_inner()
}

/// The results of one call of each kind, as text.
async fn results(venice: &Client) -> Result<Vec<String>, Error> {
    let whole = venice.chat().create(question()).await?;
    let mut parts = Vec::new();
    let mut stream = venice.chat().stream(question()).await?;
    while let Some(part) = stream.next().await {
        parts.push(serde_json::to_string(&part?).unwrap());
    }
    let request = CreateTranscriptionRequest::new("openai/whisper-large-v3", sound());
    let written = venice.audio().transcribe(request).await?;
    let request = CreateSpeechRequest::new("tts-kokoro", "The tide is coming in.").response_format(SpeechFormat::Wav);
    let spoken = venice.audio().speech(request).await?.bytes().await?;
    let image =
        venice.images().generate(GenerateImageRequest::new("z-image-turbo", "A red boat")).await?.into_image()?;
    let refused = venice.characters().retrieve("nobody-of-that-name").await.unwrap_err();
    Ok(vec![
        serde_json::to_string(&whole).unwrap(),
        parts.join("\n"),
        serde_json::to_string(&written).unwrap(),
        format!("{} {:?}", spoken.len(), &spoken[..16]),
        format!("{:?}", image.bytes().await?.len()),
        format!("{refused}, {:?}, {:?}", refused.kind(), refused.delivery()),
    ])
}

#[tokio::test]
async fn whole_streamed_multipart_binary_and_failing_calls_have_the_same_results() {
    let studio = Studio::new(keeping_all()).await;
    let recorded = results(&studio.venice).await.unwrap();
    let player = studio.player().start().await.unwrap();
    assert_eq!(results(&once(&player)).await.unwrap(), recorded);
    player.verify().unwrap();
    assert_eq!(studio.mock.requests().len(), 6, "the replay has sent nothing to the mock");
}

#[tokio::test]
async fn a_redacted_cassette_is_replayed_for_the_same_calls() {
    let studio = Studio::new(Redaction::new()).await;
    results(&studio.venice).await.unwrap();
    let player = studio.player().start().await.unwrap();
    let replayed = results(&once(&player)).await.unwrap();
    player.verify().unwrap();
    assert!(replayed[0].contains("redacted") && replayed[1].contains("redacted"), "{replayed:?}");
}

#[tokio::test]
async fn retries_are_recorded_and_replayed() {
    let studio = Studio::new(keeping_all()).await;
    studio.mock.fault(Fault::status(503).header("retry-after", "0"));
    let venice = studio.mock.client_builder().layer(studio.recorder.clone()).build().unwrap();
    venice.chat().create(question()).await.unwrap();
    let player = studio.player().start().await.unwrap();
    let reply = player.client().chat().create(question()).with_meta().await.unwrap();
    assert_eq!(reply.meta.attempts(), 2);
    player.verify().unwrap();
}

#[tokio::test]
async fn a_reply_that_broke_off_breaks_off_again() {
    let studio = Studio::new(keeping_all()).await;
    studio.mock.fault(Fault::cut(200));
    let stream = studio.venice.chat().stream(question()).await.unwrap();
    let error = stream.collect().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StreamInterrupted);
    let player = studio.player().start().await.unwrap();
    let replayed = once(&player).chat().stream(question()).await.unwrap().collect().await.unwrap_err();
    assert_eq!((replayed.kind(), replayed.delivery()), (error.kind(), error.delivery()));
    player.verify().unwrap();
}

#[tokio::test]
async fn a_stream_is_replayed_at_once_or_with_its_times() {
    let studio = Studio::new(Redaction::new()).await;
    let pause = Duration::from_millis(60);
    let mock = MockVenice::builder().pause(pause).start().await.unwrap();
    let venice = mock.client_builder().layer(studio.recorder.clone()).build().unwrap();
    let begun = Instant::now();
    let answer = venice.chat().stream(question()).await.unwrap().collect().await.unwrap();
    let recorded = begun.elapsed();
    assert!(!answer.text().is_empty() && recorded > 3 * pause, "{recorded:?}");
    let times: Value = serde_json::from_str(&studio.saved()).unwrap();
    let pieces = times["http_interactions"][0]["response"]["venice_ai"]["pieces"].as_array().unwrap().clone();
    assert!(pieces.len() > 3, "{pieces:?}");
    let after = |piece: &Value| Duration::from_millis(piece["after_ms"].as_u64().unwrap());
    let (first, last) = (after(&pieces[0]), after(pieces.last().unwrap()));
    assert!(last - first > 2 * pause, "{pieces:?}");

    let player = studio.player().original_timing(true).start().await.unwrap();
    let begun = Instant::now();
    once(&player).chat().stream(question()).await.unwrap().collect().await.unwrap();
    assert!(begun.elapsed() >= last, "{:?} of {last:?}", begun.elapsed());
}

#[tokio::test]
async fn a_cassette_is_not_saved_while_a_reply_is_read_and_is_replaced_at_once() {
    let studio = Studio::new(keeping_all()).await;
    let stream = studio.venice.chat().stream(question()).await.unwrap();
    assert!(studio.recorder.save().unwrap_err().to_string().contains("still being read"));
    assert!(!studio.file.exists());
    drop(stream);
    studio.recorder.save().unwrap();
    studio.venice.chat().create(question()).await.unwrap();
    let cassette: Value = serde_json::from_str(&studio.saved()).unwrap();
    assert_eq!(cassette["http_interactions"].as_array().unwrap().len(), 2);
    let folder = studio.file.parent().unwrap();
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 1, "no temporary file is left");
}

#[tokio::test]
async fn a_request_without_a_reply_is_not_in_the_cassette() {
    let studio = Studio::new(keeping_all()).await;
    studio.mock.fault(Fault::disconnect());
    studio.venice.chat().create(question()).await.unwrap_err();
    studio.mock.answer(Answer::json(&serde_json::json!({"data": [], "object": "list"})).on("listImageStyles"));
    studio.venice.raw().list_image_styles().await.unwrap();
    let cassette: Value = serde_json::from_str(&studio.saved()).unwrap();
    let all = cassette["http_interactions"].as_array().unwrap();
    assert_eq!(all.len(), 1);
    assert!(all[0]["request"]["uri"].as_str().unwrap().ends_with("/image/styles"));
}
