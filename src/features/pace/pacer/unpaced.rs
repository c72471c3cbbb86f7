//! `Pacer` for requests that do not wait: it counts them, and says what is left.

use std::time::Instant;

use super::{Hold, LaneKey, Pacer, PermitRequest};
use crate::runtime::transport::FailureBudget;

/// The run of requests that do not wait.
pub(in crate::features::pace) const NO_RUN: u64 = 0;

impl Pacer {
    /// Counts a request that does not wait, and returns its lane and its tokens.
    pub(in crate::features::pace) fn count(&self, wanted: &PermitRequest, now: Instant) -> (LaneKey, u64) {
        let mut state = self.lock();
        let key = state.resolved(&wanted.lane);
        let tokens = state.lane(&key, now).estimate(wanted.load);
        state.enter(&key, tokens, wanted);
        (key, tokens)
    }

    /// How many more requests like this one may be sent, as far as the limits are known, or what holds it back.
    pub(crate) fn room(&self, wanted: &PermitRequest, budget: &FailureBudget, now: Instant) -> Result<u64, Hold> {
        let mut state = self.lock();
        let is_alone = state.passes((NO_RUN, usize::MAX), wanted, budget, now)?;
        let key = state.resolved(&wanted.lane);
        let lane = state.lanes.get_mut(&key);
        lane.map_or(Ok(u64::MAX), |lane| lane.room(lane.estimate(wanted.load), is_alone, now))
    }
}
