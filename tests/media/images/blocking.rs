//! Images without async.

use venice_ai::ErrorKind;
use venice_ai::blocking;
use venice_ai::types::{EditImageRequest, MultiEditImageRequest, SimpleGenerateImageRequest};

use super::*;
use crate::support::Folder;

#[test]
fn every_call_has_a_form_without_async() {
    let folder = Folder::new();
    let path = folder.file("canal.png", PNG);
    let server = Server::answering([file("image/png", &[("x-venice-is-blurred", "true")], PNG)]);
    let venice = once(&server);
    let images = venice.images();
    let drawn = images.generate(a_request().return_binary(true)).send_blocking().unwrap();
    assert!(drawn.is_blurred());
    assert_eq!(blocking::wait(drawn.into_image().unwrap().bytes()).unwrap(), PNG);
    let image = images.upscale(&*path).send_blocking().unwrap();
    assert_eq!(blocking::wait(image.save(folder.join("large.png"))).unwrap().bytes as usize, PNG.len());
    assert_eq!(std::fs::read(folder.join("large.png")).unwrap(), PNG);
    let image = images.edit(EditImageRequest::new(&*path, "snow")).send_blocking().unwrap();
    let pieces: Result<Vec<_>, _> = blocking::iter(image.stream().unwrap()).collect();
    assert_eq!(pieces.unwrap().concat(), PNG);
    images.multi_edit(MultiEditImageRequest::new("together", [&*path])).send_blocking().unwrap();
    images.remove_background(&*path).send_blocking().unwrap();
    assert_eq!(server.count(), 5);
}

#[test]
fn base64_is_decoded_without_async() {
    let server = Server::answering([Answer::json(200, GENERATED)]);
    let drawn = once(&server).images().generate(a_request()).send_blocking().unwrap();
    let bytes: Result<Vec<_>, _> = drawn.into_iter().map(|image| blocking::wait(image.bytes())).collect();
    assert_eq!(bytes.unwrap(), [&[1, 2, 3, 4][..], &[5, 6, 7, 8]]);

    let server = Server::answering([Answer::json(200, r#"{"created":1,"data":[{"b64_json":"AQID"}]}"#)]);
    let drawn =
        once(&server).images().generations(SimpleGenerateImageRequest::new("m", "a canal")).send_blocking().unwrap();
    assert_eq!(blocking::wait(drawn.into_image().unwrap().bytes()).unwrap(), &[1, 2, 3][..]);

    let server = Server::answering([Answer::json(200, r#"{"data":["3D Model"]}"#)]);
    assert_eq!(once(&server).images().styles().send_blocking().unwrap(), ["3D Model"]);
}

#[test]
fn bad_input_is_rejected_without_async_too() {
    let server = Server::answering([file("image/png", &[], PNG)]);
    let error = once(&server).images().upscale(Upload::bytes("a.png", png(2, 2))).send_blocking().unwrap_err();
    assert_eq!((error.kind(), server.connections()), (ErrorKind::InvalidRequest, 0));
}

#[tokio::test]
async fn in_an_async_program_waiting_is_rejected() {
    let (_server, venice) = answering(Answer::json(200, GENERATED));
    let image = venice.images().generate(a_request()).await.unwrap().into_image().unwrap();
    assert_eq!(blocking::wait(image.bytes()).unwrap_err().kind(), ErrorKind::BlockingInAsync);
}
