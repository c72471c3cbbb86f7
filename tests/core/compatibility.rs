//! The version of the server, and warnings that are logged once.

use std::time::Duration;

use serde_json::Value;
use tracing::Level;
use tracing::instrument::WithSubscriber;
use venice_ai::http::Method;
use venice_ai::{API_VERSION, Client, Compatibility};

use crate::support::spans::Recorder;
use crate::support::{Answer, Server, builder, once};

const DAY: Duration = Duration::from_secs(86_400);

fn of_version(version: &str) -> Answer {
    Answer::new(200, &[("content-type", "application/json"), ("x-venice-version", version)], "{}")
}

/// The same version, this many years later.
fn years_later(years: i32) -> String {
    let (year, rest) = API_VERSION.split_at(4);
    format!("{}{rest}", year.parse::<i32>().unwrap() + years)
}

/// Makes this many calls, and returns the logged warnings.
async fn warnings(venice: &Client, times: usize) -> Vec<std::collections::BTreeMap<String, String>> {
    let recorder = Recorder::new();
    for _ in 0..times {
        let call = venice.request::<Value>(Method::GET, "/models");
        let _ = call.into_future().with_subscriber(recorder.clone()).await;
    }
    let events = recorder.events.lock().unwrap();
    let old = |fields: &&(Level, _)| fields.0 == Level::WARN;
    events
        .iter()
        .filter(old)
        .map(|event| event.1.clone())
        .filter(|fields: &_| fields.get("retry_decision").is_none())
        .collect()
}

#[tokio::test]
async fn a_client_knows_how_old_it_is_from_the_last_reply() {
    let server = Server::answering([
        of_version(API_VERSION),
        of_version(&years_later(1)),
        of_version(&years_later(-1)),
        Answer::json(200, "{}"),
        of_version("nonsense"),
    ]);
    let venice = once(&server);
    let twin = venice.clone();
    assert_eq!(venice.compatibility(), Compatibility::Unknown);
    assert_eq!(server.connections(), 0, "asking sends nothing");

    let ask = || venice.request::<Value>(Method::GET, "/models").into_future();
    ask().await.unwrap();
    assert_eq!((venice.compatibility(), twin.compatibility()), (Compatibility::Same, Compatibility::Same));
    ask().await.unwrap();
    assert!(
        matches!(venice.compatibility(), Compatibility::ServerNewer(age) if [365, 366].map(|d| DAY * d).contains(&age))
    );
    for _ in 0..3 {
        ask().await.unwrap();
        let age = venice.compatibility();
        assert!(
            matches!(age, Compatibility::ServerOlder(age) if [365, 366].map(|d| DAY * d).contains(&age)),
            "{age:?}"
        );
    }
}

#[tokio::test]
async fn a_much_newer_server_is_worth_one_warning_a_client() {
    let newer = years_later(1);
    let server = Server::answering([of_version(&newer), of_version(API_VERSION), of_version(&newer)]);
    let found = warnings(&once(&server), 4).await;
    let [warning] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((warning["server"].as_str(), warning["crate_made_for"].as_str()), (&*newer, API_VERSION));

    let server = Server::answering([of_version(&newer)]);
    let patient = builder(&server).warning_age(DAY * 400).build().unwrap();
    assert_eq!(warnings(&patient, 2).await.len(), 0);
    let older = Server::answering([of_version(&years_later(-3))]);
    assert_eq!(warnings(&once(&older), 2).await.len(), 0, "an older server is no reason to update");
}

#[tokio::test]
async fn the_version_of_a_refusal_counts_too() {
    let newer = years_later(2);
    let server = Server::answering([Answer::new(404, &[("x-venice-version", &newer)], "{}")]);
    let venice = once(&server);
    venice.request::<Value>(Method::GET, "/models").await.unwrap_err();
    assert!(matches!(venice.compatibility(), Compatibility::ServerNewer(_)));
}

#[tokio::test]
async fn a_deprecated_endpoint_is_reported_once_with_what_takes_its_place() {
    let headers = [
        ("deprecation", "@1783555200"),
        ("sunset", "Wed, 16 Sep 2026 00:00:00 GMT"),
        ("link", "</api/v1/billing/usage-history>; rel=\"successor-version\""),
    ];
    for status in [200, 410] {
        let server = Server::answering([Answer::new(status, &headers, "{}")]);
        let found = warnings(&once(&server), 3).await;
        let [warning] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(warning["operation"], "GET /models");
        assert_eq!(warning["sunset"], "Wed, 16 Sep 2026 00:00:00 GMT");
        assert_eq!(warning["replacement"], "/api/v1/billing/usage-history");
    }
}

#[tokio::test]
async fn an_endpoint_that_the_document_deprecates_is_reported_once_without_any_header() {
    let server = Server::answering([Answer::json(410, r#"{"error":"Gone"}"#)]);
    let venice = once(&server);
    let recorder = Recorder::new();
    for _ in 0..2 {
        #[allow(deprecated)]
        let call = venice.raw().get_billing_usage();
        let _ = call.into_future().with_subscriber(recorder.clone()).await;
    }
    let events = recorder.events.lock().unwrap();
    let told = events.iter().filter(|event| event.1.get("operation").is_some_and(|name| name == "getBillingUsage"));
    assert_eq!(told.count(), 1, "{events:?}");
}

#[tokio::test]
async fn a_deprecated_model_is_reported_once_for_each_model() {
    let of_model = |id| {
        let headers = [("x-venice-model-id", id), ("x-venice-model-deprecation-warning", "use another one")];
        Answer::new(200, &headers, "{}")
    };
    let server = Server::answering([of_model("a"), of_model("b"), of_model("a"), of_model("b")]);
    let found = warnings(&once(&server), 4).await;
    let models: Vec<_> = found.iter().map(|warning| warning["model"].as_str()).collect();
    assert_eq!(models, ["a", "b"]);
}

#[tokio::test]
async fn a_model_in_flight_out_is_warned_of_once() {
    let headers = [
        ("x-venice-model-id", "old-model"),
        ("x-venice-model-deprecation-warning", "goes soon"),
        ("x-venice-model-deprecation-date", "2026-09-01"),
    ];
    let server = Server::answering([Answer::new(200, &headers, "{}")]);
    let recorder = Recorder::new();
    let client = once(&server);
    for _ in 0..3 {
        let call = client.clone().request::<Value>(Method::GET, "/x");
        call.into_future().with_subscriber(recorder.clone()).await.unwrap();
    }
    let events = recorder.events.lock().unwrap();
    let [(level, event)] = &events[..] else { panic!("{events:?}") };
    assert_eq!(*level, Level::WARN);
    assert_eq!((&*event["model"], &*event["date"]), ("old-model", "2026-09-01"));
}
