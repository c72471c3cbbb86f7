//! More texts than one request takes.

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use tokio::time::Instant;

use super::done::Done;
use super::texts::texts;
use super::unfinished::UnfinishedEmbeddings;
use crate::api::embeddings::EmbeddingVectors;
use crate::api::embeddings::input::MOST_TEXTS;
use crate::api::generated::operations;
use crate::api::generated::types::CreateEmbeddingRequest;
use crate::features::in_flight::InFlight;
use crate::runtime::call::{CallFuture, call_options, in_runtime};
use crate::runtime::client::Client;
use crate::runtime::error::{Delivery, Error, ErrorKind};
use crate::runtime::transport::CallOptions;
use crate::runtime::validation::ValidationError;

/// Any number of texts to embed, from [`Embeddings::batch`](crate::Embeddings::batch). Nothing is sent before it is awaited.
///
/// It sends one request after the other unless [`with_concurrency`](Self::with_concurrency) says otherwise. Each is repeated by the
/// rules of its operation. When one fails for good no more are begun, those under way are waited for, and all that came is in the
/// [`UnfinishedEmbeddings`]. Dropping it on its way drops what came; to bound its time there is
/// [`with_time_limit`](Self::with_time_limit), which keeps it.
///
/// ```no_run
/// # async fn example(venice: venice_ai::Client, texts: Vec<String>) -> Result<(), venice_ai::Error> {
/// use venice_ai::types::CreateEmbeddingRequest;
///
/// let request = CreateEmbeddingRequest::new("text-embedding-bge-m3", texts);
/// let reply = venice.embeddings().batch(request).await?;
/// # Ok(()) }
/// ```
#[must_use = "nothing is sent until it is awaited"]
pub struct EmbeddingBatch {
    client: Client,
    /// All of the request but its texts.
    request: CreateEmbeddingRequest,
    texts: Vec<String>,
    /// What is wrong with the request.
    finding: Option<ValidationError>,
    texts_per_request: usize,
    concurrency: usize,
    limit: Option<Duration>,
    pub(super) done: Done,
}

impl EmbeddingBatch {
    #[inline]
    pub(super) fn new(client: Client, mut request: CreateEmbeddingRequest) -> Self {
        let (texts, finding) = match texts(&mut request) {
            Ok(texts) => (texts, None),
            Err(finding) => (Vec::new(), Some(finding)),
        };
        let done = Done::of(texts.len());
        Self { client, request, texts, finding, texts_per_request: MOST_TEXTS, concurrency: 1, limit: None, done }
    }

    /// How many texts go into one request: 2048 unless this is called, which is the most. Fewer make smaller steps, of which less is
    /// lost when one fails.
    pub fn with_texts_per_request(mut self, texts: usize) -> Self {
        self.texts_per_request = texts.clamp(1, MOST_TEXTS);
        self
    }

    /// How many requests are under way at once: one unless this is called. The API allows 500 requests and a number of tokens a
    /// minute; more at once reach that sooner.
    pub fn with_concurrency(mut self, requests: usize) -> Self {
        self.concurrency = requests.max(1);
        self
    }

    /// How long all of it may take, from when it is awaited. When the time is over, requests under way are given up, what came is
    /// kept, and the error is [`is_timeout`](Error::is_timeout).
    pub fn with_time_limit(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        self
    }

    call_options!();

    fn options_mut(&mut self) -> &mut CallOptions {
        self.client.options_mut()
    }

    /// Waits for it in this thread, without an async runtime.
    ///
    /// # Errors
    /// Those of awaiting it, and [`ErrorKind::BlockingInAsync`] in a thread that belongs to a Tokio runtime.
    #[cfg(feature = "blocking")]
    #[inline]
    pub fn send_blocking(mut self) -> Result<EmbeddingVectors, UnfinishedEmbeddings> {
        let outcome = crate::runtime::blocking::block_on(self.run()).unwrap_or_else(|error| Err(named(error)));
        self.finish(outcome)
    }

    /// Sends what is left, until all is done or something fails.
    async fn run(&mut self) -> Result<(), Error> {
        if let Some(finding) = &self.finding {
            return Err(named(Error::validation(finding.clone())));
        }
        let deadline = self.limit.and_then(|limit| Instant::now().checked_add(limit));
        let parts = self.parts();
        let mut waiting = parts.iter().enumerate();
        let mut sent = InFlight::default();
        let mut failure = None;
        loop {
            while sent.len() < self.concurrency
                && failure.is_none()
                // What is sent now is paid for, and nobody would wait for it.
                && deadline.is_none_or(|deadline| Instant::now() < deadline)
                && let Some((number, part)) = waiting.next()
            {
                sent.push(number, Box::pin(self.call(part)));
            }
            if sent.is_empty() {
                return match failure {
                    Some(error) => Err(error),
                    None if waiting.len() == 0 => Ok(()),
                    None => Err(self.out_of_time().with_delivery(Delivery::NotSent)),
                };
            }
            let part_of = |number: usize| parts.get(number).map_or(&[][..], Vec::as_slice);
            let ended = std::future::poll_fn(|cx| sent.poll_next(cx));
            let ended = match deadline {
                Some(deadline) => tokio::time::timeout_at(deadline, ended).await.ok().flatten(),
                None => ended.await,
            };
            let Some((number, outcome)) = ended else {
                sent.places().for_each(|number| self.done.lose(part_of(number)));
                return Err(self.out_of_time());
            };
            match outcome {
                Ok(reply) => self.done.add(part_of(number), reply),
                Err(error) => {
                    if error.delivery().may_have_run() {
                        self.done.lose(part_of(number));
                    }
                    failure.get_or_insert(error);
                }
            }
        }
    }

    /// The texts that are left, by their places, as many together as one request takes.
    fn parts(&self) -> Vec<Vec<usize>> {
        let places = self.done.vectors.iter().enumerate();
        let left: Vec<usize> = places.filter(|(_, vector)| vector.is_none()).map(|(place, _)| place).collect();
        left.chunks(self.texts_per_request).map(<[usize]>::to_vec).collect()
    }

    #[inline]
    fn call(&self, part: &[usize]) -> CallFuture<EmbeddingVectors> {
        let texts: Vec<String> = part.iter().filter_map(|place| self.texts.get(*place).cloned()).collect();
        let mut request = self.request.clone();
        request.input = texts.into();
        self.client.embeddings().create(request).into_future()
    }

    #[inline]
    fn out_of_time(&self) -> Error {
        let (left, limit) = (self.done.remaining(), self.limit.unwrap_or_default());
        let message = format!("{left} texts were not embedded within {limit:?} (time limit of all requests)");
        named(Error::new(ErrorKind::Timeout, message))
    }

    #[inline]
    fn finish(self, outcome: Result<(), Error>) -> Result<EmbeddingVectors, UnfinishedEmbeddings> {
        match outcome {
            Ok(()) => Ok(self.done.finish()),
            Err(error) => Err(UnfinishedEmbeddings::new(error, self)),
        }
    }
}

/// The error as one of the operation, for what happens around its calls.
#[inline]
fn named(error: Error) -> Error {
    error.with_operation(&operations::CREATE_EMBEDDING)
}

impl IntoFuture for EmbeddingBatch {
    type Output = Result<EmbeddingVectors, UnfinishedEmbeddings>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    #[inline]
    fn into_future(mut self) -> Self::IntoFuture {
        Box::pin(async move {
            let outcome = match in_runtime("a batch") {
                Ok(()) => self.run().await,
                Err(error) => Err(named(error)),
            };
            self.finish(outcome)
        })
    }
}

/// Shows how much there is, and not the texts.
impl fmt::Debug for EmbeddingBatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddingBatch")
            .field("model", &self.request.model)
            .field("texts", &self.texts.len())
            .field("remaining", &self.done.remaining())
            .finish_non_exhaustive()
    }
}
