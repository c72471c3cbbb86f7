//! `StoredLane`: the state of a lane in Redis, without what is in flight.

use serde::{Deserialize, Serialize};

use super::{FIRST, Lane};
use crate::features::pace::wait::Wait;
use crate::features::shared::store::{Millis, Times};
use crate::runtime::transport::window::Window;

/// The rate limits and the concurrency of a lane, with times of Redis.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::features::pace) struct StoredLane {
    requests: StoredWindow,
    tokens: StoredWindow,
    /// `None` is the concurrency at first.
    allowed: Option<usize>,
    refusals: u32,
    refused_at: Option<Millis>,
    opens: Option<Millis>,
    is_overloaded: bool,
}

/// A window of a rate limit.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(in crate::features::pace) struct StoredWindow {
    limit: Option<u64>,
    left: Option<u64>,
    ends: Option<Millis>,
}

/// What is in flight in all processes, or in one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::features::pace) struct InFlightLoad {
    pub(in crate::features::pace) requests: usize,
    /// The tokens of those, and of the streams that are being read.
    pub(in crate::features::pace) tokens: u64,
    pub(in crate::features::pace) streams: u64,
}

impl StoredLane {
    /// The lane, with this in flight.
    pub(in crate::features::pace) fn lane(&self, load: InFlightLoad, times: Times) -> Lane {
        Lane {
            in_flight: load.requests,
            tokens_in_flight: load.tokens,
            tokens_of_streams: load.streams,
            requests: self.requests.window(times),
            tokens: self.tokens.window(times),
            allowed: self.allowed.unwrap_or(FIRST).clamp(1, super::MOST),
            refusals: self.refusals,
            refused_at: self.refused_at.map(|at| times.instant(at)),
            opens: self.opens.map(|at| times.instant(at)),
            why: if self.is_overloaded { Wait::Overloaded } else { Wait::Refused },
            ..Lane::default()
        }
    }

    pub(in crate::features::pace) fn of(lane: &Lane, times: Times) -> Self {
        Self {
            requests: StoredWindow::of(lane.requests, times),
            tokens: StoredWindow::of(lane.tokens, times),
            allowed: Some(lane.allowed),
            refusals: lane.refusals,
            refused_at: lane.refused_at.map(|at| times.millis(at)),
            opens: lane.opens.map(|at| times.millis(at)),
            is_overloaded: lane.why == Wait::Overloaded,
        }
    }
}

impl StoredWindow {
    pub(in crate::features::pace) fn window(self, times: Times) -> Window {
        Window { limit: self.limit, left: self.left, ends: self.ends.map(|at| times.instant(at)) }
    }

    pub(in crate::features::pace) fn of(Window { limit, left, ends }: Window, times: Times) -> Self {
        Self { limit, left, ends: ends.map(|at| times.millis(at)) }
    }
}
