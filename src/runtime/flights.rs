//! `Flights`: single-flight; concurrent callers of a key share one in-flight future.

use std::panic::{self, AssertUnwindSafe};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Wake, Waker};

use tokio::runtime::{Handle, Id};

/// What is done, as a future.
pub(crate) type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Pieces of work on their way, each with a key: who asks for one that is on its way waits for it and begins no second one.
///
/// Nothing runs in the background. Whoever waits moves the work on, and when one of them is dropped another one does; when all are, the
/// work is dropped too. Work is shared within one runtime alone: its connections and timers stand still with the runtime in which it
/// began, and somebody who waits in another one, as blocking calls do, must not stand still with them.
pub(crate) struct Flights<K, T> {
    under_way: Mutex<Vec<Known<K, T>>>,
}

struct Known<K, T> {
    key: K,
    runtime: Option<Id>,
    flight: Weak<Flight<T>>,
}

impl<K, T> Default for Flights<K, T> {
    fn default() -> Self {
        Self { under_way: Mutex::default() }
    }
}

impl<K: PartialEq + Clone, T: Clone> Flights<K, T> {
    /// The outcome of the work with this key, as [`join`](Self::join) finds it. Work that panics does so for one caller; the others
    /// begin it anew.
    pub(crate) async fn outcome(&self, key: K, done: impl Fn() -> Option<T>, begin: impl Fn() -> Work<T>) -> T {
        loop {
            if let Some(outcome) = self.join(key.clone(), &done, &begin).await {
                return outcome;
            }
        }
    }

    /// Waits for the work with this key, which begins now unless it is on its way, or `done` knows what comes of it. Who looked for
    /// an outcome just before some work landed asks again in `done`: there nothing lands between the look and the beginning.
    fn join(&self, key: K, done: impl FnOnce() -> Option<T>, begin: impl FnOnce() -> Work<T>) -> Waiter<T> {
        let runtime = Handle::try_current().ok().map(|runtime| runtime.id());
        let mut under_way = lock(&self.under_way);
        under_way.retain(|known| known.flight.upgrade().is_some_and(|flight| !flight.has_landed()));
        let same = under_way.iter().find(|known| known.key == key && known.runtime == runtime);
        let flight = same.and_then(|known| known.flight.upgrade()).unwrap_or_else(|| match done() {
            Some(outcome) => Arc::new(Flight::landed(outcome)),
            None => {
                let flight = Arc::new(Flight::new(begin()));
                under_way.push(Known { key, runtime, flight: Arc::downgrade(&flight) });
                flight
            }
        });
        let place = flight.waiting.place();
        Waiter { flight, place }
    }
}

/// One piece of work.
struct Flight<T> {
    state: Mutex<State<T>>,
    /// It is not flying any more.
    landed: AtomicBool,
    waiting: Arc<Waiting>,
}

enum State<T> {
    Flying(Work<T>),
    Landed(T),
    /// It panicked.
    Crashed,
}

impl<T> Flight<T> {
    fn new(work: Work<T>) -> Self {
        Self { state: Mutex::new(State::Flying(work)), landed: AtomicBool::new(false), waiting: Arc::default() }
    }

    fn landed(outcome: T) -> Self {
        Self { state: Mutex::new(State::Landed(outcome)), landed: AtomicBool::new(true), waiting: Arc::default() }
    }

    fn has_landed(&self) -> bool {
        self.landed.load(Ordering::Acquire)
    }
}

/// Everybody who waits for a piece of work.
struct Waiting {
    /// There is something to do since the work was last moved on.
    woken: AtomicBool,
    seats: Mutex<Seats>,
}

#[derive(Default)]
struct Seats {
    next: u64,
    taken: Vec<(u64, Option<Waker>)>,
}

impl Default for Waiting {
    fn default() -> Self {
        Self { woken: AtomicBool::new(true), seats: Mutex::default() }
    }
}

impl Waiting {
    fn place(&self) -> u64 {
        let mut seats = lock(&self.seats);
        seats.next += 1;
        let place = seats.next;
        seats.taken.push((place, None));
        place
    }

    fn wait(&self, place: u64, waker: &Waker) {
        let mut seats = lock(&self.seats);
        if let Some((_, seat)) = seats.taken.iter_mut().find(|seat| seat.0 == place) {
            match seat {
                Some(known) => known.clone_from(waker),
                None => *seat = Some(waker.clone()),
            }
        }
    }

    fn leave(&self, place: u64) {
        lock(&self.seats).taken.retain(|seat| seat.0 != place);
    }

    fn wake_all(&self) {
        // Outside of the lock: what a waker does is not known.
        let wakers: Vec<Waker> = lock(&self.seats).taken.iter().filter_map(|seat| seat.1.clone()).collect();
        wakers.into_iter().for_each(Waker::wake);
    }
}

/// All are woken, as nobody knows which of them will be polled again. The first one that is moves the work on.
impl Wake for Waiting {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::Release);
        self.wake_all();
    }
}

/// Somebody who waits for a piece of work. Its outcome is `None` if the work panicked when another waiter polled it.
#[must_use = "the work goes on only while somebody waits for it"]
struct Waiter<T> {
    flight: Arc<Flight<T>>,
    place: u64,
}

impl<T: Clone> Future for Waiter<T> {
    type Output = Option<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let flight = &*self.flight;
        // Before the work is looked at, so that no wake between the two is lost.
        flight.waiting.wait(self.place, cx.waker());
        let mut state = lock(&flight.state);
        let work = match &mut *state {
            State::Landed(outcome) => return Poll::Ready(Some(outcome.clone())),
            State::Crashed => return Poll::Ready(None),
            State::Flying(work) => work,
        };
        if !flight.waiting.woken.swap(false, Ordering::AcqRel) {
            return Poll::Pending;
        }
        let waker = Waker::from(Arc::clone(&flight.waiting));
        // Nobody sees the work again once it has panicked.
        let polled = panic::catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(&mut Context::from_waker(&waker))));
        let landed = match &polled {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(outcome)) => State::Landed(outcome.clone()),
            Err(_) => State::Crashed,
        };
        let done = std::mem::replace(&mut *state, landed);
        flight.landed.store(true, Ordering::Release);
        drop(state);
        // The others are woken before the work is dropped, and before its panic goes on.
        flight.waiting.wake_all();
        drop(done);
        match polled {
            Ok(outcome) => outcome.map(Some),
            Err(panic) => panic::resume_unwind(panic),
        }
    }
}

impl<T> Drop for Waiter<T> {
    fn drop(&mut self) {
        self.flight.waiting.leave(self.place);
    }
}

/// Nothing that is kept under these locks is ever half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::time::Duration;

    use super::*;

    /// Work that takes a moment, and counts how often it began.
    fn counted(begun: &Arc<AtomicUsize>) -> Work<usize> {
        let number = begun.fetch_add(1, Ordering::SeqCst) + 1;
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            number
        })
    }

    #[tokio::test]
    async fn work_is_done_once_for_all_who_wait_and_anew_afterwards() {
        let (flights, begun) = (Flights::default(), Arc::new(AtomicUsize::new(0)));
        let join = || flights.join("a", || None, || counted(&begun));
        let (first, second, other) = tokio::join!(join(), join(), flights.join("b", || None, || counted(&begun)));
        assert_eq!((first, second, other), (Some(1), Some(1), Some(2)));
        assert_eq!(join().await, Some(3));
    }

    #[tokio::test]
    async fn who_comes_too_late_to_join_finds_what_was_done() {
        let (flights, begun) = (Flights::default(), Arc::new(AtomicUsize::new(0)));
        let flying = flights.join((), || None, || counted(&begun));
        // While it is on its way nobody asks for what came of an earlier one.
        let joined = flights.join((), || panic!("it is on its way"), || counted(&begun));
        assert_eq!((flying.await, joined.await), (Some(1), Some(1)));
        assert_eq!(flights.join((), || Some(7), || counted(&begun)).await, Some(7));
        assert_eq!(begun.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn who_leaves_takes_nothing_along() {
        let (flights, begun) = (Flights::default(), Arc::new(AtomicUsize::new(0)));
        let join = || flights.join((), || None, || counted(&begun));
        let (mut driver, heir) = (join(), join());
        assert!(now(&mut driver).is_none());
        drop(driver);
        assert_eq!(heir.await, Some(1));
        // With the last one the work is gone.
        drop(join());
        assert_eq!(join().await, Some(3));
    }

    #[tokio::test]
    async fn work_that_panics_does_so_for_one_and_is_begun_anew_for_the_others() {
        let (flights, begun) = (Arc::new(Flights::default()), Arc::new(AtomicUsize::new(0)));
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
        let (flights, begun) = (Arc::new(Flights::default()), Arc::new(AtomicUsize::new(0)));
        let waiting: Vec<_> = (0..200)
            .map(|number| {
                let waiter = flights.join((), || None, || counted(&begun));
                tokio::spawn(async move {
                    let patience = if number % 3 == 0 { Duration::from_millis(1) } else { Duration::from_secs(5) };
                    tokio::time::timeout(patience, waiter).await.ok()
                })
            })
            .collect();
        let mut came = 0;
        for task in waiting {
            if let Some(outcome) = task.await.unwrap() {
                assert_eq!(outcome, Some(1));
                came += 1;
            }
        }
        assert!(came >= 133, "{came}");
        assert_eq!(begun.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn a_runtime_that_stands_still_holds_up_nobody_else() {
        let (flights, begun) = (Flights::default(), Arc::new(AtomicUsize::new(0)));
        let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (still, moving) = (runtime(), runtime());
        let entered = still.enter();
        let mut held_up = flights.join((), || None, || counted(&begun));
        assert!(now(&mut held_up).is_none());
        drop(entered);
        assert_eq!(moving.block_on(async { flights.join((), || None, || counted(&begun)).await }), Some(2));
        assert_eq!(still.block_on(&mut held_up), Some(1));
    }

    /// The outcome, if it is there at once.
    fn now<T: Clone>(waiter: &mut Waiter<T>) -> Option<T> {
        match Pin::new(waiter).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(outcome) => outcome,
            Poll::Pending => None,
        }
    }
}
