//! Unknown and unavailable models.

use serde_json::{Value, json};
use venice_ai::Preflight;
use venice_ai::types::{ChatCompletionRequest, SimpleGenerateImageRequest};

use super::{CHAT, client, found, model, report, sent, serving};
use crate::support::TestClock;

const PATH: &str = "/chat/completions";

fn chat(name: &str) -> Value {
    json!({"model": name, "messages": [{"role": "user", "content": "Left or right?"}]})
}

#[tokio::test]
async fn a_name_that_nothing_answers_to_is_reported_with_what_comes_close() {
    let server =
        serving(vec![json!({"id": "gondola-9b", "type": "text", "model_spec": {"traits": ["default"]}})], CHAT);
    let venice = client(&server, Preflight::Refuse);
    let error = venice.chat().create(ChatCompletionRequest::new("gondola-9", ["?"])).await.unwrap_err();
    assert_eq!(
        (error.field_errors()[0].field.as_str(), error.did_you_mean()),
        ("model", &["gondola-9b".to_owned()][..])
    );
    assert_eq!(
        error.to_string(),
        "createChatCompletion: `model` is \"gondola-9\", which is no text model; did you mean gondola-9b?; nothing was sent"
    );
    assert!(sent(&server).is_empty());
}

#[tokio::test]
async fn ids_traits_names_of_others_prefixes_and_suffixes_are_names() {
    let spec = json!({"traits": ["default"]});
    for name in ["m", "default", "gpt-4o", "venice-m", "m:enable_web_search=on", "default:a=b&c=d:e"] {
        let report = report(&model("text", spec.clone()), PATH, chat(name)).await;
        assert_eq!((report.findings(), report.model()), (&[][..], Some("m")), "{name}");
    }
}

#[tokio::test]
async fn names_of_others_are_fetched_only_for_who_uses_one() {
    let server = serving(vec![model("text", json!({"traits": ["default"]}))], CHAT);
    let venice = client(&server, Preflight::Refuse);
    for (name, requests) in [("default", 2), ("gpt-4o", 4), ("gpt-4o", 5)] {
        venice.chat().create(ChatCompletionRequest::new(name, ["?"])).await.unwrap();
        assert_eq!(server.count(), requests, "{name}");
    }
}

#[tokio::test]
async fn a_model_of_another_type_is_a_problem_and_one_of_a_new_type_is_not() {
    assert_eq!(found(&model("image", json!({})), PATH, chat("m")).await, ["model_type model"]);
    assert!(found(&model("smell", json!({})), PATH, chat("m")).await.is_empty());
    let edit = json!({"modelId": "m", "prompt": "snow", "images": ["aGk="]});
    assert_eq!(found(&model("text", json!({})), "/image/multi-edit", edit.clone()).await, ["model_type modelId"]);
    assert!(found(&model("inpaint", json!({})), "/image/multi-edit", edit).await.is_empty());
}

#[tokio::test]
async fn a_model_that_is_offline_is_a_problem() {
    assert_eq!(found(&model("text", json!({"offline": true})), PATH, chat("m")).await, ["offline model"]);
    assert!(found(&model("text", json!({"offline": false})), PATH, chat("m")).await.is_empty());
}

/// The clock of these tests is at 2023-11-14T22:13:20Z.
#[tokio::test]
async fn a_model_that_goes_is_a_note_and_one_that_is_gone_a_problem() {
    let going = |removes_at: &str, remap: bool| {
        let deprecation =
            json!({"autoRemap": remap, "date": "", "removesAt": removes_at, "replacementModelId": "next"});
        model("text", json!({"deprecation": deprecation}))
    };
    let finding = |model: Value| async move {
        let report = report(&model, PATH, chat("m")).await;
        let [finding] = report.findings() else { panic!("{report}") };
        (finding.rule, report.is_clean(), finding.problem.clone())
    };
    let soon = finding(going("2023-12-15T00:00:00.000Z", false)).await;
    assert_eq!(soon, ("deprecated", true, "is m, which will be removed on 2023-12-15; move to next".to_owned()));
    let gone = finding(going("2023-11-14T22:13:20.000Z", false)).await;
    assert_eq!(gone, ("removed", false, "is m, which was removed on 2023-11-14; move to next".to_owned()));
    let moved = finding(going("2023-11-14T00:00:00.000Z", true)).await;
    let problem = "is m, which was removed on 2023-11-14; another model answers; move to next".to_owned();
    assert_eq!(moved, ("deprecated", true, problem));
    let vague = finding(going("soon", true)).await;
    assert_eq!((vague.0, vague.2.contains("an unknown day")), ("deprecated", true));
}

#[tokio::test]
async fn where_any_name_is_served_an_unknown_one_is_a_note() {
    let server = serving(vec![model("image", json!({"traits": ["default"]}))], r#"{"data": []}"#);
    let venice = client(&server, Preflight::Refuse);
    let request = SimpleGenerateImageRequest::new("dall-e-9", "a red boat");
    let reply = venice.images().generations(request).with_meta().await;
    let report = match &reply {
        Ok(reply) => reply.meta.preflight(),
        Err(error) => error.preflight(),
    };
    assert_eq!(report.unwrap().findings()[0].rule, "unknown_model");
    assert!(report.unwrap().is_clean());
    assert_eq!(sent(&server).len(), 1);
}

#[tokio::test]
async fn a_model_that_came_since_is_known_when_the_list_is_fetched_again() {
    let both = json!({"data": [model("text", json!({"traits": []})), {"id": "new", "type": "text"}]}).to_string();
    let one = json!({"data": [model("text", json!({"traits": []}))]}).to_string();
    let server = crate::support::Server::start(move |n, request| match &*request.target {
        "/api/v1/models?type=all" if n == 0 => one.as_str().into(),
        "/api/v1/models?type=all" => both.as_str().into(),
        target if target.starts_with("/api/v1/models/") => r#"{"data": {}}"#.into(),
        _ => CHAT.into(),
    });
    let clock = TestClock::without_jitter();
    let venice = crate::support::builder(&server).clock(clock.clone()).preflight(Preflight::Refuse).build().unwrap();
    let ask = || venice.chat().create(ChatCompletionRequest::new("new", ["?"])).into_future();
    assert!(ask().await.is_err());
    clock.advance(std::time::Duration::from_secs(600));
    ask().await.unwrap();
}
