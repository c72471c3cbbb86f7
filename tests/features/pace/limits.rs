//! What a call waits for, and the limit of its wait.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use venice_ai::pace::Wait;
use venice_ai::{Clock as _, Delivery, ErrorKind, RetryPolicy};

use super::{HeldClock, LONG, MINUTE, MOMENT, client, limited, limiting, request, used_up};
use crate::support::chat::ANSWER;
use crate::support::{Answer, Server, TestClock, builder};

#[tokio::test]
async fn no_429_is_provoked_when_headers_announce_the_limit() {
    let clock = TestClock::without_jitter();
    let server = limiting(&clock, 3, MINUTE);
    let venice = client(&server, &clock, LONG);
    venice.chat().create(request("m", 0)).await.unwrap();
    let all = join_all((1..=10).map(|n| venice.chat().create(request("m", n)).into_future())).await;
    assert!(all.iter().all(Result::is_ok), "{all:?}");
    assert_eq!(server.count(), 11);
    let waited: Duration = clock.pauses().iter().sum();
    assert!(waited >= 3 * MINUTE, "{waited:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_concurrent_calls_never_exceed_a_window() {
    let clock = TestClock::without_jitter();
    let server = limiting(&clock, 90, MINUTE);
    let venice = client(&server, &clock, LONG);
    let calls = (0..1000).map(|n| tokio::spawn(venice.chat().create(request("m", n)).into_future()));
    for call in join_all(calls).await {
        call.unwrap().unwrap();
    }
    // The server counts, and answers 429 to one too many.
    assert_eq!(server.count(), 1000);
    assert!(clock.pauses().iter().sum::<Duration>() >= 11 * MINUTE, "{:?}", clock.pauses());
}

#[tokio::test]
async fn a_call_that_would_wait_too_long_is_not_sent() {
    for max_wait in [Duration::ZERO, Duration::from_secs(59)] {
        let clock = TestClock::without_jitter();
        let server = used_up(&clock);
        let venice = client(&server, &clock, max_wait);
        venice.chat().create(request("m", 0)).await.unwrap();
        let error = venice.chat().create(request("m", 1)).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::PaceExceeded, Delivery::NotSent));
        assert_eq!((error.status(), error.attempts()), (None, 0));
        assert!(error.is_retryable() && error.is_transient());
        let exceeded = error.pace_exceeded().unwrap();
        assert_eq!((exceeded.waits_for, exceeded.max_wait), (Wait::RequestLimit, max_wait));
        assert_eq!((exceeded.remaining, error.retry_after()), (Some(MINUTE), Some(MINUTE)));
        venice.chat().create(request("other", 2)).await.unwrap();
        assert_eq!((server.count(), clock.pauses().len()), (2, 0));
    }
    let clock = TestClock::without_jitter();
    let server = used_up(&clock);
    let venice = client(&server, &clock, MINUTE);
    venice.chat().create(request("m", 0)).await.unwrap();
    venice.chat().create(request("m", 1)).await.unwrap();
    assert_eq!(clock.pauses(), [MINUTE], "exactly the limit is not too long");
}

#[tokio::test]
async fn the_error_says_what_it_waited_for_and_what_to_do() {
    let clock = TestClock::without_jitter();
    let server = used_up(&clock);
    let venice = client(&server, &clock, Duration::from_secs(30));
    venice.chat().create(request("m", 0)).await.unwrap();
    let error = venice.chat().create(request("m", 1)).await.unwrap_err();
    let text = "createChatCompletion: the call waited 0ns (the request limit is reached) and would have to wait at least another 60s, \
                longer than the 30s that `ClientBuilder::pace` allows; nothing was sent. Try again later";
    assert_eq!(error.to_string(), text);
    assert_eq!(error.kind().as_str(), "pace_exceeded");
}

#[tokio::test]
async fn calls_that_wait_together_fail_together_if_it_is_too_long() {
    let clock = TestClock::without_jitter();
    let server = used_up(&clock);
    let venice = client(&server, &clock, Duration::from_secs(59));
    venice.chat().create(request("m", 0)).await.unwrap();
    let all = join_all((1..20).map(|n| venice.chat().create(request("m", n)).into_future())).await;
    assert!(all.iter().all(|call| call.as_ref().is_err_and(|error| error.retry_after() == Some(MINUTE))), "{all:?}");
    assert_eq!((server.count(), clock.pauses().len()), (1, 0));
}

#[tokio::test]
async fn a_429_holds_the_next_calls_back() {
    let clock = TestClock::without_jitter();
    let server = Server::start(|n, _| match n {
        0 => Answer::new(
            429,
            &[("content-type", "application/json"), ("retry-after", "7")],
            r#"{"error": "overloaded"}"#,
        ),
        _ => ANSWER.into(),
    });
    let venice = client(&server, &clock, LONG);
    venice.chat().create(request("m", 0)).await.unwrap_err();
    venice.chat().create(request("other", 1)).await.unwrap();
    assert!(clock.pauses().is_empty());
    venice.chat().create(request("m", 2)).await.unwrap();
    assert_eq!(clock.pauses(), [Duration::from_secs(7)]);
}

#[tokio::test]
async fn others_wait_too_while_a_rejected_call_waits_for_its_retry() {
    let clock = HeldClock::new();
    let server = Server::start(|n, _| match n {
        0 => Answer::new(429, &[("retry-after", "7")], r#"{"error": "Rate limit exceeded"}"#),
        _ => ANSWER.into(),
    });
    let retries = RetryPolicy::default().with_max_retries(1);
    let venice = builder(&server).clock(clock.clone()).retry(retries).pace(LONG).build().unwrap();
    let mut rejected = Box::pin(venice.chat().create(request("m", 0)).into_future());
    while !clock.is_waited_for() {
        assert!(tokio::time::timeout(MOMENT, &mut rejected).await.is_err(), "it waits for its retry");
    }
    let mut next = Box::pin(venice.chat().create(request("m", 1)).into_future());
    assert!(tokio::time::timeout(MOMENT, async { tokio::join!(&mut rejected, &mut next) }).await.is_err());
    assert_eq!(server.count(), 1, "the next one is not sent");
    clock.advance(Duration::from_secs(7));
    let (rejected, next) = tokio::join!(rejected, next);
    assert!(rejected.is_ok() && next.is_ok(), "{rejected:?} {next:?}");
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn wrong_requests_are_sent_slowly_enough() {
    let clock = TestClock::without_jitter();
    let failures = Arc::new(Mutex::new(Vec::new()));
    let server = {
        let (clock, failures) = (clock.clone(), failures.clone());
        Server::start(move |_, _| {
            failures.lock().unwrap().push(clock.now());
            Answer::json(400, r#"{"error": "Invalid request parameters"}"#)
        })
    };
    let venice = client(&server, &clock, LONG);
    let all = join_all((0..100).map(|n| venice.chat().create(request("m", n)).into_future())).await;
    assert!(all.iter().all(|call| call.as_ref().is_err_and(|error| error.kind() == ErrorKind::InvalidRequest)));
    let failures = failures.lock().unwrap();
    assert_eq!(failures.len(), 100);
    for at in failures.iter() {
        let within = failures.iter().filter(|other| **other >= *at && **other < *at + Duration::from_secs(30)).count();
        assert!(within <= 40, "{within}");
    }
}

#[tokio::test]
async fn clients_with_another_key_have_limits_of_their_own_and_clones_share_them() {
    let clock = TestClock::without_jitter();
    let server = used_up(&clock);
    let venice = client(&server, &clock, Duration::ZERO);
    venice.chat().create(request("m", 0)).await.unwrap();
    assert!(venice.clone().chat().create(request("m", 1)).await.unwrap_err().pace_exceeded().is_some());
    venice.with_api_key("vk-another").chat().create(request("m", 2)).await.unwrap();
    let same_key = venice.with_api_key("vk-another").chat().create(request("m", 3)).await.unwrap_err();
    assert!(same_key.pace_exceeded().is_some());
    let by_header = venice.chat().create(request("m", 4)).with_header("authorization", "Bearer vk-another").await;
    assert!(by_header.unwrap_err().pace_exceeded().is_some());
    let of_call = venice.chat().create(request("m", 5)).with_api_key("vk-third").await;
    of_call.unwrap();
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn a_client_without_pace_does_not_wait() {
    let clock = TestClock::without_jitter();
    let server = used_up(&clock);
    let venice = builder(&server).clock(clock.clone()).build().unwrap();
    for n in 0..3 {
        venice.chat().create(request("m", n)).await.unwrap();
    }
    assert_eq!((server.count(), clock.pauses().len()), (3, 0));
}

#[tokio::test]
async fn the_token_limit_counts_estimates_of_what_is_in_flight() {
    let clock = TestClock::without_jitter();
    let answering = clock.clone();
    let server = Server::start(move |n, _| match n {
        0 => limited(200, "tokens", 10_000, 100, answering.system_time() + MINUTE),
        _ => ANSWER.into(),
    });
    let venice = client(&server, &clock, Duration::ZERO);
    venice.chat().create(request("m", 0)).await.unwrap();
    let large = venice.chat().create(request("m", 1).max_completion_tokens(400)).await.unwrap_err();
    assert_eq!(large.pace_exceeded().unwrap().waits_for, Wait::TokenLimit);
    venice.chat().create(request("m", 2).max_completion_tokens(10)).await.unwrap();
    assert_eq!(server.count(), 2);
}

#[cfg(feature = "budget")]
#[tokio::test]
async fn nothing_is_reserved_for_a_call_that_waits() {
    use venice_ai::cost::Budget;
    let clock = TestClock::without_jitter();
    let server = used_up(&clock);
    let budget = Budget::usd("1").allow_unknown_prices();
    let paced = builder(&server).clock(clock.clone()).retry(RetryPolicy::disabled()).pace(Duration::ZERO);
    let venice = paced.budget(budget.clone()).build().unwrap();
    let first = venice.chat().create(request("m", 0)).await;
    assert!(first.is_ok(), "the list of models that the budget needs does not wait for the call: {first:?}");
    let error = venice.chat().create(request("m", 1)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PaceExceeded);
    assert!(budget.in_usd().reserved.is_zero());
}

#[cfg(feature = "blocking")]
#[test]
fn blocking_calls_wait_too() {
    let clock = TestClock::without_jitter();
    let server = used_up(&clock);
    let venice = client(&server, &clock, LONG);
    venice.chat().create(request("m", 0)).send_blocking().unwrap();
    venice.chat().create(request("m", 1)).send_blocking().unwrap();
    assert_eq!((server.count(), clock.pauses()), (2, vec![MINUTE]));
}
