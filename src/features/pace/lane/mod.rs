//! `Lane`: the rate limits and the concurrency of one model of one account.

#[cfg(feature = "redis")]
pub(super) mod stored;

use std::time::{Duration, Instant};

use super::line::Line;
use super::pacer::{Admission, Hold, Report, pause};
use super::permit::Load;
use super::wait::Wait;
use crate::runtime::meta::Meta;
use crate::runtime::transport::window::Window;

/// The concurrency before the first reply has reported the limits.
const FIRST: usize = 4;
/// The maximum concurrency.
const MOST: usize = 4096;
/// The assumed output tokens before any reply.
const USUAL_OUTPUT: u64 = 500;

#[derive(Debug)]
pub(super) struct Lane {
    in_flight: usize,
    tokens_in_flight: u64,
    /// Those of streams that are being read.
    tokens_of_streams: u64,
    requests: Window,
    tokens: Window,
    /// The allowed concurrency: one more with each success, half with each 429 (AIMD).
    allowed: usize,
    /// 429s since the last success; requests in flight together count once.
    refusals: u32,
    refused_at: Option<Instant>,
    opens: Option<Instant>,
    why: Wait,
    /// What other processes hold it back for.
    #[cfg(feature = "redis")]
    pub(super) held: Option<Hold>,
    /// Moving average of the tokens that replies used beyond the input.
    beside: Option<u64>,
    /// The runs that wait for it.
    pub(super) line: Line,
}

impl Default for Lane {
    fn default() -> Self {
        Self {
            in_flight: 0,
            tokens_in_flight: 0,
            tokens_of_streams: 0,
            requests: Window::default(),
            tokens: Window::default(),
            allowed: FIRST,
            refusals: 0,
            refused_at: None,
            opens: None,
            why: Wait::Refused,
            #[cfg(feature = "redis")]
            held: None,
            beside: None,
            line: Line::default(),
        }
    }
}

impl Lane {
    /// The estimated tokens of a request, input and output.
    pub(super) fn estimate(&self, load: Load) -> u64 {
        let usual = self.beside.unwrap_or(if load.is_answered { USUAL_OUTPUT } else { 0 });
        load.input.saturating_add(load.most_output.map_or(usual, |most| most.min(usual)))
    }

    /// Whether another request may be sent. `alone`: no request in flight will complete before it.
    pub(super) fn fits(&mut self, tokens: u64, alone: bool, now: Instant) -> Result<(), Hold> {
        if let Some(opens) = self.opens.filter(|opens| *opens > now) {
            return Err(Hold { why: self.why, until: Some(opens) });
        }
        #[cfg(feature = "redis")]
        if let Some(hold) = self.held.filter(|hold| hold.until > Some(now)) {
            return Err(hold);
        }
        let (in_flight, tokens_in_flight) =
            if alone { (0, self.tokens_of_streams) } else { (self.in_flight, self.tokens_in_flight) };
        if in_flight >= self.allowed {
            return Err(Hold { why: if self.refusals > 0 { self.why } else { Wait::Replies }, until: None });
        }
        let requests = self.requests.fits(1, in_flight as u64, now);
        requests.map_err(|until| Hold { why: Wait::RequestLimit, until })?;
        self.tokens.fits(tokens, tokens_in_flight, now).map_err(|until| Hold { why: Wait::TokenLimit, until })
    }

    /// How many more requests of so many tokens fit, as far as the limits are known.
    #[cfg(feature = "keys")]
    pub(super) fn room(&mut self, tokens: u64, alone: bool, now: Instant) -> Result<u64, Hold> {
        self.fits(tokens, alone, now)?;
        let (requests, left) = (self.requests.left(now), self.tokens.left(now));
        let requests = requests.map_or(u64::MAX, |(left, _)| left).saturating_sub(self.in_flight as u64);
        let by_tokens = left.map(|(left, _)| left.saturating_sub(self.tokens_in_flight) / tokens.max(1));
        Ok(requests.min(by_tokens.unwrap_or(u64::MAX)))
    }

    /// Whether nothing is in flight.
    pub(super) fn is_idle(&self) -> bool {
        self.in_flight == 0
    }

    /// Whether it waits until a known time.
    pub(super) fn is_closed(&self, now: Instant) -> bool {
        self.opens.is_some_and(|opens| opens > now)
    }

    pub(super) fn enter(&mut self, tokens: u64) {
        self.in_flight += 1;
        self.tokens_in_flight = self.tokens_in_flight.saturating_add(tokens);
    }

    /// The reply of a request has begun, which is a stream: its headers count it, but not its tokens.
    pub(super) fn begun(&mut self, tokens: u64, meta: &Meta, now: Instant) {
        self.tokens_of_streams = self.tokens_of_streams.saturating_add(tokens);
        self.in_flight = self.in_flight.saturating_sub(1);
        self.learn(Some(meta), 0, now);
        self.accepted();
    }

    /// Releases a completed request.
    pub(super) fn leave(&mut self, admission: Admission, report: &Report, now: Instant, jitter: f64) {
        let Admission { tokens, input, since, is_answered } = admission;
        self.tokens_in_flight = self.tokens_in_flight.saturating_sub(tokens);
        let spent = report.used().unwrap_or(tokens);
        if is_answered {
            self.tokens_of_streams = self.tokens_of_streams.saturating_sub(tokens);
            self.tokens.spend(spent);
        } else {
            self.in_flight = self.in_flight.saturating_sub(1);
            if !matches!(report, Report::Unsent | Report::Unreached) {
                self.learn(report.meta(), spent, now);
            }
        }
        match report {
            Report::Success { used, .. } => {
                if !is_answered {
                    self.accepted();
                }
                if let Some(beside) = used.map(|used| used.saturating_sub(input)) {
                    let before = self.beside.unwrap_or(beside);
                    self.beside = Some(before.saturating_mul(3).saturating_add(beside) / 4);
                }
            }
            Report::Refused { wait, overloaded, .. } => self.refused(Some(since), *wait, *overloaded, now, jitter),
            Report::Blocked { .. } | Report::Failed { .. } | Report::Unreached | Report::Unsent => {}
        }
    }

    fn accepted(&mut self) {
        self.refusals = 0;
        self.allowed = (self.allowed + 1).min(MOST);
    }

    /// A request was rejected that was sent at `since`, or is sent again and keeps its permit.
    pub(super) fn refused(
        &mut self,
        since: Option<Instant>,
        wait: Option<Duration>,
        overloaded: bool,
        now: Instant,
        jitter: f64,
    ) {
        // Requests in flight together are rejected together: that counts as one 429.
        if since.is_none() || self.refused_at.is_none_or(|at| since >= Some(at)) {
            self.refusals = self.refusals.saturating_add(1);
            self.refused_at = Some(now);
            self.allowed = (self.allowed / 2).max(1);
        }
        let wait = match wait {
            // Requests sent together must not be retried together.
            Some(wait) => wait.saturating_add(pause(0, jitter)),
            None => pause(self.refusals, jitter),
        };
        self.opens = self.opens.max(now.checked_add(wait));
        self.why = if overloaded { Wait::Overloaded } else { Wait::Refused };
    }

    /// Forgets waits that end later than this.
    #[cfg(feature = "batch")]
    pub(super) fn forget_beyond(&mut self, latest: Option<Instant>) {
        self.opens = self.opens.filter(|opens| latest.is_none_or(|latest| *opens <= latest));
        #[cfg(feature = "redis")]
        {
            self.held = None;
        }
        self.requests.forget_beyond(latest);
        self.tokens.forget_beyond(latest);
    }

    /// Learns the limits of a reply, or counts what it used.
    fn learn(&mut self, meta: Option<&Meta>, used: u64, now: Instant) {
        let limits = meta.map(Meta::rate_limits).unwrap_or_default();
        match limits.requests.remaining {
            Some(_) => self.requests.learn(limits.requests, now),
            None => self.requests.spend(1),
        }
        match limits.tokens.remaining {
            Some(_) => self.tokens.learn(limits.tokens, now),
            None => self.tokens.spend(used),
        }
    }
}

/// The maximum pause.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::runtime::meta::RateLimit;

    fn admission(since: Instant) -> Admission {
        Admission { tokens: 0, input: 0, since, is_answered: false }
    }

    fn refused(wait: Option<u64>) -> Report {
        Report::Refused { meta: None, wait: wait.map(Duration::from_secs), overloaded: false }
    }

    #[test]
    fn concurrent_429s_halve_once() {
        let (mut lane, start) = (Lane::default(), Instant::now());
        for _ in 0..4 {
            lane.enter(0);
        }
        assert_eq!(lane.fits(0, false, start).unwrap_err().why, Wait::Replies);
        for millis in 1..=4 {
            lane.leave(admission(start), &refused(None), start + Duration::from_millis(millis), 0.0);
        }
        assert_eq!((lane.allowed, lane.refusals), (2, 1));
        let later = start + Duration::from_secs(60);
        lane.enter(0);
        lane.leave(admission(later), &refused(None), later, 0.0);
        assert_eq!((lane.allowed, lane.refusals), (1, 2));
        lane.enter(0);
        lane.leave(admission(later), &Report::Success { meta: None, used: None }, later, 0.0);
        assert_eq!((lane.allowed, lane.refusals), (2, 0));
    }

    #[test]
    fn retry_after_is_honoured() {
        let (mut lane, start) = (Lane::default(), Instant::now());
        lane.enter(0);
        lane.leave(admission(start), &refused(Some(90)), start, 0.0);
        lane.enter(0);
        lane.leave(admission(start), &refused(None), start, 0.0);
        let hold = lane.fits(0, false, start + Duration::from_secs(89)).unwrap_err();
        assert_eq!((hold.why, hold.until.unwrap() >= start + Duration::from_secs(90)), (Wait::Refused, true));
        lane.fits(0, false, start + Duration::from_secs(91)).unwrap();
    }

    #[test]
    fn output_tokens_are_learned_from_replies() {
        let (mut lane, now) = (Lane::default(), Instant::now());
        let load = Load { input: 100, most_output: Some(2000), is_answered: true };
        assert_eq!(lane.estimate(load), 100 + USUAL_OUTPUT);
        let report = Report::Success { meta: None, used: Some(1300) };
        lane.enter(600);
        lane.leave(Admission { tokens: 600, input: 100, since: now, is_answered: false }, &report, now, 0.0);
        assert_eq!(lane.estimate(load), 1300);
        assert_eq!(lane.estimate(Load { most_output: Some(50), ..load }), 150);
        assert_eq!(Lane::default().estimate(Load { is_answered: false, ..load }), 100);
    }

    #[test]
    fn tokens_of_a_stream_are_in_flight_until_its_end() {
        let (mut lane, now) = (Lane::default(), Instant::now());
        let resets_in = Some(Duration::from_secs(30));
        lane.tokens.learn(RateLimit { limit: Some(1000), remaining: Some(1000), resets_in }, now);
        lane.enter(600);
        let meta = Meta::new(reqwest::StatusCode::OK, reqwest::header::HeaderMap::new(), SystemTime::now(), 1);
        lane.begun(600, &meta, now);
        assert_eq!((lane.in_flight, lane.allowed), (0, FIRST + 1));
        assert_eq!(lane.fits(600, false, now).unwrap_err().why, Wait::TokenLimit);
        let ended = Admission { tokens: 600, input: 100, since: now, is_answered: true };
        lane.leave(ended, &Report::Success { meta: None, used: Some(300) }, now, 0.0);
        assert_eq!((lane.allowed, lane.beside), (FIRST + 1, Some(200)), "it is counted once");
        lane.fits(700, false, now).unwrap();
        lane.fits(701, false, now).unwrap_err();
    }
}
