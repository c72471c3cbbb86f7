//! `SharedBatch`, `SharedLog`: the record of a batch in Redis, which many processes work on.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant, SystemTime};

use futures_core::Stream as _;
use futures_util::stream::FuturesUnordered;

use super::record::{self, Line};
use super::run_log::{AfterWrite, Lookup, RunLog, Written, unknown};
use crate::features::many::task::{JournalEntry, Task};
use crate::features::pace::Ticket;
use crate::features::shared::SharedState;
use crate::features::shared::lease::Leased;
use crate::features::shared::store::{Millis, Place, Stored, Swapped, token};
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::transport::Scope;

/// A batch that processes share, by its name: for [`Many::shared`](crate::many::Many::shared).
///
/// ```
/// use venice_ai::many::SharedBatch;
///
/// let batch = SharedBatch::named("articles").all_outcomes(true);
/// ```
#[derive(Clone, Debug)]
#[must_use = "pass it to `Many::shared`"]
pub struct SharedBatch {
    name: String,
    kept: Duration,
    pub(in crate::features::many) all_outcomes: bool,
    resend_unknown: bool,
    resend_failed: bool,
}

impl SharedBatch {
    /// The batch with this name. It is created by the first process.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kept: Duration::from_secs(7 * 24 * 60 * 60),
            all_outcomes: false,
            resend_unknown: false,
            resend_failed: false,
        }
    }

    /// Whether the run also returns the outcomes of requests that other processes sent, or earlier runs, with
    /// [`from_journal`](crate::many::Outcome::from_journal). Default: `false`, so each outcome is returned once, by the process that sent the
    /// request.
    pub fn all_outcomes(mut self, all: bool) -> Self {
        self.all_outcomes = all;
        self
    }

    /// How long Redis keeps the batch after its last change. Default: 7 days; at least a second. After that its requests would be sent and
    /// paid again.
    pub fn kept_for(mut self, time: Duration) -> Self {
        self.kept = time.max(Duration::from_secs(1));
        self
    }

    /// Whether to resend requests whose outcome was unknown before this run began. They may be charged twice.
    pub fn resend_unknown(mut self, resend: bool) -> Self {
        self.resend_unknown = resend;
        self
    }

    /// Whether to resend requests that failed before this run began, and are known not to be charged.
    pub fn resend_failed(mut self, resend: bool) -> Self {
        self.resend_failed = resend;
        self
    }
}

impl<N: Into<String>> From<N> for SharedBatch {
    fn from(name: N) -> Self {
        Self::named(name)
    }
}

/// The record of a run in a shared batch.
pub(in crate::features::many) struct SharedLog {
    batch: Arc<Batch>,
    opening: Option<Work<Result<(), Error>>>,
    is_open: bool,
    writes: FuturesUnordered<Work<Wrote>>,
    /// Outcomes that could not be written. They are written when the run is resumed.
    unwritten: Vec<(JournalEntry, Vec<u8>)>,
}

type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// What Redis knows of a request, once no other process is at work on it.
pub(in crate::features::many) type Asking = Work<Result<Known, Error>>;

/// The end of a write: its action, and what is not written, and why.
type Wrote = (AfterWrite, Option<(Error, Option<(JournalEntry, Vec<u8>)>)>);

/// What is known of a request.
pub(in crate::features::many) enum Known {
    /// It may be sent, if its record still has this token.
    Free { token: String },
    /// Its outcome.
    Outcome { line: Vec<u8>, may_be_paid: bool, is_error: bool },
    /// Its process died after it was sent, and this run is the one that reports it.
    Unknown,
}

/// The batch in Redis: a hash with a record for each request.
struct Batch {
    settings: SharedBatch,
    key: String,
    leased: Leased,
    /// The id of the batch in Redis, and when this run opened it.
    opened: Mutex<Option<(String, Millis)>>,
    /// The last known time of Redis.
    time: Mutex<(Millis, Instant)>,
}

/// The record of a request: its last line, as in a journal file.
struct Record {
    /// The hash of the request.
    request: String,
    /// The run that sent it.
    owner: String,
    at: Millis,
    line: Vec<u8>,
}

/// What may be done with a request.
enum Judgement {
    Free,
    Outcome {
        may_be_paid: bool,
        is_error: bool,
    },
    /// Another run is at work on it.
    Elsewhere,
    /// The run that sent it is dead.
    Dead,
}

/// Redis may be restarted, so everything is tried for as long as a lease.
struct Patience {
    begun: Instant,
    limit: Duration,
}

impl Patience {
    /// `None` if it is to be tried again.
    async fn passes<T>(&self, outcome: Result<T, Error>) -> Option<Result<T, Error>> {
        const PAUSE: Duration = Duration::from_millis(100);
        if outcome.is_ok() || self.begun.elapsed() >= self.limit {
            return Some(outcome);
        }
        tokio::time::sleep(PAUSE).await;
        None
    }
}

/// The outcome of a future that is made again as long as there is patience.
macro_rules! again {
    ($patience:expr, $future:expr) => {{
        let patience = $patience;
        loop {
            if let Some(outcome) = patience.passes($future.await).await {
                break outcome;
            }
        }
    }};
}

impl Record {
    fn of(value: &[u8]) -> Option<Self> {
        let mut parts = value.splitn(4, |byte| *byte == b'\n');
        let mut text = || Some(std::str::from_utf8(parts.next()?).ok()?.to_owned());
        let (request, owner, at) = (text()?, text()?, text()?.parse().ok()?);
        Some(Self { request, owner, at, line: parts.next()?.to_vec() })
    }

    fn bytes(&self) -> Vec<u8> {
        let Self { request, owner, at, line } = self;
        [format!("{request}\n{owner}\n{at}\n").as_bytes(), line].concat()
    }
}

impl Batch {
    fn state(&self) -> &SharedState {
        self.leased.state()
    }

    async fn open(&self) -> Result<(), Error> {
        self.state().begin();
        let store = self.state().store();
        let id = again!(self.patience(), store.id(&self.key, self.settings.kept))?;
        let (_, now) = again!(self.patience(), store.read(&self.key, &[""]))?;
        // A run that has seen the batch does not take another one for it.
        lock(&self.opened).get_or_insert((id, now));
        self.set_time(now);
        Ok(())
    }

    fn patience(&self) -> Patience {
        Patience { begun: Instant::now(), limit: self.state().lease() }
    }

    async fn read(&self, key: &str) -> Result<Stored, Error> {
        let field = field(key);
        let (mut found, now) = again!(self.patience(), self.state().store().read(&self.key, &[&field]))?;
        self.set_time(now);
        Ok(found.pop().unwrap_or_default())
    }

    /// Stores a line in place of the record with the token `expected`, or returns the other one that is stored.
    async fn write(
        &self,
        entry: &JournalEntry,
        expected: &str,
        new: &str,
        owner: &str,
        line: &[u8],
    ) -> Result<Option<Stored>, Error> {
        let (id, _) = lock(&self.opened).clone().unwrap_or_default();
        let record =
            Record { request: entry.request.clone(), owner: owner.to_owned(), at: self.now(), line: line.to_vec() };
        let (key, field, kept) = (&*self.key, &*field(&entry.key), self.settings.kept);
        let place = Place { key, field, kept, id: &id, owner: self.leased.id() };
        let value = record.bytes();
        let (swapped, now) = again!(self.patience(), self.state().store().swap(place, expected, new, &value))?;
        self.set_time(now);
        match swapped {
            Swapped::Done => Ok(None),
            // The reply of an earlier try was lost.
            Swapped::Changed(stored) if stored.token == new => Ok(None),
            Swapped::Changed(stored) => Ok(Some(stored)),
            Swapped::Gone => Err(Error::shared_state(format!(
                "Redis has lost the shared batch {:?}, so it is not known what was sent; nothing more is sent. If all of it may be sent and \
                 paid again, start another run",
                self.settings.name
            ))),
        }
    }

    /// Records that a request is sent, unless another run was faster. Whether it was recorded.
    async fn start(&self, entry: &mut JournalEntry, line: &[u8]) -> Result<bool, Error> {
        loop {
            let new = token();
            match self.write(entry, &entry.token, &new, self.leased.id(), line).await? {
                None => {
                    entry.token = new;
                    return Ok(true);
                }
                Some(stored) => match self.judge(entry, &stored).await? {
                    Judgement::Free => entry.token = stored.token,
                    _ => return Ok(false),
                },
            }
        }
    }

    /// Records an outcome. It is left out if the request belongs to another run by now.
    async fn finish(&self, entry: &JournalEntry, line: &[u8]) -> Result<(), Error> {
        let mut expected = entry.token.clone();
        loop {
            let Some(stored) = self.write(entry, &expected, &token(), self.leased.id(), line).await? else {
                return Ok(());
            };
            let record = Record::of(&stored.value).filter(|record| record.owner == self.leased.id());
            match record.and_then(|record| Line::of(&record.line).ok()) {
                // Others thought that this run was dead.
                Some(Line::Failed { may_be_paid: true, .. }) => expected = stored.token,
                _ => return Ok(()),
            }
        }
    }

    /// Waits until no other run is at work on a request.
    async fn look(&self, entry: &JournalEntry, scope: &Scope) -> Result<Known, Error> {
        // Others take long; who waits for them must not take the time of Redis.
        const LONGEST_PAUSE: Duration = Duration::from_secs(1);
        let mut pause = Duration::from_millis(50);
        loop {
            let stored = self.read(&entry.key).await?;
            match self.judge(entry, &stored).await? {
                Judgement::Free => return Ok(Known::Free { token: stored.token }),
                Judgement::Outcome { may_be_paid, is_error } => {
                    let line = Record::of(&stored.value).map(|record| record.line).unwrap_or_default();
                    return Ok(Known::Outcome { line, may_be_paid, is_error });
                }
                Judgement::Elsewhere => {
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                Judgement::Dead => {
                    let owner = Record::of(&stored.value).map(|record| record.owner).unwrap_or_default();
                    let line = record::failed(&entry.key, &unknown(scope), scope, true);
                    // If not, another run was faster, or it lives.
                    if self.write(entry, &stored.token, &token(), &owner, &line).await?.is_none() {
                        return Ok(Known::Unknown);
                    }
                }
            }
        }
    }

    async fn judge(&self, entry: &JournalEntry, stored: &Stored) -> Result<Judgement, Error> {
        if stored.is_empty() {
            return Ok(Judgement::Free);
        }
        let unreadable = || self.error("has a record that cannot be read; the request was not sent");
        let record = Record::of(&stored.value).ok_or_else(unreadable)?;
        if record.request != entry.request {
            let key = &entry.key;
            return Err(self.error(&format!(
                "has a different request with the key {key:?}: it belongs to another run; the request was not sent"
            )));
        }
        let began = lock(&self.opened).as_ref().map_or(0, |opened| opened.1);
        let is_earlier = record.at < began;
        let SharedBatch { resend_unknown, resend_failed, .. } = self.settings;
        Ok(match Line::of(&record.line).map_err(|_| unreadable())? {
            Line::Refused { .. } => Judgement::Free,
            // This run tried to record it, and did not send it, as it had no reply.
            Line::Sent { .. } if record.owner == self.leased.id() => Judgement::Free,
            Line::Sent { .. } => match again!(self.patience(), self.state().is_dead(&record.owner))? {
                true if resend_unknown && is_earlier => Judgement::Free,
                true => Judgement::Dead,
                false => Judgement::Elsewhere,
            },
            Line::Done { .. } => Judgement::Outcome { may_be_paid: false, is_error: false },
            Line::Failed { may_be_paid: true, .. } if resend_unknown && is_earlier => Judgement::Free,
            Line::Failed { may_be_paid: false, .. } if resend_failed && is_earlier => Judgement::Free,
            Line::Failed { may_be_paid, .. } => Judgement::Outcome { may_be_paid, is_error: true },
            Line::Header(_) => return Err(unreadable()),
        })
    }

    fn error(&self, problem: &str) -> Error {
        Error::new(ErrorKind::Journal, format!("the shared batch {:?} {problem}", self.settings.name))
    }

    fn set_time(&self, now: Millis) {
        *lock(&self.time) = (now, Instant::now());
    }

    fn now(&self) -> Millis {
        let (then, since) = *lock(&self.time);
        then.saturating_add(since.elapsed().as_millis().try_into().unwrap_or(u64::MAX))
    }
}

fn field(key: &str) -> String {
    format!("/{key}")
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // Nothing panics while the lock is held.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl SharedLog {
    pub(in crate::features::many) fn new(state: &SharedState, settings: SharedBatch) -> Self {
        let batch = Batch {
            key: state.store().key("batch", &settings.name),
            settings,
            leased: Leased::new(state),
            opened: Mutex::default(),
            time: Mutex::new((0, Instant::now())),
        };
        Self {
            batch: Arc::new(batch),
            opening: None,
            is_open: false,
            writes: FuturesUnordered::new(),
            unwritten: Vec::new(),
        }
    }

    fn write(&mut self, entry: JournalEntry, line: Vec<u8>, then: AfterWrite) {
        let batch = Arc::clone(&self.batch);
        self.writes.push(Box::pin(async move {
            let written = batch.finish(&entry, &line).await;
            (then, written.err().map(|error| (error, Some((entry, line)))))
        }));
    }
}

impl RunLog for SharedLog {
    fn poll_open(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        if !self.is_open {
            let batch = &self.batch;
            let opening = self.opening.get_or_insert_with(|| {
                let batch = Arc::clone(batch);
                Box::pin(async move { batch.open().await })
            });
            let opened = ready!(opening.as_mut().poll(cx));
            self.opening = None;
            opened?;
            self.is_open = true;
        }
        for (entry, line) in std::mem::take(&mut self.unwritten) {
            self.write(entry, line, AfterWrite::Nothing);
        }
        Poll::Ready(Ok(()))
    }

    fn is_open(&self) -> bool {
        self.is_open
    }

    fn is_idle(&self) -> bool {
        self.writes.is_empty()
    }

    fn is_all_written(&self) -> bool {
        self.unwritten.is_empty()
    }

    fn lookup(&mut self, entry: &JournalEntry, scope: &Scope) -> Result<Lookup, Error> {
        let (batch, entry, scope) = (Arc::clone(&self.batch), entry.clone(), scope.clone());
        Ok(Lookup::Asked(Box::pin(async move { batch.look(&entry, &scope).await })))
    }

    fn record_sent(&mut self, mut task: Box<Task>, ticket: Ticket, at: SystemTime) {
        let Some(mut entry) = task.entry.clone() else {
            let send = AfterWrite::Send(task, Box::new(ticket));
            return self.add(None, None, send);
        };
        let operation = task.outgoing.scope.operation().name();
        let line = record::sent(&entry.key, &entry.request, operation, at);
        let (batch, ticket) = (Arc::clone(&self.batch), Box::new(ticket));
        self.writes.push(Box::pin(async move {
            let started = batch.start(&mut entry, &line).await;
            task.entry = Some(entry);
            match started {
                Ok(true) => (AfterWrite::Send(task, ticket), None),
                Ok(false) => (AfterWrite::Lost(task, ticket), None),
                Err(error) => (AfterWrite::Send(task, ticket), Some((error, None))),
            }
        }));
    }

    fn add(&mut self, entry: Option<&JournalEntry>, line: Option<Vec<u8>>, then: AfterWrite) {
        match (entry, line) {
            (Some(entry), Some(line)) => self.write(entry.clone(), line, then),
            _ => self.writes.push(Box::pin(std::future::ready((then, None)))),
        }
    }

    fn poll_written(&mut self, cx: &mut Context<'_>) -> Poll<Written> {
        let Some((then, problem)) = ready!(Pin::new(&mut self.writes).poll_next(cx)) else { return Poll::Pending };
        Poll::Ready(match problem {
            None => Ok(vec![then]),
            Some((error, unwritten)) => {
                self.unwritten.extend(unwritten);
                Err((error, vec![then]))
            }
        })
    }

    fn unreadable(&self) -> Error {
        self.batch.error("has an outcome that cannot be read; the request was not sent")
    }
}
