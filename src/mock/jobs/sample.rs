//! Results that look like what they are called, and hold nothing.

use bytes::Bytes;

/// The first box of an MP4, and one with nothing in it.
pub(super) fn film() -> Bytes {
    const LENGTH: u32 = 4096;
    let mut film = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom".to_vec();
    film.extend_from_slice(&LENGTH.to_be_bytes());
    film.extend_from_slice(b"free");
    film.resize(film.len() + LENGTH as usize - 8, 0);
    film.into()
}

/// An empty tag, and MPEG frames of silence.
pub(super) fn song() -> Bytes {
    const FRAME: usize = 417;
    let mut song = b"ID3\x04\0\0\0\0\0\0".to_vec();
    for _ in 0..8 {
        let start = song.len();
        song.extend_from_slice(&[0xff, 0xfb, 0x90, 0x64]);
        song.resize(start + FRAME, 0);
    }
    song.into()
}
