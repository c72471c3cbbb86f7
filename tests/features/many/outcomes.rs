//! Failed requests, and stopped runs.

use std::time::Duration;

use venice_ai::ErrorKind;
use venice_ai::types::ChatCompletionRequest;

use super::{
    all, answer, answering, assert_answered, client, collected, indexes, number, question, questions, refusal,
};
use crate::support::{Answer, Server, builder};

#[tokio::test]
async fn outcomes_come_in_the_order_of_the_input_if_that_is_wished() {
    // The first of each ten is the slowest.
    let server = Server::start(|_, request| {
        let wait = if number(request).is_multiple_of(10) { 40 } else { 0 };
        Answer::default().wait(Duration::from_millis(wait)).then(answer(request))
    });
    let (venice, _) = client(&server);
    let mut run = venice.chat().many(questions(40)).with_input_order();
    let ordered = all(&mut run).await;
    assert_eq!(indexes(&ordered), (0..40).collect::<Vec<_>>());
    assert_answered(&ordered);

    let mut run = venice.chat().many(questions(40));
    let mut finished = all(&mut run).await;
    assert_ne!(indexes(&finished), (0..40).collect::<Vec<_>>(), "the slow ones come later");
    finished.sort_by_key(|outcome| outcome.index);
    assert_eq!(indexes(&finished), (0..40).collect::<Vec<_>>());
    assert_answered(&finished);
}

#[tokio::test]
async fn a_refusal_for_now_is_waited_out_however_often_it_comes() {
    for refused in [
        Answer::new(429, &[("retry-after", "7")], ""),
        refusal(429, "Rate limit exceeded"),
        refusal(429, "The model is currently overloaded"),
        refusal(503, "The model is offline"),
    ] {
        let answers = refused.clone();
        let server = Server::start(move |n, request| if n < 25 { answers.clone() } else { answer(request) });
        let (venice, clock) = client(&server);
        let mut run = venice.chat().many(questions(1));
        assert_answered(&all(&mut run).await);
        assert_eq!((server.count(), run.progress().retried), (26, 25));
        let slept: Duration = clock.pauses().iter().sum();
        assert!(slept > Duration::from_secs(30), "{slept:?}");
    }
}

#[tokio::test]
async fn what_may_have_been_paid_is_not_sent_again_and_the_others_go_on() {
    for fault in [
        Answer::nothing(),
        Answer::head(200, &[("content-length", "500")]).send("{\"id\"").close(),
        refusal(500, "Inference processing failed"),
        Answer::html(502, "<html><title>502 Bad Gateway</title>"),
        refusal(504, "The request took too long"),
        Answer::html(503, "<html><title>503</title>"),
        Answer::html(408, "<html><title>408</title>"),
        refusal(529, "Overloaded"),
        Answer::json(200, "{\"choices\": 7}"),
    ] {
        let server = {
            let fault = fault.clone();
            Server::start(move |_, request| if number(request) == 2 { fault.clone() } else { answer(request) })
        };
        let (venice, _) = client(&server);
        let mut run = venice.chat().many(questions(6)).with_input_order();
        let mut outcomes = all(&mut run).await;
        assert_eq!(server.count(), 6, "each once");
        let failed = outcomes.remove(2);
        assert_answered(&outcomes);
        assert!(failed.may_be_paid, "{fault:?}");
        let error = failed.result.unwrap_err();
        assert!(error.kind() == ErrorKind::Decode || error.to_string().contains("may have been paid"), "{error}");
        assert_eq!((run.progress().done, run.progress().failed, run.progress().may_be_paid), (5, 1, 1));
    }
}

#[tokio::test]
async fn silence_after_a_request_was_sent_is_not_followed_by_another() {
    let server = Server::start(|_, request| if number(request) == 0 { Answer::silence() } else { answer(request) });
    let venice = builder(&server).build().unwrap();
    let requests = (0..3).map(question);
    let mut run =
        venice.many(requests, |venice, request| venice.chat().create(request).with_timeout(Duration::from_secs(3)));
    let outcomes = all(&mut run).await;
    let silent = outcomes.iter().find(|outcome| outcome.index == 0).unwrap();
    assert!(silent.may_be_paid && silent.error().unwrap().is_timeout(), "{silent:?}");
    assert_eq!((outcomes.len(), server.count()), (3, 3));
}

#[tokio::test]
async fn a_requests_own_errors_do_not_stop_the_others() {
    let server = Server::start(|_, request| match number(request) {
        1 => refusal(400, "Invalid request parameters"),
        2 => refusal(404, "Specified model not found: gondola. Did you mean: gondola-9b?"),
        3 => refusal(422, "Your prompt violates the content policy"),
        4 => refusal(401, "This model is only available to Pro users"),
        6 => refusal(403, "This API key is set to 'PRIVATE_ONLY', but gondola-9b is an Anonymous model."),
        7 => refusal(403, "This model is not available in your region"),
        _ => answer(request),
    });
    let (venice, _) = client(&server);
    let invalid = ChatCompletionRequest::new("", ["nothing is sent"]);
    let requests = questions(8).chain([invalid]);
    let mut run = venice.chat().many(requests.collect::<Vec<_>>()).with_input_order();
    let outcomes = all(&mut run).await;
    let kinds: Vec<_> = outcomes.iter().map(|outcome| outcome.error().map(venice_ai::Error::kind)).collect();
    use ErrorKind::{ContentPolicy, InvalidRequest, NotFound, Permission};
    let expected = [
        None,
        Some(InvalidRequest),
        Some(NotFound),
        Some(ContentPolicy),
        Some(Permission),
        None,
        Some(Permission),
        Some(Permission),
        Some(InvalidRequest),
    ];
    assert_eq!(kinds, expected);
    assert!(outcomes.iter().all(|outcome| !outcome.may_be_paid));
    assert_eq!(outcomes[6].error().unwrap().code(), Some("MODEL_PRIVACY_RESTRICTED"));
    assert_eq!(server.count(), 8, "each once, and the wrong one not at all");
}

#[tokio::test]
async fn what_all_others_would_fail_with_stops_the_run_and_it_continues_later() {
    for (status, message) in [
        (401, "Authentication failed"),
        (402, "Insufficient USD or Diem balance to complete request"),
        (402, "API key USD spend limit exceeded"),
        (403, "Unauthorized"),
    ] {
        for in_order in [false, true] {
            // From the twentieth request on the account is empty, until it is topped up.
            let server = Server::start(move |n, request| match n {
                20..28 => refusal(status, message),
                _ => Answer::default().wait(Duration::from_millis(1)).then(answer(request)),
            });
            let (venice, _) = client(&server);
            let mut run = venice.chat().many(questions(200)).with_concurrency(4);
            if in_order {
                run = run.with_input_order();
            }
            let (mut outcomes, stop) = collected(&mut run).await;
            let stop = stop.unwrap();
            assert_eq!(stop.status().unwrap().as_u16(), status);
            assert!((20..=24).contains(&server.count()), "{} were sent", server.count());
            assert!(run.next().await.is_none(), "it is over until it is told to go on");

            while server.count() < 28 {
                run.resume();
                let (more, stop) = collected(&mut run).await;
                outcomes.extend(more);
                if stop.is_none() {
                    break;
                }
            }
            run.resume();
            outcomes.extend(all(&mut run).await);
            outcomes.sort_by_key(|outcome| outcome.index);
            assert_eq!(indexes(&outcomes), (0..200).collect::<Vec<_>>(), "nothing is lost");
            assert_answered(&outcomes);
        }
    }
}

#[tokio::test]
async fn a_client_without_a_key_stops_at_once() {
    let server = answering();
    let venice = venice_ai::Client::builder().base_url(server.url("/api/v1")).no_proxy().build().unwrap();
    let mut run = venice.chat().many(questions(1000));
    let (_, stop) = collected(&mut run).await;
    assert_eq!(stop.unwrap().kind(), ErrorKind::MissingApiKey);
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_run_has_a_time_limit_and_can_continue_after_it() {
    let server = Server::start(|n, request| if n < 40 { refusal(429, "Rate limit exceeded") } else { answer(request) });
    let (venice, clock) = client(&server);
    let mut run = venice.chat().many(questions(3)).with_time_limit(Duration::from_secs(60));
    let (outcomes, stop) = collected(&mut run).await;
    let stop = stop.unwrap();
    assert!(stop.is_timeout() && outcomes.is_empty(), "{stop}");
    assert!(stop.to_string().contains("3 requests"), "{stop}");
    let slept: Duration = clock.pauses().iter().sum();
    assert!(slept >= Duration::from_secs(60) && slept < Duration::from_secs(90), "{slept:?}");
    let (mut stops, mut outcomes) = (0, outcomes);
    while stops < 100 {
        run.resume();
        let (more, stop) = collected(&mut run).await;
        outcomes.extend(more);
        if stop.is_none() {
            break;
        }
        stops += 1;
    }
    assert!(stops > 0 && outcomes.len() == 3, "{stops}");
    assert_answered(&outcomes);
}

#[tokio::test]
async fn what_is_free_is_retried_after_more_failures_but_not_for_ever() {
    let server = Server::start(|_, _| refusal(500, "Unknown error"));
    let (venice, _) = client(&server);
    let mut run = venice.many([()], |venice, ()| venice.models().list(venice_ai::types::ModelFilter::All));
    let outcomes = all(&mut run).await;
    assert!(outcomes[0].error().unwrap().kind() == ErrorKind::Server && !outcomes[0].may_be_paid);
    assert_eq!(server.count(), 3, "as the retry policy says");
}

#[test]
fn outside_a_runtime_it_says_so() {
    let server = answering();
    let (venice, _) = client(&server);
    let mut run = venice.chat().many(questions(1));
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    let next = std::pin::pin!(run.next()).poll(&mut cx);
    let std::task::Poll::Ready(Some(Err(error))) = next else { panic!("{next:?}") };
    assert_eq!(error.kind(), ErrorKind::NoRuntime);
}

#[tokio::test]
async fn an_outcome_has_the_key_of_its_item_without_a_journal_too() {
    let server = Server::start(|_, request| if number(request) == 1 { refusal(400, "No") } else { answer(request) });
    let (venice, _) = client(&server);
    let mut run = venice.chat().many(questions(3)).with_keys(|_| "question".to_owned()).with_input_order();
    let outcomes = all(&mut run).await;
    assert_eq!(outcomes.iter().map(|outcome| outcome.result.is_ok()).collect::<Vec<_>>(), [true, false, true]);
    assert!(outcomes.iter().all(|outcome| outcome.key.as_deref() == Some("question")));
    let mut run = venice.chat().many(questions(1));
    assert!(all(&mut run).await[0].key.is_none(), "without a name and a journal there is none");
}
