//! Tests of the pacer.

use super::super::permit::Load;
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
        PermitRequest { lane, load: LOAD, ..PermitRequest::default() }
    }

    fn done(&self, run: u64, admitted: (LaneKey, u64), report: &Report) {
        let admission = Admission { tokens: admitted.1, input: LOAD.input, since: self.now, is_answered: false };
        let wanted = Self::permit_request(admitted.0.clone());
        self.pacer.done((run, &wanted), (&admitted.0, admission), report, self.now, 0.0);
    }

    fn fail(&self, failures: usize) {
        let bucket = Bucket::default();
        (0..failures).for_each(|_| self.budget.record_failure(&bucket, Counted::Failed, self.now));
    }
}

const SUCCESS: Report = Report::Success { meta: None, used: None };

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
    let mut admitted: Vec<_> = (0..GUARD).map(|model| runs.admit(parked, 99, &model.to_string()).unwrap()).collect();
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
        |model: &str| PermitRequest { is_signed: true, ..Runs::permit_request(runs.pacer.lane(None::<&str>, model)) };
    let admit = |model: &str| runs.pacer.admit((run, 99), &signed(model), &runs.budget, runs.now);
    let admitted = ["a", "b", "c", "d", "e"].map(|model| admit(model).unwrap());
    assert_eq!(admit("f").unwrap_err().why, Wait::Replies);
    runs.admit(run, 99, "f").unwrap();
    let admission = Admission { tokens: admitted[0].1, input: LOAD.input, since: runs.now, is_answered: false };
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

#[test]
fn runs_take_turns_in_a_lane() {
    let mut runs = Runs::new();
    let (batch, calls) = (runs.pacer.join(), runs.pacer.join());
    let minute = Duration::from_secs(60);
    let mut order = Vec::new();
    for _ in 0..6 {
        // The batch always asks first, and only one of them fits.
        for run in [batch, calls, batch, calls] {
            if let Ok(admitted) = runs.admit(run, 8, "a") {
                order.push(run);
                runs.done(run, admitted, &Report::Refused { meta: None, wait: Some(minute), overloaded: false });
            }
        }
        runs.now += minute;
    }
    assert_eq!(order, [batch, calls, batch, calls, batch, calls]);
    // A run that is not polled loses its turn.
    assert_eq!(runs.admit(calls, 8, "a").unwrap_err().why, Wait::Queue);
    runs.now += Duration::from_millis(70);
    runs.admit(calls, 8, "a").unwrap();
}

#[test]
fn a_run_that_rests_or_leaves_holds_up_no_other() {
    let mut runs = Runs::new();
    let (first, second) = (runs.pacer.join(), runs.pacer.join());
    let wait = Report::Refused { meta: None, wait: Some(Duration::from_secs(60)), overloaded: false };
    for goes in [Pacer::rest, Pacer::leave] {
        let admitted = runs.admit(second, 8, "a").unwrap();
        runs.done(second, admitted, &wait);
        runs.admit(first, 8, "a").unwrap_err();
        runs.admit(second, 8, "a").unwrap_err();
        runs.now += Duration::from_secs(60);
        goes(&runs.pacer, first);
        let admitted = runs.admit(second, 8, "a").unwrap();
        runs.done(second, admitted, &SUCCESS);
    }
}
