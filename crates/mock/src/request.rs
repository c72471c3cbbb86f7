//! `MockRequest`: a recorded request.

use bytes::Bytes;
use hyper::http::request::Parts;
use serde::de::DeserializeOwned;
use venice_ai::http::HeaderMap;

use super::form::{self, FilePart};
use super::route::Route;

/// The headers whose values are credentials.
const PRIVATE: [&str; 7] = [
    "authorization",
    "cookie",
    "payment-signature",
    "sign-in-with-x",
    "x-402-payment",
    "x-payment",
    "x-sign-in-with-x",
];

/// A request as received by a [`MockVenice`](super::MockVenice).
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), venice_ai::Error> {
/// # use venice_ai_mock::MockVenice;
/// use venice_ai::types::{ApiKeyType, CreateApiKeyRequest};
///
/// let mock = MockVenice::start().await?;
/// let request = CreateApiKeyRequest::new(ApiKeyType::Inference, "nightly build");
/// mock.client().api_keys().create(request).await?;
///
/// let request = &mock.requests()[0];
/// assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/api_keys"));
/// assert_eq!(request.operation, Some("createApiKey"));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MockRequest {
    /// The HTTP method in capitals.
    pub method: String,
    /// The path below the base URL, as sent; the whole path for a request elsewhere.
    pub path: String,
    /// The decoded query parameters, in order.
    pub query: Vec<(String, String)>,
    /// The id of the operation, such as `createApiKey`; `None` for an unknown path.
    pub operation: Option<&'static str>,
    /// The headers. Values of credentials are replaced by `***`.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl MockRequest {
    pub(super) fn new(head: &Parts, route: &Route, body: Bytes) -> Self {
        let mut headers = head.headers.clone();
        for name in PRIVATE {
            if let Some(value) = headers.get_mut(name) {
                *value = hyper::header::HeaderValue::from_static("***");
            }
        }
        Self {
            method: head.method.to_string(),
            path: route.path.clone(),
            query: route.query.clone(),
            operation: route.operation.map(|operation| operation.id),
            headers,
            body,
        }
    }

    /// A header, if it was sent and is text.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), venice_ai::Error> {
    /// # let mock = venice_ai_mock::MockVenice::start().await?;
    /// mock.client().api_keys().list().await?;
    /// assert_eq!(mock.requests()[0].header("authorization"), Some("***"));
    /// # Ok(()) }
    /// ```
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The files of a form (`multipart/form-data`), in order; empty for any other body.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), venice_ai::Error> {
    /// # use venice_ai::Upload;
    /// # use venice_ai::types::CreateTranscriptionRequest;
    /// # let mock = venice_ai_mock::MockVenice::start().await?;
    /// let note = Upload::bytes("note.wav", &b"RIFF"[..]);
    /// let _ = mock.client().raw().create_transcription(&CreateTranscriptionRequest::new("openai/whisper-large-v3", note)).await;
    /// let requests = mock.requests();
    /// let files = requests[0].files();
    /// assert_eq!((files[0].field.as_str(), files[0].file_name.as_deref()), ("file", Some("note.wav")));
    /// # Ok(()) }
    /// ```
    pub fn files(&self) -> Vec<FilePart> {
        form::parts(self.header("content-type").unwrap_or_default(), &self.body).unwrap_or_default().files
    }

    /// The body, deserialized from JSON.
    ///
    /// # Errors
    ///
    /// What is wrong with the body.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use venice_ai::types::ChatCompletionRequest;
    /// # let mock = venice_ai_mock::MockVenice::start().await?;
    /// mock.client().chat().create(ChatCompletionRequest::new("default", ["Hello"])).await?;
    /// let body: serde_json::Value = mock.requests()[0].json()?;
    /// assert_eq!(body["model"], "default");
    /// # Ok(()) }
    /// ```
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }
}
