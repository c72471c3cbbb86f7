//! Batching: many concurrent calls within the account's rate limits, without losing a reply or paying twice.
//!
//! | To | Call |
//! |---|---|
//! | send many chat completions | [`Chat::many`](crate::Chat::many), then [`next`](Many::next) |
//! | make many calls of any other kind | [`Client::many`](crate::Client::many) with a function that makes a call of an item |
//! | take the items from a stream | [`Client::many_from_stream`](crate::Client::many_from_stream) |
//! | get the outcomes in the order of the input | [`with_input_order`](Many::with_input_order) |
//! | set the concurrency | [`with_concurrency`](Many::with_concurrency) |
//! | resume after a crash without paying again | [`with_journal`](Many::with_journal) |
//! | share the work between processes or machines | `shared` (feature `redis`): [the guide](crate::guide::several_machines) |
//! | report progress | [`progress`](Many::progress), [`with_progress`](Many::with_progress) |
//! | resume a stopped run | [`resume`](Many::resume) |
//! | use it without async | `blocking::iter(run)` (feature `blocking`) |
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), venice_ai::Error> {
//! # let mock = venice_ai_mock::MockVenice::start().await?;
//! # let venice = mock.client();
//! use venice_ai::types::ChatCompletionRequest;
//!
//! let questions = ["Why is the sky blue?", "How deep is the lagoon?", "Who built the Rialto bridge?"];
//! let requests = questions.map(|question| ChatCompletionRequest::new("default", [question]));
//!
//! let mut answers = venice.chat().many(requests).with_input_order();
//! while let Some(outcome) = answers.next().await {
//!     let outcome = outcome?; // an error here stopped the run
//!     match outcome.result {
//!         Ok(reply) => println!("{}: {}", outcome.index, reply.text()),
//!         Err(error) => println!("{}: {error}", outcome.index), // and an error here is of this request
//!     }
//! }
//! println!("{}", answers.progress()); // 3 of 3 done, 0 in flight, …
//! # Ok(()) }
//! ```
//!
//! # Failures and retries
//!
//! | Failure | The run |
//! |---|---|
//! | 429, a 503 of the API itself, no connection: known not to have been executed | waits as long as the API asks, or with exponential backoff, and retries |
//! | connection lost, time-out after sending, 500, 502, 504, a 408 or 503 of a gateway | never retries a paid call: the outcome is an error with [`may_be_paid`](Outcome::may_be_paid) |
//! | 400, 404, 422 and the like, a 403 about one model; rejected before sending | the outcome is the error |
//! | 401, 402, a 403 about the key, a spending limit, a wait of more than [an hour](Many::with_longest_wait): all others would fail too |
//! stops. Requests in flight are completed, the rest is not sent; [`resume`](Many::resume) sends it |
//!
//! Free operations (lists, quotes, polls) are retried after any transient failure, as often as the [`RetryPolicy`](crate::RetryPolicy)
//! says.
//!
//! # Rate limits
//!
//! A run sends until a limit is reached, and continues in the next window. It reads the limits of requests and tokens from the reply
//! headers, for each model and key; requests in flight count, with an estimate of their tokens. A 429 halves the concurrency, each success
//! adds one. While one model waits the others continue, as far as [`with_window`](Many::with_window) lets the run read ahead.
//!
//! The API blocks an API key for a model and a `user` when more than 50 of their requests failed within 30 seconds; it counts each 4xx
//! except 429. The run keeps failed requests and requests in flight together below that, with a reserve for other programs. So a list of
//! invalid requests is slow: about 80 a minute.
//!
//! All runs of all clones of a client share their limits, and take turns. With [`ClientBuilder::pace`](crate::ClientBuilder::pace) its single calls
//! do, too.
//!
//! # What it does not do
//!
//! No background task: a run makes progress only while its next outcome is awaited, and dropping it closes the connections. Back-pressure
//! applies: requests are taken from the input when there is room for them, and the window bounds the outcomes that are kept. No telemetry;
//! prompts, answers and keys are not logged. [`Journal`] says what its file contains.

mod attempt;
mod chat;
mod engine;
mod input;
mod journal;
mod options;
mod outcome;
mod progress;
mod task;
mod verdict;
mod waiting;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use self::engine::Engine;
use self::input::Input;
pub use self::journal::Journal;
#[cfg(feature = "redis")]
#[cfg_attr(docsrs, doc(cfg(feature = "redis")))]
pub use self::journal::SharedBatch;
#[cfg(any(test, fuzzing))]
pub(crate) use self::journal::fuzz;
pub use self::outcome::Outcome;
pub use self::progress::Progress;
use self::task::Finish;
pub use crate::features::pace::Wait;
use crate::runtime::call::{Call, call_options, in_runtime};
use crate::runtime::client::Client;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::operation::RetryClass;
use crate::runtime::reply::Decode;
use crate::runtime::transport::CallOptions;

/// Added to errors of requests that may have been executed.
const MAY_BE_PAID: &str = "it may have been paid for; it is not retried automatically";

/// Makes the call of an item.
type Make<I, T> = Box<dyn FnMut(&Client, I) -> Call<T> + Send>;
type Name<I> = Box<dyn FnMut(&I) -> String + Send>;
type Observer = Box<dyn FnMut(&Progress) + Send>;

/// Concurrent calls, from [`Client::many`] or [`Chat::many`](crate::Chat::many).
///
/// A [`Stream`] of [`Outcome`]s, as they complete or [in the order of the input](Self::with_input_order). It is lazy: nothing is sent
/// before the first outcome is awaited. Time that the consumer spends elsewhere does not count against the time-outs of requests.
///
/// # Errors
///
/// An `Err` of the stream, unlike one in an [`Outcome`], stopped the run: the key is wrong, the balance is used up, the [time
/// limit](Self::with_time_limit) is reached, or the [journal](Self::with_journal) cannot be used. The outcomes of all requests in flight
/// come before it, and `None` after it. Nothing is lost: [`resume`](Self::resume) continues with what was not sent.
///
/// ```no_run
/// # async fn run(venice: venice_ai::Client, prompts: Vec<String>) -> Result<(), venice_ai::Error> {
/// use venice_ai::types::GenerateImageRequest;
///
/// let mut images = venice.many(prompts, |venice, prompt| {
///     venice.images().generate(GenerateImageRequest::new("venice-sd35", prompt))
/// });
/// while let Some(outcome) = images.next().await {
///     let outcome = outcome?;
///     let name = format!("{}.webp", outcome.index);
///     if let Ok(images) = outcome.result {
///         images.into_image()?.save(name).await?;
///     }
/// }
/// # Ok(()) }
/// ```
#[must_use = "nothing is sent until its outcomes are polled"]
pub struct Many<I, T> {
    engine: Engine,
    input: Input<I>,
    make: Make<I, T>,
    name: Option<Name<I>>,
    observer: Option<Observer>,
    /// The decoders of replies that are still to come.
    decoders: HashMap<usize, Decode<T>>,
    /// Outcomes that were not taken yet.
    ready: BTreeMap<usize, Outcome<T>>,
    /// The indices of requests taken from the input whose outcome was not returned yet.
    outstanding: BTreeSet<usize>,
    pulled: usize,
    in_order: bool,
    window: Option<usize>,
    /// The run stopped, and was not resumed.
    stopped: bool,
    /// The outcome to return after the observer has returned. Kept here in case the observer panics.
    unobserved: Option<Option<Result<Outcome<T>, Error>>>,
    /// The request that a function of the caller is processing. Kept here in case the function panics.
    at_work: Option<AtWork>,
}

/// A request that a function of the caller is processing.
struct AtWork {
    index: usize,
    key: Option<String>,
    from_journal: bool,
    /// Set when its reply is here: the retry class of its operation.
    replied: Option<RetryClass>,
}

/// Nothing in it is structurally pinned.
impl<I, T> Unpin for Many<I, T> {}

impl Client {
    /// Concurrent calls: `call` makes one for each item, with the client that it gets. See [`many`](crate::many).
    ///
    /// ```no_run
    /// # async fn run(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let texts = ["acqua alta", "bassa marea"];
    /// let mut vectors = venice.many(texts, |venice, text| venice.embeddings().embed("text-embedding-bge-m3", text));
    /// while let Some(outcome) = vectors.next().await {
    ///     println!("{}", outcome?.index);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn many<I, T: 'static>(
        &self,
        items: impl IntoIterator<Item = I, IntoIter: Send + 'static>,
        call: impl FnMut(&Client, I) -> Call<T> + Send + 'static,
    ) -> Many<I, T> {
        Many::new(self, Input::Iterator(Box::new(items.into_iter())), Box::new(call))
    }

    /// Like [`many`](Self::many), with items from a stream. The stream is polled when there is room for another item.
    ///
    /// ```no_run
    /// # async fn run<S>(venice: venice_ai::Client, questions: S) -> Result<(), venice_ai::Error>
    /// # where S: futures_core::Stream<Item = String> + Send + 'static {
    /// use venice_ai::types::ChatCompletionRequest;
    ///
    /// let mut answers = venice.many_from_stream(questions, |venice, question| {
    ///     venice.chat().create(ChatCompletionRequest::new("default", [question]))
    /// });
    /// while let Some(outcome) = answers.next().await {
    ///     println!("{}", outcome?.index);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn many_from_stream<I, T: 'static>(
        &self,
        items: impl Stream<Item = I> + Send + 'static,
        call: impl FnMut(&Client, I) -> Call<T> + Send + 'static,
    ) -> Many<I, T> {
        Many::new(self, Input::Stream(Box::pin(items)), Box::new(call))
    }
}

/// Options of the client that the calls are made with. The options of a call itself take precedence.
impl<I, T> Many<I, T> {
    call_options!();

    fn options_mut(&mut self) -> &mut CallOptions {
        self.engine.client.options_mut()
    }
}

impl<I, T: 'static> Many<I, T> {
    fn new(client: &Client, input: Input<I>, make: Make<I, T>) -> Self {
        Self {
            engine: Engine::new(client.clone(), input.total()),
            input,
            make,
            name: None,
            observer: None,
            decoders: HashMap::new(),
            ready: BTreeMap::new(),
            outstanding: BTreeSet::new(),
            pulled: 0,
            in_order: false,
            window: None,
            stopped: false,
            unobserved: None,
            at_work: None,
        }
    }

    /// The next outcome; `None` after the last one. Cancel-safe: dropping the future loses nothing.
    ///
    /// The same as `StreamExt::next`, without the `futures` crate.
    ///
    /// # Errors
    ///
    /// Those of [`Many`], which stop the run. The error of a request is in its [`Outcome`].
    ///
    /// ```no_run
    /// # async fn run(venice: venice_ai::Client, requests: Vec<venice_ai::types::ChatCompletionRequest>) -> Result<(), venice_ai::Error> {
    /// let mut answers = venice.chat().many(requests);
    /// while let Some(outcome) = answers.next().await {
    ///     println!("{:?}", outcome?.reply().map(|reply| reply.text()));
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn next(&mut self) -> Option<Result<Outcome<T>, Error>> {
        /// Dropping the future counts as idle time too.
        struct IdleGuard<'m, I, T: 'static>(&'m mut Many<I, T>);
        impl<I, T: 'static> Drop for IdleGuard<'_, I, T> {
            fn drop(&mut self) {
                self.0.engine.begin_idle();
            }
        }
        let waiting = IdleGuard(self);
        std::future::poll_fn(|cx| waiting.0.poll_outcome(cx)).await
    }

    /// The progress of the run.
    ///
    /// ```no_run
    /// # fn look(answers: &venice_ai::many::Many<String, String>) {
    /// let progress = answers.progress();
    /// println!("{progress}; another {:?}", progress.remaining_time());
    /// # }
    /// ```
    pub fn progress(&self) -> Progress {
        self.engine.progress()
    }

    /// Continues after an error stopped the run: with the request that could not be executed, and all that were not sent. A [time
    /// limit](Self::with_time_limit) starts again.
    ///
    /// ```no_run
    /// # async fn run(mut answers: venice_ai::many::Many<String, String>) -> Result<(), venice_ai::Error> {
    /// # async fn topped_up() {}
    /// while let Some(outcome) = answers.next().await {
    ///     match outcome {
    ///         Ok(outcome) => println!("{}", outcome.index),
    ///         Err(error) if error.kind() == venice_ai::ErrorKind::InsufficientBalance => {
    ///             topped_up().await;
    ///             answers.resume();
    ///         }
    ///         Err(error) => return Err(error),
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn resume(&mut self) {
        self.stopped = false;
        self.engine.renew();
    }

    fn poll_outcome(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Outcome<T>, Error>>> {
        self.engine.end_idle();
        if self.unobserved.is_none()
            && let Poll::Ready(outcome) = self.poll_run(cx)
        {
            self.unobserved = Some(outcome);
        }
        if let Some(observer) = &mut self.observer {
            observer(&self.engine.progress());
        }
        let Some(outcome) = self.unobserved.take() else { return Poll::Pending };
        self.engine.begin_idle();
        Poll::Ready(outcome)
    }

    fn poll_run(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Outcome<T>, Error>>> {
        if self.stopped {
            return Poll::Ready(None);
        }
        if let Err(error) = in_runtime("a run of many calls") {
            self.stopped = true;
            return Poll::Ready(Some(Err(error)));
        }
        if let Some(lost) = self.at_work.take() {
            self.recover(lost);
        }
        // All other work is done before an outcome is returned: the consumer may not poll again for long.
        loop {
            #[cfg(feature = "redis")]
            self.forget_elsewhere();
            let pulled = self.pull(cx);
            match self.engine.poll(cx) {
                Poll::Ready(finish) => self.settle(finish),
                Poll::Pending if pulled => {}
                #[cfg(feature = "redis")]
                Poll::Pending if self.engine.elsewhere.has_done() => {}
                Poll::Pending if self.has_room() && self.engine.is_open() && self.pull(cx) => {}
                Poll::Pending => break,
            }
        }
        if let Some(outcome) = self.take_ready() {
            return Poll::Ready(Some(Ok(outcome)));
        }
        if self.engine.is_stopping() && self.engine.is_idle() {
            // Outcomes after a missing one are returned out of order, so that none is lost.
            if let Some((_, outcome)) = self.ready.pop_first() {
                self.outstanding.remove(&outcome.index);
                return Poll::Ready(Some(Ok(outcome)));
            }
            if let Some(error) = self.engine.take_stop() {
                self.stopped = true;
                return Poll::Ready(Some(Err(error)));
            }
        }
        if self.input.is_at_end() && self.engine.is_done() {
            return Poll::Ready(None);
        }
        Poll::Pending
    }

    /// Takes requests from the input while there is room. Returns whether any came.
    fn pull(&mut self, cx: &mut Context<'_>) -> bool {
        let before = self.pulled;
        while self.has_room() && self.engine.is_open() {
            let Poll::Ready(Some(item)) = self.input.poll_next(cx) else { break };
            let index = self.pulled;
            self.pulled += 1;
            self.outstanding.insert(index);
            self.at_work = Some(AtWork { index, key: None, from_journal: false, replied: None });
            let key = self.name.as_mut().map(|name| name(&item));
            self.at_work = Some(AtWork { index, key: key.clone(), from_journal: false, replied: None });
            let (outgoing, decode) = (self.make)(&self.engine.client, item).into_parts();
            self.at_work = None;
            self.decoders.insert(index, decode);
            self.engine.accept(index, outgoing, key);
        }
        self.pulled > before
    }

    /// Forgets requests whose outcome another process has.
    #[cfg(feature = "redis")]
    fn forget_elsewhere(&mut self) {
        while let Some(index) = self.engine.elsewhere.take_done() {
            self.decoders.remove(&index);
            self.outstanding.remove(&index);
        }
    }

    fn has_room(&self) -> bool {
        let window = self.window.unwrap_or(self.engine.concurrency.saturating_mul(self.engine.reads_ahead()));
        self.outstanding.len() < window.max(self.engine.concurrency)
    }

    /// Turns the finished request into an outcome.
    fn settle(&mut self, finish: Finish) {
        let Finish { index, key, outcome, mut may_be_paid, from_journal, .. } = finish;
        let Some(decode) = self.decoders.remove(&index) else { return };
        let result = outcome.and_then(|reply| {
            let class = reply.scope.operation().retry();
            self.at_work = Some(AtWork { index, key: key.clone(), from_journal, replied: Some(class) });
            reply.decoded(decode).inspect_err(|_| {
                may_be_paid = class != RetryClass::Safe;
                self.engine.undecodable(may_be_paid);
            })
        });
        self.at_work = None;
        self.give(Outcome { index, result, may_be_paid, from_journal, key });
    }

    /// A function of the caller panicked over a request. Its outcome says so, so that it is not lost.
    #[cold]
    fn recover(&mut self, lost: AtWork) {
        let AtWork { index, key, from_journal, replied } = lost;
        let may_be_paid = replied.is_some_and(|class| class != RetryClass::Safe);
        let error = match replied {
            Some(_) => {
                self.engine.undecodable(may_be_paid);
                Error::new(ErrorKind::Decode, "the reply was received, but the function that maps it panicked")
            }
            None => {
                self.engine.call_lost();
                Error::invalid_request("the function that makes the call panicked; nothing was sent")
            }
        };
        self.give(Outcome { index, result: Err(error), may_be_paid, from_journal, key });
    }

    fn give(&mut self, outcome: Outcome<T>) {
        let next = || self.ready.last_key_value().map_or(0, |last| last.0 + 1);
        let place = if self.in_order { outcome.index } else { next() };
        self.ready.insert(place, outcome);
    }

    fn take_ready(&mut self) -> Option<Outcome<T>> {
        let first = self.ready.first_entry()?;
        if self.in_order && self.outstanding.first() != Some(first.key()) {
            return None;
        }
        let outcome = first.remove();
        self.outstanding.remove(&outcome.index);
        Some(outcome)
    }
}

impl<I, T: 'static> Stream for Many<I, T> {
    type Item = Result<Outcome<T>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_outcome(cx)
    }
}

/// Shows progress, and nothing of the requests.
impl<I, T: 'static> fmt::Debug for Many<I, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Many").field("progress", &self.progress()).finish_non_exhaustive()
    }
}
