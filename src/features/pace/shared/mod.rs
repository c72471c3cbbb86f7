//! `SharedPace`: admission of requests by the rate limits of all processes.

mod content;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hmac_sha256::Hash;
use reqwest::header::HeaderValue;

use self::content::{LaneChange, Party, SharedLane};
use super::pacer::{Admission, Hold, Report};
use super::permit::PermitRequest;
use crate::features::hex;
use crate::features::shared::document::SharedDocument;
use crate::features::shared::lease::Leased;
use crate::features::shared::{FailMode, SharedState};
use crate::runtime::client::{Client, ClientBuilder};
use crate::runtime::error::Error;
use crate::runtime::meta::Meta;
use crate::runtime::transport::Clock;
use crate::runtime::transport::budget::{Bucket, Counts};
use crate::runtime::transport::retry::jitter;

/// How long limits are kept after the last request.
const KEPT: Duration = Duration::from_secs(600);
/// How long calls go on alone after Redis was lost, without waiting for it again.
const ALONE: Duration = Duration::from_secs(5);
/// How long a request waits for replies to other processes before it asks again.
const AGAIN: Duration = Duration::from_millis(50);
/// The most lanes before idle ones are forgotten.
const MOST_LANES: usize = 512;

impl ClientBuilder {
    /// Shares rate limits, 429s and failures with all processes that have this state: what a reply to one of them reports, all know, and
    /// requests in flight of all count. So at most 40 requests of a batch with the same key, model and `user` are in flight in all of them,
    /// or as many as its [concurrency](crate::many::Many::with_concurrency), if that is more. It applies to [batches](crate::many), and to all calls with [`pace`](Self::pace). Limits are those of
    /// a model and an API key, of which Redis gets a hash. Cargo feature `redis`.
    ///
    /// If Redis is lost, each process goes on with what it knows, unless
    /// [`SharedStateBuilder::pace`](crate::shared::SharedStateBuilder::pace) is closed. Budgets and batches are shared by their names:
    /// [`Budget::shared`](crate::cost::Budget::shared), [`Many::shared`](crate::many::Many::shared).
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use venice_ai::shared::SharedState;
    ///
    /// let state = SharedState::redis("redis://127.0.0.1:6379").build()?;
    /// let builder = venice_ai::Client::builder().pace(Duration::from_secs(30)).shared_state(&state);
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    pub fn shared_state(self, state: &SharedState) -> Self {
        let shared = SharedPace { leased: Some(Leased::new(state)), ..SharedPace::default() };
        self.slots().set(shared);
        self
    }
}

/// The shared limits of a client, if there are any.
#[derive(Default)]
pub(super) struct SharedPace {
    /// The client, among all that share the state.
    leased: Option<Leased>,
    lanes: Mutex<HashMap<String, Arc<SharedDocument<SharedLane>>>>,
    lost_at: Mutex<Option<Instant>>,
}

/// A request in flight that other processes know of.
pub(super) struct SharedPermit {
    document: Arc<SharedDocument<SharedLane>>,
    party: Party,
}

impl SharedPace {
    pub(super) fn of(client: &Client) -> Arc<Self> {
        client.shared().slots.get_or(Self::default)
    }

    /// Distinguishes accounts without containing a key; empty if nothing is shared.
    pub(super) fn account(&self, credential: Option<&HeaderValue>) -> String {
        if self.leased.is_none() {
            return String::new();
        }
        let mut hasher = Hash::new();
        hasher.update(b"venice-ai account\0");
        hasher.update(credential.map(HeaderValue::as_bytes).unwrap_or_default());
        hex::encode(&hasher.finalize()[..16])
    }

    /// Admits a request in Redis. `None` without a shared state, or without Redis.
    pub(super) async fn admit(
        &self,
        wanted: &PermitRequest,
        (model, most): (&str, usize),
        admission: Admission,
    ) -> Result<Result<Option<SharedPermit>, Hold>, Error> {
        let Some(leased) = self.leased.as_ref().filter(|_| !self.is_alone()) else { return Ok(Ok(None)) };
        let state = leased.state();
        let party = Party { worker: leased.id().to_owned(), bucket: bucket_of(&wanted.bucket) };
        let document = self.lane(state, &wanted.account, model);
        let mut undo = Undo(Some((SharedPermit { document: Arc::clone(&document), party: party.clone() }, admission)));
        let outcome = document.change(LaneChange::Enter { party, tokens: admission.tokens, most }).await;
        if matches!(outcome, Ok(Err(_))) || outcome.is_err() && !document.is_in_doubt() {
            undo.0 = None;
        }
        match outcome {
            Ok(Ok(())) => Ok(Ok(undo.0.take().map(|permit| permit.0))),
            Ok(Err(hold)) => {
                let until = hold.until.or_else(|| Instant::now().checked_add(AGAIN));
                Ok(Err(Hold { until, ..hold }))
            }
            Err(error) if state.pace() == FailMode::Open => {
                tracing::warn!(%error, "rate limits are not shared for a while");
                *lock(&self.lost_at) = Some(Instant::now());
                Ok(Ok(None))
            }
            Err(error) => Err(error.with_note("nothing was sent, as its rate limits are not known")),
        }
    }

    /// A request was rejected that keeps its permit: the others of all processes wait, too.
    pub(super) fn refused(
        &self,
        wanted: &PermitRequest,
        model: &str,
        (wait, is_overloaded): (Option<Duration>, bool),
        clock: &dyn Clock,
    ) {
        if let Some(leased) = self.leased.as_ref().filter(|_| !self.is_alone()) {
            let jitter = jitter(clock);
            let change = LaneChange::Refused { wait, is_overloaded, at: Instant::now(), jitter };
            self.lane(leased.state(), &wanted.account, model).send(change);
        }
    }

    fn is_alone(&self) -> bool {
        lock(&self.lost_at).is_some_and(|lost| lost.elapsed() < ALONE)
    }

    fn lane(&self, state: &SharedState, account: &str, model: &str) -> Arc<SharedDocument<SharedLane>> {
        let name = format!("{account}:{model}");
        let mut lanes = lock(&self.lanes);
        if lanes.len() >= MOST_LANES && !lanes.contains_key(&name) {
            lanes.retain(|_, document| Arc::strong_count(document) > 1);
        }
        let lane = lanes
            .entry(name)
            .or_insert_with_key(|name| SharedDocument::new(state, ("pace", name), (KEPT, state.pace()), |_| {}));
        Arc::clone(lane)
    }
}

impl SharedPermit {
    pub(super) fn begun(&self, tokens: u64, meta: &Meta) {
        let (party, meta) = (self.party.clone(), meta.clone());
        self.document.send(LaneChange::Begun { party, tokens, meta, at: Instant::now() });
    }

    /// The request completed. `counts`: the failures of this process.
    pub(super) fn leave(self, admission: Admission, report: &Report, counts: Option<Counts>, jitter: f64) {
        let (party, report) = (self.party, report.clone());
        let change = LaneChange::Leave { party, admission, report, counts, at: Instant::now(), jitter };
        self.document.send(change);
    }
}

/// Takes back an unused admission.
struct Undo(Option<(SharedPermit, Admission)>);

impl Drop for Undo {
    fn drop(&mut self) {
        if let Some((permit, admission)) = self.0.take() {
            permit.leave(admission, &Report::Unsent, None, 0.0);
        }
    }
}

fn bucket_of(bucket: &Bucket) -> String {
    let (model, user) = bucket.names();
    let mut hasher = Hash::new();
    hasher.update((model.len() as u64).to_be_bytes());
    hasher.update(model);
    hasher.update(user);
    hex::encode(&hasher.finalize()[..16])
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // Nothing panics while the lock is held.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for SharedPace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedPace").field("is_shared", &self.leased.is_some()).finish_non_exhaustive()
    }
}

impl fmt::Debug for SharedPermit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedPermit").finish_non_exhaustive()
    }
}
