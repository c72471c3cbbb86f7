//! A rotation that is cut at each of its steps: the old key works, and the error says what there is.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use venice_ai::keys::{RotatedKey, RotationStep};
use venice_ai::{Client, Delivery, Error, ErrorKind, Secret};

use super::{Answer, RATE_LIMITS, REJECTED, Request, Server, TestClock, key_of};
use crate::support::{KEY, client};

const OLD: &str = "0b8f5a9e-3f0d-4c3e-9a55-6d1b7a0c41d2";
const ONE_KEY: &str = include_str!("../../fixtures/replies/api_key.json");
const CREATED: &str = include_str!("../../fixtures/replies/api_key_created.json");
const NEW: &str = "9f3b7c60-5a4e-4f0e-8d1a-2b6c7d8e9f00";
const NEW_KEY: &str = "vn-made-Zk41mQ0sJ8yT2b";
const DELETED: &str = r#"{"success": true}"#;

/// What a request of a rotation does.
fn step_of(request: &Request) -> &'static str {
    match (&*request.method, &*request.target) {
        ("GET", "/api/v1/api_keys/rate_limits") => "verify",
        ("GET", _) => "retrieve",
        ("POST", "/api/v1/api_keys") => "create",
        ("DELETE", target) if target.ends_with(OLD) => "delete old",
        ("DELETE", target) if target.ends_with(NEW) => "delete new",
        other => panic!("{other:?}"),
    }
}

fn usual(step: &str) -> Answer {
    match step {
        "retrieve" => ONE_KEY.into(),
        "create" => CREATED.into(),
        "verify" => RATE_LIMITS.into(),
        _ => DELETED.into(),
    }
}

/// A server on which some steps have other answers.
fn server(others: &[(&'static str, Answer)]) -> Server {
    let others = others.to_vec();
    Server::start(move |_, request| {
        let step = step_of(request);
        let key = if step == "verify" { NEW_KEY } else { KEY };
        assert_eq!(key_of(request), key, "{step}");
        others.iter().find(|(other, _)| *other == step).map_or_else(|| usual(step), |(_, answer)| answer.clone())
    })
}

fn steps(server: &Server) -> Vec<&'static str> {
    server.requests().iter().map(step_of).collect()
}

async fn stored(_: Secret) -> Result<(), std::io::Error> {
    Ok(())
}

async fn rotated(server: &Server) -> Result<RotatedKey, Error> {
    client(server, &TestClock::without_jitter()).api_keys().rotate(OLD, stored).await
}

fn shown(error: &Error) -> String {
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(NEW_KEY) && !shown.contains(KEY), "{shown}");
    shown
}

#[tokio::test]
async fn whatever_fails_before_the_end_leaves_the_old_key() {
    let refused = || Answer::json(400, r#"{"error": "no"}"#);
    for (fails, step, asked) in [
        ("retrieve", RotationStep::Retrieve, &["retrieve"][..]),
        ("create", RotationStep::Create, &["retrieve", "create"]),
        ("verify", RotationStep::Verify, &["retrieve", "create", "verify", "delete new"]),
        ("delete old", RotationStep::Delete, &["retrieve", "create", "verify", "delete old"]),
    ] {
        let server = server(&[(fails, refused())]);
        let error = rotated(&server).await.unwrap_err();
        let unfinished = error.unfinished_rotation().unwrap();
        assert_eq!((unfinished.step, &*unfinished.old_id, steps(&server)), (step, OLD, asked.to_vec()));
        let is_created = step > RotationStep::Create;
        assert_eq!(unfinished.new_id.as_deref(), is_created.then_some(NEW), "{fails}");
        assert_eq!(unfinished.new_key.as_ref().map(Secret::expose), is_created.then_some(NEW_KEY));
        assert_eq!(unfinished.new_is_deleted, step == RotationStep::Verify);
        let shown = shown(&error);
        assert!(shown.contains(OLD) && shown.contains(NEW) == is_created, "{shown}");
    }
}

#[tokio::test]
async fn a_creation_with_an_unknown_outcome_is_not_repeated() {
    for lost in [Answer::nothing(), Answer::json(500, r#"{"error": "no"}"#), "not what was asked for".into()] {
        let server = server(&[("create", lost)]);
        let error = rotated(&server).await.unwrap_err();
        assert_eq!(steps(&server), ["retrieve", "create"]);
        let unfinished = error.unfinished_rotation().unwrap();
        assert_eq!((unfinished.step, &unfinished.new_id), (RotationStep::Create, &None));
        assert!(error.delivery().may_have_run());
        assert!(shown(&error).contains("may have been created") && shown(&error).contains("list()"), "{error}");
    }
}

#[tokio::test]
async fn a_new_key_is_tried_until_the_api_knows_it() {
    let (verified, clock) = (Mutex::new(0), TestClock::without_jitter());
    let server = Server::start(move |_, request| {
        let step = step_of(request);
        let mut verified = verified.lock().unwrap();
        *verified += u32::from(step == "verify");
        if step == "verify" && *verified < 4 { Answer::json(401, REJECTED) } else { usual(step) }
    });
    let rotated = client(&server, &clock).api_keys().rotate(OLD, stored).await.unwrap();
    assert_eq!((&*rotated.old.id, &*rotated.new.id, rotated.was_own), (OLD, NEW, false));
    assert_eq!(clock.pauses(), [250, 500, 1000].map(Duration::from_millis));
}

#[tokio::test]
async fn a_new_key_that_never_works_is_deleted_and_named_if_that_fails() {
    let rejected = ("verify", Answer::json(401, REJECTED));
    let first = server(std::slice::from_ref(&rejected));
    let error = rotated(&first).await.unwrap_err();
    assert_eq!((error.kind(), steps(&first).len()), (ErrorKind::Authentication, 2 + 5 + 1));
    assert_eq!(steps(&first).last(), Some(&"delete new"));
    assert!(error.unfinished_rotation().unwrap().new_is_deleted && shown(&error).contains("deleted again"));

    let second = server(&[rejected, ("delete new", Answer::json(400, r#"{"error": "no"}"#))]);
    let error = rotated(&second).await.unwrap_err();
    assert!(!error.unfinished_rotation().unwrap().new_is_deleted);
    assert!(shown(&error).contains(NEW) && shown(&error).contains("exists, delete it"), "{error}");
}

#[tokio::test]
async fn a_key_for_other_addresses_counts_as_accepted() {
    let mut old: serde_json::Value = serde_json::from_str(ONE_KEY).unwrap();
    old["data"]["ipAllowlist"] = serde_json::json!(["11.22.33.44/32"]);
    let refused = || {
        let message = r#"{"error": "This API key is restricted to configured IP addresses"}"#;
        ("verify", Answer::json(403, message))
    };
    rotated(&server(&[("retrieve", old.to_string().into()), refused()])).await.unwrap();
    let error = rotated(&server(&[refused()])).await.unwrap_err();
    assert_eq!(error.unfinished_rotation().unwrap().step, RotationStep::Verify, "it has no list");
}

#[tokio::test]
async fn a_hand_over_that_fails_or_panics_keeps_both_keys() {
    type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;
    async fn fails(key: Secret) -> Outcome {
        Err(format!("the vault refuses {}", key.expose()).into())
    }
    async fn fails_elsewhere(_: Secret) -> Outcome {
        Err(std::io::Error::other("the vault is sealed").into())
    }
    async fn panics(key: Secret) -> Outcome {
        panic!("no place for {}", key.expose())
    }
    let server = server(&[]);
    let venice = client(&server, &TestClock::without_jitter());
    let keys = venice.api_keys();
    let errors = [
        keys.rotate(OLD, fails).await.unwrap_err(),
        keys.rotate(OLD, panics).await.unwrap_err(),
        keys.rotate(OLD, fails_elsewhere).await.unwrap_err(),
    ];
    for error in &errors {
        let unfinished = error.unfinished_rotation().unwrap();
        assert_eq!((error.kind(), unfinished.step), (ErrorKind::KeyHandOver, RotationStep::HandOver));
        assert_eq!(unfinished.new_key.as_ref().map(Secret::expose), Some(NEW_KEY));
        assert_eq!(error.delivery(), Delivery::Answered);
        assert!(shown(error).contains("`hand_over`") && shown(error).contains(NEW), "{error}");
    }
    let sources = errors.each_ref().map(|error| std::error::Error::source(error).is_some());
    assert_eq!(sources, [false, false, true], "a source with the key is not kept");
    assert!(!steps(&server).iter().any(|step| step.starts_with("delete")));
}

#[tokio::test]
async fn a_time_limit_says_how_far_it_came() {
    let server = server(&[]);
    let venice = client(&server, &TestClock::without_jitter());
    let never = |_: Secret| std::future::pending::<Result<(), std::io::Error>>();
    let rotation = venice.api_keys().rotate(OLD, never).with_time_limit(Duration::from_secs(2));
    let error = rotation.await.unwrap_err();
    let unfinished = error.unfinished_rotation().unwrap();
    assert!(error.is_timeout() && !steps(&server).contains(&"delete old"));
    assert_eq!((unfinished.step, unfinished.new_id.as_deref()), (RotationStep::HandOver, Some(NEW)));

    let silent = super::Server::start(|_, request| match step_of(request) {
        "create" => Answer::silence(),
        step => usual(step),
    });
    let venice = client(&silent, &TestClock::without_jitter());
    let rotation = venice.api_keys().rotate(OLD, stored).with_time_limit(Duration::from_secs(2));
    let error = rotation.await.unwrap_err();
    assert_eq!(error.unfinished_rotation().unwrap().step, RotationStep::Create);
    assert!(shown(&error).contains("may have been created"), "{error}");
}

#[tokio::test]
async fn a_dropped_rotation_deletes_nothing() {
    for (cut, asked) in [("retrieve", 1), ("create", 2), ("verify", 3)] {
        let server = server(&[(cut, Answer::silence())]);
        let venice = client(&server, &TestClock::without_jitter());
        let mut rotation = venice.api_keys().rotate(OLD, stored).into_future();
        server.until_asked(asked, async || rotation.as_mut().await).await;
        drop(rotation);
        assert!(server.closed_by_client_within(crate::support::PATIENCE).await, "{cut}");
        assert!(!steps(&server).iter().any(|step| step.starts_with("delete")), "{cut}");
    }
}

#[tokio::test]
async fn the_old_key_is_deleted_after_the_hand_over() {
    static STORED: AtomicBool = AtomicBool::new(false);
    let server = Server::start(|_, request| {
        let step = step_of(request);
        assert_eq!(STORED.load(Ordering::SeqCst), step == "delete old", "{step}");
        usual(step)
    });
    let store = |key: Secret| async move {
        assert_eq!(key.expose(), NEW_KEY);
        tokio::task::yield_now().await;
        STORED.store(true, Ordering::SeqCst);
        Ok::<(), std::io::Error>(())
    };
    let venice: Client = client(&server, &TestClock::without_jitter());
    venice.api_keys().rotate(OLD, store).await.unwrap();
    assert_eq!(steps(&server), ["retrieve", "create", "verify", "delete old"]);
}

#[tokio::test]
async fn a_deletion_with_an_unknown_outcome_is_looked_up() {
    for (answer, is_gone) in [
        (Answer::json(400, r#"{"error": "API key not found"}"#), true),
        (Answer::json(404, r#"{"error": "API key not found"}"#), true),
        (Answer::json(401, REJECTED), false),
        (Answer::json(400, r#"{"error": "no"}"#), false),
        (ONE_KEY.into(), false),
    ] {
        let server = Server::start(move |n, request| match step_of(request) {
            "delete old" => Answer::nothing(),
            "retrieve" if n > 0 => answer.clone(),
            step => usual(step),
        });
        let outcome = rotated(&server).await;
        assert_eq!(steps(&server)[3..], ["delete old", "retrieve"]);
        assert_eq!(outcome.is_ok(), is_gone, "{outcome:?}");
        let step = outcome.err().map(|error| error.unfinished_rotation().unwrap().step);
        assert_eq!(step, (!is_gone).then_some(RotationStep::Delete));
    }
}

#[tokio::test]
async fn a_client_whose_own_key_is_gone_knows_it_by_its_rejection() {
    let own = ONE_KEY.replace("q7Tz0k", &KEY[KEY.len() - 6..]);
    let server = Server::start(move |n, request| match step_of(request) {
        "delete old" => Answer::nothing(),
        "retrieve" if n > 0 => Answer::json(401, REJECTED),
        "retrieve" => own.clone().into(),
        step => usual(step),
    });
    assert!(rotated(&server).await.unwrap().was_own);
}
