//! `Recorder`: a layer that records requests and replies to a cassette.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tower_layer::Layer;
use tower_service::Service;
use vcr_cassette::{HttpInteraction, chrono};
use venice_ai::Error;
use venice_ai::http::{HeaderMap, Method, Request, Response};
use venice_ai::middleware::{BoxError, HttpBody, HttpResponseFuture, HttpService};
use venice_ai::reqwest::Url;

use super::file::{Cassette, Interaction, encoded};
use super::redaction::Redaction;
use super::redactor::Redactor;
use super::tee::{Copied, Tee};
use crate::route::Route;

/// A layer that records requests and replies: [`ClientBuilder::layer`](venice_ai::ClientBuilder::layer).
///
/// A clone records to the same cassette. Nothing is written before [`save`](Self::save). Added as the last layer it records what goes over
/// the network; bodies are kept in memory until then. See [`cassette`](super) for what is recorded.
#[derive(Clone)]
pub struct Recorder {
    tape: Arc<Tape>,
}

struct Tape {
    path: PathBuf,
    redaction: Redaction,
    /// In the order of the requests; `None` until the reply has ended.
    recorded: Mutex<Vec<Slot>>,
}

enum Slot {
    /// Waits for a reply, or reads it.
    Open,
    /// There was no reply.
    Lost,
    Done(Box<Interaction>),
}

impl Tape {
    fn lock(&self) -> MutexGuard<'_, Vec<Slot>> {
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, number: usize, slot: Slot) {
        if let Some(place) = self.lock().get_mut(number) {
            *place = slot;
        }
    }
}

impl Recorder {
    /// A recorder that writes to this file, with the default [`Redaction`].
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { tape: Arc::new(Tape { path: path.into(), redaction: Redaction::default(), recorded: Mutex::default() }) }
    }

    /// Another redaction. Call it before the recorder is used; it starts an empty cassette.
    #[must_use]
    pub fn with_redaction(self, redaction: Redaction) -> Self {
        let path = self.tape.path.clone();
        Self { tape: Arc::new(Tape { path, redaction, recorded: Mutex::default() }) }
    }

    /// Writes the file, atomically, and creates its folder. What is recorded later is in the next [`save`](Self::save), with all before it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](venice_ai::ErrorKind::Configuration) if a reply is still being read, as its place would be missing, or if
    /// the file cannot be written.
    pub fn save(&self) -> Result<(), Error> {
        let mut interactions = Vec::new();
        for slot in self.tape.lock().iter() {
            match slot {
                Slot::Done(interaction) => interactions.push((**interaction).clone()),
                Slot::Lost => {}
                Slot::Open => {
                    let message = "a reply is still being read; read or drop its stream before the cassette is saved";
                    return Err(Error::configuration(message));
                }
            }
        }
        Cassette { interactions, redaction: Some(self.tape.redaction.clone()) }.write(&self.tape.path)
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("path", &self.tape.path).finish_non_exhaustive()
    }
}

impl Layer<HttpService> for Recorder {
    type Service = RecordingService;

    fn layer(&self, inner: HttpService) -> RecordingService {
        RecordingService { inner, tape: Arc::clone(&self.tape) }
    }
}

/// The service of a [`Recorder`].
#[derive(Clone)]
pub struct RecordingService {
    inner: HttpService,
    tape: Arc<Tape>,
}

impl fmt::Debug for RecordingService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordingService").finish_non_exhaustive()
    }
}

/// What was sent.
struct Sent {
    method: Method,
    url: Option<Url>,
    headers: HeaderMap,
    /// Filled while a stream is sent.
    body: Arc<Mutex<Bytes>>,
    at: chrono::DateTime<chrono::FixedOffset>,
    begun: Instant,
}

/// The head of a reply.
struct Head {
    status: u16,
    message: &'static str,
    headers: HeaderMap,
}

impl Service<Request<HttpBody>> for RecordingService {
    type Response = Response<HttpBody>;
    type Error = BoxError;
    type Future = HttpResponseFuture;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<HttpBody>) -> HttpResponseFuture {
        let (parts, body) = request.into_parts();
        let sent = Sent {
            method: parts.method.clone(),
            url: parts.uri.to_string().parse().ok(),
            headers: parts.headers.clone(),
            body: Arc::default(),
            at: chrono::Utc::now().fixed_offset(),
            begun: Instant::now(),
        };
        let copy = Arc::clone(&sent.body);
        let keep = move |bytes: Bytes| *copy.lock().unwrap_or_else(PoisonError::into_inner) = bytes;
        let body = match body.as_bytes().map(Bytes::copy_from_slice) {
            Some(bytes) => {
                keep(bytes);
                body
            }
            None => HttpBody::new(Tee::new(body, sent.begun, move |copied: Copied| keep(copied.bytes.freeze()))),
        };
        let number = {
            let mut recorded = self.tape.lock();
            recorded.push(Slot::Open);
            recorded.len() - 1
        };
        let place = Place { tape: Arc::clone(&self.tape), number, is_settled: false };
        let sending = self.inner.call(Request::from_parts(parts, body));
        Box::pin(async move {
            let response = sending.await?;
            let head = Head {
                status: response.status().as_u16(),
                message: response.status().canonical_reason().unwrap_or_default(),
                headers: response.headers().clone(),
            };
            let begun = sent.begun;
            let done = move |copied| place.settle(&sent, &head, copied);
            Ok(response.map(|body| HttpBody::new(Tee::new(body, begun, done))))
        })
    }
}

/// The place of a request on the tape. Dropped without a reply, the request is lost.
struct Place {
    tape: Arc<Tape>,
    number: usize,
    is_settled: bool,
}

impl Place {
    fn settle(mut self, sent: &Sent, head: &Head, copied: Copied) {
        self.is_settled = true;
        let interaction = interaction(&self.tape.redaction, sent, head, copied);
        self.tape.set(self.number, interaction.map_or(Slot::Lost, |done| Slot::Done(Box::new(done))));
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.is_settled {
            self.tape.set(self.number, Slot::Lost);
        }
    }
}

fn interaction(policy: &Redaction, sent: &Sent, head: &Head, copied: Copied) -> Option<Interaction> {
    let mut url = sent.url.clone()?;
    let target = url.path().to_owned();
    let mut redactor = Redactor::new(policy, Route::of(sent.method.as_str(), &target).operation);
    let mut headers = redactor.headers(&sent.headers);
    redactor.query(&mut url);
    let body = sent.body.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let media = text_of(&sent.headers, "content-type");
    let (media, request) = redactor.request(media.as_deref(), &body);
    for (_, value) in headers.iter_mut().filter(|header| header.0 == "content-type") {
        *value = media.clone().unwrap_or_default();
    }
    let original = copied.bytes.freeze();
    let reply_headers = redactor.headers(&head.headers);
    let media = text_of(&head.headers, "content-type");
    let reply = redactor.reply(head.status, media.as_deref(), &original);
    let is_stream = super::redactor::essence(media.as_deref()) == "text/event-stream";
    let pieces = match () {
        () if is_stream => events(&original, &reply, &copied.pieces),
        () if reply == original && copied.pieces.len() > 1 => copied.pieces,
        () => Vec::new(),
    };
    let http = HttpInteraction {
        request: vcr_cassette::Request {
            uri: url,
            body: encoded(&request),
            method: method(&sent.method),
            headers: grouped(headers),
        },
        response: vcr_cassette::Response {
            body: encoded(&reply),
            http_version: Some(vcr_cassette::Version::Http1_1),
            status: vcr_cassette::Status { code: head.status, message: head.message.to_owned() },
            headers: grouped(reply_headers.into_iter().filter(|header| !is_of_the_connection(&header.0)).collect()),
        },
        recorded_at: sent.at,
    };
    Some(Interaction { http, body: reply, pieces, is_broken: copied.is_broken })
}

/// The events of a redacted stream, each at the time when its original was complete.
fn events(original: &[u8], redacted: &[u8], pieces: &[(Duration, usize)]) -> Vec<(Duration, usize)> {
    let mut ends = original.split_inclusive(|byte| *byte == b'\n').scan(0, |end, line| {
        *end += line.len();
        Some(*end)
    });
    let arrived = |end: usize| {
        let mut received = 0;
        let piece = pieces.iter().find(|piece| {
            received += piece.1;
            received >= end
        });
        piece.or(pieces.last()).map_or(Duration::ZERO, |piece| piece.0)
    };
    // A line of the original is a line of the redacted stream. Lines of one time are one piece.
    let mut found: Vec<(Duration, usize)> = Vec::new();
    for line in redacted.split_inclusive(|byte| *byte == b'\n') {
        let after = ends.next().map_or_else(|| arrived(original.len()), arrived);
        match found.last_mut() {
            Some(last) if last.0 == after => last.1 += line.len(),
            _ => found.push((after, line.len())),
        }
    }
    found
}

fn text_of(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn grouped(headers: Vec<(String, String)>) -> vcr_cassette::Headers {
    let mut all = HashMap::<String, Vec<String>>::new();
    for (name, value) in headers {
        all.entry(name).or_default().push(value);
    }
    all
}

/// Headers of one connection, which a replay sets itself.
pub(super) fn is_of_the_connection(name: &str) -> bool {
    const NAMES: [&str; 5] = ["connection", "content-encoding", "content-length", "keep-alive", "transfer-encoding"];
    NAMES.iter().any(|known| name.eq_ignore_ascii_case(known))
}

fn method(method: &Method) -> vcr_cassette::Method {
    use vcr_cassette::Method::{Delete, Get, Head, Options, Other, Patch, Post, Put};
    match method.as_str() {
        "DELETE" => Delete,
        "GET" => Get,
        "HEAD" => Head,
        "OPTIONS" => Options,
        "PATCH" => Patch,
        "POST" => Post,
        "PUT" => Put,
        other => Other(other.to_owned()),
    }
}
