//! What the integration tests share: a scripted HTTP server, a virtual clock, and fixtures.

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

/// A socket at an address at which nobody listens, and no other test will.
pub fn reserved() -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    socket
}

/// An address at which nobody ever listens.
pub fn nobody() -> SocketAddr {
    let socket = reserved();
    let address = socket.local_addr().unwrap();
    std::mem::forget(socket);
    address
}

/// The key that tests send. It must not turn up anywhere but in `Authorization`.
pub const KEY: &str = "vk-test-4f9c2e71d0";

/// Money as a reply tells it.
pub fn amount(text: &str) -> Option<Amount> {
    text.parse().ok()
}

/// A client of the server with the test key. Nothing goes through a proxy of the environment.
pub fn builder(server: &Server) -> ClientBuilder {
    Client::builder().api_key(KEY).base_url(server.url("/api/v1")).no_proxy()
}

/// A client of the server that repeats as usual and never waits in between.
pub fn client(server: &Server, clock: &TestClock) -> Client {
    builder(server).clock(clock.clone()).build().unwrap()
}

/// A client of the server that sends each request once.
pub fn once(server: &Server) -> Client {
    builder(server).retry(RetryPolicy::disabled()).build().unwrap()
}

/// A server with one answer, and a client that sends each request once.
pub fn replying(answer: impl Into<Answer>) -> (Server, Client) {
    let server = Server::answering([answer.into()]);
    let venice = once(&server);
    (server, venice)
}

/// A test that waits longer for something has failed.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// An HTTP client as a caller may bring one, used for plain connections only. A macro, since the TLS features are those of `venice-ai`.
#[macro_export]
macro_rules! own_http_client {
    () => {{
        // As the documentation of `rustls-ring` says.
        #[cfg(all(feature = "rustls-ring", not(any(feature = "rustls", feature = "native-tls"))))]
        let _ = rustls::crypto::ring::default_provider().install_default();
        venice_ai::reqwest::Client::builder()
    }};
}
