//! Cases of the voice changer. Its audio is delivered once, so each case that fetches it has a job of its own.

use venice_ai::jobs::{JobHandle, Retrieved};
use venice_ai::types::*;

use super::Cost::{Free, TestServer};
use super::Size::{Maximal, Minimal, Only};
use super::samples::{SOUND_URL, sound};
use super::{Case, Scene, Stop, case};

/// The length of the recording decides the price, and only the server measures it.
const PRICE: &str = "the price is known when it is paid";

pub fn cases() -> Vec<Case> {
    vec![
        case("quoteVoiceChanger", Only, Free, |scene| async move {
            let model = scene.voice_changer().await?;
            scene.venice().voice_changer().quote(QuoteVoiceChangerRequest::new(model, 5)).await?;
            Ok(())
        }),
        case("queueVoiceChanger", Minimal, TestServer(PRICE), |scene| async move { job(&scene).await.map(drop) }),
        case("queueVoiceChanger", Maximal, TestServer(PRICE), |scene| async move {
            let request = QueueVoiceChangerRequest::new(scene.voice_changer().await?).audio_url(SOUND_URL);
            scene.venice().voice_changer().queue(with_options(request)).await?;
            Ok(())
        }),
        // The other of the two ways to name the recording.
        case("queueVoiceChanger", Maximal, TestServer(PRICE), |scene| async move {
            let request = QueueVoiceChangerRequest::new(scene.voice_changer().await?).file(sound());
            scene.venice().voice_changer().queue(with_options(request)).await?;
            Ok(())
        }),
        case("retrieveVoiceChanger", Minimal, TestServer(PRICE), |scene| async move {
            let job = job(&scene).await?;
            scene.venice().voice_changer().retrieve(&job).await?;
            Ok(())
        }),
        case("retrieveVoiceChanger", Maximal, TestServer(PRICE), |scene| async move {
            let request = RetrieveJobRequest::from(&job(&scene).await?).delete_media_on_completion(true);
            loop {
                match scene.venice().voice_changer().retrieve(request.clone()).await? {
                    Retrieved::Media(audio) => break drop(audio.bytes().await?),
                    _ => scene.pause().await,
                }
            }
            Ok(())
        }),
        case("completeVoiceChanger", Only, TestServer(PRICE), |scene| async move {
            let job = job(&scene).await?;
            scene.venice().voice_changer().complete(&job).await?;
            Ok(())
        }),
    ]
}

fn with_options(request: QueueVoiceChangerRequest) -> QueueVoiceChangerRequest {
    request.remove_background_noise(true).seed(7).voice("Aria")
}

async fn job(scene: &Scene) -> Result<JobHandle, Stop> {
    let request = QueueVoiceChangerRequest::new(scene.voice_changer().await?).file(sound());
    Ok(scene.venice().voice_changer().queue(request).await?)
}
