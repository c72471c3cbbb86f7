//! `Cassette`: recorded requests and replies, and their file.

use std::io::{self, Write as _};
use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};
use vcr_cassette::{Body, HttpInteraction};
use venice_ai::Error;

use super::redaction::Redaction;

/// The field of what other readers do not know.
const EXTENSION: &str = "venice_ai";
/// The encoding of a body that is not text.
const BASE64: &str = "base64";

/// Recorded requests and replies, as read from a file.
#[derive(Clone, Debug)]
pub struct Cassette {
    pub(super) interactions: Vec<Interaction>,
    /// `None` for a cassette of another recorder.
    pub(super) redaction: Option<Redaction>,
}

/// A request and its reply, with what the format does not have.
#[derive(Clone, Debug)]
pub(super) struct Interaction {
    pub(super) http: HttpInteraction,
    pub(super) body: Bytes,
    /// When each piece of the reply arrived after the request, and its length.
    pub(super) pieces: Vec<(Duration, usize)>,
    /// The reply broke off.
    pub(super) is_broken: bool,
}

/// A recorded request and its reply, for tools that compare them with the API's document.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RecordedExchange {
    /// The method, in capitals.
    pub method: String,
    /// The URL.
    pub url: venice_ai::reqwest::Url,
    /// The media type of the request.
    pub request_content_type: Option<String>,
    /// The body of the request.
    pub request: Bytes,
    /// The status of the reply.
    pub status: u16,
    /// The media type of the reply.
    pub content_type: Option<String>,
    /// The body of the reply.
    pub reply: Bytes,
}

impl Cassette {
    /// Reads a cassette in JSON, of a [`Recorder`](super::Recorder) or of another program.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](venice_ai::ErrorKind::Configuration) for a file that cannot be read or is not a cassette.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let text = std::fs::read(path).map_err(|error| failed(path, "cannot be read", &error))?;
        Self::parse(&text).map_err(|problem| failed(path, "is not a cassette", &problem))
    }

    fn parse(text: &[u8]) -> Result<Self, String> {
        let json: Value = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        let cassette: vcr_cassette::Cassette =
            serde::Deserialize::deserialize(&json).map_err(|error: serde_json::Error| error.to_string())?;
        let mut interactions = Vec::new();
        for (number, http) in cassette.http_interactions.into_iter().enumerate() {
            let extension = &json["http_interactions"][number]["response"][EXTENSION];
            let body = bytes(&http.response.body).map_err(|problem| format!("the reply {number} {problem}"))?;
            bytes(&http.request.body).map_err(|problem| format!("the request {number} {problem}"))?;
            let pieces = extension["pieces"].as_array().into_iter().flatten();
            let pieces: Vec<(Duration, usize)> = pieces
                .filter_map(|piece| {
                    let length = usize::try_from(piece["bytes"].as_u64()?).ok()?;
                    Some((Duration::from_millis(piece["after_ms"].as_u64()?), length))
                })
                .collect();
            let length: usize = pieces.iter().fold(0, |sum, piece| sum.saturating_add(piece.1));
            if !pieces.is_empty() && length != body.len() {
                return Err(format!("the pieces of reply {number} have {length} bytes, and its body {}", body.len()));
            }
            interactions.push(Interaction { http, body, pieces, is_broken: extension["broken"] == true });
        }
        Ok(Self { interactions, redaction: Redaction::from_json(&json[EXTENSION]) })
    }

    /// The requests and replies, in the order of the requests.
    pub fn exchanges(&self) -> impl Iterator<Item = RecordedExchange> + '_ {
        self.interactions.iter().map(|interaction| {
            let (request, response) = (&interaction.http.request, &interaction.http.response);
            RecordedExchange {
                method: request.method.as_str().to_ascii_uppercase(),
                url: request.uri.clone(),
                request_content_type: header(&request.headers, "content-type"),
                request: bytes(&request.body).unwrap_or_default(),
                status: response.status.code,
                content_type: header(&response.headers, "content-type"),
                reply: interaction.body.clone(),
            }
        })
    }

    /// Writes the file at once: readers never see a part of it.
    pub(super) fn write(&self, path: &Path) -> Result<(), Error> {
        self.try_write(path).map_err(|error| failed(path, "cannot be written", &error))
    }

    fn try_write(&self, path: &Path) -> io::Result<()> {
        let mut interactions = Vec::new();
        for interaction in &self.interactions {
            let mut json = serde_json::to_value(&interaction.http)?;
            let pieces = interaction.pieces.iter();
            let pieces: Vec<Value> = pieces
                .map(|(after, length)| json!({"after_ms": u64::try_from(after.as_millis()).unwrap_or(u64::MAX), "bytes": length}))
                .collect();
            if !pieces.is_empty() || interaction.is_broken {
                json["response"][EXTENSION] = json!({"pieces": pieces, "broken": interaction.is_broken});
            }
            interactions.push(json);
        }
        let mut json = json!({
            "http_interactions": interactions,
            "recorded_with": concat!("venice-ai-mock ", env!("CARGO_PKG_VERSION")),
        });
        if let Some(redaction) = &self.redaction {
            json[EXTENSION] = redaction.to_json();
        }
        let mut text = serde_json::to_vec_pretty(&json)?;
        text.push(b'\n');
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let temporary = folder.join(format!(".{name}.{}.tmp", std::process::id()));
        let written = std::fs::File::create(&temporary).and_then(|mut file| {
            file.write_all(&text)?;
            file.sync_all()
        });
        let renamed = written.and_then(|()| std::fs::rename(&temporary, path));
        renamed.inspect_err(|_| drop(std::fs::remove_file(&temporary)))
    }
}

fn failed(path: &Path, what: &str, problem: &dyn std::fmt::Display) -> Error {
    Error::configuration(format!("the cassette {} {what}: {problem}", path.display()))
}

/// The value of a header, whatever the case of its name.
pub(super) fn header(headers: &vcr_cassette::Headers, name: &str) -> Option<String> {
    headers.iter().find(|header| header.0.eq_ignore_ascii_case(name)).and_then(|header| header.1.first().cloned())
}

/// A body, as text if it is.
pub(super) fn encoded(bytes: &[u8]) -> Body {
    match std::str::from_utf8(bytes) {
        Ok(text) => Body { encoding: Some("UTF-8".to_owned()), string: text.to_owned() },
        Err(_) => Body { encoding: Some(BASE64.to_owned()), string: STANDARD.encode(bytes) },
    }
}

/// The bytes of a body.
pub(super) fn bytes(body: &Body) -> Result<Bytes, &'static str> {
    match &body.encoding {
        Some(encoding) if encoding.eq_ignore_ascii_case(BASE64) => {
            let text: String = body.string.split_whitespace().collect();
            STANDARD.decode(text).map(Into::into).map_err(|_| "is not base64")
        }
        _ => Ok(body.string.clone().into()),
    }
}
