//! `Player`: a server on loopback that answers from a cassette.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use serde_json::Value;
use venice_ai::http::{HeaderMap, HeaderName, HeaderValue};
use venice_ai::reqwest::Url;
use venice_ai::{Client, ClientBuilder, Error};

use super::file::{Cassette, Interaction, bytes, header};
use super::recorder::is_of_the_connection;
use super::redaction::Redaction;
use super::redactor::{Redactor, essence};
use crate::body::{Broken, PacedBody};
use crate::errors;
use crate::fault::End;
use crate::reply::Content;
use crate::route::{BASE_PATH, Route};
use crate::server::{Answering, Server};

/// The settings of a [`Player`].
#[derive(Clone, Debug)]
#[must_use = "it does nothing until it is started"]
pub struct PlayerBuilder {
    cassette: Cassette,
    is_lenient: bool,
    keeps_times: bool,
}

impl PlayerBuilder {
    /// Whether requests may come in any order, several times, or not at all. Default: `false`. The reply is that of the first matching request
    /// that was not used, or of the last one that was.
    pub fn lenient(mut self, lenient: bool) -> Self {
        self.is_lenient = lenient;
        self
    }

    /// Whether the pieces of a stream arrive at their recorded times. Default: `false`, at once.
    pub fn original_timing(mut self, keep: bool) -> Self {
        self.keeps_times = keep;
        self
    }

    /// Starts the player.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](venice_ai::ErrorKind::Configuration) if the machine has no port or no thread left.
    pub async fn start(self) -> Result<Player, Error> {
        self.start_blocking()
    }

    /// Starts the player without an async runtime.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start).
    pub fn start_blocking(self) -> Result<Player, Error> {
        let known = Redaction::of_secrets();
        let requests = self.cassette.interactions.iter().map(|interaction| Asked::recorded(interaction, &known));
        let requests: Vec<Asked> = requests.collect();
        let used = vec![false; requests.len()];
        let playing =
            Arc::new(Playing { requests, builder: self, state: Mutex::new(State { used, problems: Vec::new() }) });
        let answering = Arc::clone(&playing);
        let server =
            Server::start(Arc::new(move |request| -> Answering { Box::pin(answer(Arc::clone(&answering), request)) }))?;
        let base_url = format!("http://{}{BASE_PATH}", server.address());
        let client = settings(&base_url).build()?;
        Ok(Player { playing, server, base_url, client })
    }
}

/// A server that answers from a cassette. Dropping it stops it.
pub struct Player {
    playing: Arc<Playing>,
    server: Server,
    base_url: String,
    client: Client,
}

/// A proxy of the environment cannot reach this machine's loopback interface.
fn settings(base_url: &str) -> ClientBuilder {
    Client::builder().api_key("replayed-key").base_url(base_url).no_proxy()
}

struct Playing {
    requests: Vec<Asked>,
    builder: PlayerBuilder,
    state: Mutex<State>,
}

struct State {
    used: Vec<bool>,
    /// Requests that did not match.
    problems: Vec<String>,
}

impl Player {
    /// Reads a cassette.
    ///
    /// # Errors
    ///
    /// As [`Cassette::read`].
    pub fn open(path: impl AsRef<Path>) -> Result<PlayerBuilder, Error> {
        Ok(PlayerBuilder { cassette: Cassette::read(path)?, is_lenient: false, keeps_times: false })
    }

    /// The base URL (`VENICE_BASE_URL`) of the player. It accepts any key.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The settings of [`client`](Self::client), to add others to.
    pub fn client_builder(&self) -> ClientBuilder {
        settings(&self.base_url)
    }

    /// A client of the player with the default settings.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// Whether the requests were those of the cassette: each one matched and, unless the player is [lenient](PlayerBuilder::lenient), each
    /// recorded one was sent. Best as the last line of a test.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](venice_ai::ErrorKind::Configuration), which lists what differs. It shows neither bodies nor queries.
    pub fn verify(&self) -> Result<(), Error> {
        let state = self.playing.lock();
        let mut problems = state.problems.clone();
        if !self.playing.builder.is_lenient {
            let unused = self.playing.requests.iter().zip(&state.used).enumerate().filter(|(_, (_, used))| !**used);
            problems.extend(unused.map(|(number, (asked, _))| format!("{asked} (number {number}) was not sent")));
        }
        match &*problems {
            [] => Ok(()),
            problems => {
                Err(Error::configuration(format!("the requests differ from the cassette: {}", problems.join("; "))))
            }
        }
    }
}

impl fmt::Debug for Player {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Player").field("base_url", &self.base_url).field("server", &self.server).finish_non_exhaustive()
    }
}

/// A request as it is compared.
#[derive(Debug)]
struct Asked {
    method: String,
    /// Below the base URL.
    path: String,
    query: Vec<(String, String)>,
    body: AskedBody,
}

#[derive(Debug, PartialEq)]
enum AskedBody {
    Json(Value),
    Bytes(Bytes),
}

/// Method and path.
impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

impl Asked {
    fn recorded(interaction: &Interaction, policy: &Redaction) -> Self {
        let request = &interaction.http.request;
        let media = header(&request.headers, "content-type");
        let body = bytes(&request.body).unwrap_or_default();
        Self::new(&request.method.as_str().to_ascii_uppercase(), request.uri.clone(), media.as_deref(), &body, policy)
    }

    fn new(method: &str, mut url: Url, media: Option<&str>, body: &Bytes, policy: &Redaction) -> Self {
        let path = url.path().split_once(BASE_PATH).map_or(url.path(), |(_, path)| path).to_owned();
        let mut redactor = Redactor::new(policy, Route::of(method, &format!("{BASE_PATH}{path}")).operation);
        redactor.query(&mut url);
        let (_, body) = redactor.request(media, body);
        let body = match serde_json::from_slice(&body) {
            Ok(json) => AskedBody::Json(json),
            Err(_) => AskedBody::Bytes(body),
        };
        Self { method: method.to_owned(), path, query: url.query_pairs().into_owned().collect(), body }
    }

    /// What differs from a recorded request.
    fn difference(&self, recorded: &Self) -> Option<&'static str> {
        match () {
            () if self.method != recorded.method || self.path != recorded.path => Some("is another one"),
            () if self.query != recorded.query => Some("has another query"),
            () if self.body != recorded.body => Some("has another body"),
            () => None,
        }
    }
}

impl Playing {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The interaction that answers a request, or why there is none.
    fn matching(&self, asked: &Asked) -> Result<&Interaction, String> {
        let mut state = self.lock();
        let place = match self.builder.is_lenient {
            true => {
                let same = || {
                    (0..self.requests.len())
                        .filter(|n| self.requests.get(*n).is_some_and(|one| asked.difference(one).is_none()))
                };
                let unused = same().find(|number| state.used.get(*number) == Some(&false));
                unused.or_else(|| same().next_back()).ok_or_else(|| "is not in the cassette".to_owned())
            }
            false => {
                let next = state.used.iter().position(|used| !used);
                let recorded = next.and_then(|number| Some((number, self.requests.get(number)?)));
                match recorded {
                    None => Err("came after the last one of the cassette".to_owned()),
                    Some((number, recorded)) => match asked.difference(recorded) {
                        None => Ok(number),
                        Some(what) => Err(format!("{what} than number {number} of the cassette, {recorded}")),
                    },
                }
            }
        };
        let place = place.inspect_err(|problem| state.problems.push(format!("{asked} {problem}")))?;
        if let Some(used) = state.used.get_mut(place) {
            *used = true;
        }
        self.builder.cassette.interactions.get(place).ok_or_else(|| "is not in the cassette".to_owned())
    }
}

async fn answer(
    playing: Arc<Playing>,
    request: hyper::Request<Incoming>,
) -> Result<hyper::Response<PacedBody>, Broken> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Broken)?.to_bytes();
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
    let url: Url = format!("http://player{target}").parse().map_err(|_| Broken)?;
    let media = head.headers.get("content-type").and_then(|value| value.to_str().ok());
    let keeps_all = Redaction::of_secrets();
    let policy = playing.builder.cassette.redaction.as_ref().unwrap_or(&keeps_all);
    let asked = Asked::new(head.method.as_str(), url, media, &body, policy);
    match playing.matching(&asked) {
        Ok(interaction) => replay(interaction, playing.builder.keeps_times).await,
        Err(problem) => {
            let reply = errors::error(400, &format!("The player: {asked} {problem}"));
            let mut response = hyper::Response::new(PacedBody::new(reply.content, Duration::ZERO, End::Whole, None));
            *response.status_mut() = hyper::StatusCode::BAD_REQUEST;
            *response.headers_mut() = *reply.headers;
            Ok(response)
        }
    }
}

async fn replay(interaction: &Interaction, keeps_times: bool) -> Result<hyper::Response<PacedBody>, Broken> {
    let response = &interaction.http.response;
    let end = if interaction.is_broken { End::Cut(usize::MAX) } else { End::Whole };
    let mut left = interaction.body.clone();
    let mut pieces = Vec::new();
    for (_, length) in &interaction.pieces {
        pieces.push(left.split_to((*length).min(left.len())));
    }
    if !left.is_empty() {
        pieces.push(left);
    }
    let is_stream =
        header(&response.headers, "content-type").is_some_and(|media| essence(Some(&media)) == "text/event-stream");
    let is_whole = !interaction.is_broken && !is_stream && (interaction.pieces.len() < 2 || !keeps_times);
    let content = if is_whole { Content::Whole(interaction.body.clone()) } else { Content::Pieces(pieces) };
    let mut body = PacedBody::new(content, Duration::ZERO, end, None);
    if keeps_times {
        let times: Vec<Duration> = interaction.pieces.iter().map(|piece| piece.0).collect();
        tokio::time::sleep(times.first().copied().unwrap_or_default()).await;
        body.set_pauses(times.windows(2).map(|pair| match pair {
            [one, next] => next.saturating_sub(*one),
            _ => Duration::ZERO,
        }));
    }
    let mut headers = HeaderMap::new();
    for (name, values) in response.headers.iter().filter(|header| !is_of_the_connection(header.0)) {
        let name = HeaderName::try_from(name.as_str()).map_err(|_| Broken)?;
        for value in values {
            headers.append(name.clone(), HeaderValue::try_from(value.as_str()).map_err(|_| Broken)?);
        }
    }
    let mut reply = hyper::Response::new(body);
    *reply.status_mut() = hyper::StatusCode::from_u16(response.status.code).map_err(|_| Broken)?;
    *reply.headers_mut() = headers;
    Ok(reply)
}
