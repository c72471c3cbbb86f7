//! Images: requests, replies, and rejected requests.

#[cfg(feature = "blocking")]
mod blocking;
mod changed;
mod generate;
mod generations;
mod lazy;
mod mock;
mod refused;
mod repeated;
mod strange_replies;

use venice_ai::types::GenerateImageRequest;
use venice_ai::{Client, Upload};

use crate::support::{Answer, Server, once};

pub const PNG: &[u8] = include_bytes!("../../fixtures/images/canal.png");
pub const JPEG: &[u8] = include_bytes!("../../fixtures/images/canal.jpg");
pub const WEBP: &[u8] = include_bytes!("../../fixtures/images/canal.webp");
const GENERATED: &str = include_str!("../../fixtures/replies/image_generated.json");

fn a_request() -> GenerateImageRequest {
    GenerateImageRequest::new("z-image-turbo", "a canal at night")
}

fn answering(answer: Answer) -> (Server, Client) {
    let server = Server::answering([answer]);
    let client = once(&server);
    (server, client)
}

/// An image reply, with additional headers.
fn file(media: &str, headers: &[(&str, &str)], bytes: &[u8]) -> Answer {
    let headers = [&[("content-type", media)], headers].concat();
    Answer::new(200, &headers, bytes)
}

async fn data_url(bytes: &'static [u8]) -> String {
    Upload::bytes("image", bytes).to_data_url().await.unwrap()
}

async fn base64(bytes: &'static [u8]) -> String {
    data_url(bytes).await.split_once(',').unwrap().1.to_owned()
}

/// The head of a PNG with this many pixels, which is all that is read.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut head = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    head.extend(width.to_be_bytes());
    head.extend(height.to_be_bytes());
    head.extend([8, 6, 0, 0, 0]);
    head
}
