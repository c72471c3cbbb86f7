//! `Pacer`: rate limiter for [`many`](super), shared by all runs of all clones of a client.
//!
//! Three things hold a request back: the rate limits in reply headers, recent 429s, and its failure budget. For the budget all requests in
//! flight in a bucket count as failed, so there are never more than [`FailureBudget::GUARD`] failures.

mod lane;
mod ticket;
mod window;

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::{Duration, Instant};

use self::lane::{LONGEST_PAUSE, Lane};
pub(super) use self::ticket::Ticket;
use super::progress::Wait;
use crate::runtime::client::Client;
use crate::runtime::meta::Meta;
use crate::runtime::transport::FailureBudget;
use crate::runtime::transport::budget::Bucket;
use crate::runtime::transport::wallets::MOST_OF_A_WALLET;

impl Client {
    pub(super) fn pacer(&self) -> Arc<Pacer> {
        self.shared().slots.get_or(Pacer::default)
    }
}

/// The most models before idle ones are forgotten. Servers name models as they like.
const MOST_LANES: usize = 512;
/// The longest model name accepted from a server, in bytes.
const LONGEST_NAME: usize = 256;

/// The owner of rate limits: an account and a model.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct LaneKey {
    /// Distinguishes API keys without containing one.
    account: u64,
    /// The model, or the operation if there is none.
    name: Box<str>,
}

/// The load of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Load {
    /// The input tokens.
    pub(super) input: u64,
    /// The maximum output tokens.
    pub(super) most_output: Option<u64>,
    /// Whether the reply has tokens too.
    pub(super) is_answered: bool,
}

/// What the pacer needs to know of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PermitRequest {
    pub(super) lane: LaneKey,
    pub(super) bucket: Bucket,
    pub(super) load: Load,
    /// Signed by a wallet; few such requests may be in flight.
    pub(super) is_signed: bool,
}

/// A request in flight.
#[derive(Clone, Copy, Debug)]
struct Admission {
    /// Its estimated tokens, and those of its input.
    tokens: u64,
    input: u64,
    since: Instant,
}

/// Why a request has to wait, and until when, if that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hold {
    pub(super) why: Wait,
    /// `None`: until another request completes.
    pub(super) until: Option<Instant>,
}

/// The result of a request.
#[derive(Debug)]
pub(super) enum Report<'a> {
    Success {
        meta: Option<&'a Meta>,
        used: Option<u64>,
    },
    /// Not executed, and to be retried: after this wait, if the API asked for one.
    Refused {
        meta: Option<&'a Meta>,
        wait: Option<Duration>,
        overloaded: bool,
    },
    /// The API blocks its bucket, which the failure budget knows; the model is not affected.
    Blocked {
        meta: Option<&'a Meta>,
    },
    Failed {
        meta: Option<&'a Meta>,
    },
    /// There was no connection.
    Unreached,
    /// Dropped before it was sent.
    Unsent,
}

impl Report<'_> {
    fn meta(&self) -> Option<&Meta> {
        match self {
            Self::Success { meta, .. }
            | Self::Refused { meta, .. }
            | Self::Blocked { meta }
            | Self::Failed { meta } => *meta,
            Self::Unreached | Self::Unsent => None,
        }
    }

    #[inline]
    fn used(&self) -> Option<u64> {
        match self {
            Self::Success { used, .. } => *used,
            // What was not executed used nothing.
            Self::Refused { .. } | Self::Blocked { .. } => Some(0),
            _ => None,
        }
    }
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
    /// Nothing polls the run, so its requests in flight do not complete.
    is_parked: bool,
    waker: Option<Waker>,
}

impl Pacer {
    /// Registers a run, until [`leave`](Self::leave).
    pub(super) fn join(&self) -> u64 {
        let mut state = self.lock();
        state.last_run += 1;
        let run = state.last_run;
        state.runs.insert(run, Share::default());
        run
    }

    pub(super) fn leave(&self, run: u64) {
        let mut state = self.lock();
        state.runs.remove(&run);
        state.wake_others(run);
    }

    /// Wakes this run when something changes for it.
    #[inline]
    pub(super) fn watch(&self, run: u64, waker: &Waker) {
        if let Some(share) = self.lock().runs.get_mut(&run) {
            match &mut share.waker {
                Some(before) => before.clone_from(waker),
                none => *none = Some(waker.clone()),
            }
        }
    }

    /// Sets whether nothing polls this run.
    #[inline]
    pub(super) fn park(&self, run: u64, parked: bool) {
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
    pub(super) fn rest(&self, run: u64) {
        if let Some(share) = self.lock().runs.get_mut(&run) {
            share.waits = None;
        }
    }

    pub(super) fn lane(&self, key: Option<&str>, name: &str) -> LaneKey {
        LaneKey { account: self.hasher.hash_one(key), name: name.into() }
    }

    /// Admits a request, or says why it has to wait. `most` is the run's concurrency.
    #[inline]
    fn admit(
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
    fn done(
        &self,
        (run, wanted): (u64, &PermitRequest),
        (lane, admission): (&LaneKey, Admission),
        report: &Report<'_>,
        now: Instant,
        jitter: f64,
    ) {
        let mut state = self.lock();
        state.in_flight = state.in_flight.saturating_sub(1);
        state.signed = state.signed.saturating_sub(usize::from(wanted.is_signed));
        remove_one(&mut state.by_bucket, &wanted.bucket);
        if let Some(share) = state.runs.get_mut(&run) {
            share.in_flight = share.in_flight.saturating_sub(1);
            remove_one(&mut share.by_bucket, &wanted.bucket);
        }
        match report {
            Report::Unreached => state.unreachable(admission.since, now, jitter),
            Report::Unsent => {}
            _ => state.unreached = 0,
        }
        if let Some(lane) = state.lanes.get_mut(lane) {
            lane.leave(admission, report, now, jitter);
        }
        state.wake_others(run);
    }

    /// Forgets limits and 429s with a wait longer than this.
    pub(super) fn forget_waits(&self, longest: Duration, now: Instant) {
        let latest = now.checked_add(longest);
        self.lock().lanes.values_mut().for_each(|lane| lane.forget_beyond(latest));
    }

    /// Records that an alias resolved to this model.
    #[inline]
    fn is_called(&self, wanted: &LaneKey, model: &str) {
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
        let PermitRequest { lane, bucket, load, is_signed } = wanted;
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
        let key = match self.aliases.get(lane) {
            Some(model) => LaneKey { account: lane.account, name: model.clone() },
            None => lane.clone(),
        };
        if self.lanes.len() >= MOST_LANES && !self.lanes.contains_key(&key) {
            self.forget_lanes(now);
        }
        let lane = self.lanes.entry(key.clone()).or_default();
        let tokens = lane.estimate(*load);
        lane.fits(tokens, is_alone, now)?;
        lane.enter(tokens);
        self.in_flight += 1;
        self.signed += usize::from(*is_signed);
        *self.by_bucket.entry(bucket.clone()).or_default() += 1;
        Ok((key, tokens))
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
        let others = self.runs.iter_mut().filter(|(other, share)| **other != run && share.waits.is_some());
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
fn pause(tries: u32, jitter: f64) -> Duration {
    const FIRST: Duration = Duration::from_millis(500);
    let bound = match tries {
        0 => return FIRST.mul_f64(jitter),
        tries => FIRST.saturating_mul(2_u32.saturating_pow(tries - 1)).min(LONGEST_PAUSE),
    };
    bound.mul_f64(0.5 + jitter / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::transport::Counted;

    const LOAD: Load = Load { input: 10, most_output: None, is_answered: true };
    const GUARD: usize = FailureBudget::GUARD;

    struct Runs {
        pacer: Pacer,
        budget: FailureBudget,
        now: Instant,
    }

    impl Runs {
        fn new() -> Self {
            Self { pacer: Pacer::default(), budget: FailureBudget::default(), now: Instant::now() }
        }

        /// For each model, all in one bucket.
        fn admit(&self, run: u64, most: usize, model: &str) -> Result<(LaneKey, u64), Hold> {
            let wanted = Self::permit_request(self.pacer.lane(Some("key"), model));
            self.pacer.admit((run, most), &wanted, &self.budget, self.now)
        }

        fn permit_request(lane: LaneKey) -> PermitRequest {
            PermitRequest { lane, bucket: Bucket::default(), load: LOAD, is_signed: false }
        }

        fn done(&self, run: u64, admitted: (LaneKey, u64), report: &Report<'_>) {
            let admission = Admission { tokens: admitted.1, input: LOAD.input, since: self.now };
            let wanted = Self::permit_request(admitted.0.clone());
            self.pacer.done((run, &wanted), (&admitted.0, admission), report, self.now, 0.0);
        }

        fn fail(&self, failures: usize) {
            let bucket = Bucket::default();
            (0..failures).for_each(|_| self.budget.record_failure(&bucket, Counted::Failed, self.now));
        }
    }

    const SUCCESS: Report<'static> = Report::Success { meta: None, used: None };

    #[test]
    #[inline]
    fn requests_in_flight_count_as_failed() {
        let runs = Runs::new();
        let run = runs.pacer.join();
        runs.fail(GUARD - 3);
        let models = ["a", "b", "c", "d"];
        let admitted = models.map(|model| runs.admit(run, 8, model));
        assert_eq!(admitted.iter().filter(|one| one.is_ok()).count(), 3);
        let hold = admitted[3].as_ref().unwrap_err();
        assert_eq!((hold.why, hold.until), (Wait::Failures, Some(runs.now + Duration::from_secs(30))));
    }

    #[test]
    #[inline]
    fn more_than_the_guard_needs_a_higher_concurrency_and_no_failures() {
        let runs = Runs::new();
        let (bold, shy) = (runs.pacer.join(), runs.pacer.join());
        for model in 0..GUARD + 4 {
            runs.admit(bold, 60, &model.to_string()).unwrap();
        }
        assert_eq!(runs.admit(shy, 8, "x").unwrap_err().why, Wait::Replies);
        runs.pacer.rest(shy);
        runs.fail(1);
        assert_eq!(runs.admit(bold, 60, "x").unwrap_err().why, Wait::Failures);
    }

    #[test]
    #[inline]
    fn runs_share() {
        let runs = Runs::new();
        let (first, second) = (runs.pacer.join(), runs.pacer.join());
        let mut admitted: Vec<_> = (0..GUARD).map(|model| runs.admit(first, 99, &model.to_string()).unwrap()).collect();
        runs.fail(1);
        assert!(runs.admit(second, 99, "x").is_err());
        for _ in 0..8 {
            runs.done(first, admitted.pop().unwrap(), &SUCCESS);
        }
        assert_eq!(runs.admit(first, 99, "y").unwrap_err().why, Wait::Replies, "the other one waits and has none");
        runs.admit(second, 99, "x").unwrap();
    }

    #[test]
    #[inline]
    fn a_run_that_is_not_polled_does_not_block_another() {
        let mut runs = Runs::new();
        let (parked, other) = (runs.pacer.join(), runs.pacer.join());
        let mut admitted: Vec<_> =
            (0..GUARD).map(|model| runs.admit(parked, 99, &model.to_string()).unwrap()).collect();
        runs.done(parked, admitted.pop().unwrap(), &Report::Unreached);
        assert!(admitted.len() == GUARD - 1);
        runs.now += Duration::from_secs(60);
        assert_eq!(runs.admit(other, 8, "0").unwrap_err().why, Wait::Unreachable);
        runs.pacer.park(parked, true);
        let first = runs.admit(other, 8, "0").unwrap();
        assert!(runs.admit(other, 8, "0").is_err(), "one by one");
        runs.done(other, first, &SUCCESS);
        runs.admit(other, 8, "0").unwrap();
        runs.pacer.park(parked, false);
        assert!(runs.admit(other, 8, "1").is_err());
    }

    #[test]
    #[inline]
    fn one_request_probes_for_a_connection() {
        let mut runs = Runs::new();
        let run = runs.pacer.join();
        let admitted = runs.admit(run, 8, "a").unwrap();
        runs.done(run, admitted, &Report::Unreached);
        let hold = runs.admit(run, 8, "b").unwrap_err();
        assert_eq!(hold.why, Wait::Unreachable);
        runs.now = hold.until.unwrap();
        let probe = runs.admit(run, 8, "b").unwrap();
        assert_eq!(runs.admit(run, 8, "a").unwrap_err(), Hold { why: Wait::Unreachable, until: None });
        runs.done(run, probe, &SUCCESS);
        runs.admit(run, 8, "a").unwrap();
        runs.admit(run, 8, "b").unwrap();
    }

    #[test]
    fn a_block_is_for_a_bucket() {
        let runs = Runs::new();
        let run = runs.pacer.join();
        runs.budget.record_block(&Bucket::default(), runs.now, Duration::from_secs(30));
        assert_eq!(runs.admit(run, 8, "a").unwrap_err().why, Wait::Blocked);
        let bucket = runs.budget.bucket(None, Some(br#"{"model": "a", "user": "ada"}"#));
        let wanted = PermitRequest { bucket, ..Runs::permit_request(runs.pacer.lane(Some("key"), "a")) };
        runs.pacer.admit((run, 8), &wanted, &runs.budget, runs.now).unwrap();
    }

    #[test]
    fn failures_of_one_bucket_do_not_affect_another() {
        let runs = Runs::new();
        let run = runs.pacer.join();
        runs.fail(GUARD);
        assert_eq!(runs.admit(run, 8, "a").unwrap_err().why, Wait::Failures);
        let bucket = runs.budget.bucket(None, Some(br#"{"model": "b"}"#));
        let wanted = PermitRequest { bucket, ..Runs::permit_request(runs.pacer.lane(Some("key"), "b")) };
        runs.pacer.admit((run, 8), &wanted, &runs.budget, runs.now).unwrap();
    }

    #[test]
    fn at_most_five_signed_requests_are_in_flight() {
        let runs = Runs::new();
        let run = runs.pacer.join();
        let signed =
            |model: &str| PermitRequest { is_signed: true, ..Runs::permit_request(runs.pacer.lane(None, model)) };
        let admit = |model: &str| runs.pacer.admit((run, 99), &signed(model), &runs.budget, runs.now);
        let admitted = ["a", "b", "c", "d", "e"].map(|model| admit(model).unwrap());
        assert_eq!(admit("f").unwrap_err().why, Wait::Replies);
        runs.admit(run, 99, "f").unwrap();
        let admission = Admission { tokens: admitted[0].1, input: LOAD.input, since: runs.now };
        runs.pacer.done((run, &signed("a")), (&admitted[0].0, admission), &SUCCESS, runs.now, 0.0);
        admit("f").unwrap();
    }

    #[test]
    fn a_wait_that_is_too_long_is_forgotten() {
        let runs = Runs::new();
        let run = runs.pacer.join();
        let admitted = runs.admit(run, 8, "a").unwrap();
        let refused = Report::Refused { meta: None, wait: Some(Duration::from_secs(7200)), overloaded: false };
        runs.done(run, admitted, &refused);
        let hour = Duration::from_secs(3600);
        runs.pacer.forget_waits(3 * hour, runs.now);
        assert_eq!(runs.admit(run, 8, "a").unwrap_err().until, Some(runs.now + 2 * hour));
        runs.pacer.forget_waits(hour, runs.now);
        runs.admit(run, 8, "a").unwrap();
    }

    #[test]
    fn aliases_of_a_model_share_a_lane() {
        let runs = Runs::new();
        let run = runs.pacer.join();
        runs.pacer.is_called(&runs.pacer.lane(Some("key"), "default"), "gondola-9b");
        assert_eq!(runs.admit(run, 8, "default").unwrap().0, runs.pacer.lane(Some("key"), "gondola-9b"));
        assert_ne!(runs.pacer.lane(Some("key"), "a"), runs.pacer.lane(Some("other"), "a"));
    }

    #[test]
    fn invented_model_names_are_forgotten() {
        let runs = Runs::new();
        let run = runs.pacer.join();
        let wanted = runs.pacer.lane(Some("key"), "default");
        let lanes = || runs.pacer.lock().lanes.len();
        for n in 0..3 * MOST_LANES {
            runs.pacer.is_called(&wanted, &format!("model-{n}"));
            runs.pacer.is_called(&runs.pacer.lane(Some("key"), &format!("alias-{n}")), "model");
            let admitted = runs.admit(run, 8, "default").unwrap();
            runs.done(
                run,
                admitted,
                &Report::Refused { meta: None, wait: Some(Duration::from_secs(3600)), overloaded: false },
            );
            assert!(lanes() <= MOST_LANES, "{n}: {}", lanes());
        }
        assert!(runs.pacer.lock().aliases.len() <= MOST_LANES);
        runs.pacer.is_called(&wanted, &"x".repeat(LONGEST_NAME + 1));
        assert_ne!(runs.pacer.lock().aliases.get(&wanted).map(|name| name.len()), Some(LONGEST_NAME + 1));
    }

    #[test]
    fn pauses_grow_to_a_limit() {
        let pauses: Vec<u128> = [0, 1, 2, 3, 10, u32::MAX].map(|tries| pause(tries, 1.0).as_millis()).to_vec();
        assert_eq!(pauses, [500, 500, 1000, 2000, 30_000, 30_000]);
        assert_eq!(pause(2, 0.0).as_millis(), 500, "never none");
    }
}
