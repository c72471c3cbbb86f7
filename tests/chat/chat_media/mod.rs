//! Media in messages: what is sent, and what is rejected before sending.

#[cfg(feature = "blocking")]
mod blocking;
mod builder;
mod refused;
mod request;
mod wire;

use venice_ai::Upload;

/// The start of a PNG of this size, which is all that is read.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    [b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".as_slice(), &width.to_be_bytes(), &height.to_be_bytes()].concat()
}

pub fn image() -> Upload {
    Upload::bytes("cat.png", png(64, 64))
}

pub const MP4: &[u8] = b"\0\0\0\x18ftypisom\0\0\0\0isomavc1";
