//! When input is taken, and slow or absent consumers.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures_core::Stream;
use venice_ai::types::{ChatCompletionRequest, CreateSpeechRequest};

use super::{all, answer, answering, assert_answered, client, indexes, number, question, questions};
use crate::support::{Answer, PATIENCE, Server, builder};

/// A stream that a test fills.
#[derive(Clone, Default)]
struct Tap(Arc<Mutex<Flow>>);

#[derive(Default)]
struct Flow {
    items: std::collections::VecDeque<usize>,
    ended: bool,
    waker: Option<Waker>,
}

impl Tap {
    fn give(&self, items: impl IntoIterator<Item = usize>) {
        self.change(|flow| flow.items.extend(items));
    }

    fn end(&self) {
        self.change(|flow| flow.ended = true);
    }

    fn change(&self, change: impl FnOnce(&mut Flow)) {
        let mut flow = self.0.lock().unwrap();
        change(&mut flow);
        if let Some(waker) = flow.waker.take() {
            waker.wake();
        }
    }
}

impl Stream for Tap {
    type Item = ChatCompletionRequest;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut flow = self.0.lock().unwrap();
        match flow.items.pop_front() {
            Some(n) => Poll::Ready(Some(question(n))),
            None if flow.ended => Poll::Ready(None),
            None => {
                flow.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

#[tokio::test]
async fn requests_of_a_stream_are_sent_as_they_come() {
    let server = answering();
    let (venice, _) = client(&server);
    let tap = Tap::default();
    let mut run = venice.many_from_stream(tap.clone(), |venice, request| venice.chat().create(request));
    assert_eq!(run.progress().total, None);
    tap.give(0..3);
    for n in 0..3 {
        let next = tokio::time::timeout(PATIENCE, run.next()).await.unwrap().unwrap().unwrap();
        assert!(next.result.is_ok(), "{n}");
    }
    // It waits for the stream, and continues when an item arrives.
    let waiting = tokio::spawn(async move {
        let next = run.next().await.unwrap().unwrap();
        (next, run)
    });
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(!waiting.is_finished());
    tap.give([3]);
    let (next, mut run) = tokio::time::timeout(PATIENCE, waiting).await.unwrap().unwrap();
    assert_eq!(next.reply().unwrap().text(), "answer 3");
    tap.give(4..50);
    tap.end();
    assert_answered(&all(&mut run).await);
    assert_eq!(server.count(), 50);
}

/// The numbers of the questions that were taken from an input.
fn counted(count: usize) -> (impl Iterator<Item = ChatCompletionRequest> + Send + 'static, Arc<AtomicUsize>) {
    let taken = Arc::new(AtomicUsize::new(0));
    let counting = taken.clone();
    let items = (0..count).map(question).inspect(move |_| {
        counting.fetch_add(1, Ordering::SeqCst);
    });
    (items, taken)
}

#[tokio::test]
async fn nothing_is_taken_or_sent_before_it_is_asked_for() {
    let server = answering();
    let (venice, _) = client(&server);
    let (requests, taken) = counted(100);
    let run = venice.chat().many(requests);
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!((taken.load(Ordering::SeqCst), server.count()), (0, 0));
    drop(run);
}

#[tokio::test]
async fn a_slow_reader_slows_the_run_down() {
    for in_order in [false, true] {
        let server = answering();
        let (venice, _) = client(&server);
        let (requests, taken) = counted(100);
        let mut run = venice.chat().many(requests).with_concurrency(4).with_window(10);
        if in_order {
            run = run.with_input_order();
        }
        for read in 0..100 {
            run.next().await.unwrap().unwrap();
            tokio::time::sleep(Duration::from_millis(2)).await;
            let taken = taken.load(Ordering::SeqCst);
            assert!(taken <= read + 11, "{taken} are taken, {read} are read");
            assert!(server.count() <= read + 11);
        }
        assert!(run.next().await.is_none());
    }
}

#[tokio::test]
async fn the_first_one_of_an_order_is_not_overtaken_by_more_than_the_window() {
    let server = Server::start(|_, request| {
        let wait = if number(request) == 0 { 300 } else { 0 };
        Answer::default().wait(Duration::from_millis(wait)).then(answer(request))
    });
    let (venice, _) = client(&server);
    let (requests, taken) = counted(1000);
    let mut run = venice.chat().many(requests).with_input_order().with_window(20);
    assert_eq!(run.next().await.unwrap().unwrap().index, 0);
    assert!(taken.load(Ordering::SeqCst) <= 21, "{taken:?}");
}

#[tokio::test]
async fn time_that_the_reader_spends_elsewhere_does_not_count() {
    // A long answer, whose rest arrives on demand.
    let long = "x".repeat(3_000_000);
    let server = Server::start(move |_, request| match number(request) {
        0 => answer(request),
        n => Answer::default()
            .wait(Duration::from_millis(30))
            .then(Answer::json(200, &super::answer_body(n).replace("stop", &long))),
    });
    // The shortest time-out in which this machine reads answers of this length. The consumer is idle for longer.
    let mut outcomes = Vec::new();
    for timeout in [1_500, 6_000, 24_000].map(Duration::from_millis) {
        let venice = builder(&server).timeout(timeout).build().unwrap();
        let mut run = venice.chat().many(questions(4)).with_concurrency(4).with_input_order();
        assert!(run.next().await.unwrap().unwrap().result.is_ok());
        std::thread::sleep(timeout + Duration::from_secs(1));
        outcomes = all(&mut run).await;
        if outcomes.iter().all(|outcome| outcome.result.is_ok()) {
            break;
        }
    }
    assert_eq!(outcomes.len(), 3);
    assert_answered(&outcomes);
}

#[tokio::test]
async fn dropping_it_closes_the_connections_and_sends_nothing_more() {
    let server = Server::start(|n, request| if n < 5 { answer(request) } else { Answer::silence() });
    let (venice, _) = client(&server);
    let mut run = venice.chat().many(questions(100)).with_concurrency(4);
    for _ in 0..5 {
        run.next().await.unwrap().unwrap();
    }
    server.until_asked(9, async || run.next().await).await;
    drop(run);
    assert!(server.closed_by_client_within(PATIENCE).await);
    assert_eq!(server.count(), 9);
    // The pacer does not count them as requests in flight.
    let server_of_others = answering();
    let venice_of_others = client(&server_of_others).0;
    assert_eq!(all(&mut venice_of_others.chat().many(questions(30))).await.len(), 30);
}

#[tokio::test]
async fn a_run_after_one_that_was_dropped_has_all_places() {
    let (silent, is_silent) = (Arc::new(AtomicBool::new(true)), Ordering::SeqCst);
    let talks = Arc::clone(&silent);
    let server =
        Server::start(move |_, request| if talks.load(is_silent) { Answer::silence() } else { answer(request) });
    let (venice, _) = client(&server);
    for on_their_way in [4, 8] {
        let mut run = venice.chat().many(questions(100)).with_concurrency(4);
        server.until_asked(on_their_way, async || run.next().await).await;
    }
    silent.store(false, is_silent);
    let outcomes = tokio::time::timeout(PATIENCE, async { all(&mut venice.chat().many(questions(30))).await });
    assert_eq!(outcomes.await.unwrap().len(), 30);
}

#[tokio::test]
async fn nothing_is_lost_when_waiting_for_the_next_is_given_up() {
    let server = Server::start(|_, request| Answer::default().wait(Duration::from_millis(7)).then(answer(request)));
    let (venice, _) = client(&server);
    let mut run = venice.chat().many(questions(60)).with_concurrency(3);
    let mut outcomes = Vec::new();
    loop {
        match tokio::time::timeout(Duration::from_millis(1), run.next()).await {
            Err(_) => continue,
            Ok(None) => break,
            Ok(Some(outcome)) => outcomes.push(outcome.unwrap()),
        }
    }
    outcomes.sort_by_key(|outcome| outcome.index);
    assert_eq!(indexes(&outcomes), (0..60).collect::<Vec<_>>());
    assert_eq!(server.count(), 60);
    assert_answered(&outcomes);
}

#[tokio::test]
async fn two_runs_continue_side_by_side() {
    let server = Server::start(|_, request| Answer::default().wait(Duration::from_millis(2)).then(answer(request)));
    let (venice, _) = client(&server);
    let (mut first, mut second) = (venice.chat().many(questions(100)), venice.chat().many(questions(20)));
    let running = async {
        let mut after = 0;
        loop {
            tokio::select! {
                biased;
                Some(_) = first.next() => after += 1,
                Some(_) = second.next() => {}
                else => break after,
            }
        }
    };
    assert_eq!(tokio::time::timeout(PATIENCE, running).await.unwrap(), 100);
    assert_eq!(server.count(), 120);
}

#[tokio::test]
async fn a_run_within_another_gets_on() {
    let server = Server::start(|_, request| Answer::default().wait(Duration::from_millis(10)).then(answer(request)));
    for given_up in [false, true] {
        let (venice, _) = client(&server);
        let mut outer = venice.chat().many(questions(100)).with_concurrency(16);
        for _ in 0..30 {
            outer.next().await.unwrap().unwrap();
        }
        assert_eq!(outer.progress().in_flight, 16);
        if given_up {
            let _ = tokio::time::timeout(Duration::from_millis(3), outer.next()).await;
        }
        // All slots are taken by requests that are not polled.
        let inner = async { all(&mut venice.chat().many(questions(5))).await };
        assert_eq!(tokio::time::timeout(PATIENCE, inner).await.unwrap().len(), 5);
        assert!(all(&mut outer).await.len() >= 69);
    }
}

#[tokio::test]
async fn replies_that_are_files_and_streams_are_handed_out() {
    let mock = venice_ai_mock::MockVenice::start().await.unwrap();
    let venice = mock.client();
    let mut run =
        venice.many(["one", "two"], |venice, text| venice.audio().speech(CreateSpeechRequest::new("m", text)));
    for outcome in all(&mut run).await {
        assert!(outcome.result.unwrap().bytes().await.unwrap().len() > 100);
    }
    #[cfg(feature = "collect")]
    {
        let mut run = venice.many(questions(2), |venice, request| venice.chat().stream(request));
        for outcome in all(&mut run).await {
            assert!(!outcome.result.unwrap().collect().await.unwrap().text().is_empty());
        }
    }
}
