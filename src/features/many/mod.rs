//! Many calls at once: as fast as the account's limits allow, without losing an answer or paying for one twice.
//!
//! | To | Call |
//! |---|---|
//! | ask many questions | [`Chat::many`](crate::Chat::many), then [`next`](Many::next) |
//! | make many calls of any other kind | [`Client::many`](crate::Client::many) with a function that makes each of them |
//! | send what a stream brings, as it comes | [`Client::many_from_stream`](crate::Client::many_from_stream) |
//! | have the outcomes in the order of the input | [`with_input_order`](Many::with_input_order) |
//! | have more or fewer on their way at once | [`with_concurrency`](Many::with_concurrency) |
//! | go on after a crash, without paying again | [`with_journal`](Many::with_journal) |
//! | see how far it is, and why it waits | [`progress`](Many::progress), [`with_progress`](Many::with_progress) |
//! | go on after it stopped | [`resume`](Many::resume) |
//! | do it without async | `blocking::iter(run)` (feature `blocking`) |
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
//! # What happens to a request that fails
//!
//! | What happened | What the run does |
//! |---|---|
//! | 429, a 503 of the API itself, no connection: it surely did not run | waits as long as the API asks, or longer and longer, and sends it again |
//! | the reply was cut, time ran out after it was sent, 500, 502, 504, a 408 or 503 of a gateway | never sends a paid call again: the outcome is an error with [`may_be_paid`](Outcome::may_be_paid) |
//! | 400, 404, 422 and the like, a 403 about one model; refused before it was sent | the outcome is the error |
//! | 401, 402, a 403 about the key, a limit on spending, a wait of more than [an hour](Many::with_longest_wait): all others would fail as well | stops. What is on its way is waited for, the rest is not sent, and [`resume`](Many::resume) sends it |
//!
//! What is free (lists, quotes, polls) is repeated after any failure that may pass, as often as the [`RetryPolicy`](crate::RetryPolicy)
//! says.
//!
//! # How fast it goes
//!
//! As fast as it can: until a limit is reached, and then on with the next window. The limits are those that the headers of the replies
//! tell, for each model and key, of requests and of tokens; what is on its way counts against them, with an estimate of its tokens. After
//! a refusal half as many go at once, and one more with each success. While one model waits the others go on, as far as
//! [`with_window`](Many::with_window) lets the run look ahead.
//!
//! The API blocks an API key for a model and a `user` when more than 50 of their requests failed within 30 seconds; it counts each 4xx
//! except 429. No more of them are sent at any time than could fail without that, together with those that did, and with a reserve for
//! other programs. So a list of wrong requests goes slowly: about 80 a minute.
//!
//! All runs of all clones of a client share what they know of the limits, and take turns.
//!
//! # What it does not do
//!
//! Nothing is spawned. A run goes on while somebody waits for its next outcome; dropping it closes the connections, and sends nothing
//! more. Requests are taken from the input as there is room for them, and no more outcomes are kept than the window holds. No telemetry,
//! and no prompt, answer or key in a log; what the file of a run holds is told at [`Journal`].

mod attempt;
mod chat;
mod engine;
mod input;
mod journal;
mod options;
mod outcome;
mod pacer;
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
pub use self::outcome::Outcome;
pub use self::progress::{Progress, Wait};
use self::task::Finish;
use crate::runtime::call::{Call, call_options, in_runtime};
use crate::runtime::client::Client;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::operation::RetryClass;
use crate::runtime::reply::Decode;
use crate::runtime::transport::CallOptions;

/// What is said of a request that failed after it may have been carried out.
const MAY_BE_PAID: &str = "it may have been paid for, and is not sent again by itself";

/// Makes the call of an item.
type Make<I, T> = Box<dyn FnMut(&Client, I) -> Call<T> + Send>;
type Name<I> = Box<dyn FnMut(&I) -> String + Send>;
type Observer = Box<dyn FnMut(&Progress) + Send>;

/// Many calls that are made at once, from [`Client::many`] or [`Chat::many`](crate::Chat::many).
///
/// A [`Stream`] of [`Outcome`]s, as they come or [in the order of the input](Self::with_input_order). It is pulled: nothing is sent
/// before the first one is asked for, and requests are on their way while somebody waits for the next. Time that the reader spends
/// elsewhere does not count against the time-outs of requests.
///
/// # Errors
///
/// An `Err` of the stream, unlike one in an [`Outcome`], stopped the run: the key is wrong, the balance is used up, the
/// [time limit](Self::with_time_limit) is over, the [journal](Self::with_journal) cannot be used. All outcomes of what was on its way
/// come before it, and behind it `None`. Nothing is lost: [`resume`](Self::resume) goes on with what was not sent.
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
#[must_use = "nothing is sent until it is asked for outcomes"]
pub struct Many<I, T> {
    engine: Engine,
    input: Input<I>,
    make: Make<I, T>,
    name: Option<Name<I>>,
    observer: Option<Observer>,
    /// What makes the replies that are still to come.
    decoders: HashMap<usize, Decode<T>>,
    /// Outcomes that were not taken yet.
    ready: BTreeMap<usize, Outcome<T>>,
    /// The places of those that were taken from the input and whose outcome was not.
    outstanding: BTreeSet<usize>,
    pulled: usize,
    in_order: bool,
    window: Option<usize>,
    /// The run was stopped, and nobody has said that it shall go on.
    stopped: bool,
    /// What is given out once the observer has returned. A panic in it leaves it here.
    unobserved: Option<Option<Result<Outcome<T>, Error>>>,
    /// The request that a function of the caller is at work on. A panic in it leaves it here.
    at_work: Option<AtWork>,
}

/// A request that a function of the caller is at work on.
struct AtWork {
    index: usize,
    key: Option<String>,
    from_journal: bool,
    /// Its reply is here, and this is the class of its operation.
    replied: Option<RetryClass>,
}

/// Nothing in it is pinned where it lies.
impl<I, T> Unpin for Many<I, T> {}

impl Client {
    /// Many calls at once: `call` makes one of each item, with the client that it is given. See [`many`](crate::many).
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

    /// As [`many`](Self::many), with items that come one by one. The stream is asked for another one when there is room for it.
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

/// Options of the client that the calls are made with. The options of a call itself come before them.
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

    /// The next outcome; `None` behind the last one. Nothing is lost when the future is dropped.
    ///
    /// The same as `StreamExt::next`, for programs that do without the `futures` crate.
    ///
    /// # Errors
    ///
    /// Those of [`Many`], which stop the run. What became of a request stands in its [`Outcome`].
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
        /// Whoever gives up waiting is away too.
        struct Waiting<'m, I, T: 'static>(&'m mut Many<I, T>);
        impl<I, T: 'static> Drop for Waiting<'_, I, T> {
            fn drop(&mut self) {
                self.0.engine.leave();
            }
        }
        let waiting = Waiting(self);
        std::future::poll_fn(|cx| waiting.0.poll_outcome(cx)).await
    }

    /// How far it is.
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

    /// Goes on after an error stopped the run: with the request that could not be carried out, and all that were not sent. A
    /// [time limit](Self::with_time_limit) begins anew.
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
        self.engine.come_back();
        if self.unobserved.is_none()
            && let Poll::Ready(outcome) = self.poll_run(cx)
        {
            self.unobserved = Some(outcome);
        }
        if let Some(observer) = &mut self.observer {
            observer(&self.engine.progress());
        }
        let Some(outcome) = self.unobserved.take() else { return Poll::Pending };
        self.engine.leave();
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
        // What is ready is not given before all else goes on: the reader may be away for long.
        loop {
            let pulled = self.pull(cx);
            match self.engine.poll(cx) {
                Poll::Ready(finish) => self.settle(finish),
                Poll::Pending if pulled => {}
                Poll::Pending if self.has_room() && self.engine.is_open() && self.pull(cx) => {}
                Poll::Pending => break,
            }
        }
        if let Some(outcome) = self.take_ready() {
            return Poll::Ready(Some(Ok(outcome)));
        }
        if self.engine.is_stopping() && self.engine.is_still() {
            // What follows a request that is missing is given out of its order, as nothing may be lost.
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

    /// Takes from the input what there is room for. Whether anything came.
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

    fn has_room(&self) -> bool {
        let window = self.window.unwrap_or(self.engine.concurrency.saturating_mul(4));
        self.outstanding.len() < window.max(self.engine.concurrency)
    }

    /// Makes an outcome of what became of a request.
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

    /// A function of the caller panicked over a request. Its outcome says so, so that it does not go missing.
    #[cold]
    fn recover(&mut self, lost: AtWork) {
        let AtWork { index, key, from_journal, replied } = lost;
        let may_be_paid = replied.is_some_and(|class| class != RetryClass::Safe);
        let error = match replied {
            Some(_) => {
                self.engine.undecodable(may_be_paid);
                Error::new(ErrorKind::Decode, "the reply came, and the function that was to change it panicked")
            }
            None => {
                self.engine.unmade();
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

/// Shows how far it is, and nothing of what is asked.
impl<I, T: 'static> fmt::Debug for Many<I, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Many").field("progress", &self.progress()).finish_non_exhaustive()
    }
}
