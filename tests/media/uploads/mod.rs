//! Uploads: requests, retries, and rejected files.

mod again;
#[cfg(unix)]
mod pipes;
mod refused;
mod wire;

use venice_ai::Upload;
use venice_ai::types::{EditImageRequest, TextParserRequest};

/// A charged request that creates nothing, with only a file.
fn request_of(file: Upload) -> TextParserRequest {
    TextParserRequest::new(file)
}

/// The parts of a multipart body: the head of each, and its contents.
pub fn parts(request: &crate::support::server::Request) -> Vec<(String, Vec<u8>)> {
    let media = request.header("content-type").unwrap();
    let boundary = media.strip_prefix("multipart/form-data; boundary=").unwrap();
    let mut rest = request.body.as_slice();
    let mut parts = Vec::new();
    rest = rest.strip_prefix(format!("--{boundary}").as_bytes()).unwrap();
    let border = format!("\r\n--{boundary}");
    while let Some(part) = rest.strip_prefix(b"\r\n") {
        let end = part.windows(border.len()).position(|window| window == border.as_bytes()).unwrap();
        let whole = &part[..end];
        let head = whole.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        parts.push((String::from_utf8(whole[..head].to_vec()).unwrap(), whole[head + 4..].to_vec()));
        rest = &part[end + border.len()..];
    }
    assert_eq!(rest, b"--\r\n", "the end of the body");
    parts
}
