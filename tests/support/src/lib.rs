//! Shared code of the integration tests: a scripted HTTP server, a virtual clock, and fixtures.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

pub mod chat;
pub mod clock;
pub mod folder;
pub mod measured;
/// The mock's own recorder, so that these servers count in `cargo xtask coverage` too.
#[allow(dead_code)]
#[path = "../../../crates/mock/src/record.rs"]
mod record;
pub mod refused;
pub mod server;
pub mod spans;

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpSocket;
use venice_ai::{Amount, Client, ClientBuilder, RetryPolicy};

pub use self::clock::TestClock;
pub use self::folder::Folder;
pub use self::server::{Answer, Gate, Server};

/// An address without a listener, which no other test will use.
pub fn reserved() -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    socket
}

/// An address that never has a listener.
pub fn nobody() -> SocketAddr {
    let socket = reserved();
    let address = socket.local_addr().unwrap();
    std::mem::forget(socket);
    address
}

/// The key of tests. It must appear only in `Authorization`.
pub const KEY: &str = "vk-test-4f9c2e71d0";

/// An amount as in a reply.
pub fn amount(text: &str) -> Option<Amount> {
    text.parse().ok()
}

/// A client of the server with the test key. No proxy of the environment is used.
pub fn builder(server: &Server) -> ClientBuilder {
    Client::builder().api_key(KEY).base_url(server.url("/api/v1")).no_proxy()
}

/// A client of the server with the usual retries and without pauses.
pub fn client(server: &Server, clock: &TestClock) -> Client {
    builder(server).clock(clock.clone()).build().unwrap()
}

/// A client of the server without retries.
pub fn once(server: &Server) -> Client {
    builder(server).retry(RetryPolicy::disabled()).build().unwrap()
}

/// A server with one answer, and a client without retries.
pub fn replying(answer: impl Into<Answer>) -> (Server, Client) {
    let server = Server::answering([answer.into()]);
    let venice = once(&server);
    (server, venice)
}

/// The longest time that a test waits for something.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// An HTTP client as a caller may bring one, used for plain connections only. A macro, since the TLS features are those of `venice-ai`.
#[macro_export]
macro_rules! own_http_client {
    () => {{
        // As in the documentation of `rustls-ring`.
        #[cfg(all(feature = "rustls-ring", not(any(feature = "rustls", feature = "native-tls"))))]
        let _ = rustls::crypto::ring::default_provider().install_default();
        venice_ai::reqwest::Client::builder()
    }};
}
