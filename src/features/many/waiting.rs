//! `Waiting`: the requests that wait to be sent, in one queue per model.

use std::collections::VecDeque;

use super::task::Task;
use crate::features::pace::{LaneKey, PermitRequest};
use crate::runtime::transport::budget::Bucket;

/// The key of a queue: requests that share rate limits and failures.
type Lane = (LaneKey, Bucket);

/// Queues of waiting requests. Models take turns, so that one that has to wait does not block the others.
#[derive(Default)]
pub(super) struct Waiting {
    lanes: VecDeque<(Lane, VecDeque<Box<Task>>)>,
    count: usize,
}

impl Waiting {
    pub(super) fn len(&self) -> usize {
        self.count
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(super) fn push(&mut self, task: Box<Task>) {
        self.lane(&task).push_back(task);
    }

    /// Puts a request anywhere in its queue, so that processes with the same input do not all begin with the same ones.
    #[cfg(feature = "redis")]
    pub(super) fn push_anywhere(&mut self, task: Box<Task>) {
        let lane = self.lane(&task);
        let places = lane.len() as u64 + 1;
        lane.insert((crate::runtime::random::bits() % places) as usize, task);
    }

    /// Puts a request back at the front.
    pub(super) fn push_first(&mut self, task: Box<Task>) {
        self.lane(&task).push_front(task);
    }

    #[inline]
    fn lane(&mut self, task: &Task) -> &mut VecDeque<Box<Task>> {
        self.count += 1;
        let PermitRequest { lane, bucket, .. } = &task.permit_request;
        let place =
            self.lanes.iter().position(|(known, _)| known.0 == *lane && known.1 == *bucket).unwrap_or_else(|| {
                self.lanes.push_back(((lane.clone(), bucket.clone()), VecDeque::new()));
                self.lanes.len() - 1
            });
        &mut self.lanes[place].1
    }

    /// The first request that is admitted, taking turns between queues, with what `passes` returned for it.
    pub(super) fn take<P>(&mut self, mut passes: impl FnMut(&Task) -> Option<P>) -> Option<(Box<Task>, P)> {
        for _ in 0..self.lanes.len() {
            let Some((key, mut tasks)) = self.lanes.pop_front() else { break };
            let passed = tasks.front().and_then(|task| passes(task));
            let taken = passed.and_then(|pass| Some((tasks.pop_front()?, pass)));
            if !tasks.is_empty() {
                self.lanes.push_back((key, tasks));
            }
            if taken.is_some() {
                self.count -= 1;
                return taken;
            }
        }
        None
    }
}
