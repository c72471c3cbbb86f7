//! Long texts saved to disk.

use venice_ai::types::SpeechFormat;
use venice_ai::{ErrorKind, RemoteCopy};

use super::long_speech::{all_samples, in_three, input, reader};
use super::{PIECES, samples, sound, three, wav};
use crate::support::{Answer, Folder, Server, once};

#[tokio::test]
async fn the_file_has_the_header_of_all_of_its_samples() {
    let (folder, server) = (Folder::new(), reader());
    let path = folder.join("book.wav");
    let mut speech = in_three(&once(&server), three());
    let expected = wav(24_000, &all_samples());
    let saved = speech.save(&path).await.unwrap();
    assert_eq!((&saved.path, saved.bytes), (&path, expected.len() as u64));
    assert_eq!((saved.content_type.as_deref(), &saved.remote), (Some("audio/wav"), &RemoteCopy::NotStored));
    assert_eq!(std::fs::read(&path).unwrap(), expected);
    assert_eq!(hound::WavReader::open(&path).unwrap().duration() as usize, all_samples().len() / 2);
    assert_eq!(folder.names(), ["book.wav"]);

    assert_eq!(speech.save(&path).await.unwrap(), saved, "it is there already");
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn a_file_of_bare_samples_has_no_header() {
    let folder = Folder::new();
    let server = Server::start(|_, request| sound("audio/pcm", samples(&input(request))));
    let mut speech = in_three(&once(&server), three().response_format(SpeechFormat::Pcm));
    assert_eq!(speech.save(folder.join("book.pcm")).await.unwrap().content_type.as_deref(), Some("audio/pcm"));
    assert_eq!(std::fs::read(folder.join("book.pcm")).unwrap(), all_samples());
}

#[tokio::test]
async fn samples_of_one_byte_end_at_an_even_place() {
    let folder = Folder::new();
    let server = Server::start(|_, _| {
        let mut file = wav(8_000, &[7, 8, 9]);
        file[32] = 1;
        file[34] = 8;
        sound("audio/wav", file)
    });
    in_three(&once(&server), three()).save(folder.join("a.wav")).await.unwrap();
    let file = std::fs::read(folder.join("a.wav")).unwrap();
    assert_eq!(&file[44..], [7, 8, 9, 7, 8, 9, 7, 8, 9, 0]);
    assert_eq!((&file[4..8], &file[40..44]), (&[46, 0, 0, 0][..], &[9, 0, 0, 0][..]));
    let in_memory = in_three(&once(&server), three()).bytes().await.unwrap();
    assert_eq!(in_memory, file);
}

#[tokio::test]
async fn saving_continues_after_a_failure_and_nothing_is_there_before_all_is() {
    let folder = Folder::new();
    let server = Server::start(|n, request| match n {
        2 => Answer::nothing(),
        _ => sound("audio/wav", wav(24_000, &samples(&input(request)))),
    });
    let path = folder.file("book.wav", "an older one");
    let mut speech = in_three(&once(&server), three());
    let error = speech.save(&path).await.unwrap_err();
    assert!(error.message().starts_with("piece 3 of 3"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), b"an older one");

    assert_eq!(speech.save(&path).await.unwrap().bytes, 44 + all_samples().len() as u64);
    assert_eq!(std::fs::read(&path).unwrap(), wav(24_000, &all_samples()));
    assert_eq!(server.count(), 4);
    assert_eq!(folder.names(), ["book.wav"]);
}

#[tokio::test]
async fn what_was_made_in_memory_is_saved_too() {
    let folder = Folder::new();
    let server = Server::start(|n, request| match n {
        1 => Answer::nothing(),
        _ => sound("audio/wav", wav(24_000, &samples(&input(request)))),
    });
    let mut speech = in_three(&once(&server), three());
    speech.bytes().await.unwrap_err();
    speech.save(folder.join("book.wav")).await.unwrap();
    assert_eq!(std::fs::read(folder.join("book.wav")).unwrap(), wav(24_000, &all_samples()));
    assert_eq!(server.count(), 4);
}

#[tokio::test]
async fn a_speech_that_is_given_up_leaves_nothing_behind() {
    let folder = Folder::new();
    let server = Server::start(|n, request| match n {
        1 => Answer::nothing(),
        _ => sound("audio/wav", wav(24_000, &samples(&input(request)))),
    });
    let mut speech = in_three(&once(&server), three());
    speech.save(folder.join("book.wav")).await.unwrap_err();
    assert_eq!(folder.names().len(), 1, "it is being made");
    drop(speech);
    assert_eq!(folder.names(), [""; 0]);
}

#[tokio::test]
async fn a_place_that_is_none_is_found_before_anything_is_sent() {
    let (folder, server) = (Folder::new(), reader());
    let mut speech = in_three(&once(&server), three());
    let error = speech.save(folder.join("nowhere/book.wav")).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Io, Some("createSpeech")));
    assert_eq!(server.connections(), 0);
    speech.save(folder.join("book.wav")).await.unwrap();
    assert_eq!(server.count(), PIECES.len());
}

#[tokio::test]
async fn a_speech_that_is_in_a_file_is_not_in_memory() {
    let (folder, server) = (Folder::new(), reader());
    let mut speech = in_three(&once(&server), three());
    speech.save(folder.join("book.wav")).await.unwrap();
    for error in [speech.bytes().await.unwrap_err(), speech.save(folder.join("other.wav")).await.unwrap_err()] {
        assert!(error.is_invalid_request() && error.message().contains("book.wav"), "{error}");
    }
    assert_eq!((folder.names(), server.count()), (vec!["book.wav".to_owned()], 3));
}

#[cfg(feature = "blocking")]
#[test]
fn a_book_is_saved_without_async() {
    use venice_ai::blocking;

    let (folder, server) = (Folder::new(), reader());
    blocking::wait(in_three(&once(&server), three()).save(folder.join("book.wav"))).unwrap();
    assert_eq!(std::fs::read(folder.join("book.wav")).unwrap(), wav(24_000, &all_samples()));
}

#[tokio::test]
async fn a_file_that_was_begun_without_a_header_gets_none() {
    let folder = Folder::new();
    let server = Server::start(|n, request| match n {
        1 => Answer::json(500, "{}"),
        _ => sound("audio/pcm", samples(&input(request))),
    });
    let mut speech = in_three(&once(&server), three().response_format(SpeechFormat::Pcm));
    speech.save(folder.join("book.pcm")).await.unwrap_err();
    let mut speech = speech.with_sample_rate(24_000);
    assert_eq!(speech.format(), SpeechFormat::Pcm);
    speech.save(folder.join("book.pcm")).await.unwrap();
    assert_eq!(std::fs::read(folder.join("book.pcm")).unwrap(), all_samples(), "no sample makes room for it");
}
