//! `MockBuilder`: the settings of a mock.

use std::time::Duration;

use venice_ai::Error;

use super::state::{Settings, Shared};
use super::{MockVenice, UnknownFields};

/// Fast enough for tests, slow enough to see the tokens arrive.
const PAUSE: Duration = Duration::from_millis(10);

/// The settings of a [`MockVenice`].
///
/// ```
/// # use std::time::Duration;
/// # use venice_ai_mock::MockVenice;
/// let mock = MockVenice::builder().pause(Duration::from_millis(40)).start_blocking()?;
/// # Ok::<(), venice_ai::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "it does nothing until it is started"]
pub struct MockBuilder {
    pub(super) settings: Settings,
}

impl Default for MockBuilder {
    fn default() -> Self {
        let unknown_fields = UnknownFields::default();
        let settings = Settings {
            pause: PAUSE,
            check_requests: true,
            unknown_fields,
            check_models: false,
            #[cfg(feature = "wallet")]
            verifies_wallets: false,
            #[cfg(feature = "attestation")]
            signs_attestations: false,
        };
        Self { settings }
    }
}

impl MockBuilder {
    /// The pause between two chunks of a stream. Default: 10 ms. Without one, several chunks reach the client at once.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use venice_ai_mock::MockVenice;
    /// let mock = MockVenice::builder().pause(Duration::ZERO).start_blocking()?;
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    pub fn pause(mut self, pause: Duration) -> Self {
        self.settings.pause = pause;
        self
    }

    /// Whether requests are validated against the OpenAPI document. Default: `true`.
    ///
    /// An invalid request is answered like by the API, with a 400 that names each field, and [`MockVenice::violations`] lists the problems.
    /// Checked are the media type, path and query parameters, and the body: required fields, types, enum values, lengths, ranges, counts
    /// and patterns, and unknown fields where the API rejects them. An unknown query parameter is rejected too: the API may ignore it, but
    /// it is a mistake. Enum fields whose values depend on the model (`aspect_ratio`, `duration` and `resolution`) accept any text, as the
    /// document has only the values of its day.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), venice_ai::Error> {
    /// # use venice_ai_mock::MockVenice;
    /// use venice_ai::types::WebSearchRequest;
    ///
    /// let mock = MockVenice::builder().check_requests(false).start().await?;
    /// let request = WebSearchRequest::new("acqua alta").limit(99);
    /// mock.client().raw().web_search(&request).with_validation(false).await?;
    /// # Ok(()) }
    /// ```
    pub fn check_requests(mut self, check: bool) -> Self {
        self.settings.check_requests = check;
        self
    }

    /// The handling of undocumented fields of a body.
    ///
    /// The API rejects undocumented fields of some bodies and ignores those of others, such as the video queue. A misspelt field would be
    /// ignored there; [`UnknownFields::Refuse`] finds it.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), venice_ai::Error> {
    /// use venice_ai_mock::{MockVenice, UnknownFields};
    /// use venice_ai::types::QueueVideoRequest;
    ///
    /// let mock = MockVenice::builder().unknown_fields(UnknownFields::Refuse).start().await?;
    /// let request = QueueVideoRequest::new("laguna-video");
    /// let call = mock.client().raw().queue_video(&request).with_extra_body("colour", "red");
    /// assert!(call.await.is_err());
    /// assert_eq!(mock.violations()[0].field, "colour");
    /// # Ok(()) }
    /// ```
    pub fn unknown_fields(mut self, what: UnknownFields) -> Self {
        self.settings.unknown_fields = what;
        self
    }

    /// Whether an unknown model is rejected, as by the API: a 404 with suggestions. Default: `false`, since a tested program uses models
    /// that only the API has; they are answered like a model of the mock.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), venice_ai::Error> {
    /// # use venice_ai_mock::MockVenice;
    /// let mock = MockVenice::builder().check_models(true).start().await?;
    /// let error = mock.client().embeddings().embed("altona-embedding", "acqua alta").await.unwrap_err();
    /// assert_eq!(error.kind(), venice_ai::ErrorKind::NotFound);
    /// assert_eq!(error.did_you_mean(), ["altana-embedding"]);
    /// # Ok(()) }
    /// ```
    pub fn check_models(mut self, check: bool) -> Self {
        self.settings.check_models = check;
        self
    }

    /// Starts the mock.
    ///
    /// # Errors
    ///
    /// As [`MockVenice::start`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), venice_ai::Error> {
    /// let mock = venice_ai_mock::MockVenice::builder().start().await?;
    /// # Ok(()) }
    /// ```
    pub async fn start(self) -> Result<MockVenice, Error> {
        // The server runs in its own thread and is ready at once, so there is nothing to wait for.
        self.start_blocking()
    }

    /// Starts the mock without an async runtime.
    ///
    /// # Errors
    ///
    /// As [`MockVenice::start`].
    ///
    /// ```
    /// let mock = venice_ai_mock::MockVenice::builder().start_blocking()?;
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    pub fn start_blocking(self) -> Result<MockVenice, Error> {
        MockVenice::launch(Shared::new(self.settings))
    }
}
