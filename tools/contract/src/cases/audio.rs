//! Sound: speech, transcriptions, voices, music.

use venice_ai::jobs::{JobHandle, Retrieved};
use venice_ai::types::*;

use super::Cost::{Free, Quoted, TestServer, Usd};
use super::Size::{Maximal, Minimal, Only};
use super::samples::sound;
use super::{Case, Scene, Stop, case};

const TUNE: &str = "a slow barcarole, one oar, no voices";
const SECONDS: i64 = 10;

pub fn cases() -> Vec<Case> {
    let mut cases = voices();
    cases.extend(jobs());
    cases
}

fn voices() -> Vec<Case> {
    vec![
        case("createSpeech", Minimal, Usd(0.01), |scene| async move {
            scene
                .venice()
                .audio()
                .speech(CreateSpeechRequest::new("tts-kokoro", "The tide is coming in."))
                .await?
                .bytes()
                .await?;
            Ok(())
        }),
        case("createSpeech", Maximal, Usd(0.01), |scene| async move {
            let request = CreateSpeechRequest::new(scene.model(ModelFilter::Tts).await?, "The tide is coming in.")
                .language("en")
                .prompt("calm")
                .response_format(SpeechFormat::Wav)
                .speed(1.1)
                .streaming(true)
                .temperature(0.7)
                .top_p(0.9)
                .voice("af_sky");
            scene.venice().audio().speech(request).await?.bytes().await?;
            Ok(())
        }),
        case("createTranscription", Minimal, Usd(0.01), |scene| async move {
            scene
                .venice()
                .audio()
                .transcribe(CreateTranscriptionRequest::new("openai/whisper-large-v3", sound()))
                .await?;
            Ok(())
        }),
        case("createTranscription", Maximal, Usd(0.02), |scene| async move {
            let model = scene.model(ModelFilter::Asr).await?;
            let request = CreateTranscriptionRequest::new(model, sound()).language("en");
            let request = request.response_format(TextReplyFormat::Json).timestamps(true);
            scene.venice().audio().transcribe(request).await?;
            Ok(())
        }),
        case("createTranscription", Maximal, Usd(0.01), |scene| async move {
            let request = CreateTranscriptionRequest::new("openai/whisper-large-v3", sound())
                .response_format(TextReplyFormat::Text);
            scene.venice().audio().transcribe(request).await?;
            Ok(())
        }),
        case("createClonedVoice", Minimal, TestServer(VOICE), |scene| async move {
            scene.venice().audio().clone_voice(CreateClonedVoiceRequest::new(sound())).await?;
            Ok(())
        }),
        case("createClonedVoice", Maximal, TestServer(VOICE), |scene| async move {
            let model = scene.model(ModelFilter::Tts).await?;
            scene.venice().audio().clone_voice(CreateClonedVoiceRequest::new(sound()).model(model)).await?;
            Ok(())
        }),
    ]
}

const VOICE: &str = "makes a voice that cannot be deleted";

fn jobs() -> Vec<Case> {
    vec![
        case("quoteAudio", Minimal, Free, |scene| async move {
            let model = scene.model(ModelFilter::Music).await?;
            scene.venice().audio().quote(QuoteAudioRequest::new(model)).await?;
            Ok(())
        }),
        case("quoteAudio", Maximal, Free, |scene| async move {
            let model = scene.model(ModelFilter::Music).await?;
            let request = QuoteAudioRequest::new(model).character_count(TUNE.len() as i64).duration_seconds(SECONDS);
            scene.venice().audio().quote(request).await?;
            Ok(())
        }),
        case("queueAudio", Minimal, Quoted, |scene| async move { job(&scene).await.map(drop) }),
        case("queueAudio", Maximal, TestServer("no model takes all of it"), |scene| async move {
            let request = QueueAudioRequest::new(scene.model(ModelFilter::Music).await?, TUNE)
                .duration_seconds(SECONDS)
                .force_instrumental(true)
                .language_code("en")
                .loop_(false)
                .lyrics_optimizer(false)
                .lyrics_prompt("Row, row")
                .speed(1.1)
                .voice("it_anna");
            scene.venice().audio().queue(request).await?;
            Ok(())
        }),
        case("retrieveAudio", Minimal, Quoted, |scene| async move {
            let job = job(&scene).await?;
            scene.venice().audio().retrieve(&job).await?;
            Ok(())
        }),
        case("retrieveAudio", Maximal, Quoted, |scene| async move {
            let request = RetrieveJobRequest::from(&job(&scene).await?).delete_media_on_completion(false);
            while let Retrieved::Progress(_) = scene.venice().audio().retrieve(request.clone()).await? {
                scene.pause().await;
            }
            Ok(())
        }),
        case("completeAudio", Only, Quoted, |scene| async move {
            let job = job(&scene).await?;
            scene.venice().audio().complete(&job).await?;
            Ok(())
        }),
    ]
}

/// One job for all requests about one.
async fn job(scene: &Scene) -> Result<JobHandle, Stop> {
    if let Some(job) = scene.job("audio") {
        return Ok(job);
    }
    let model = scene.model(ModelFilter::Music).await?;
    let price = scene.venice().audio().quote(QuoteAudioRequest::new(model.clone())).await?;
    scene.pay(price.usd.to_f64())?;
    let job = scene.venice().audio().queue(QueueAudioRequest::new(model, TUNE)).await?;
    scene.keep_job("audio", job.clone());
    Ok(job)
}
