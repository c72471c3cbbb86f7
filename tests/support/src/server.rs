//! A threaded HTTP server that sends scripted bytes at scripted times.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use venice_ai::{Operation, operations};

use super::record::Recorder;

/// A server that lives as long as the test's process. Its handler answers requests.
#[derive(Clone)]
pub struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    connections: Arc<Mutex<Connections>>,
    /// How often it stopped listening for a while.
    outages: Arc<AtomicUsize>,
    outage: Arc<Mutex<Option<Outage>>>,
    recorder: Recorder,
}

/// How long to refuse connections, and a channel to confirm it.
struct Outage {
    time: Duration,
    begun: Sender<()>,
}

#[derive(Default)]
struct Connections {
    opened: usize,
    closed_by_client: usize,
}

/// A received request.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|header| header.0.eq_ignore_ascii_case(name));
        let first = found.next().map(|header| header.1.as_str());
        assert!(found.next().is_none(), "{name} was sent twice");
        first
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The JSON of a request that must be a POST to this path, with the key.
    pub fn posted(&self, path: &str) -> serde_json::Value {
        assert_eq!((&*self.method, &*self.target), ("POST", &*format!("/api/v1{path}")));
        assert_eq!(self.header("content-type"), Some("application/json"));
        assert_eq!(self.header("authorization"), Some(&*format!("Bearer {}", super::KEY)));
        self.json()
    }
}

/// The server's reaction to a request.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    steps: Vec<Step>,
}

#[derive(Clone, Debug)]
enum Step {
    Send(Vec<u8>),
    Wait(Duration),
    Await(Gate),
    /// Closes the connection.
    Close,
    /// Sends nothing more, and keeps the connection until the client closes it.
    Hang,
}

/// Holds an answer back until the test has seen what came before.
#[derive(Clone, Debug, Default)]
pub struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    pub fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }

    fn pass(&self) {
        let closed = self.0.0.lock().unwrap();
        drop(self.0.1.wait_while(closed, |is_open| !*is_open).unwrap());
    }
}

macro_rules! successes_of_json {
    ($($body:ty),*) => {$(
        impl From<$body> for Answer {
            fn from(body: $body) -> Self {
                Self::json(200, &body.to_string())
            }
        }
    )*};
}

successes_of_json!(&str, String, &String, &serde_json::Value);

impl Answer {
    /// A complete reply.
    pub fn new(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let length = body.len().to_string();
        let mut headers = headers.to_vec();
        headers.push(("content-length", &length));
        Self::head(status, &headers).send(body)
    }

    pub fn json(status: u16, body: &str) -> Self {
        Self::new(status, &[("content-type", "application/json; charset=utf-8")], body)
    }

    pub fn html(status: u16, body: &str) -> Self {
        Self::new(status, &[("content-type", "text/html; charset=UTF-8")], body)
    }

    pub fn redirect(status: u16, location: &str) -> Self {
        Self::new(status, &[("location", location)], "")
    }

    /// Only status line and headers. The steps that follow send the body.
    pub fn head(status: u16, headers: &[(&str, &str)]) -> Self {
        let mut head = format!("HTTP/1.1 {status} Whatever\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        Self::default().send(head)
    }

    /// Reads the request and closes the connection.
    pub fn nothing() -> Self {
        Self::default().close()
    }

    /// Reads the request and never answers.
    pub fn silence() -> Self {
        Self::default().hang()
    }

    /// Records the request and the head of this answer for the coverage report.
    fn record(&self, request: &Request, recorder: &Recorder) {
        let Some(Step::Send(head)) = self.steps.first() else { return };
        let head = String::from_utf8_lossy(head);
        let mut lines = head.lines().take_while(|line| !line.is_empty());
        let status = lines.next().and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
        let mut headers = lines.filter_map(|line| line.split_once(':'));
        let media = headers.find(|header| header.0.eq_ignore_ascii_case("content-type")).map(|header| header.1.trim());
        let sent = request.headers.iter().find(|header| header.0.eq_ignore_ascii_case("content-type"));
        if let (Some(status), Some(operation)) = (status, asked_for(&request.method, &request.target)) {
            let endpoint = (operation.method, operation.path);
            recorder.record(endpoint, sent.map(|header| header.1.as_str()), status, media);
        }
    }

    pub fn send(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.steps.push(Step::Send(bytes.as_ref().to_vec()));
        self
    }

    /// A piece of a body with `transfer-encoding: chunked`.
    pub fn chunk(self, bytes: impl AsRef<[u8]>) -> Self {
        let bytes = bytes.as_ref();
        self.send(format!("{:x}\r\n", bytes.len())).send(bytes).send("\r\n")
    }

    pub fn then(mut self, other: Self) -> Self {
        self.steps.extend(other.steps);
        self
    }

    pub fn wait(mut self, time: Duration) -> Self {
        self.steps.push(Step::Wait(time));
        self
    }

    /// The rest is sent when the test opens the gate.
    pub fn until(mut self, gate: &Gate) -> Self {
        self.steps.push(Step::Await(gate.clone()));
        self
    }

    pub fn close(mut self) -> Self {
        self.steps.push(Step::Close);
        self
    }

    pub fn hang(mut self) -> Self {
        self.steps.push(Step::Hang);
        self
    }
}

/// The operation of a request, below any base path.
fn asked_for(method: &str, target: &str) -> Option<&'static Operation> {
    let path = target.split(['?', '#']).next().unwrap_or_default();
    path.match_indices('/').find_map(|(start, _)| {
        let same = operations::ALL.iter().filter(|operation| operation.method == method);
        let templates = same.map(|operation| (operation.path, *operation));
        Operation::of_path(templates, &path[start..]).map(|(operation, _)| operation)
    })
}

impl Server {
    /// A server that answers the n-th request, from 0, with the result of `handler`.
    pub fn start(handler: impl Fn(usize, &Request) -> Answer + Send + Sync + 'static) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").unwrap(), handler)
    }

    /// The same at an address chosen by the test.
    pub fn on(listener: TcpListener, handler: impl Fn(usize, &Request) -> Answer + Send + Sync + 'static) -> Self {
        let address = listener.local_addr().unwrap();
        let server = Self {
            address,
            requests: Arc::default(),
            connections: Arc::default(),
            outages: Arc::default(),
            outage: Arc::default(),
            recorder: Recorder::of_this_thread(),
        };
        let handler = Arc::new(handler);
        let accepting = server.clone();
        std::thread::spawn(move || {
            let mut listener = listener;
            while let Ok((stream, _)) = listener.accept() {
                if let Some(Outage { time, begun }) = accepting.outage.lock().unwrap().take() {
                    drop((stream, listener));
                    let _ = begun.send(());
                    std::thread::sleep(time);
                    listener = TcpListener::bind(address).unwrap();
                    continue;
                }
                accepting.connections.lock().unwrap().opened += 1;
                let (server, handler) = (accepting.clone(), handler.clone());
                std::thread::spawn(move || server.serve(stream, &*handler));
            }
        });
        server
    }

    /// Refuses connections for a while, from now on. Open ones are closed after the next answer.
    pub fn refuse_for(&self, time: Duration) {
        let (begun, has_begun) = std::sync::mpsc::channel();
        *self.outage.lock().unwrap() = Some(Outage { time, begun });
        self.outages.fetch_add(1, Ordering::SeqCst);
        // Wakes the listener.
        let _ = TcpStream::connect(self.address);
        let _ = has_begun.recv_timeout(super::PATIENCE);
    }

    /// A server with a list of answers; the last one is repeated.
    pub fn answering(answers: impl IntoIterator<Item = Answer>) -> Self {
        let answers: Vec<Answer> = answers.into_iter().collect();
        Self::start(move |n, _| answers[n.min(answers.len() - 1)].clone())
    }

    /// A server that holds each request until `wanted` are in flight at once, or for half a second, and a little longer for one too many.
    /// Also returns the maximum number in flight.
    pub fn counting_in_flight(
        wanted: usize,
        answer: impl Fn(&Request) -> Answer + Send + Sync + 'static,
    ) -> (Self, Arc<AtomicUsize>) {
        let (now, most) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
        let seen = Arc::clone(&most);
        let server = Self::start(move |_, request| {
            seen.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            let begun = Instant::now();
            while seen.load(Ordering::SeqCst) < wanted && begun.elapsed() < Duration::from_millis(500) {
                std::thread::sleep(Duration::from_millis(1));
            }
            std::thread::sleep(Duration::from_millis(10));
            now.fetch_sub(1, Ordering::SeqCst);
            answer(request)
        });
        (server, most)
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// The only request.
    pub fn only(&self) -> Request {
        let [request] = self.requests().try_into().unwrap_or_else(|all| panic!("not one request: {all:?}"));
        request
    }

    pub fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    pub fn connections(&self) -> usize {
        self.connections.lock().unwrap().opened
    }

    /// Polls a future that waits for an answer until this many requests have arrived.
    pub async fn until_asked<T>(&self, count: usize, mut next: impl AsyncFnMut() -> T) {
        let begun = Instant::now();
        while self.count() < count {
            assert!(begun.elapsed() < super::PATIENCE, "{} of {count} requests came", self.count());
            let outcome = tokio::time::timeout(Duration::from_millis(20), next()).await;
            assert!(outcome.is_err(), "it does not wait any more");
        }
    }

    /// Waits until a client has closed a connection within an answer.
    pub async fn closed_by_client_within(&self, patience: Duration) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < patience {
            if self.connections.lock().unwrap().closed_by_client > 0 {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        false
    }

    fn serve(&self, stream: TcpStream, handler: &(impl Fn(usize, &Request) -> Answer + ?Sized)) {
        stream.set_nodelay(true).unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let outages = self.outages.load(Ordering::SeqCst);
        while let Some(request) = read_request(&mut reader) {
            let number = {
                let mut requests = self.requests.lock().unwrap();
                requests.push(request.clone());
                requests.len() - 1
            };
            let answer = handler(number, &request);
            answer.record(&request, &self.recorder);
            if !self.play(&stream, answer) || self.outages.load(Ordering::SeqCst) != outages {
                let _ = stream.shutdown(Shutdown::Both);
                return;
            }
        }
    }

    /// `false` at the end of the connection.
    fn play(&self, mut stream: &TcpStream, answer: Answer) -> bool {
        for step in answer.steps {
            match step {
                Step::Send(bytes) => {
                    if stream.write_all(&bytes).is_err() {
                        self.connections.lock().unwrap().closed_by_client += 1;
                        return false;
                    }
                }
                Step::Wait(time) => std::thread::sleep(time),
                Step::Await(gate) => gate.pass(),
                Step::Close => return false,
                Step::Hang => {
                    // Ends when the client closes its side.
                    let _ = stream.read(&mut [0]);
                    self.connections.lock().unwrap().closed_by_client += 1;
                    return false;
                }
            }
        }
        true
    }
}

fn read_request(reader: &mut impl BufRead) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut request = Request { method, target, headers, body: Vec::new() };
    if request.header("transfer-encoding") == Some("chunked") {
        request.body = read_chunks(reader)?;
    } else if let Some(length) = request.header("content-length") {
        request.body.resize(length.parse().unwrap(), 0);
        reader.read_exact(&mut request.body).ok()?;
    }
    Some(request)
}

fn read_chunks(reader: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        let length = usize::from_str_radix(line.trim(), 16).unwrap();
        let mut chunk = vec![0; length + 2];
        reader.read_exact(&mut chunk).ok()?;
        if length == 0 {
            return Some(body);
        }
        body.extend_from_slice(&chunk[..length]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_belongs_to_the_template_that_says_most_about_it() {
        for (path, template) in [
            ("/api/v1/api_keys", Some("/api_keys")),
            ("/api_keys/4f9c?x=/models", Some("/api_keys/{id}")),
            ("/api/v1/api_keys/rate_limits", Some("/api_keys/rate_limits")),
            ("/api/v1/api_keys/rate_limits/log", Some("/api_keys/rate_limits/log")),
            ("/api/v1/wicks", None),
        ] {
            assert_eq!(asked_for("GET", path).map(|operation| operation.path), template, "{path}");
        }
    }
}
