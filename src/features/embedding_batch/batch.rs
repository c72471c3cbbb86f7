//! `EmbeddingBatch`: embeds more texts than one request allows.

use std::fmt;
use std::time::Duration;

use super::done::Done;
use super::texts::texts;
use super::unfinished::UnfinishedEmbeddings;
use crate::api::embeddings::EmbeddingVectors;
use crate::api::embeddings::input::MOST_TEXTS;
use crate::api::generated::operations;
use crate::api::generated::types::CreateEmbeddingRequest;
use crate::features::flow::{Flow, FlowSettings, TimeLimit};
use crate::features::in_flight::InFlight;
use crate::runtime::call::CallFuture;
use crate::runtime::client::Client;
use crate::runtime::error::{Delivery, Error, ErrorKind};
use crate::runtime::validation::ValidationError;

/// Embeds any number of texts, from [`Embeddings::batch`](crate::Embeddings::batch). Lazy: nothing is sent before it is awaited.
///
/// It sends one request after the other unless [`with_concurrency`](Self::with_concurrency) says otherwise, with the usual retries. When
/// one fails no more are sent, those in flight are completed, and all results are in the [`UnfinishedEmbeddings`]. Dropping the future
/// drops the results; to limit its time use [`with_time_limit`](Self::with_time_limit), which keeps them.
///
/// ```no_run
/// # async fn example(venice: venice_ai::Client, texts: Vec<String>) -> Result<(), venice_ai::Error> {
/// use venice_ai::types::CreateEmbeddingRequest;
///
/// let request = CreateEmbeddingRequest::new("text-embedding-bge-m3", texts);
/// let reply = venice.embeddings().batch(request).await?;
/// # Ok(()) }
/// ```
pub type EmbeddingBatch = Flow<EmbeddingVectors, EmbeddingBatchSettings>;

/// The settings of an [`EmbeddingBatch`], and its results so far.
pub struct EmbeddingBatchSettings {
    /// The request without its texts.
    request: CreateEmbeddingRequest,
    texts: Vec<String>,
    /// What is invalid in the request.
    finding: Option<ValidationError>,
    texts_per_request: usize,
    concurrency: usize,
    pub(super) done: Done,
}

/// Creates the batch of a request.
pub(super) fn batch(client: &Client, mut request: CreateEmbeddingRequest) -> EmbeddingBatch {
    let (texts, finding) = match texts(&mut request) {
        Ok(texts) => (texts, None),
        Err(finding) => (Vec::new(), Some(finding)),
    };
    let done = Done::of(texts.len());
    let settings =
        EmbeddingBatchSettings { request, texts, finding, texts_per_request: MOST_TEXTS, concurrency: 1, done };
    resumed(client, settings)
}

/// Creates a batch of the remaining texts.
fn resumed(client: &Client, settings: EmbeddingBatchSettings) -> EmbeddingBatch {
    Flow::with_settings(client, "a batch", settings, |client, mut settings, limit| async move {
        match settings.send(&client, limit).await {
            Ok(()) => Ok(settings.done.finish()),
            Err(error) => Err(settings.refused(client, limit.map(|limit| limit.lasts), error)),
        }
    })
}

impl EmbeddingBatch {
    /// The number of texts per request, at most 2048. Default: 2048. With fewer texts per request, a failure loses less.
    pub fn with_texts_per_request(mut self, texts: usize) -> Self {
        self.settings.texts_per_request = texts.clamp(1, MOST_TEXTS);
        self
    }

    /// The most requests in flight. Default: 1. The API allows 500 requests and a number of tokens a minute; a higher concurrency reaches
    /// that sooner.
    pub fn with_concurrency(mut self, requests: usize) -> Self {
        self.settings.concurrency = requests.max(1);
        self
    }
}

impl EmbeddingBatchSettings {
    /// Sends the remaining texts until all are done or a request fails.
    async fn send(&mut self, client: &Client, limit: Option<TimeLimit>) -> Result<(), Error> {
        if let Some(finding) = &self.finding {
            return Err(Error::validation(finding.clone()));
        }
        let parts = self.parts();
        let mut waiting = parts.iter().enumerate();
        let mut sent = InFlight::default();
        let mut failure = None;
        loop {
            while sent.len() < self.concurrency
                && failure.is_none()
                // A request sent now would be charged, and its result would be lost.
                && limit.is_none_or(|limit| !limit.is_over())
                && let Some((number, part)) = waiting.next()
            {
                sent.push(number, Box::pin(self.call(client, part)));
            }
            if sent.is_empty() {
                return match failure {
                    Some(error) => Err(error),
                    None if waiting.len() == 0 => Ok(()),
                    None => Err(self.out_of_time(limit).with_delivery(Delivery::NotSent)),
                };
            }
            let part_of = |number: usize| parts.get(number).map_or(&[][..], Vec::as_slice);
            let ended = std::future::poll_fn(|cx| sent.poll_next(cx));
            let ended = match limit.and_then(|limit| limit.ends) {
                Some(deadline) => tokio::time::timeout_at(deadline, ended).await.ok().flatten(),
                None => ended.await,
            };
            let Some((number, outcome)) = ended else {
                sent.places().for_each(|number| self.done.lose(part_of(number)));
                return Err(self.out_of_time(limit));
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

    /// The remaining texts by index, grouped into requests.
    fn parts(&self) -> Vec<Vec<usize>> {
        let places = self.done.vectors.iter().enumerate();
        let left: Vec<usize> = places.filter(|(_, vector)| vector.is_none()).map(|(place, _)| place).collect();
        left.chunks(self.texts_per_request).map(<[usize]>::to_vec).collect()
    }

    #[inline]
    fn call(&self, client: &Client, part: &[usize]) -> CallFuture<EmbeddingVectors> {
        let texts: Vec<String> = part.iter().filter_map(|place| self.texts.get(*place).cloned()).collect();
        let mut request = self.request.clone();
        request.input = texts.into();
        client.embeddings().create(request).into_future()
    }

    #[inline]
    fn out_of_time(&self, limit: Option<TimeLimit>) -> Error {
        let (left, lasts) = (self.done.remaining(), limit.map_or(Duration::ZERO, |limit| limit.lasts));
        let message = format!("{left} texts were not embedded within {lasts:?} (time limit of all requests)");
        Error::new(ErrorKind::Timeout, message)
    }
}

/// Results received before the time limit are kept.
impl FlowSettings for EmbeddingBatchSettings {
    type Error = UnfinishedEmbeddings;

    const AT_LIMIT: Option<fn(Error) -> UnfinishedEmbeddings> = None;

    fn refused(self, client: Client, limit: Option<Duration>, error: Error) -> UnfinishedEmbeddings {
        let mut left = resumed(&client, self);
        if let Some(limit) = limit {
            left = left.with_time_limit(limit);
        }
        UnfinishedEmbeddings::new(error.with_operation(&operations::CREATE_EMBEDDING), left)
    }
}

/// Shows counts, not texts.
impl fmt::Debug for EmbeddingBatchSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddingBatchSettings")
            .field("model", &self.request.model)
            .field("texts", &self.texts.len())
            .field("remaining", &self.done.remaining())
            .finish_non_exhaustive()
    }
}
