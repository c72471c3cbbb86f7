//! Images are read and decoded on demand.

use std::time::Duration;

use venice_ai::ErrorKind;

use super::*;
use crate::support::{Folder, PATIENCE};

/// The head of a reply and half of its image.
fn half(media: &str) -> Answer {
    let length = PNG.len().to_string();
    Answer::head(200, &[("content-type", media), ("content-length", &length)]).send(&PNG[..PNG.len() / 2])
}

#[tokio::test]
async fn a_drawing_as_bytes_is_handed_out_before_its_bytes_are_here() {
    let server = Server::answering([half("image/png").hang()]);
    let drawn = tokio::time::timeout(PATIENCE, once(&server).images().generate(a_request().return_binary(true)));
    let image = drawn.await.unwrap().unwrap().into_image().unwrap();
    assert_eq!(image.content_type().as_deref(), Some("image/png"));
    drop(image);
    assert!(server.closed_by_client_within(PATIENCE).await, "an image that nobody wants is not fetched");
}

#[tokio::test]
async fn the_body_may_be_silent_only_so_long() {
    let server = Server::answering([half("image/png").hang()]);
    let call = once(&server).images().generate(a_request().return_binary(true));
    let drawn = call.with_stream_idle_timeout(Duration::from_millis(400)).await.unwrap();
    let error = drawn.into_image().unwrap().bytes().await.unwrap_err();
    assert!(error.is_timeout() && error.operation() == Some("generateImage"), "{error}");
}

#[tokio::test]
async fn an_image_that_is_cut_is_an_error_and_leaves_no_file() {
    let folder = Folder::new();
    for cut in [false, true] {
        let answer = if cut { half("image/png").close() } else { file("image/png", &[], PNG) };
        let server = Server::answering([answer]);
        let image = once(&server).images().upscale(Upload::bytes("a.png", PNG)).await.unwrap();
        let path = folder.join("canal.png");
        match image.save(&path).await {
            Ok(saved) => assert_eq!((saved.bytes as usize, std::fs::read(&path).unwrap()), (PNG.len(), PNG.to_vec())),
            Err(error) => assert!(cut && error.kind() == ErrorKind::Transport, "{error}"),
        }
        assert_eq!(folder.names(), ["canal.png"], "what was there stays, and nothing is left beside it");
        assert_eq!(std::fs::read(&path).unwrap(), PNG);
    }
}

#[tokio::test]
async fn base64_is_saved_and_streamed_like_a_file() {
    let folder = Folder::new();
    let (_server, venice) = answering(Answer::json(200, GENERATED));
    let mut images = venice.images().generate(a_request()).await.unwrap().into_iter();
    let image = images.next().unwrap();
    let content_type = image.content_type();
    let saved = image.save(folder.join("1.bin")).await.unwrap();
    assert_eq!((saved.bytes, saved.content_type), (4, content_type), "not that of the JSON around it");
    assert_eq!(std::fs::read(folder.join("1.bin")).unwrap(), [1, 2, 3, 4]);
    let mut stream = images.next().unwrap().stream().unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap(), &[5, 6, 7, 8][..]);
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn a_file_is_streamed_as_it_arrives() {
    let answer = Answer::head(200, &[("content-type", "image/png"), ("transfer-encoding", "chunked")]);
    let server = Server::answering([answer.chunk("first").hang()]);
    let image = once(&server).images().remove_background(Upload::bytes("a.png", PNG)).await.unwrap();
    let mut stream = image.stream().unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap(), "first", "the rest has not come");
}

#[tokio::test]
async fn base64_that_is_none_names_its_place_and_spoils_nothing_else() {
    let reply = r#"{"id":"1","images":["AQIDBA==","no base64!","data:image/png;base64,AQI","  "],"timing":{}}"#;
    let (_server, venice) = answering(Answer::json(200, reply));
    let images: Vec<_> = venice.images().generate(a_request()).await.unwrap().into_iter().collect();
    let mut outcomes = Vec::new();
    for image in images {
        outcomes.push(image.bytes().await);
    }
    assert_eq!(outcomes[0].as_ref().unwrap(), &[1, 2, 3, 4][..]);
    assert_eq!(outcomes[2].as_ref().unwrap(), &[1, 2][..]);
    for (n, body) in [(1, "no base64!"), (3, "  ")] {
        let error = outcomes[n].as_ref().unwrap_err();
        let place = format!("images[{n}]");
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Decode, Some("generateImage")));
        assert_eq!((error.json_path(), error.body().map(|body| &body[..])), (Some(&*place), Some(body.as_bytes())));
        assert!(error.to_string().contains(&place) && error.status().unwrap() == 200, "{error}");
    }
}

#[tokio::test]
async fn debug_shows_no_image() {
    let (_server, venice) = answering(Answer::json(200, GENERATED));
    let drawn = venice.images().generate(a_request()).await.unwrap();
    let shown = format!("{drawn:?}");
    assert!(!shown.contains("AQIDBA") && shown.contains("content_flags"), "{shown}");
}
