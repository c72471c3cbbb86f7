//! `MockVenice`: the running mock.

use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use venice_ai::{Client, ClientBuilder, Error, operations};

use super::record::Recorder;
use super::server::{Answering, Server};
use super::state::{Shared, State};
use super::{ADMIN_KEY, Answer, Fault, MockBuilder, MockRequest, Violation, default, dispatch, route};

/// A running mock of the API. Dropping it stops it and closes its connections.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), venice_ai::Error> {
/// use venice_ai_mock::MockVenice;
/// use venice_ai::types::ChatCompletionRequest;
///
/// let mock = MockVenice::start().await?;
/// let request = ChatCompletionRequest::new("default", ["Which way to the Rialto?"]);
/// let reply = mock.client().chat().create(request).await?;
/// assert!(reply.text().contains("Rialto"));
/// # Ok(()) }
/// ```
pub struct MockVenice {
    pub(super) shared: Arc<Shared>,
    server: Server,
    base_url: String,
    client: Client,
    /// Notices a failing test that owns the mock.
    #[allow(dead_code)]
    recorder: Recorder,
}

impl MockVenice {
    /// Starts a mock on a free port.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](venice_ai::ErrorKind::Configuration) if the machine has no port or no thread left.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), venice_ai::Error> {
    /// let mock = venice_ai_mock::MockVenice::start().await?;
    /// # Ok(()) }
    /// ```
    pub async fn start() -> Result<Self, Error> {
        Self::builder().start().await
    }

    /// Like [`start`](Self::start), without an async runtime.
    ///
    /// ```
    /// let mock = venice_ai_mock::MockVenice::start_blocking()?;
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    pub fn start_blocking() -> Result<Self, Error> {
        Self::builder().start_blocking()
    }

    /// A builder with the default settings.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use venice_ai_mock::MockVenice;
    /// let mock = MockVenice::builder().pause(Duration::ZERO).start_blocking()?;
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    pub fn builder() -> MockBuilder {
        MockBuilder::default()
    }

    pub(super) fn launch(shared: Shared) -> Result<Self, Error> {
        let shared = Arc::new(shared);
        let answering = Arc::clone(&shared);
        let server = Server::start(Arc::new(move |request| -> Answering {
            Box::pin(dispatch::answer(Arc::clone(&answering), request))
        }))?;
        let origin = format!("http://{}", server.address());
        let base_url = format!("{origin}{}", route::BASE_PATH);
        shared.lock().jobs.origin = origin;
        let client = settings(&base_url).build()?;
        let recorder = shared.recorder.clone();
        Ok(Self { shared, server, base_url, client, recorder })
    }

    /// The base URL (`VENICE_BASE_URL`) of the mock.
    ///
    /// ```
    /// let mock = venice_ai_mock::MockVenice::start_blocking()?;
    /// assert!(mock.base_url().starts_with("http://127.0.0.1:"));
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The mock's own key, of the type `ADMIN`. It also accepts keys that it created, and no others.
    ///
    /// ```
    /// let mock = venice_ai_mock::MockVenice::start_blocking()?;
    /// let venice = venice_ai::Client::builder().base_url(mock.base_url()).api_key(mock.api_key()).build()?;
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    pub fn api_key(&self) -> &str {
        ADMIN_KEY
    }

    /// A client of the mock with its key and the default settings: it retries with the usual pauses.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), venice_ai::Error> {
    /// # use venice_ai_mock::MockVenice;
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
    /// let mock = venice_ai_mock::MockVenice::start_blocking()?;
    /// let venice = mock.client_builder().retry(RetryPolicy::disabled()).build()?;
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    pub fn client_builder(&self) -> ClientBuilder {
        settings(&self.base_url)
    }

    /// Injects a fault into the next request, or the next ones. Faults are used up in the order in which they were added.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), venice_ai::Error> {
    /// # use venice_ai_mock::{Fault, MockVenice};
    /// let mock = MockVenice::start().await?;
    /// mock.fault(Fault::status(404));
    /// let error = mock.client().api_keys().list().await.unwrap_err();
    /// assert_eq!(error.kind(), venice_ai::ErrorKind::NotFound);
    /// # Ok(()) }
    /// ```
    pub fn fault(&self, fault: Fault) {
        self.shared.lock().faults.push(fault);
    }

    /// Scripts an answer: see [`Answer`]. One for an unknown operation id makes every request fail with a 400 that says so.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), venice_ai::Error> {
    /// # use serde_json::json;
    /// # use venice_ai_mock::{Answer, MockVenice};
    /// let mock = MockVenice::start().await?;
    /// mock.answer(Answer::json(&json!({"object": "list", "data": ["Venetian"]})).on("listImageStyles"));
    /// assert_eq!(mock.client().raw().list_image_styles().await?.data, ["Venetian"]);
    /// # Ok(()) }
    /// ```
    pub fn answer(&self, answer: Answer) {
        self.shared.lock().answers.push(answer);
    }

    /// The requests so far, in order of arrival.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), venice_ai::Error> {
    /// # use venice_ai_mock::MockVenice;
    /// let mock = MockVenice::start().await?;
    /// mock.client().api_keys().list().await?;
    /// assert_eq!(mock.requests()[0].path, "/api_keys");
    /// # Ok(()) }
    /// ```
    pub fn requests(&self) -> Vec<MockRequest> {
        self.shared.lock().requests.clone()
    }

    /// The requests of one operation (one of [`operations`], or its [`id`](venice_ai::Operation::id)), in order of arrival.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), venice_ai::Error> {
    /// # use venice_ai_mock::MockVenice;
    /// # use venice_ai::types::WebSearchRequest;
    /// # use serde_json::Value;
    /// let mock = MockVenice::start().await?;
    /// mock.client().raw().web_search(&WebSearchRequest::new("acqua alta")).await?;
    ///
    /// let searches = mock.requests_of("webSearch");
    /// assert_eq!(searches.len(), 1);
    /// assert_eq!(searches[0].json::<Value>().unwrap()["query"], "acqua alta");
    /// # Ok(()) }
    /// ```
    pub fn requests_of(&self, operation: impl AsRef<str>) -> Vec<MockRequest> {
        let is_of = |request: &&MockRequest| request.operation == Some(operation.as_ref());
        self.shared.lock().requests.iter().filter(is_of).cloned().collect()
    }

    /// The default JSON body of an operation, as the type of its reply: the starting point for a reply with a few changed fields. It is
    /// generated from the API's document, independent of the state of the mock.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](venice_ai::ErrorKind::Configuration) for an unknown id, an operation that answers only with files, and
    /// a type that cannot be deserialized from its reply.
    ///
    /// ```
    /// # use venice_ai_mock::MockVenice;
    /// use venice_ai::types::CharacterResponse;
    ///
    /// let mut reply: CharacterResponse = MockVenice::default_body("getCharacterBySlug")?;
    /// reply.data.name = "Casanova".to_owned();
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    pub fn default_body<T: DeserializeOwned>(operation: impl AsRef<str>) -> Result<T, Error> {
        let operation_id = operation.as_ref();
        let operation = operations::ALL.iter().find(|operation| operation.id == operation_id);
        let operation = operation.ok_or_else(|| Error::configuration(format!("{operation_id} is not an operation")))?;
        let body = default::body(&mut State::new(), operation)
            .ok_or_else(|| Error::configuration(format!("{operation_id} has no JSON body")))?;
        serde_json::from_value(body)
            .map_err(|error| Error::configuration(format!("{operation_id} cannot be read as this type: {error}")))
    }

    /// The validation errors of the requests so far, in order of arrival. If the list is empty at the end of a test, the API would have
    /// rejected none of its requests.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), venice_ai::Error> {
    /// # use venice_ai_mock::MockVenice;
    /// let mock = MockVenice::start().await?;
    /// mock.client().api_keys().list().await?;
    /// assert_eq!(mock.violations(), []);
    /// # Ok(()) }
    /// ```
    pub fn violations(&self) -> Vec<Violation> {
        self.shared.lock().violations.clone()
    }

    /// Whether everything went as the test planned it: no request was invalid, each answer was used, all plans for a number of requests
    /// (faults, answers with [`times`](Answer::times)) were used up, and all of them were for known operations. Best as the last line of a
    /// test.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](venice_ai::ErrorKind::Configuration), which lists each violation and each plan that is left.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), venice_ai::Error> {
    /// # use venice_ai_mock::{Fault, MockVenice};
    /// let mock = MockVenice::start().await?;
    /// mock.client().api_keys().list().await?;
    /// mock.verify()?;
    ///
    /// mock.fault(Fault::status(503).on("createSpeech"));
    /// assert!(mock.verify().unwrap_err().to_string().contains("1 fault"));
    /// # Ok(()) }
    /// ```
    pub fn verify(&self) -> Result<(), Error> {
        let mut state = self.shared.lock();
        let mut found: Vec<String> = state.violations.iter().map(ToString::to_string).collect();
        found.extend(state.misplanned());
        found.extend(state.faults.left().map(|(times, of)| format!("{times} fault(s) left for {of}")));
        found.extend(state.answers.left().map(|(times, of)| format!("{times} answer(s) left for {of}")));
        found.extend(state.answers.unused().map(|of| format!("an answer for {of} was never used")));
        if found.is_empty() {
            return Ok(());
        }
        Err(Error::configuration(format!("the requests differ from the plan: {}", found.join("; "))))
    }

    /// Resets everything: requests, violations, faults, answers, created keys, and spending. Address, key and settings stay, so clients
    /// continue to work.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), venice_ai::Error> {
    /// # use venice_ai_mock::{Fault, MockVenice};
    /// let mock = MockVenice::start().await?;
    /// mock.fault(Fault::status(500).times(usize::MAX));
    /// mock.reset();
    /// assert_eq!(mock.client().api_keys().list().await?.len(), 1);
    /// # Ok(()) }
    /// ```
    pub fn reset(&self) {
        let mut state = self.shared.lock();
        let origin = std::mem::take(&mut state.jobs.origin);
        *state = State::new();
        state.jobs.origin = origin;
    }
}

/// A proxy of the environment cannot reach this machine's loopback interface.
fn settings(base_url: &str) -> ClientBuilder {
    Client::builder().api_key(ADMIN_KEY).base_url(base_url).no_proxy()
}

impl fmt::Debug for MockVenice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockVenice")
            .field("base_url", &self.base_url)
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}
