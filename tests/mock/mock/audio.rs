//! Speech and transcription of the mock.

use std::io::Cursor;
use std::time::{Duration, Instant};

use venice_ai::Upload;
use venice_ai::types::{CreateSpeechRequest, CreateTranscriptionRequest, SpeechFormat, TextReplyFormat};
use venice_ai_mock::MockVenice;

const TEXT: &str = "The tide came in over the square, and nobody minded it in the least, not even a bit. \
                    Boots were worn by all who had them, and the others went barefoot through the cold water.";

fn a_text(format: SpeechFormat) -> CreateSpeechRequest {
    CreateSpeechRequest::new("m", TEXT).response_format(format)
}

#[tokio::test]
async fn speech_comes_in_the_format_that_is_asked_for_and_is_as_long_as_the_text() {
    let mock = MockVenice::start().await.unwrap();
    let audio = mock.client();
    let audio = audio.audio();
    let seconds = TEXT.chars().count() as f64 / 100.0;

    let wav = audio.speech(a_text(SpeechFormat::Wav)).await.unwrap().bytes().await.unwrap();
    let reader = hound::WavReader::new(Cursor::new(&wav)).unwrap();
    let heard = f64::from(reader.duration()) / f64::from(reader.spec().sample_rate);
    assert!((heard - seconds).abs() < 0.1, "{heard} {seconds}");

    let pcm = audio.speech(a_text(SpeechFormat::Pcm)).await.unwrap();
    assert_eq!(pcm.format(), Some(SpeechFormat::Pcm));
    assert_eq!(pcm.bytes().await.unwrap(), wav[44..], "the same without a header");

    let mp3 = audio.speech(CreateSpeechRequest::new("m", TEXT)).await.unwrap();
    assert_eq!(mp3.format(), Some(SpeechFormat::Mp3), "its default");
    let mp3 = mp3.bytes().await.unwrap();
    assert!(mp3.starts_with(&[0xFF, 0xFB]) && mp3.len() > 10_000, "{}", mp3.len());
}

#[tokio::test]
async fn streamed_speech_pauses_between_sentences() {
    let mock = MockVenice::builder().pause(Duration::from_millis(200)).start().await.unwrap();
    // On a busy machine several sentences may arrive at once; the reader tries again then.
    crate::retried(async || {
        let request = a_text(SpeechFormat::Wav).streaming(true);
        let mut stream = mock.client().audio().speech(request).await.unwrap().stream();
        let (begun, mut first, mut all) = (Instant::now(), None, Vec::new());
        while let Some(bytes) = stream.next().await {
            all.extend(bytes.unwrap());
            first.get_or_insert_with(|| begun.elapsed());
        }
        assert_eq!(&all[40..44], [0xFF; 4], "the length is not known yet");
        begun.elapsed() - first.unwrap() >= Duration::from_millis(150)
    })
    .await;
}

#[tokio::test]
async fn a_long_text_is_one_sound() {
    let mock = MockVenice::start().await.unwrap();
    let mut speech = mock.client().audio().long_speech(CreateSpeechRequest::new("m", TEXT)).with_piece_characters(80);
    let file = speech.bytes().await.unwrap();
    let pieces = speech.pieces().map(|piece| piece.text.len()).collect::<Vec<_>>();
    assert_eq!(pieces.len(), mock.requests().len());
    let reader = hound::WavReader::new(Cursor::new(&file)).unwrap();
    assert_eq!(reader.duration() as usize, pieces.iter().sum::<usize>() * 240);
}

#[tokio::test]
async fn what_it_hears_is_as_long_as_the_recording() {
    let mock = MockVenice::start().await.unwrap();
    let venice = mock.client();
    let wav = venice.audio().speech(a_text(SpeechFormat::Wav)).await.unwrap().bytes().await.unwrap();
    let request = CreateTranscriptionRequest::new("m", Upload::bytes("a.wav", wav.clone())).timestamps(true);
    let heard = venice.audio().transcribe(request).await.unwrap();
    let seconds = heard.duration().unwrap().as_secs_f64();
    assert!((seconds - TEXT.len() as f64 / 100.0).abs() < 0.1, "{seconds}");
    assert!((heard.words().last().unwrap().end - seconds).abs() < 0.01);
    assert_eq!(heard.segments()[0].text, heard.text);

    let as_text =
        CreateTranscriptionRequest::new("m", Upload::bytes("a.wav", wav)).response_format(TextReplyFormat::Text);
    assert_eq!(venice.audio().transcribe(as_text).await.unwrap().text, heard.text);

    let silent = Upload::bytes(
        "a.wav",
        b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\0\0\0\0".as_slice(),
    );
    let error = venice.audio().transcribe(CreateTranscriptionRequest::new("m", silent)).await.unwrap_err();
    assert_eq!(error.code(), Some("ASR_UPSTREAM_VALIDATION_FAILED"), "{error}");
}

#[tokio::test]
async fn voices_have_handles_of_their_own() {
    let mock = MockVenice::start().await.unwrap();
    let venice = mock.client();
    let sample = || Upload::bytes("anna.wav", b"RIFF\0\0\0\0WAVE".as_slice());
    let (one, other) =
        (venice.audio().clone_voice(sample()).await.unwrap(), venice.audio().clone_voice(sample()).await.unwrap());
    assert!(one.id.starts_with("vv_") && one.id != other.id);
    assert_eq!(one.model, "tts-chatterbox-hd");
}
