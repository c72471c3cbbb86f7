//! `SharedLane`: the rate limits, the failures, and what is in flight of a lane in all processes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::features::pace::lane::stored::{InFlightLoad, StoredLane, StoredWindow};
use crate::features::pace::pacer::{Admission, Hold, Report};
use crate::features::pace::wait::Wait;
use crate::features::shared::FailMode;
use crate::features::shared::document::SharedContent;
use crate::features::shared::store::{Millis, Times};
use crate::runtime::meta::Meta;
use crate::runtime::transport::FailureBudget;
use crate::runtime::transport::budget::Counts;

/// The most buckets of failures; the API counts each for 30 seconds.
const MOST_BUCKETS: usize = 256;

/// A lane in all processes.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct SharedLane {
    lane: StoredLane,
    /// What is in flight, by process.
    in_flight: BTreeMap<String, InFlightLoad>,
    /// The failures, by bucket and process.
    failures: BTreeMap<String, BTreeMap<String, StoredCounts>>,
}

/// The failures of a process in a bucket, and what it has in flight there.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct StoredCounts {
    in_flight: usize,
    failed: Vec<Millis>,
    unsupported: Vec<Millis>,
    reported: StoredWindow,
    blocked_until: Option<Millis>,
}

/// Who changes a lane: a process, for a bucket.
#[derive(Clone)]
pub(super) struct Party {
    pub(super) worker: String,
    pub(super) bucket: String,
}

pub(super) enum LaneChange {
    /// Admits a request with these tokens.
    Enter { party: Party, tokens: u64, most: usize },
    /// The reply of a request has begun, which is a stream.
    Begun { party: Party, tokens: u64, meta: Meta, at: Instant },
    /// A request completed.
    Leave { party: Party, admission: Admission, report: Report, counts: Option<Counts>, at: Instant, jitter: f64 },
    /// A request was rejected that keeps its permit.
    Refused { wait: Option<Duration>, is_overloaded: bool, at: Instant, jitter: f64 },
    /// A process died.
    Death(String),
}

impl StoredCounts {
    fn counts(&self, times: Times) -> Counts {
        let all = |at: &[Millis]| at.iter().map(|at| times.instant(*at)).collect();
        Counts {
            failed: all(&self.failed),
            unsupported: all(&self.unsupported),
            reported: self.reported.window(times),
            blocked_until: self.blocked_until.map(|at| times.instant(at)),
        }
    }

    fn of(counts: &Counts, in_flight: usize, times: Times) -> Self {
        let recent = |at: &Instant| times.now.saturating_duration_since(*at) < FailureBudget::WINDOW;
        let all = |failures: &std::collections::VecDeque<Instant>| {
            failures.iter().filter(|at| recent(at)).map(|at| times.millis(*at)).collect()
        };
        Self {
            in_flight,
            failed: all(&counts.failed),
            unsupported: all(&counts.unsupported),
            reported: StoredWindow::of(counts.reported, times),
            blocked_until: counts.blocked_until.map(|at| times.millis(at)),
        }
    }
}

impl SharedLane {
    fn load(&self) -> InFlightLoad {
        self.in_flight.values().fold(InFlightLoad::default(), |sum, load| InFlightLoad {
            requests: sum.requests.saturating_add(load.requests),
            tokens: sum.tokens.saturating_add(load.tokens),
            streams: sum.streams.saturating_add(load.streams),
        })
    }

    fn enter(&mut self, party: &Party, (tokens, most): (u64, usize), times: Times) -> Result<(), Hold> {
        self.passes(&party.bucket, most, times)?;
        let load = self.load();
        let mut lane = self.lane.lane(load, times);
        lane.fits(tokens, load.requests == 0, times.now).map_err(|hold| {
            // If it waits for requests of others, they may complete, or their process may die, at any time.
            let alone = InFlightLoad { requests: 0, tokens: load.streams, ..load };
            let fits_alone = self.lane.lane(alone, times).fits(tokens, true, times.now).is_ok();
            Hold { until: hold.until.filter(|_| !fits_alone), ..hold }
        })?;
        self.lane = StoredLane::of(&lane, times);
        self.change_load(party, |load, in_bucket| {
            load.requests = load.requests.saturating_add(1);
            load.tokens = load.tokens.saturating_add(tokens);
            *in_bucket = in_bucket.saturating_add(1);
        });
        Ok(())
    }

    /// Whether the failures of all processes leave room for another request, should it fail as well.
    fn passes(&self, bucket: &str, most: usize, times: Times) -> Result<(), Hold> {
        let Some(parts) = self.failures.get(bucket) else { return Ok(()) };
        let in_flight = parts.values().fold(0_usize, |sum, part| sum.saturating_add(part.in_flight));
        let mut all = Counts::default();
        let mut parts: Vec<Counts> = parts.values().map(|part| part.counts(times)).collect();
        for part in &parts {
            all.failed.extend(&part.failed);
            all.unsupported.extend(&part.unsupported);
            all.blocked_until = all.blocked_until.max(part.blocked_until);
        }
        if let Some(until) = all.blocked_until.filter(|until| *until > times.now) {
            return Err(Hold { why: Wait::Blocked, until: Some(until) });
        }
        parts.push(all);
        let rooms = parts.iter_mut().map(|part| part.room(times.now));
        let Some(room) = rooms.min_by_key(|room| room.left) else { return Ok(()) };
        // A higher concurrency than the guard applies only while nothing fails.
        let left = if room.more_in.is_none() { room.left.max(most) } else { room.left };
        if in_flight < left {
            return Ok(());
        }
        let why = if room.more_in.is_some() { Wait::Failures } else { Wait::Replies };
        let until = room.more_in.filter(|_| room.left == 0).and_then(|wait| times.now.checked_add(wait));
        Err(Hold { why, until })
    }

    fn change_load(&mut self, party: &Party, change: impl FnOnce(&mut InFlightLoad, &mut usize)) {
        let Party { worker, bucket } = party;
        let load = self.in_flight.entry(worker.clone()).or_default();
        let part = self.failures.entry(bucket.clone()).or_default().entry(worker.clone()).or_default();
        change(load, &mut part.in_flight);
        if *load == InFlightLoad::default() {
            self.in_flight.remove(worker);
        }
    }

    /// Forgets failures that the API does not count any more.
    fn forget(&mut self, times: Times) {
        self.failures.retain(|_, parts| {
            parts.retain(|_, part| part.in_flight > 0 || !part.counts(times).is_idle(times.now));
            !parts.is_empty()
        });
        while self.failures.len() > MOST_BUCKETS {
            self.failures.pop_first();
        }
    }
}

impl SharedContent for SharedLane {
    type Change = LaneChange;
    type Answer = Result<(), Hold>;

    fn apply(&mut self, change: &LaneChange, now: Millis) -> Result<(), Hold> {
        let times = Times { now: Instant::now(), millis: now };
        let load = self.load();
        match change {
            LaneChange::Enter { party, tokens, most } => return self.enter(party, (*tokens, *most), times),
            LaneChange::Begun { party, tokens, meta, at } => {
                let mut lane = self.lane.lane(load, times);
                lane.begun(*tokens, meta, *at);
                self.lane = StoredLane::of(&lane, times);
                self.change_load(party, |load, in_bucket| {
                    load.requests = load.requests.saturating_sub(1);
                    load.streams = load.streams.saturating_add(*tokens);
                    *in_bucket = in_bucket.saturating_sub(1);
                });
            }
            LaneChange::Leave { party, admission, report, counts, at, jitter } => {
                let mut lane = self.lane.lane(load, times);
                lane.leave(*admission, report, *at, *jitter);
                self.lane = StoredLane::of(&lane, times);
                let (tokens, is_answered) = (admission.tokens, admission.is_answered);
                self.change_load(party, |load, in_bucket| {
                    load.tokens = load.tokens.saturating_sub(tokens);
                    if is_answered {
                        load.streams = load.streams.saturating_sub(tokens);
                    } else {
                        load.requests = load.requests.saturating_sub(1);
                        *in_bucket = in_bucket.saturating_sub(1);
                    }
                });
                if let Some(counts) = counts
                    && let Some(part) =
                        self.failures.get_mut(&party.bucket).and_then(|parts| parts.get_mut(&party.worker))
                {
                    *part = StoredCounts::of(counts, part.in_flight, times);
                }
                self.forget(times);
            }
            LaneChange::Refused { wait, is_overloaded, at, jitter } => {
                let mut lane = self.lane.lane(load, times);
                lane.refused(None, *wait, *is_overloaded, *at, *jitter);
                self.lane = StoredLane::of(&lane, times);
            }
            LaneChange::Death(worker) => {
                self.in_flight.remove(worker);
                for parts in self.failures.values_mut() {
                    if let Some(part) = parts.get_mut(worker) {
                        part.in_flight = 0;
                    }
                }
                self.forget(times);
            }
        }
        Ok(())
    }

    fn after_loss(self, stored: Self, _: FailMode) -> Self {
        // What replies report, it learns again.
        stored
    }

    fn workers(&self) -> BTreeSet<String> {
        self.in_flight.keys().cloned().collect()
    }

    fn death(worker: String) -> LaneChange {
        LaneChange::Death(worker)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_redis_can_break_a_lane() {
        let window = format!(r#"{{"limit": {0}, "left": {0}, "ends": {0}}}"#, u64::MAX);
        let lane = format!(
            r#"{{"requests": {window}, "tokens": {window}, "allowed": {0}, "refusals": {1}, "refused_at": {0}, "opens": 0}}"#,
            u64::MAX,
            u32::MAX
        );
        let load = format!(r#"{{"requests": {0}, "tokens": {0}, "streams": {0}}}"#, u64::MAX);
        let counts = format!(
            r#"{{"in_flight": {0}, "failed": [0, {0}], "unsupported": [{0}], "reported": {window}, "blocked_until": 0}}"#,
            u64::MAX
        );
        let text = format!(
            r#"{{"lane": {lane}, "in_flight": {{"a": {load}, "b": {load}}}, "failures": {{"x": {{"a": {counts}, "b": {counts}}}}}}}"#
        );
        let party = || Party { worker: "a".into(), bucket: "x".into() };
        let at = Instant::now();
        let admission = Admission { tokens: u64::MAX, input: 0, since: at, is_answered: false };
        let meta = || Meta::new(reqwest::StatusCode::OK, Default::default(), std::time::SystemTime::now(), 1);
        let report = || Report::Refused { meta: Some(meta()), wait: Some(Duration::MAX), overloaded: true };
        for now in [0, 1_700_000_000_000, u64::MAX] {
            let mut lane: SharedLane = serde_json::from_str(&text).unwrap();
            let changes = [
                LaneChange::Enter { party: party(), tokens: u64::MAX, most: usize::MAX },
                LaneChange::Begun { party: party(), tokens: u64::MAX, meta: meta(), at },
                LaneChange::Leave {
                    party: party(),
                    admission,
                    report: report(),
                    counts: Some(Counts::default()),
                    at,
                    jitter: 1.0,
                },
                LaneChange::Refused { wait: None, is_overloaded: false, at, jitter: 0.0 },
                LaneChange::Death("b".into()),
                LaneChange::Enter { party: party(), tokens: 0, most: 0 },
            ];
            for change in &changes {
                let _ = lane.apply(change, now);
                lane = serde_json::from_value(serde_json::to_value(&lane).unwrap()).unwrap();
            }
        }
    }
}
