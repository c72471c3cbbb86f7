//! Lookup of models by name.

use serde_json::json;
use venice_ai::ErrorKind;
use venice_ai::models::Catalogue;
use venice_ai::types::ModelType;
use venice_ai_mock::MockVenice;

use super::{catalogue, list, model};
use crate::support::{Answer, Server, once, replying};

async fn some() -> Catalogue {
    catalogue(&[
        model("draws", "image", json!({"traits": ["default", "highest_quality"]})),
        model("talks-70b", "text", json!({"traits": ["default", "most_uncensored"]})),
        model("talks-7b", "text", json!({"traits": []})),
        model("venice-uncensored", "text", json!({})),
        model("vendor/listens", "asr", json!({})),
        model("both", "image", json!({})),
        model("both", "inpaint", json!({})),
    ])
    .await
}

#[tokio::test]
async fn ids_and_traits_are_names() {
    let catalogue = some().await;
    let found = |name: &str| catalogue.find(name).map(|model| model.id().to_owned());
    assert_eq!(found("talks-7b").as_deref(), Some("talks-7b"));
    assert_eq!(found("vendor/listens").as_deref(), Some("vendor/listens"));
    assert_eq!(found("most_uncensored").as_deref(), Some("talks-70b"));
    assert_eq!(found("highest_quality").as_deref(), Some("draws"));
    for unknown in ["", "Talks-7b", "nobody", ":"] {
        assert_eq!(found(unknown), None, "{unknown}");
    }
}

#[tokio::test]
async fn where_names_clash_the_type_decides_and_text_comes_first() {
    let catalogue = some().await;
    assert_eq!(catalogue.find("default").unwrap().id(), "talks-70b");
    assert_eq!(catalogue.find_of_type(ModelType::Image, "default").unwrap().id(), "draws");
    assert!(catalogue.find_of_type(ModelType::Asr, "default").is_none());
    assert!(catalogue.find_of_type(ModelType::Image, "talks-7b").is_none());
    assert_eq!(*catalogue.find_of_type(ModelType::Inpaint, "both").unwrap().kind(), ModelType::Inpaint);
}

#[tokio::test]
async fn suffix_and_prefix_do_not_matter() {
    let catalogue = some().await;
    let id = |name: &str| catalogue.find(name).unwrap().id().to_owned();
    assert_eq!(id("default:enable_web_search=on&character_slug=a:b"), "talks-70b");
    assert_eq!(id("venice-talks-7b"), "talks-7b");
    assert_eq!(id("venice-uncensored"), "venice-uncensored");
    assert_eq!(id(" venice-default:enable_web_search=on "), "talks-70b");
    let draws = catalogue.find_of_type(ModelType::Image, "venice-default:x=y").unwrap();
    assert_eq!(draws.id(), "draws");
}

#[tokio::test]
async fn what_comes_close_is_suggested() {
    let catalogue = some().await;
    assert_eq!(catalogue.suggestions("talk-70b"), ["talks-70b", "talks-7b"], "the closest first");
    assert_eq!(catalogue.suggestions("Talks"), ["talks-70b", "talks-7b"]);
    assert_eq!(catalogue.suggestions_of_type(ModelType::Image, "defualt:a=b"), ["default"]);
    assert!(catalogue.suggestions_of_type(ModelType::Asr, "talk-70b").is_empty());

    let error = catalogue.require("most-uncensord").unwrap_err();
    assert_eq!((error.kind(), error.did_you_mean()), (ErrorKind::NotFound, &["most_uncensored".to_owned()][..]));
    assert_eq!(error.to_string(), "listModels: there is no model \"most-uncensord\"; did you mean most_uncensored?");
    assert!(catalogue.require("zzz").unwrap_err().did_you_mean().is_empty());
}

#[tokio::test]
async fn it_is_iterated_and_filtered() {
    let catalogue = some().await;
    let ids: Vec<&str> = (&catalogue).into_iter().map(|model| model.id()).collect();
    assert_eq!(ids, ["draws", "talks-70b", "talks-7b", "venice-uncensored", "vendor/listens", "both", "both"]);
    assert_eq!(catalogue.of_type("text").count(), 3);
    assert_eq!((catalogue.len(), catalogue.is_empty()), (7, false));
}

#[tokio::test]
async fn a_model_is_retrieved_by_any_of_its_names_with_as_few_requests_as_that_takes() {
    let mock = MockVenice::start().await.unwrap();
    let models = mock.client().clone();
    let models = models.models();
    assert_eq!(models.find("squero-small").await.unwrap().id(), "squero-small");
    assert_eq!(models.find("default_code").await.unwrap().id(), "arsenale-coder");
    assert_eq!(mock.requests().len(), 1, "the list has ids and traits");
    assert_eq!(models.find("gpt-4o").await.unwrap().id(), "gondola-9b");
    assert_eq!(mock.requests().len(), 2, "text comes first");
    assert_eq!(models.find("dall-e-3").await.unwrap().id(), "murano-image");
    assert_eq!(models.find_of_type(ModelType::Image, "default").await.unwrap().id(), "murano-image");
    assert_eq!(mock.requests().len(), 3);
    let unknown = models.find("gondola-9").await.unwrap_err();
    assert_eq!((unknown.kind(), unknown.did_you_mean()), (ErrorKind::NotFound, &["gondola-9b".to_owned()][..]));
    assert_eq!(mock.requests().len(), 4, "the last type that has names");
    assert!(models.find("gondola-9").await.is_err());
    assert_eq!(mock.requests().len(), 4);
}

#[tokio::test]
async fn a_name_that_cannot_be_looked_up_is_not_called_unknown() {
    let models = list(&[model("a", "text", json!({"traits": []}))]).to_string();
    let server = Server::start(move |_, request| match request.target.contains("type=all") {
        true => models.as_str().into(),
        false => Answer::json(500, r#"{"error": "no names today"}"#),
    });
    let error = once(&server).models().find("gpt-4o").await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Server, "no names today"));
}

#[tokio::test]
async fn a_name_that_leads_nowhere_is_not_a_name() {
    let models = list(&[model("a", "text", json!({"traits": []}))]).to_string();
    let server = Server::start(move |_, request| match request.target.contains("type=all") {
        true => models.as_str().into(),
        false => r#"{"data": {"gpt-4o": "gone"}}"#.into(),
    });
    let error = once(&server).models().find_of_type("text", "gpt-4o").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn one_model_that_cannot_be_read_does_not_lose_the_others() {
    let odd = json!({"object": "list", "data": [
        model("first", "text", json!({"capabilities": {"supportsVision": "perhaps", "supportsFunctionCalling": true}})),
        42,
        null,
        {"object": "model"},
        {"id": "second", "model_spec": "none"},
        model("third", "smell", json!({"pricing": "free", "constraints": [], "traits": {"a": 1}})),
    ]});
    let (_, venice) = replying(&odd);
    let catalogue = venice.models().catalogue().await.unwrap();
    let ids: Vec<&str> = catalogue.iter().map(|model| model.id()).collect();
    assert_eq!((ids, catalogue.unreadable()), (vec!["first", "third"], 4));
    let first = catalogue.find("first").unwrap();
    assert_eq!((first.supports_vision(), first.supports_tools()), (None, Some(true)));
    let third = catalogue.find("third").unwrap();
    assert_eq!((third.pricing(), third.traits()), (None, &[][..]));
}

#[tokio::test]
async fn what_is_not_a_list_is_an_error_that_keeps_the_reply() {
    for body in [r#"{"object": "list"}"#, r#"{"data": {}}"#, "[]", "null", r#"{"data": [1, {"id": ""}]}"#] {
        let (_, venice) = replying(body);
        let error = venice.models().catalogue().await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Decode, Some("listModels")), "{body}");
        assert_eq!(error.body().map(|body| body.to_vec()), Some(body.as_bytes().to_vec()));
    }
}

#[tokio::test]
async fn a_list_without_models_is_an_empty_catalogue() {
    let (_, venice) = replying(r#"{"data": []}"#);
    let catalogue = venice.models().catalogue().await.unwrap();
    assert!(catalogue.is_empty() && catalogue.find("default").is_none());
}
