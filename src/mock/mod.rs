//! A server on this machine that answers like the API: for tests, and for trying things out without a key.
//!
//! [`MockVenice`] listens on the loopback interface and answers with realistic bodies and headers. It keeps state (a key that was
//! made can be listed, used and deleted), refuses what the API refuses in the shapes that the API refuses it in, streams chat
//! answers token by token with pauses, and fails on demand: see [`Fault`].
//!
//! ```
//! use venice_ai::mock::{Fault, MockVenice};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), venice_ai::Error> {
//! let mock = MockVenice::start().await?;
//! let venice = mock.client();
//!
//! mock.fault(Fault::status(503)); // the next request fails, and the client repeats it
//! let token = venice.api_keys().web3_token().await?;
//!
//! assert!(!token.expose().is_empty());
//! assert_eq!(mock.requests().len(), 2);
//! # Ok(()) }
//! ```
//!
//! It needs the feature `mock`, best in `[dev-dependencies]`. The feature adds no crate: hyper, which the client is built on,
//! serves as well as it calls, and unlike a library for canned answers it lets a body pause, break off or fall silent. The server
//! runs in a thread of its own, so it answers blocking calls too, and is not held up by a test that holds up its runtime.
//!
//! Its models, answers and prices are made up. Which requests it understands follows from the operation table
//! ([`operations::ALL`](crate::operations::ALL)); an operation that it has no answer for yet gets the status 501.

mod answer;
mod asked;
mod audio;
mod augment;
mod auth;
mod billing;
mod body;
mod builder;
mod characters;
mod chat;
mod checks;
mod crypto_rpc;
mod document;
mod embeddings;
mod errors;
mod fault;
mod form;
mod given;
mod headers;
mod images;
mod jobs;
mod keys;
mod models;
mod record;
mod reply;
mod request;
mod responses;
mod route;
mod sample;
mod server;
mod state;
mod tee;
mod time;
mod web3;
mod x402;

use std::fmt;
use std::sync::Arc;

pub use self::builder::MockBuilder;
pub use self::fault::Fault;
pub use self::form::FilePart;
pub use self::jobs::MockJob;
pub use self::request::MockRequest;
use self::server::Server;
use self::state::Shared;
use crate::{Client, ClientBuilder, Error};

/// The key that a mock knows from the start, of the type `ADMIN`.
const ADMIN_KEY: &str = "mock-admin-key-of-venice-ai-k2V9xQ";

/// A running mock of the API. Dropping it stops it and closes its connections.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), venice_ai::Error> {
/// use venice_ai::mock::MockVenice;
/// use venice_ai::types::ChatCompletionRequest;
///
/// let mock = MockVenice::start().await?;
/// let request = ChatCompletionRequest::new("default", ["Which way to the Rialto?"]);
/// let reply = mock.client().chat().create(request).await?;
/// assert!(reply.text().contains("Rialto"));
/// # Ok(()) }
/// ```
pub struct MockVenice {
    shared: Arc<Shared>,
    server: Server,
    base_url: String,
    client: Client,
}

impl MockVenice {
    /// Starts a mock on a free port.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if the machine has no port or no thread left.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), venice_ai::Error> {
    /// let mock = venice_ai::mock::MockVenice::start().await?;
    /// # Ok(()) }
    /// ```
    pub async fn start() -> Result<Self, Error> {
        Self::builder().start().await
    }

    /// As [`start`](Self::start), without an async runtime.
    ///
    /// ```
    /// let mock = venice_ai::mock::MockVenice::start_blocking()?;
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    pub fn start_blocking() -> Result<Self, Error> {
        Self::builder().start_blocking()
    }

    /// A mock with other settings than the default ones.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use venice_ai::mock::MockVenice;
    /// let mock = MockVenice::builder().pause(Duration::ZERO).start_blocking()?;
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    pub fn builder() -> MockBuilder {
        MockBuilder::default()
    }

    fn launch(shared: Shared) -> Result<Self, Error> {
        let shared = Arc::new(shared);
        let server = Server::start(Arc::clone(&shared))?;
        let origin = format!("http://{}", server.address());
        let base_url = format!("{origin}{}", route::BASE_PATH);
        shared.lock().jobs.origin = origin;
        let client = settings(&base_url).build()?;
        Ok(Self { shared, server, base_url, client })
    }

    /// What to set as base URL (`VENICE_BASE_URL`) to talk to the mock.
    ///
    /// ```
    /// let mock = venice_ai::mock::MockVenice::start_blocking()?;
    /// assert!(mock.base_url().starts_with("http://127.0.0.1:"));
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// A key of the type `ADMIN` that the mock accepts. It accepts those that it makes too, and no others.
    ///
    /// ```
    /// let mock = venice_ai::mock::MockVenice::start_blocking()?;
    /// let venice = venice_ai::Client::builder().base_url(mock.base_url()).api_key(mock.api_key()).build()?;
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    pub fn api_key(&self) -> &str {
        ADMIN_KEY
    }

    /// A client of the mock with its key and the default settings: it repeats what failed, with pauses as in real life.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), venice_ai::Error> {
    /// # use venice_ai::mock::MockVenice;
    /// let mock = MockVenice::start().await?;
    /// assert_eq!(mock.client().api_keys().list().await?.len(), 1);
    /// # Ok(()) }
    /// ```
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// The settings of [`client`](Self::client), to add others to.
    ///
    /// ```
    /// use venice_ai::RetryPolicy;
    ///
    /// let mock = venice_ai::mock::MockVenice::start_blocking()?;
    /// let venice = mock.client_builder().retry(RetryPolicy::disabled()).build()?;
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    pub fn client_builder(&self) -> ClientBuilder {
        settings(&self.base_url)
    }

    /// Makes the next request fail, or the next ones; faults are used up in the order in which they were given.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), venice_ai::Error> {
    /// # use venice_ai::mock::{Fault, MockVenice};
    /// let mock = MockVenice::start().await?;
    /// mock.fault(Fault::status(404));
    /// let error = mock.client().api_keys().list().await.unwrap_err();
    /// assert!(error.is_not_found());
    /// # Ok(()) }
    /// ```
    pub fn fault(&self, fault: Fault) {
        self.shared.lock().faults.push(fault);
    }

    /// What was asked so far, in the order in which it arrived.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), venice_ai::Error> {
    /// # use venice_ai::mock::MockVenice;
    /// let mock = MockVenice::start().await?;
    /// mock.client().api_keys().list().await?;
    /// assert_eq!(mock.requests()[0].path, "/api_keys");
    /// # Ok(()) }
    /// ```
    pub fn requests(&self) -> Vec<MockRequest> {
        self.shared.lock().requests.clone()
    }
}

/// A proxy that the environment names does not know the way back to this machine. So the mock is its own proxy: it answers what is
/// sent to it, whatever host the request is for.
fn settings(base_url: &str) -> ClientBuilder {
    Client::builder().api_key(ADMIN_KEY).base_url(base_url).proxy(base_url)
}

impl fmt::Debug for MockVenice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockVenice")
            .field("base_url", &self.base_url)
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}
