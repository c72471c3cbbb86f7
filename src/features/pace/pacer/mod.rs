//! `Pacer`: the rate-limit state of a client and its clones, shared by their batches and calls. A run is a batch, or a queue of calls.
//!
//! Three things hold a request back: the rate limits in reply headers, recent 429s, and its failure budget. For the budget all requests in
//! flight in a bucket count as failed, so there are never more than [`FailureBudget::GUARD`] failures.

mod report;
#[cfg(feature = "keys")]
mod unpaced;

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::{Duration, Instant};

pub(crate) use self::report::Report;
#[cfg(feature = "keys")]
pub(super) use self::unpaced::NO_RUN;
use super::lane::{LONGEST_PAUSE, Lane};
use super::permit::{LaneKey, PermitRequest};
use super::wait::Wait;
use crate::runtime::client::Client;
use crate::runtime::meta::Meta;
use crate::runtime::transport::budget::Bucket;
use crate::runtime::transport::retry::jitter;
use crate::runtime::transport::wallets::MOST_OF_A_WALLET;
use crate::runtime::transport::{Clock, FailureBudget};

impl Client {
    pub(crate) fn pacer(&self) -> Arc<Pacer> {
        self.shared().slots.get_or(Pacer::default)
    }
}

/// The most models before idle ones are forgotten. Servers name models as they like.
const MOST_LANES: usize = 512;
/// The longest model name accepted from a server, in bytes.
const LONGEST_NAME: usize = 256;

/// A request in flight.
#[derive(Clone, Copy, Debug)]
pub(super) struct Admission {
    /// Its estimated tokens, and those of its input.
    pub(super) tokens: u64,
    pub(super) input: u64,
    pub(super) since: Instant,
    /// Its reply has begun, which is a stream: it counts as answered, and only its tokens and its place of a wallet as in flight.
    pub(super) is_answered: bool,
}

/// Why a request has to wait, and until when, if that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hold {
    pub(crate) why: Wait,
    /// `None`: until another request completes.
    pub(crate) until: Option<Instant>,
}

/// The rate-limit state shared by all runs of a client.
#[derive(Debug, Default)]
pub(crate) struct Pacer {
    hasher: RandomState,
    state: Mutex<PacerState>,
}

#[derive(Debug, Default)]
struct PacerState {
    lanes: HashMap<LaneKey, Lane>,
    /// Resolved model ids of aliases.
    aliases: HashMap<LaneKey, Box<str>>,
    runs: HashMap<u64, Share>,
    last_run: u64,
    in_flight: usize,
    /// Those signed by a wallet.
    signed: usize,
    /// Those in each bucket of the failure budget.
    by_bucket: HashMap<Bucket, usize>,
    /// Consecutive attempts without a connection.
    unreached: u32,
    unreached_at: Option<Instant>,
    reachable: Option<Instant>,
}

/// The share of a run.
#[derive(Debug, Default)]
struct Share {
    in_flight: usize,
    /// Those in each bucket of the failure budget.
    by_bucket: HashMap<Bucket, usize>,
    /// The bucket that held it back.
    waits: Option<Bucket>,
    /// It is in the line of a lane.
    is_in_line: bool,
    /// Its requests in flight are polled by others than its waiter, which must be woken when they complete.
    is_queue: bool,
    /// Nothing polls the run, so its requests in flight do not complete.
    is_parked: bool,
    waker: Option<Waker>,
}

impl Pacer {
    /// Registers a batch, until [`leave`](Self::leave).
    #[cfg(any(feature = "batch", test))]
    pub(crate) fn join(&self) -> u64 {
        self.join_as(false)
    }

    /// Like [`join`](Self::join), for a queue of calls.
    pub(super) fn join_queue(&self) -> u64 {
        self.join_as(true)
    }

    fn join_as(&self, is_queue: bool) -> u64 {
        let mut state = self.lock();
        state.last_run += 1;
        let run = state.last_run;
        state.runs.insert(run, Share { is_queue, ..Share::default() });
        run
    }

    pub(crate) fn leave(&self, run: u64) {
        let mut state = self.lock();
        state.runs.remove(&run);
        state.lanes.values_mut().for_each(|lane| lane.line.leave(run));
        state.wake_others(run);
    }

    /// Wakes this run when something changes for it.
    #[inline]
    pub(crate) fn watch(&self, run: u64, waker: &Waker) {
        if let Some(share) = self.lock().runs.get_mut(&run) {
            match &mut share.waker {
                Some(before) => before.clone_from(waker),
                none => *none = Some(waker.clone()),
            }
        }
    }

    /// Sets whether nothing polls this run.
    #[cfg(feature = "batch")]
    #[inline]
    pub(crate) fn park(&self, run: u64, parked: bool) {
        let mut state = self.lock();
        if let Some(share) = state.runs.get_mut(&run)
            && share.is_parked != parked
        {
            share.is_parked = parked;
            if parked {
                state.wake_others(run);
            }
        }
    }

    /// The run has nothing more to send for now.
    pub(crate) fn rest(&self, run: u64) {
        let mut state = self.lock();
        let Some(share) = state.runs.get_mut(&run) else { return };
        share.waits = None;
        if std::mem::take(&mut share.is_in_line) {
            state.lanes.values_mut().for_each(|lane| lane.line.leave(run));
        }
    }

    /// The lane of the model, or the operation, with this name.
    pub(crate) fn lane(&self, key: impl Hash, name: &str) -> LaneKey {
        LaneKey { account: self.hasher.hash_one(key), name: name.into() }
    }

    /// Admits a request, or says why it has to wait. `most` is the run's concurrency.
    #[inline]
    pub(super) fn admit(
        &self,
        (run, most): (u64, usize),
        wanted: &PermitRequest,
        budget: &FailureBudget,
        now: Instant,
    ) -> Result<(LaneKey, u64), Hold> {
        let mut state = self.lock();
        let outcome = state.admit((run, most), wanted, budget, now);
        if let Some(share) = state.runs.get_mut(&run) {
            share.waits = outcome.is_err().then(|| wanted.bucket.clone());
            if outcome.is_ok() {
                share.in_flight += 1;
                *share.by_bucket.entry(wanted.bucket.clone()).or_default() += 1;
            }
        }
        outcome
    }

    /// A request completed.
    #[inline]
    pub(super) fn done(
        &self,
        (run, wanted): (u64, &PermitRequest),
        (lane, admission): (&LaneKey, Admission),
        report: &Report,
        now: Instant,
        jitter: f64,
    ) {
        let mut state = self.lock();
        state.signed = state.signed.saturating_sub(usize::from(wanted.is_signed));
        if !admission.is_answered {
            state.answered((run, wanted), report, admission.since, now, jitter);
        }
        if let Some(lane) = state.lanes.get_mut(lane) {
            lane.leave(admission, report, now, jitter);
        }
        state.wake_others(run);
    }

    /// The reply of a request has begun, which is a stream.
    pub(super) fn begun(
        &self,
        (run, wanted): (u64, &PermitRequest),
        (lane, admission): (&LaneKey, &mut Admission),
        meta: &Meta,
        now: Instant,
    ) {
        let mut state = self.lock();
        admission.is_answered = true;
        let report = Report::Success { meta: Some(meta.clone()), used: None };
        state.answered((run, wanted), &report, admission.since, now, 0.0);
        if let Some(lane) = state.lanes.get_mut(lane) {
            lane.begun(admission.tokens, meta, now);
        }
        state.wake_others(run);
    }

    /// A request was rejected that keeps its permit until it is sent again: others wait, too.
    pub(super) fn refused(&self, lane: &LaneKey, wait: Option<Duration>, overloaded: bool, clock: &dyn Clock) {
        let mut state = self.lock();
        let key = state.resolved(lane);
        if let Some(lane) = state.lanes.get_mut(&key) {
            lane.refused(None, wait, overloaded, clock.now(), jitter(clock));
        }
    }

    /// Other processes hold a lane back.
    #[cfg(feature = "redis")]
    pub(super) fn hold(&self, lane: &LaneKey, hold: Hold) {
        if let Some(lane) = self.lock().lanes.get_mut(lane) {
            lane.held = Some(hold);
        }
    }

    /// The name of the model that this one resolved to.
    #[cfg(feature = "redis")]
    pub(super) fn model_of(&self, lane: &LaneKey) -> Box<str> {
        self.lock().resolved(lane).name
    }

    /// Forgets limits and 429s with a wait longer than this.
    #[cfg(feature = "batch")]
    pub(crate) fn forget_waits(&self, longest: Duration, now: Instant) {
        let latest = now.checked_add(longest);
        self.lock().lanes.values_mut().for_each(|lane| lane.forget_beyond(latest));
    }

    /// Records that an alias resolved to this model.
    #[inline]
    pub(super) fn is_called(&self, wanted: &LaneKey, model: &str) {
        let mut state = self.lock();
        if *wanted.name == *model {
            state.aliases.remove(wanted);
        } else if model.len() <= LONGEST_NAME && state.aliases.get(wanted).is_none_or(|known| **known != *model) {
            if state.aliases.len() >= MOST_LANES {
                // The next replies name those that are still used.
                state.aliases.clear();
            }
            state.aliases.insert(wanted.clone(), model.into());
        }
    }

    #[inline]
    fn lock(&self) -> MutexGuard<'_, PacerState> {
        // Nothing panics while the lock is held, and the state would be usable even so.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PacerState {
    #[inline]
    fn admit(
        &mut self,
        (run, most): (u64, usize),
        wanted: &PermitRequest,
        budget: &FailureBudget,
        now: Instant,
    ) -> Result<(LaneKey, u64), Hold> {
        let PermitRequest { lane, load, .. } = wanted;
        let key = self.resolved(lane);
        let is_alone = match self.passes((run, most), wanted, budget, now) {
            Ok(is_alone) => is_alone,
            Err(hold) => {
                // It cannot use its turn.
                if let Some(lane) = self.lanes.get_mut(&key) {
                    lane.line.leave(run);
                }
                return Err(hold);
            }
        };
        let tokens = self.lane(&key, now).estimate(*load);
        let lane = self.lanes.entry(key.clone()).or_default();
        let is_parked = |run| self.runs.get(&run).is_none_or(|share| share.is_parked);
        let (held, first) = match lane.fits(tokens, is_alone, now) {
            Err(hold) => (Some(hold), None),
            Ok(()) => match lane.line.turn(run, is_parked, now) {
                Err((first, until)) => (Some(Hold { why: Wait::Queue, until: Some(until) }), Some(first)),
                Ok(()) => (None, None),
            },
        };
        if let Some(hold) = held {
            lane.line.enter(run);
            if let Some(share) = self.runs.get_mut(&run) {
                share.is_in_line = true;
            }
            if let Some(waker) = first.and_then(|first| self.runs.get_mut(&first)?.waker.take()) {
                waker.wake();
            }
            return Err(hold);
        }
        lane.line.leave(run);
        self.enter(&key, tokens, wanted);
        Ok((key, tokens))
    }

    /// The lane of this key; makes room for a new one.
    #[inline]
    fn lane(&mut self, key: &LaneKey, now: Instant) -> &mut Lane {
        if self.lanes.len() >= MOST_LANES && !self.lanes.contains_key(key) {
            self.forget_lanes(now);
        }
        self.lanes.entry(key.clone()).or_default()
    }

    /// Counts a request in flight.
    #[inline]
    fn enter(&mut self, key: &LaneKey, tokens: u64, wanted: &PermitRequest) {
        if let Some(lane) = self.lanes.get_mut(key) {
            lane.enter(tokens);
        }
        self.in_flight += 1;
        self.signed += usize::from(wanted.is_signed);
        *self.by_bucket.entry(wanted.bucket.clone()).or_default() += 1;
    }

    /// What holds a request back whatever its model's limits are. `Ok`: whether no request in flight will complete before it.
    fn passes(
        &self,
        (run, most): (u64, usize),
        PermitRequest { bucket, is_signed, .. }: &PermitRequest,
        budget: &FailureBudget,
        now: Instant,
    ) -> Result<bool, Hold> {
        if let Some(wait) = budget.block_remaining(bucket, now) {
            return Err(Hold { why: Wait::Blocked, until: now.checked_add(wait) });
        }
        if let Some(reachable) = self.reachable.filter(|reachable| *reachable > now) {
            return Err(Hold { why: Wait::Unreachable, until: Some(reachable) });
        }
        let share = self.runs.get(&run);
        let own = share.map_or(0, |share| share.in_flight);
        let own_in_bucket = share.and_then(|share| share.by_bucket.get(bucket)).copied().unwrap_or_default();
        let in_bucket = self.by_bucket.get(bucket).copied().unwrap_or_default();
        let parked: usize = self.runs.values().filter(|share| share.is_parked).map(|share| share.in_flight).sum();
        // Requests of runs that nothing polls do not complete, so waiting for them might never end.
        let is_alone = self.in_flight <= parked;
        // One request probes whether there is a connection again.
        if self.unreached > 0 && !is_alone {
            return Err(Hold { why: Wait::Unreachable, until: None });
        }
        let failures = budget.room(bucket, now);
        let room = match failures.more_in {
            // A higher concurrency than the guard applies only while nothing fails.
            None => FailureBudget::GUARD.max(most),
            Some(_) => failures.left,
        };
        if in_bucket >= room && !(is_alone && failures.left > 0) {
            let until = failures.more_in.and_then(|wait| now.checked_add(wait));
            return Err(Hold { why: if until.is_some() { Wait::Failures } else { Wait::Replies }, until });
        }
        let waits = |share: &Share| !share.is_parked && share.waits.as_ref() == Some(bucket);
        let waiting = self.runs.iter().filter(|(other, share)| **other != run && waits(share)).count();
        let is_unfair = waiting > 0 && own_in_bucket >= (room / (waiting + 1)).max(1);
        let is_wallet_full = *is_signed && self.signed >= MOST_OF_A_WALLET && !is_alone;
        if own >= most || is_unfair || is_wallet_full {
            return Err(Hold { why: Wait::Replies, until: None });
        }
        Ok(is_alone)
    }

    /// A request is no longer in flight, except for its tokens.
    fn answered(
        &mut self,
        (run, wanted): (u64, &PermitRequest),
        report: &Report,
        since: Instant,
        now: Instant,
        jitter: f64,
    ) {
        self.in_flight = self.in_flight.saturating_sub(1);
        remove_one(&mut self.by_bucket, &wanted.bucket);
        if let Some(share) = self.runs.get_mut(&run) {
            share.in_flight = share.in_flight.saturating_sub(1);
            remove_one(&mut share.by_bucket, &wanted.bucket);
        }
        match report {
            Report::Unreached => self.unreachable(since, now, jitter),
            Report::Unsent => {}
            _ => self.unreached = 0,
        }
    }

    /// The lane of the model that an alias resolved to.
    fn resolved(&self, lane: &LaneKey) -> LaneKey {
        match self.aliases.get(lane) {
            Some(model) => LaneKey { account: lane.account, name: model.clone() },
            None => lane.clone(),
        }
    }

    /// Makes room for another model: forgets idle lanes, and if that is not enough waiting ones, at the cost of a 429.
    #[cold]
    fn forget_lanes(&mut self, now: Instant) {
        self.lanes.retain(|_, lane| !lane.is_idle() || lane.is_closed(now));
        if self.lanes.len() >= MOST_LANES / 2 {
            self.lanes.retain(|_, lane| !lane.is_idle());
        }
    }

    fn unreachable(&mut self, since: Instant, now: Instant, jitter: f64) {
        if self.unreached_at.is_none_or(|at| since >= at) {
            self.unreached = self.unreached.saturating_add(1);
            self.unreached_at = Some(now);
            self.reachable = now.checked_add(pause(self.unreached, jitter));
        }
    }

    fn wake_others(&mut self, run: u64) {
        let is_other = |other: u64, share: &Share| other != run || share.is_queue;
        let others = self.runs.iter_mut().filter(|(other, share)| is_other(**other, share) && share.waits.is_some());
        others.filter_map(|(_, share)| share.waker.take()).for_each(Waker::wake);
    }
}

/// Removes one request from a bucket, and the bucket if it is empty.
fn remove_one(by_bucket: &mut HashMap<Bucket, usize>, bucket: &Bucket) {
    if let Some(count) = by_bucket.get_mut(bucket) {
        *count = count.saturating_sub(1);
        if *count == 0 {
            by_bucket.remove(bucket);
        }
    }
}

/// Exponential backoff with 50% jitter; the first pause (0) is short and only jitter.
#[inline]
pub(super) fn pause(tries: u32, jitter: f64) -> Duration {
    const FIRST: Duration = Duration::from_millis(500);
    let bound = match tries {
        0 => return FIRST.mul_f64(jitter),
        tries => FIRST.saturating_mul(2_u32.saturating_pow(tries - 1)).min(LONGEST_PAUSE),
    };
    bound.mul_f64(0.5 + jitter / 2.0)
}

#[cfg(test)]
mod tests;
