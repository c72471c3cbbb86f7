//! `SharedDocument`: a small value in Redis that processes change together, by compare-and-swap.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;
use tokio::sync::{Notify, oneshot};

use super::store::{Millis, Place, Stored, Swapped, token};
use super::{FailMode, SharedState};
use crate::runtime::error::Error;
use crate::runtime::random;

/// The content of a document.
pub(crate) trait SharedContent: Clone + Default + Serialize + DeserializeOwned + Send + Sync + 'static {
    type Change: Send + Sync + 'static;
    type Answer: Send + 'static;

    /// Makes a change. It is made again, to a newer content, if another process was faster.
    fn apply(&mut self, change: &Self::Change, now: Millis) -> Self::Answer;

    /// What to go on with after Redis lost data. `self` is what this process knows.
    fn after_loss(self, stored: Self, mode: FailMode) -> Self;

    /// The processes that it has something of.
    fn workers(&self) -> BTreeSet<String>;

    /// The change after a process died.
    fn death(worker: String) -> Self::Change;
}

/// What a state flushes and looks after.
pub(crate) trait Member: Send + Sync {
    fn flush(self: Arc<Self>) -> Work<Result<(), Error>>;

    /// Called with each renewal of the lease.
    fn look_after(self: Arc<Self>) -> Work<()>;
}

pub(crate) type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The most changes that are written together.
const MOST_TOGETHER: usize = 1000;
/// How often another process may be faster, in a row.
const MOST_TRIES: u32 = 200;
/// The most writers that are remembered.
const MOST_WRITERS: usize = 256;
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// A document. Its changes are queued, and written in order by one task: those that wait together are one write.
pub(crate) struct SharedDocument<C: SharedContent> {
    state: SharedState,
    key: String,
    kept: Duration,
    mode: FailMode,
    /// The id of this document among all that write it.
    writer: String,
    queue: Mutex<ChangeQueue<C>>,
    observer: Box<dyn Fn(&C) + Send + Sync>,
    /// There is something new to write.
    news: Notify,
}

struct ChangeQueue<C: SharedContent> {
    pending: VecDeque<Pending<C>>,
    is_running: bool,
    /// The runtime of the last caller that had one.
    runtime: Option<Handle>,
    seen: Option<Seen<C>>,
    /// The number of the last change.
    last: u64,
    /// Writes without a reply: their tokens, and the last change in each.
    in_doubt: Vec<(String, u64)>,
}

impl<C: SharedContent> ChangeQueue<C> {
    /// Answers the first ones. One that gave up meanwhile is still in its place.
    fn answer(&mut self, answers: Vec<Option<C::Answer>>) {
        for answer in answers {
            if let Some(sender) = self.pending.pop_front().and_then(|pending| pending.answer) {
                let _ = sender.send(Ok(answer));
            }
        }
    }
}

struct Pending<C: SharedContent> {
    number: u64,
    /// `None` only reads.
    change: Option<Arc<C::Change>>,
    /// A change that must be made whenever it can has no waiter.
    answer: Option<Sender<C>>,
}

type Sender<C> = oneshot::Sender<Result<Option<<C as SharedContent>::Answer>, Error>>;

/// The content that this process saw last.
#[derive(Clone)]
struct Seen<C> {
    token: String,
    envelope: Envelope<C>,
    /// The time of Redis then.
    time: (Millis, Instant),
    /// It differs from what is stored, which has lost something.
    is_mended: bool,
}

/// What is stored.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Envelope<C> {
    version: u64,
    /// The last write of each writer.
    writers: BTreeMap<String, Write>,
    body: C,
}

#[derive(Clone, Serialize, Deserialize)]
struct Write {
    token: String,
    version: u64,
}

impl<C: SharedContent> SharedDocument<C> {
    /// The document of this name. `observer` sees each new content.
    pub(crate) fn new(
        state: &SharedState,
        (kind, name): (&str, &str),
        (kept, mode): (Duration, FailMode),
        observer: impl Fn(&C) + Send + Sync + 'static,
    ) -> Arc<Self> {
        let document = Arc::new(Self {
            state: state.clone(),
            key: state.store().key(kind, name),
            kept,
            mode,
            writer: token(),
            queue: Mutex::new(ChangeQueue {
                pending: VecDeque::new(),
                is_running: false,
                runtime: None,
                seen: None,
                last: 0,
                in_doubt: Vec::new(),
            }),
            observer: Box::new(observer),
            news: Notify::new(),
        });
        let member: Weak<Self> = Arc::downgrade(&document);
        state.join(member);
        document
    }

    pub(crate) fn state(&self) -> &SharedState {
        &self.state
    }

    /// Makes a change, and waits until it is stored. After an error it may still be stored.
    pub(crate) async fn change(self: &Arc<Self>, change: C::Change) -> Result<C::Answer, Error> {
        let answer = self.ask(Some(Arc::new(change))).await?;
        answer.ok_or_else(|| Error::shared_state("the shared state has no answer"))
    }

    /// Makes a change as soon as possible, without a waiter.
    pub(crate) fn send(self: &Arc<Self>, change: C::Change) {
        self.push(Some(Arc::new(change)), None);
    }

    /// Waits until all changes before are stored, and reads what others did.
    pub(crate) async fn refresh(self: &Arc<Self>) -> Result<(), Error> {
        self.ask(None).await.map(drop)
    }

    /// Whether a write has no reply: it may be stored.
    pub(crate) fn is_in_doubt(&self) -> bool {
        !self.lock().in_doubt.is_empty()
    }

    /// What this process saw last.
    pub(crate) fn seen(&self) -> Option<C> {
        self.lock().seen.as_ref().map(|seen| seen.envelope.body.clone())
    }

    async fn ask(self: &Arc<Self>, change: Option<Arc<C::Change>>) -> Result<Option<C::Answer>, Error> {
        let (sender, receiver) = oneshot::channel();
        self.push(change, Some(sender));
        // It is notified earlier, unless nothing runs the task any more.
        let limit = self.state.store().timeout().saturating_mul(5);
        let answer = tokio::time::timeout(limit, receiver).await;
        answer.ok().and_then(Result::ok).ok_or_else(ended)?
    }

    fn push(self: &Arc<Self>, change: Option<Arc<C::Change>>, answer: Option<Sender<C>>) {
        let mut queue = self.lock();
        queue.last += 1;
        let number = queue.last;
        queue.pending.push_back(Pending { number, change, answer });
        if let Ok(here) = Handle::try_current() {
            queue.runtime = Some(here);
        }
        let to_start = queue.runtime.clone().filter(|_| !queue.is_running);
        queue.is_running |= to_start.is_some();
        drop(queue);
        self.news.notify_one();
        if let Some(runtime) = to_start {
            let _here = runtime.enter();
            self.state.begin();
            tokio::spawn(Driver { document: Arc::clone(self), is_done: false }.run());
        }
    }

    /// Writes what is pending; with an error nothing that waits is left.
    async fn commit(&self) -> Result<(), Error> {
        if self.lock().seen.is_none() {
            self.read().await?;
        }
        for tries in 0..MOST_TRIES {
            self.state.store().open().await?;
            if tries > 0 {
                let most = 1 << tries.min(6);
                tokio::time::sleep(Duration::from_millis(random::bits() % most)).await;
            }
            let Some(next) = self.next() else { return self.read().await };
            let Next { expected, token, envelope, .. } = &next;
            let value = serde_json::to_vec(envelope)
                .map_err(|error| Error::shared_state(format!("the shared state cannot be written: {error}")))?;
            let place =
                Place { key: &self.key, field: "document", kept: self.kept, id: "", owner: self.state.worker() };
            let (swapped, now) = self.state.store().swap(place, expected, token, &value).await?;
            match swapped {
                Swapped::Done => {
                    self.done(next, now);
                    return Ok(());
                }
                Swapped::Changed(stored) => {
                    if self.receive(stored, now, Some(next))? {
                        return Ok(());
                    }
                }
                Swapped::Gone => return Err(Error::shared_state("the shared state is gone")),
            }
        }
        Err(Error::shared_state("too many processes change the shared state in Redis at once"))
    }

    async fn read(&self) -> Result<(), Error> {
        let (mut stored, now) = self.state.store().read(&self.key, &["document"]).await?;
        self.receive(stored.pop().unwrap_or_default(), now, None)?;
        let mut queue = self.lock();
        // Only reads; changes are written.
        while queue.pending.front().is_some_and(|pending| pending.change.is_none()) {
            if let Some(answer) = queue.pending.pop_front().and_then(|pending| pending.answer) {
                let _ = answer.send(Ok(None));
            }
        }
        Ok(())
    }

    /// The next content, with what is pending; `None` if there is nothing to write.
    fn next(&self) -> Option<Next<C>> {
        let mut queue = self.lock();
        // Those who gave up want nothing any more.
        let gave_up = |pending: &Pending<C>| pending.answer.as_ref().is_some_and(oneshot::Sender::is_closed);
        queue.pending.retain(|pending| !gave_up(pending));
        let seen = queue.seen.as_ref()?;
        if !seen.is_mended && queue.pending.iter().all(|pending| pending.change.is_none()) {
            return None;
        }
        let (mut envelope, token) = (seen.envelope.clone(), token());
        let now = seen.time.0.saturating_add(seen.time.1.elapsed().as_millis().try_into().unwrap_or(u64::MAX));
        envelope.version = envelope.version.saturating_add(1);
        envelope.writers.insert(self.writer.clone(), Write { token: token.clone(), version: envelope.version });
        if envelope.writers.len() > MOST_WRITERS
            && let Some(oldest) =
                envelope.writers.iter().min_by_key(|write| write.1.version).map(|write| write.0.clone())
        {
            envelope.writers.remove(&oldest);
        }
        let together = || queue.pending.iter().take(MOST_TOGETHER);
        let last = together().next_back().map_or(0, |pending| pending.number);
        let answers = together().map(|pending| Some(envelope.body.apply(pending.change.as_ref()?, now))).collect();
        let expected = seen.token.clone();
        // In doubt until there is a reply.
        queue.in_doubt.push((token.clone(), last));
        Some(Next { expected, token, envelope, answers })
    }

    fn done(&self, next: Next<C>, now: Millis) {
        let Next { token, envelope, answers, .. } = next;
        let mut queue = self.lock();
        queue.in_doubt.clear();
        queue.answer(answers);
        let body = envelope.body.clone();
        queue.seen = Some(Seen { token, envelope, time: (now, Instant::now()), is_mended: false });
        drop(queue);
        (self.observer)(&body);
    }

    /// Takes in what is stored, and finds out what Redis has lost. Whether it has what was `tried`, on which others may have built.
    fn receive(&self, stored: Stored, now: Millis, tried: Option<Next<C>>) -> Result<bool, Error> {
        let Stored { token, value } = stored;
        let envelope = match token.is_empty() {
            true => Envelope::default(),
            false => serde_json::from_slice(&value).map_err(|error| {
                Error::shared_state(format!(
                    "the shared state in Redis cannot be read, and was not changed: {error}; is it of another version?"
                ))
            })?,
        };
        let mut queue = self.lock();
        let own = envelope.writers.get(&self.writer).map(|write| &write.token);
        let applied = queue.in_doubt.iter().find(|doubt| Some(&doubt.0) == own).map(|doubt| doubt.1);
        let tried = tried.filter(|tried| Some(&tried.token) == own);
        let is_done = tried.is_some();
        let mut seen = Seen { token, envelope, time: (now, Instant::now()), is_mended: false };
        if let Some(before) = &queue.seen {
            let known = before.envelope.writers.get(&self.writer).map(|write| &write.token);
            let own = seen.envelope.writers.get(&self.writer).map(|write| &write.token);
            let is_forgotten = own.is_none() && seen.envelope.writers.len() >= MOST_WRITERS;
            let is_own_lost = known.is_some() && own != known && applied.is_none() && !is_forgotten;
            if before.token == seen.token {
                seen.envelope = before.envelope.clone();
                seen.is_mended = before.is_mended;
            } else if self.kept.is_zero()
                && (before.is_mended || seen.envelope.version <= before.envelope.version || is_own_lost)
            {
                // What is kept for a time only may be missing.
                tracing::error!(key = self.key, "Redis has lost a part of the shared state");
                seen.envelope.version = seen.envelope.version.max(before.envelope.version);
                seen.envelope.body = before.envelope.body.clone().after_loss(seen.envelope.body, self.mode);
                seen.is_mended = true;
            }
        }
        queue.in_doubt.clear();
        queue.answer(tried.map(|tried| tried.answers).unwrap_or_default());
        // Their answers are lost, and who waited has an error.
        queue.pending.retain(|pending| applied.is_none_or(|last| pending.number > last));
        let body = seen.envelope.body.clone();
        queue.seen = Some(seen);
        drop(queue);
        (self.observer)(&body);
        Ok(is_done)
    }

    /// Notifies the waiters. Changes without one are kept.
    fn fail(&self, error: &Error) {
        let mut queue = self.lock();
        let waiting: Vec<_> =
            queue.pending.iter_mut().filter_map(|pending| Some((pending.number, pending.answer.take()?))).collect();
        let numbers: BTreeSet<u64> = waiting.iter().map(|waiting| waiting.0).collect();
        queue.pending.retain(|pending| !numbers.contains(&pending.number));
        drop(queue);
        for (_, answer) in waiting {
            let _ = answer.send(Err(error.clone()));
        }
    }

    fn lock(&self) -> MutexGuard<'_, ChangeQueue<C>> {
        // Nothing panics while the lock is held.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C: SharedContent> Member for SharedDocument<C> {
    fn flush(self: Arc<Self>) -> Work<Result<(), Error>> {
        Box::pin(async move { self.refresh().await })
    }

    fn look_after(self: Arc<Self>) -> Work<()> {
        Box::pin(async move {
            // One that was never used has nothing.
            if self.seen().is_none() || self.refresh().await.is_err() {
                return;
            }
            for worker in self.seen().map(|content| content.workers()).unwrap_or_default() {
                if self.state.is_dead(&worker).await.unwrap_or_default() {
                    self.send(C::death(worker));
                }
            }
        })
    }
}

/// A write.
struct Next<C: SharedContent> {
    expected: String,
    token: String,
    envelope: Envelope<C>,
    /// Those of the first pending changes.
    answers: Vec<Option<C::Answer>>,
}

/// The task that writes a document, as long as something is pending.
struct Driver<C: SharedContent> {
    document: Arc<SharedDocument<C>>,
    is_done: bool,
}

impl<C: SharedContent> Driver<C> {
    async fn run(mut self) {
        let mut pause = Duration::ZERO;
        while !self.is_done() {
            if let Err(error) = self.document.commit().await {
                tracing::debug!(%error, key = self.document.key, "a shared document was not written");
                self.document.fail(&error);
                pause = (pause * 2).clamp(Duration::from_millis(20), LONGEST_PAUSE);
                // Waiters that come meanwhile are notified at once.
                let _ = tokio::time::timeout(pause, self.document.news.notified()).await;
            } else {
                pause = Duration::ZERO;
            }
        }
    }

    /// Whether nothing is pending. The next change starts another task then.
    fn is_done(&mut self) -> bool {
        let mut queue = self.document.lock();
        self.is_done = queue.pending.is_empty();
        queue.is_running = !self.is_done;
        self.is_done
    }
}

/// Its runtime may end before it does.
impl<C: SharedContent> Drop for Driver<C> {
    fn drop(&mut self) {
        if !self.is_done {
            self.document.lock().is_running = false;
            self.document.fail(&ended());
        }
    }
}

fn ended() -> Error {
    Error::shared_state("the runtime that writes the shared state has ended")
}
