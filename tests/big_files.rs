//! Uploads and downloads 512 MiB with constant memory.
//!
//! The only test of its binary, as it measures the memory of the whole process.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Instant;

use venice_ai::http::Method;
use venice_ai::types::CreateTranscriptionRequest;
use venice_ai::{Client, RetryPolicy, Upload};

const SIZE: u64 = 512 * 1024 * 1024;

/// The allowed growth of the peak.
const ROOM_KIB: u64 = 32 * 1024;

/// Not a power of two, so that a misplaced piece is noticed.
const PERIOD: usize = 65_521;

/// The contents of the file: the same bytes over and over, doubled so that any piece of up to a period is a slice of them.
struct Pattern(Vec<u8>);

impl Pattern {
    fn new() -> Self {
        Self((0..2 * PERIOD).map(|n| (n % PERIOD * 31 % 251) as u8).collect())
    }

    /// Up to a period of the contents, from `at`.
    fn from(&self, at: u64) -> &[u8] {
        let start = (at % PERIOD as u64) as usize;
        let length = (SIZE - at).min(PERIOD as u64) as usize;
        &self.0[start..start + length]
    }

    fn write_to(&self, mut writer: impl Write) {
        let mut at = 0;
        while at < SIZE {
            let piece = self.from(at);
            writer.write_all(piece).unwrap();
            at += piece.len() as u64;
        }
    }

    fn expect_from(&self, mut reader: impl Read) {
        let (mut at, mut space) = (0, vec![0; PERIOD]);
        while at < SIZE {
            let expected = self.from(at);
            let found = &mut space[..expected.len()];
            reader.read_exact(found).unwrap();
            assert!(found == expected, "the contents at {at}");
            at += expected.len() as u64;
        }
    }
}

/// Takes one upload, then gives one download. It holds no more than a piece of either.
fn serve(listener: &TcpListener, pattern: &Pattern) {
    let mut stream = listener.accept().unwrap().0;
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let head = head(&mut reader);
    let length = head.iter().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
    let part = self::head(&mut reader);
    assert!(part[1].ends_with("; name=\"file\"; filename=\"big.wav\""), "{part:?}");
    pattern.expect_from(&mut reader);
    let before: u64 = part.iter().map(|line| line.len() as u64 + 2).sum::<u64>() + 2;
    let mut rest = String::new();
    reader.by_ref().take(length.parse::<u64>().unwrap() - before - SIZE).read_to_string(&mut rest).unwrap();
    let model = "Content-Disposition: form-data; name=\"model\"\r\n\r\nm";
    assert_eq!(rest, format!("\r\n{0}\r\n{model}\r\n{0}--\r\n", part[0]));
    let reply = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 16\r\n\r\n{\"text\":\"hello\"}";
    stream.write_all(reply.as_bytes()).unwrap();

    self::head(&mut reader);
    write!(stream, "HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\ncontent-length: {SIZE}\r\n\r\n").unwrap();
    pattern.write_to(&stream);
}

/// The lines up to a blank one.
fn head(reader: &mut impl BufRead) -> Vec<String> {
    let lines = reader.lines().map(|line| line.unwrap().trim_end().to_owned());
    lines.take_while(|line| !line.is_empty()).collect()
}

/// A figure of this process in KiB, as Linux counts it.
fn memory(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap();
    line.trim().trim_end_matches("kB").trim().parse().unwrap()
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn half_a_gibibyte_out_and_in_takes_no_more_memory_than_a_small_file() {
    let start = memory("VmRSS");
    let folder = Folder(Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("big-files-{}", std::process::id())));
    fs::create_dir_all(&folder.0).unwrap();
    let (sent, fetched) = (folder.0.join("big.wav"), folder.0.join("big.mp4"));
    let pattern = Pattern::new();
    pattern.write_to(File::create(&sent).unwrap());

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/api/v1", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || serve(&listener, &Pattern::new()));
    let client = Client::builder().api_key("key").base_url(url).retry(RetryPolicy::disabled()).build().unwrap();

    let begun = Instant::now();
    let request = CreateTranscriptionRequest::new("m", Upload::path(&sent));
    let reply = client.raw().create_transcription(&request).await.unwrap();
    assert_eq!(reply.text().await.unwrap(), r#"{"text":"hello"}"#);
    let (out, after_upload) = (begun.elapsed(), memory("VmHWM"));
    let saved = client.request_raw(Method::GET, "/big").await.unwrap().save(&fetched).await.unwrap();
    let both = begun.elapsed();
    drop(client);
    server.join().expect("the server found what it expected");

    assert_eq!((saved.bytes, fs::metadata(&fetched).unwrap().len()), (SIZE, SIZE));
    pattern.expect_from(File::open(&fetched).unwrap());
    let peak = memory("VmHWM");
    println!("start {start} KiB, after the upload {after_upload} KiB ({out:?}), peak {peak} KiB ({both:?})");
    assert!(peak < start + ROOM_KIB, "memory grew from {start} to {peak} KiB");
}
