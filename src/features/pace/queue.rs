//! `Queues`: first-in, first-out queues of calls that wait for a permit, one for each model, API key and `user`.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Waker};

use super::pacer::{Hold, Pacer};
use super::permit::{LaneKey, PermitRequest};
use crate::runtime::transport::budget::Bucket;

/// The queues of a client, as long as a call waits in them or is in flight.
#[derive(Debug, Default)]
pub(super) struct Queues(Mutex<HashMap<(LaneKey, Bucket), Weak<Queue>>>);

/// A queue. To the pacer it is one run, so that a batch takes turns with it, whatever its length.
pub(super) struct Queue {
    pacer: Arc<Pacer>,
    pub(super) run: u64,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    last: u64,
    /// In ascending order of their ids.
    waiters: VecDeque<Waiter>,
    /// What held the first one back last, and so the others.
    hold: Option<Hold>,
}

struct Waiter {
    id: u64,
    waker: Option<Waker>,
}

/// A place in a queue. Dropped, it is free, and the next one moves up.
pub(super) struct Place {
    pub(super) queue: Arc<Queue>,
    id: u64,
}

impl Queues {
    /// The last place in the queue of a request.
    pub(super) fn join(&self, pacer: &Arc<Pacer>, wanted: &PermitRequest) -> Place {
        let key = (wanted.lane.clone(), wanted.bucket.clone());
        let mut queues = lock(&self.0);
        let known = queues.get(&key).and_then(Weak::upgrade);
        let queue = known.unwrap_or_else(|| {
            queues.retain(|_, queue| queue.strong_count() > 0);
            let queue = Queue { pacer: Arc::clone(pacer), run: pacer.join_queue(), waiting: Mutex::default() };
            let queue = Arc::new(queue);
            queues.insert(key, Arc::downgrade(&queue));
            queue
        });
        drop(queues);
        let mut waiting = lock(&queue.waiting);
        waiting.last += 1;
        let id = waiting.last;
        waiting.waiters.push_back(Waiter { id, waker: None });
        drop(waiting);
        Place { queue, id }
    }
}

impl Place {
    /// Ready at the front of the queue.
    pub(super) fn poll_front(&self, cx: &Context<'_>) -> Poll<()> {
        let mut waiting = lock(&self.queue.waiting);
        if waiting.waiters.front().is_none_or(|first| first.id == self.id) {
            return Poll::Ready(());
        }
        if let Ok(at) = waiting.waiters.binary_search_by_key(&self.id, |waiter| waiter.id) {
            waiting.waiters[at].waker = Some(cx.waker().clone());
        }
        Poll::Pending
    }

    /// What held the first one back last.
    pub(super) fn hold(&self) -> Option<Hold> {
        lock(&self.queue.waiting).hold
    }

    /// Records what holds this one back, as the first.
    pub(super) fn held(&self, hold: Hold) {
        lock(&self.queue.waiting).hold = Some(hold);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut waiting = lock(&self.queue.waiting);
        let Ok(at) = waiting.waiters.binary_search_by_key(&self.id, |waiter| waiter.id) else { return };
        waiting.waiters.remove(at);
        let next = waiting.waiters.front_mut().filter(|_| at == 0).and_then(|first| first.waker.take());
        let is_empty = waiting.waiters.is_empty();
        drop(waiting);
        if is_empty {
            self.queue.pacer.rest(self.queue.run);
        }
        if let Some(next) = next {
            next.wake();
        }
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        self.pacer.leave(self.run);
    }
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue").field("run", &self.run).finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while the lock is held.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_first(place: &Place) -> bool {
        place.poll_front(&Context::from_waker(Waker::noop())).is_ready()
    }

    #[test]
    fn the_first_of_a_model_is_first_and_others_move_up() {
        let (queues, pacer) = (Queues::default(), Arc::new(Pacer::default()));
        let join = |name| {
            let lane = pacer.lane(Some("key"), name);
            queues.join(&pacer, &PermitRequest { lane, ..PermitRequest::default() })
        };
        let [first, second, third] = [0; 3].map(|_| join("a"));
        let other = join("b");
        assert_eq!([&first, &second, &third, &other].map(is_first), [true, false, false, true]);
        drop(second);
        assert!(!is_first(&third));
        drop(first);
        assert!(is_first(&third));
        drop((third, other));
        let _another = join("c");
        assert_eq!(lock(&queues.0).len(), 1, "queues without a call are forgotten");
    }
}
