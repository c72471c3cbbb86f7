//! A server between the SDK and the one that is tested, which passes everything on and keeps a copy.
//!
//! It is the one place where replies can be seen as they are: the SDK hands out what its types make of them. Nothing of it
//! is written anywhere.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use reqwest::Url;
use reqwest::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap, TRANSFER_ENCODING, UPGRADE};
use tokio::net::TcpListener;

use crate::exchange::{Exchange, essence};
use crate::failure::Failure;
use crate::options::Target;

/// Longer replies are cut off: a video has less.
const MOST_BYTES: usize = 256 * 1024 * 1024;
/// A server that is silent for longer has failed.
const PATIENCE: Duration = Duration::from_secs(90);

const CONNECT_PATIENCE: Duration = Duration::from_secs(20);

type Broken = Box<dyn std::error::Error + Send + Sync>;

/// A running recorder. It ends with the runtime.
pub struct Recorder {
    address: SocketAddr,
    wire: Arc<Wire>,
}

struct Wire {
    base: Url,
    client: reqwest::Client,
    exchanges: Mutex<Vec<Exchange>>,
}

impl Recorder {
    /// Listens on a free port of the loopback interface, in front of a base URL.
    pub async fn start(base: Url, target: &Target) -> Result<Self, Failure> {
        let client = client(target)?;
        let failed = |error: io::Error| Failure::new(format!("the recorder cannot listen: {error}"), "free a port");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let wire = Arc::new(Wire { base, client, exchanges: Mutex::default() });
        tokio::spawn(accept(listener, Arc::clone(&wire)));
        Ok(Self { address, wire })
    }

    /// The base URL for the SDK.
    pub fn base_url(&self) -> String {
        format!("http://{}{}", self.address, self.wire.base.path().trim_end_matches('/'))
    }

    /// Whether anybody answers there, before the first request is made.
    pub async fn reach(&self) -> Result<(), Failure> {
        match self.wire.client.get(self.wire.base.clone()).send().await {
            Ok(_) => Ok(()),
            Err(error) => {
                let help = "check the address, the network, and the proxy settings of the environment";
                Err(Failure::new(format!("the server cannot be reached: {}", cause(&error)), help))
            }
        }
    }

    /// What was recorded since the last time.
    pub fn take(&self) -> Vec<Exchange> {
        std::mem::take(&mut *self.wire.exchanges())
    }
}

/// The innermost reason, which names no URL.
fn cause(error: &reqwest::Error) -> String {
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    if inner.is::<reqwest::Error>() { "the request failed".to_owned() } else { inner.to_string() }
}

async fn accept(listener: TcpListener, wire: Arc<Wire>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let wire = Arc::clone(&wire);
        tokio::spawn(async move {
            let service = service_fn(move |request| pass_on(Arc::clone(&wire), request));
            // It ends with an error where the server could not be asked, and the SDK sees that.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn pass_on(wire: Arc<Wire>, request: hyper::Request<Incoming>) -> Result<hyper::Response<Full<Bytes>>, Broken> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let path_and_query = head.uri.path_and_query().map_or("/", |target| target.as_str());
    let url = wire.base.join(path_and_query)?;
    let asked = wire.client.request(head.method.clone(), url).headers(end_to_end(&head.headers)).body(body.clone());
    let mut reply = asked.send().await?;
    let status = reply.status();
    let headers = end_to_end(reply.headers());
    let mut whole = BytesMut::new();
    while let Some(piece) = reply.chunk().await? {
        whole.extend_from_slice(&piece);
        if whole.len() > MOST_BYTES {
            return Err("the reply is too long".into());
        }
    }
    let whole = whole.freeze();
    let media = |headers: &HeaderMap| headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(essence);
    wire.exchanges().push(Exchange {
        method: head.method.to_string(),
        path: head
            .uri
            .path()
            .strip_prefix(wire.base.path().trim_end_matches('/'))
            .unwrap_or(head.uri.path())
            .to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        request_media: media(&head.headers),
        request: body,
        status: status.as_u16(),
        media: media(&headers),
        reply: whole.clone(),
    });
    let mut response = hyper::Response::new(Full::new(whole));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

impl Wire {
    fn exchanges(&self) -> MutexGuard<'_, Vec<Exchange>> {
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The headers that are meant for the other end, and not for the connection.
fn end_to_end(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    for name in [CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING, UPGRADE] {
        headers.remove(name);
    }
    headers
}

/// A client that follows no redirect and changes nothing. Only requests to another server may use a proxy.
fn client(target: &Target) -> Result<reqwest::Client, Failure> {
    let help = "are the system's CA certificates installed?";
    let failed = |error: String| Failure::new(format!("TLS cannot be set up: {error}"), help);
    let builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_PATIENCE)
        .read_timeout(PATIENCE);
    let builder = if *target == Target::Mock { builder.no_proxy() } else { builder };
    // A plain connection needs no certificates, and a machine may have none.
    let plain = !matches!(target, Target::Test(url) | Target::Live(url) if url.scheme() == "https");
    let builder = if plain { builder.tls_certs_only([]) } else { builder };
    builder.build().map_err(|error| failed(error.to_string()))
}
