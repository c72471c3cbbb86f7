//! Targets for files: base64 and `data:` URLs, types and sizes of images, multipart bodies.

use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use http_body::Body as _;
use reqwest::{Method, Request, Url};

use crate::runtime::error::Error;
use crate::runtime::media::data_url::{DataUrl, is_data_url, is_web_url};
use crate::runtime::media::form::{self, Failure, Form, MaybeJson, Multipart};
use crate::runtime::media::{Upload, base64, pixels, sniff};

/// Base64 and `data:` URLs: what is encoded is decoded in every common variant, and nothing grows.
pub fn data_url(data: &[u8]) {
    let encoded = base64::encoded(data);
    let lines: Vec<&[u8]> = encoded.as_bytes().chunks(76).collect();
    let lines = String::from_utf8(lines.join(&b"\r\n"[..])).unwrap();
    let url_safe = encoded.replace('+', "-").replace('/', "_");
    for variant in [encoded.as_str(), encoded.trim_end_matches('='), &lines, &url_safe] {
        assert_eq!(base64::decoded(variant).as_deref(), Ok(data), "{variant}");
        assert!(base64::decoded(variant).unwrap().starts_with(&base64::head(variant, 12)));
    }
    let url = format!("data:image/png;base64,{encoded}");
    let read = DataUrl::read(&url).expect("it is a data: URL");
    assert_eq!((read.media, read.is_base64, read.data), (Some("image/png"), true, encoded.as_str()));

    let Ok(text) = std::str::from_utf8(data) else { return };
    assert!(!(is_data_url(text) && is_web_url(text)));
    let digits = match DataUrl::read(text) {
        Some(url) => {
            assert!(is_data_url(text) && text.ends_with(url.data));
            url.data
        }
        None => text,
    };
    if let Ok(bytes) = base64::decoded(digits) {
        assert!(bytes.len() <= digits.len());
        for length in [1, 12, sniff::HEAD_BYTES] {
            let head = base64::head(digits, length);
            assert!(bytes.starts_with(&head) && head.len() >= length.min(bytes.len()), "{} bytes", head.len());
        }
    }
}

/// Types and sizes of images: the beginning of a file has no other size than all of it.
pub fn image(data: &[u8]) {
    let media = sniff::media_type(data, "");
    for name in ["photo.png", "sound.opus", "film.mov", "letter.docx", "budget.xls", "no ending", ".", "é.ogv"] {
        let _ = sniff::media_type(data, name);
    }
    let whole = pixels::size(data);
    // An image has the largest of its sizes, and those of its parts come before it.
    let has_parts = media.is_some_and(|media| matches!(media, "image/avif" | "image/heic" | "image/heif"))
        || data.get(4..8) == Some(b"ftyp");
    for end in (0..data.len()).step_by(1 + data.len() / 16) {
        match pixels::size(&data[..end]) {
            Some((width, height)) if has_parts => {
                let area = |(width, height)| u64::from(width) * u64::from(height);
                assert!(whole.is_some_and(|whole| area(whole) >= area((width, height))), "{end}");
            }
            Some(size) => assert_eq!(whole, Some(size), "{end}"),
            None => {}
        }
    }
}

/// A request with these names and contents, every second one a file.
struct Parts(Vec<(String, Vec<u8>)>);

impl Multipart for Parts {
    fn parts(&self, form: &mut Form) {
        for (number, (name, content)) in self.0.iter().enumerate() {
            match std::str::from_utf8(content) {
                Ok(text) if number % 2 == 0 => form.set(&format!("{name} {number}"), text.into()),
                _ => form.part("file", &Upload::bytes(name, content.clone())),
            }
        }
    }
}

impl MaybeJson for Parts {
    fn json(&self) -> Option<Vec<u8>> {
        None
    }
}

/// Multipart bodies: whatever names and contents are, a body has as many parts, with these contents, and no other headers.
pub fn multipart(data: &[u8]) {
    const MOST: usize = 64;
    let mut texts = data.split(|byte| *byte == 0).take(2 * MOST);
    let mut parts = Vec::new();
    while let Some(name) = texts.next() {
        parts.push((String::from_utf8_lossy(name).into_owned(), texts.next().unwrap_or_default().to_vec()));
    }
    let request = Request::new(Method::POST, Url::parse("https://api.venice.ai/fuzz").unwrap());
    let (request, form) = form::attach(Ok((Box::new(request), None)), &Parts(parts.clone()), false).unwrap();
    let media = request.headers()["content-type"].to_str().unwrap().to_owned();
    let boundary = media.strip_prefix("multipart/form-data; boundary=").unwrap();
    let Some(body) = now(form.unwrap().open(&Failure::default())).map(read).transpose().unwrap() else { return };

    let delimiter = format!("\r\n--{boundary}");
    let whole = [b"\r\n", &*body].concat();
    let mut rest = whole.as_slice();
    for (number, (name, content)) in parts.iter().enumerate() {
        rest =
            rest.strip_prefix(delimiter.as_bytes()).and_then(|rest| rest.strip_prefix(b"\r\n")).expect("a part begins");
        let head = memchr::memmem::find(rest, b"\r\n\r\n").expect("headers end");
        let lines: Vec<&str> =
            std::str::from_utf8(&rest[..head]).unwrap().split(['\r', '\n']).filter(|line| !line.is_empty()).collect();
        let is_text = number % 2 == 0 && std::str::from_utf8(content).is_ok();
        let name = if is_text { format!("{name} {number}") } else { name.clone() };
        let quoted = lines[0].strip_prefix("Content-Disposition: form-data; name=\"").unwrap();
        if is_text {
            assert_eq!((lines.len(), quoted), (1, &*format!("{}\"", escaped(&name))));
        } else {
            let name = if name.is_empty() { "file".to_owned() } else { escaped(&name) };
            assert_eq!((lines.len(), quoted), (2, &*format!("file\"; filename=\"{name}\"")));
            assert!(lines[1].starts_with("Content-Type: "));
        }
        rest = rest[head + 4..].strip_prefix(content.as_slice()).expect("the content follows");
    }
    assert_eq!(rest, [delimiter.as_bytes(), b"--\r\n"].concat());
}

/// HTML's rule for names in forms.
fn escaped(name: &str) -> String {
    let escape = |c: char| match c {
        '"' => "%22".to_owned(),
        c if c.is_ascii_control() => format!("%{:02X}", u32::from(c)),
        c => c.to_string(),
    };
    name.chars().map(escape).collect()
}

/// The result of a future that does not wait; `None` if it fails.
fn now<T>(future: impl Future<Output = Result<T, Error>>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome.ok(),
        Poll::Pending => unreachable!("files in memory are there"),
    }
}

fn read(mut body: reqwest::Body) -> Result<Vec<u8>, reqwest::Error> {
    let mut all = Vec::new();
    while let Poll::Ready(Some(frame)) = Pin::new(&mut body).poll_frame(&mut Context::from_waker(Waker::noop())) {
        all.extend_from_slice(frame?.data_ref().map_or(&[], |data| data));
    }
    Ok(all)
}
