//! `SingleFlight`: concurrent callers of a key share one in-flight future.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::{Shared, WeakShared};
use tokio::runtime::Id;

use crate::runtime::transport::http::current_runtime;

/// The work, as a future.
pub(crate) type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// An outcome, or the panic instead, for the first caller.
type Completed<T> = Result<T, Arc<Mutex<Option<Box<dyn Any + Send>>>>>;

/// Futures in flight by key: a caller with the key of one waits for that future.
///
/// No background task: every waiting caller polls the future, and it is dropped with the last of them. A future is shared within one
/// runtime only: its connections and timers stop with the runtime in which it started, and a caller in another runtime, as blocking calls
/// have, must not stop with them.
pub(crate) struct SingleFlight<K, T> {
    in_flight: Mutex<Vec<InFlight<K, T>>>,
}

struct InFlight<K, T> {
    key: K,
    runtime: Option<Id>,
    work: WeakShared<Work<Completed<T>>>,
}

impl<K, T> Default for SingleFlight<K, T> {
    fn default() -> Self {
        Self { in_flight: Mutex::default() }
    }
}

impl<K: PartialEq + Clone, T: Clone + Send + 'static> SingleFlight<K, T> {
    /// The outcome of the work with this key, which starts now unless it is in flight, or `done` has its outcome. A caller that just missed
    /// a completion finds its outcome with `done`, which is called under the lock.
    ///
    /// A panic of the work reaches one caller; the others start it again.
    pub(crate) async fn outcome(&self, key: K, done: impl Fn() -> Option<T>, begin: impl Fn() -> Work<T>) -> T {
        loop {
            let work = match self.join(key.clone(), &done, &begin) {
                Ok(work) => work,
                Err(outcome) => return outcome,
            };
            let panic = match work.await {
                Ok(outcome) => return outcome,
                Err(panic) => lock(&panic).take(),
            };
            if let Some(panic) = panic {
                panic::resume_unwind(panic);
            }
        }
    }

    /// The future with this key, or the outcome.
    fn join(
        &self,
        key: K,
        done: impl FnOnce() -> Option<T>,
        begin: impl FnOnce() -> Work<T>,
    ) -> Result<Shared<Work<Completed<T>>>, T> {
        let runtime = current_runtime();
        let mut in_flight = lock(&self.in_flight);
        in_flight.retain(|known| known.work.upgrade().is_some_and(|work| work.peek().is_none()));
        let same = in_flight.iter().find(|known| known.key == key && known.runtime == runtime);
        if let Some(work) = same.and_then(|known| known.work.upgrade()) {
            return Ok(work);
        }
        if let Some(outcome) = done() {
            return Err(outcome);
        }
        let work = AssertUnwindSafe(begin()).catch_unwind();
        let work: Work<Completed<T>> =
            Box::pin(work.map(|outcome| outcome.map_err(|panic| Arc::new(Mutex::new(Some(panic))))));
        let work = work.shared();
        in_flight.extend(work.downgrade().map(|work| InFlight { key, runtime, work }));
        Ok(work)
    }
}

/// The state under these locks is always consistent.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Poll, Waker};
    use std::time::Duration;

    use super::*;

    /// Work that takes a moment, and counts its starts.
    fn counted(begun: &Arc<AtomicUsize>) -> Work<usize> {
        let number = begun.fetch_add(1, Ordering::SeqCst) + 1;
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            number
        })
    }

    #[tokio::test]
    async fn concurrent_callers_share_work_and_later_ones_start_it_again() {
        let (flights, begun) = (SingleFlight::default(), Arc::new(AtomicUsize::new(0)));
        let join = || flights.outcome("a", || None, || counted(&begun));
        let outcomes = tokio::join!(join(), join(), flights.outcome("b", || None, || counted(&begun)));
        assert_eq!(outcomes, (1, 1, 2));
        assert_eq!(join().await, 3);
    }

    #[tokio::test]
    async fn a_late_caller_finds_the_outcome() {
        let (flights, begun) = (SingleFlight::default(), Arc::new(AtomicUsize::new(0)));
        let mut flying = Box::pin(flights.outcome((), || None, || counted(&begun)));
        assert!(now(&mut flying).is_none());
        // While it is in flight an earlier outcome is not looked up.
        let joined = flights.outcome((), || panic!("it is in flight"), || counted(&begun));
        assert_eq!(tokio::join!(flying, joined), (1, 1));
        assert_eq!(flights.outcome((), || Some(7), || counted(&begun)).await, 7);
        assert_eq!(begun.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_dropped_caller_does_not_affect_the_others() {
        let (flights, begun) = (SingleFlight::default(), Arc::new(AtomicUsize::new(0)));
        let join = || Box::pin(flights.outcome((), || None, || counted(&begun)));
        let (mut driver, mut heir) = (join(), join());
        assert!(now(&mut driver).is_none() && now(&mut heir).is_none());
        drop(driver);
        assert_eq!(heir.await, 1);
        // The work is dropped with the last caller.
        let mut last = join();
        assert!(now(&mut last).is_none());
        drop(last);
        assert_eq!(join().await, 3);
    }

    #[tokio::test]
    async fn a_panic_reaches_one_caller_and_the_others_start_again() {
        let (flights, begun) = (Arc::new(SingleFlight::default()), Arc::new(AtomicUsize::new(0)));
        let tasks: Vec<_> = (0..3)
            .map(|_| {
                let (flights, begun) = (Arc::clone(&flights), Arc::clone(&begun));
                let begin = move || -> Work<usize> {
                    let work = counted(&begun);
                    Box::pin(async move {
                        let number = work.await;
                        assert!(number > 1, "the first one panics");
                        number
                    })
                };
                tokio::spawn(async move { flights.outcome((), || None, begin).await })
            })
            .collect();
        let mut outcomes = Vec::new();
        for task in tasks {
            let outcome = tokio::time::timeout(Duration::from_secs(60), task).await.expect("it hangs");
            outcomes.push(outcome.map_err(|error| error.is_panic()));
        }
        outcomes.sort();
        assert_eq!(outcomes, [Ok(2), Ok(2), Err(true)]);
        assert_eq!(begun.load(Ordering::SeqCst), 2);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn many_threads_find_the_same_outcome() {
        let (flights, begun) = (Arc::new(SingleFlight::default()), Arc::new(AtomicUsize::new(0)));
        let landed = Arc::new(AtomicUsize::new(0));
        let outcome = || {
            let (flights, begun, landed) = (Arc::clone(&flights), Arc::clone(&begun), Arc::clone(&landed));
            async move {
                let done = || Some(landed.load(Ordering::SeqCst)).filter(|number| *number > 0);
                let begin = || -> Work<usize> {
                    let (work, landed) = (counted(&begun), Arc::clone(&landed));
                    Box::pin(async move {
                        let number = work.await;
                        landed.store(number, Ordering::SeqCst);
                        number
                    })
                };
                flights.outcome((), done, begin).await
            }
        };
        // One caller stays, so that the work is not dropped before the others arrive.
        let mut first = Box::pin(outcome());
        assert!(now(&mut first).is_none());
        let waiting: Vec<_> = (0..200)
            .map(|number| {
                let patience = if number % 3 == 0 { Duration::from_millis(1) } else { Duration::from_secs(60) };
                tokio::spawn(tokio::time::timeout(patience, outcome()))
            })
            .collect();
        let mut came = 0;
        for task in waiting {
            if let Ok(outcome) = task.await.unwrap() {
                assert_eq!(outcome, 1);
                came += 1;
            }
        }
        assert!(came >= 133, "{came}");
        assert_eq!(first.await, 1);
        assert_eq!(begun.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn a_stopped_runtime_does_not_block_other_callers() {
        let (flights, begun) = (SingleFlight::default(), Arc::new(AtomicUsize::new(0)));
        let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (still, moving) = (runtime(), runtime());
        let entered = still.enter();
        let mut held_up = Box::pin(flights.outcome((), || None, || counted(&begun)));
        assert!(now(&mut held_up).is_none());
        drop(entered);
        assert_eq!(moving.block_on(async { flights.outcome((), || None, || counted(&begun)).await }), 2);
        assert_eq!(still.block_on(&mut held_up), 1);
    }

    /// The outcome, if it is ready at once.
    fn now<T>(waiter: &mut Pin<Box<impl Future<Output = T>>>) -> Option<T> {
        match waiter.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(outcome) => Some(outcome),
            Poll::Pending => None,
        }
    }
}
