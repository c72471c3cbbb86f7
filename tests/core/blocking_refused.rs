//! Blocking calls where they cannot work: in an async runtime, and after one that was stopped.

use std::sync::mpsc;
use std::time::Duration;

use venice_ai::audio::LongSpeech;
use venice_ai::blocking;
use venice_ai::http::Method;
use venice_ai::jobs::JobHandle;
use venice_ai::types::{
    CreateEmbeddingRequest, CreateSpeechRequest, GenerateImageRequest, GetBillingUsageHistoryParams, JsonRpcRequest,
    ModelFilter, QueueAudioRequest, QueueVideoRequest,
};
use venice_ai::{ErrorKind, Upload};

use crate::support::{Answer, Folder, PATIENCE, Server, once};

fn silence() -> Vec<u8> {
    let mut file = b"RIFF\x26\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
    file.extend_from_slice(b"\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\x02\0\0\0\0\0");
    file
}

macro_rules! refused { ($($what:expr),* $(,)?) => {$(
    let error: venice_ai::Error = $what;
    assert_eq!(error.kind(), ErrorKind::BlockingInAsync, "{} {error}", stringify!($what));
)*} }

#[tokio::test]
async fn every_blocking_form_is_rejected_inside_a_runtime() {
    let server = Server::start(|_, request| match &*request.target {
        "/api/v1/audio/speech" => Answer::new(200, &[("content-type", "audio/wav")], silence()),
        "/api/v1/video/retrieve" => Answer::new(200, &[("content-type", "video/mp4")], "video"),
        "/api/v1/image/generate" => Answer::json(200, r#"{"id":"a","images":["aGVsbG8="],"timing":{}}"#),
        _ => Answer::json(200, "{}"),
    });
    let venice = once(&server);
    let folder = Folder::new();
    let speech = || CreateSpeechRequest::new("m", "One. Two.");
    let video = || QueueVideoRequest::new("m").prompt("x");
    let job = venice.job(JobHandle::video("m", "q"));
    let mut long = venice.audio().long_speech(speech());
    refused![
        venice.models().list(ModelFilter::Image).send_blocking().unwrap_err(),
        venice.video().generate(video()).send_blocking().unwrap_err(),
        venice.video().generate_to(video(), folder.join("a")).send_blocking().unwrap_err(),
        venice.audio().generate(QueueAudioRequest::new("m", "p")).send_blocking().unwrap_err(),
        job.wait().send_blocking().unwrap_err(),
        job.poll().send_blocking().unwrap_err(),
        job.discard().send_blocking().unwrap_err(),
        job.save(folder.join("a")).send_blocking().unwrap_err(),
        blocking::iter(job.progress()).next().unwrap().unwrap_err(),
        venice.embeddings().batch(CreateEmbeddingRequest::new("m", ["a"])).send_blocking().unwrap_err().into(),
        blocking::wait(long.bytes()).unwrap_err(),
        blocking::wait(long.save(folder.join("a"))).unwrap_err(),
        blocking::iter(venice.audio().long_speech(speech()).stream()).next().unwrap().unwrap_err(),
        blocking::iter(venice.billing().usage_history(GetBillingUsageHistoryParams::new()))
            .next()
            .unwrap()
            .unwrap_err(),
        blocking::wait(venice.billing().usage_history(GetBillingUsageHistoryParams::new()).next_page())
            .unwrap()
            .unwrap_err(),
        blocking::wait(venice.billing().usage_history(GetBillingUsageHistoryParams::new()).collect_up_to(1))
            .unwrap_err(),
        blocking::wait(
            venice.billing().usage_history_table(GetBillingUsageHistoryParams::new()).save(folder.join("a"))
        )
        .unwrap_err(),
        blocking::iter(venice.billing().usage_history_table(GetBillingUsageHistoryParams::new()))
            .next()
            .unwrap()
            .unwrap_err(),
        blocking::wait(Upload::bytes("a", "b").to_data_url()).unwrap_err(),
        venice.x402().top_up_with_payment("x").send_blocking().unwrap_err(),
        venice.crypto_rpc().call("eth", JsonRpcRequest::new("m")).send_blocking().unwrap_err(),
    ];
    assert_eq!(server.count(), 0);
    refused![
        blocking::wait(venice.audio().speech(speech()).await.unwrap().bytes()).unwrap_err(),
        blocking::wait(venice.audio().speech(speech()).await.unwrap().save(folder.join("a"))).unwrap_err(),
        blocking::iter(venice.audio().speech(speech()).await.unwrap().stream()).next().unwrap().unwrap_err(),
        blocking::wait(
            venice.images().generate(GenerateImageRequest::new("m", "p")).await.unwrap().into_image().unwrap().bytes()
        )
        .unwrap_err(),
        blocking::wait(
            venice
                .images()
                .generate(GenerateImageRequest::new("m", "p"))
                .await
                .unwrap()
                .into_image()
                .unwrap()
                .save(folder.join("a"))
        )
        .unwrap_err(),
        job.wait().await.unwrap().bytes().send_blocking().unwrap_err(),
        job.wait().await.unwrap().save(folder.join("a")).send_blocking().unwrap_err(),
        blocking::wait(venice.request_raw(Method::GET, "/x").await.unwrap().text()).unwrap_err(),
        blocking::wait(venice.request_raw(Method::GET, "/x").await.unwrap().json::<serde_json::Value>()).unwrap_err(),
        blocking::wait(venice.request_raw(Method::GET, "/x").await.unwrap().bytes_up_to(3)).unwrap_err(),
    ];
    assert!(folder.names().is_empty(), "{:?}", folder.names());
    assert_eq!(long.bytes().await.unwrap().len(), 46, "a refusal leaves it as it was");
}

/// Runs a future in a single-threaded runtime until the server has its request. The runtime is not run after that.
fn begun_in_a_runtime_of_one_thread<T>(server: &Server, future: impl Future<Output = T>) -> tokio::runtime::Runtime {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut future = std::pin::pin!(future);
    runtime.block_on(server.until_asked(1, async || future.as_mut().await));
    runtime
}

/// The result of a thread without a runtime, if it ends.
fn in_a_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || tell.send(work()));
    told.recv_timeout(PATIENCE).expect("it never ends")
}

#[test]
fn a_poll_in_flight_in_a_runtime_that_is_stalled_is_made_again() {
    let server = Server::answering([
        Answer::silence(),
        Answer::json(200, r#"{"status":"PROCESSING"}"#),
        Answer::new(200, &[("content-type", "video/mp4")], "video"),
    ]);
    let job = once(&server).job(JobHandle::video("m", "q")).with_poll_interval(Duration::from_millis(1));
    let mut progress = job.progress();
    let runtime = begun_in_a_runtime_of_one_thread(&server, progress.next());
    let steps = in_a_thread(move || blocking::iter(progress).collect::<Result<Vec<_>, _>>()).unwrap();
    assert_eq!(steps.iter().map(|step| step.fraction).collect::<Vec<_>>(), [None, Some(1.0)]);
    drop(runtime);
}

#[test]
fn a_piece_in_flight_in_a_runtime_that_is_stalled_is_asked_for_again() {
    let answer = |n, _: &_| if n == 0 { Answer::silence() } else { sound() };
    for ask in [
        |mut speech: LongSpeech| blocking::wait(speech.bytes()).map(|bytes| bytes.len()),
        |speech: LongSpeech| {
            let pieces = blocking::iter(speech.stream()).collect::<Result<Vec<_>, _>>()?;
            Ok(pieces.iter().map(|piece| piece.len()).sum())
        },
    ] {
        let server = Server::start(answer);
        let mut speech = once(&server).audio().long_speech(CreateSpeechRequest::new("m", "One. Two."));
        let runtime = begun_in_a_runtime_of_one_thread(&server, speech.bytes());
        assert_eq!(in_a_thread(move || ask(speech)).unwrap(), 46);
        assert_eq!(server.count(), 2);
        drop(runtime);
    }
}

#[test]
fn a_piece_in_flight_in_a_runtime_that_continues_is_not_asked_for_again() {
    let server = Server::answering([Answer::default().wait(Duration::from_millis(250)).then(sound())]);
    let mut speech = once(&server).audio().long_speech(CreateSpeechRequest::new("m", "One. Two."));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        tokio::time::timeout(Duration::from_millis(100), speech.bytes()).await.unwrap_err();
    });
    assert_eq!(in_a_thread(move || blocking::wait(speech.bytes())).unwrap().len(), 46);
    assert_eq!(server.count(), 1, "it was paid for once");
}

#[tokio::test]
async fn what_was_rejected_as_blocking_can_be_awaited() {
    let vector = r#"{"data":[{"index":0,"embedding":[1.0]}],"model":"m"}"#;
    let server = Server::answering([Answer::json(200, vector)]);
    let batch = once(&server).embeddings().batch(CreateEmbeddingRequest::new("m", ["a"]));
    let unfinished = batch.send_blocking().unwrap_err();
    assert_eq!(unfinished.error().kind(), ErrorKind::BlockingInAsync);
    assert_eq!(unfinished.resume().await.unwrap().vectors, [[1.0]]);
}

fn sound() -> Answer {
    Answer::new(200, &[("content-type", "audio/wav")], silence())
}
