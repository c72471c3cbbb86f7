//! How private the model is, by all its names.

use serde_json::json;
use venice_ai::privacy::ModelName;
use venice_ai::types::ChatCompletionRequest;
use venice_ai::{Privacy, PrivacyReport};

use super::*;

#[tokio::test]
async fn each_level_lets_only_models_pass_that_comply() {
    let levels = [Privacy::PrivateModels, Privacy::Tee, Privacy::EndToEnd];
    // From which level on a model is refused.
    for (name, refused_from) in [("foreign", 0), ("contradictory", 0), ("own", 1), ("enclave", 2), ("sealed", 2)] {
        for (place, level) in levels.into_iter().enumerate() {
            let body = chat(name, json!({}));
            match place < refused_from {
                true => passed(level, &body).await,
                false if level == Privacy::EndToEnd => assert_eq!(refused(level, &body).await, ["not_encrypted "]),
                false => assert_eq!(refused(level, &body).await, ["model_privacy model"], "{name} {level:?}"),
            }
        }
    }
}

#[tokio::test]
async fn without_a_policy_nothing_is_checked_and_nothing_is_fetched() {
    for policy in [None, Some(Privacy::Any)] {
        let server = server();
        let venice = match policy {
            Some(policy) => client(&server, policy),
            None => builder(&server).build().unwrap(),
        };
        let request = ChatCompletionRequest::new("foreign", [PROMPT]);
        let reply = venice.chat().create(request).with_meta().await.unwrap();
        assert!(reply.meta.privacy().is_none());
        assert_eq!(server.only().target, "/api/v1/chat/completions");
    }
}

#[tokio::test]
async fn traits_aliases_prefixes_and_suffixes_are_resolved_to_the_model() {
    for name in [
        "own",
        "default",
        "gpt-own",
        "venice-own",
        "default:strip_thinking_response=true",
        "gpt-own:disable_thinking=true",
    ] {
        passed(PRIVATE, &chat(name, json!({}))).await;
    }
    for name in
        ["foreign", "most_intelligent", "gpt-foreign", "venice-foreign", "most_intelligent:disable_thinking=true"]
    {
        assert_eq!(refused(PRIVATE, &chat(name, json!({}))).await, ["model_privacy model"], "{name}");
    }
}

#[tokio::test]
async fn unknown_models_and_unknown_privacy_are_refused() {
    for (name, rule) in [
        ("nobody", "unknown_model model"),
        ("gpt-lost", "unknown_model model"),
        ("OWN", "unknown_model model"),
        ("own%3Aenable_web_search=on", "unknown_model model"),
        ("unclear", "unknown_privacy model"),
        ("silent", "unknown_privacy model"),
        ("", "no_model model"),
        (" ", "no_model model"),
    ] {
        assert_eq!(refused(PRIVATE, &chat(name, json!({}))).await, [rule], "{name}");
    }
    assert_eq!(refused(PRIVATE, &json!({"messages": [{"role": "user", "content": PROMPT}]})).await, ["no_model model"]);
}

#[tokio::test]
async fn a_trait_of_another_type_is_not_mistaken() {
    let server = server();
    let venice = client(&server, PRIVATE);
    let body = json!({"model": "default", "prompt": PROMPT});
    let report =
        venice.request::<Value>(Method::POST, "/image/generate").with_json_body(&body).privacy_report().await.unwrap();
    assert_eq!(report.models()[0].id.as_deref(), Some("painter"));
    assert!(!report.is_refused());
    // It is the name of no text model.
    assert_eq!(refused(PRIVATE, &chat("foreign-painter", json!({}))).await, ["model_privacy model"]);
}

#[tokio::test]
async fn the_model_that_answers_for_a_removed_one_is_checked() {
    passed(PRIVATE, &chat("moved", json!({}))).await;
    passed(PRIVATE, &chat("leaving", json!({}))).await;
    for gone in ["gone", "lost"] {
        assert_eq!(refused(PRIVATE, &chat(gone, json!({}))).await, ["remapped model"], "{gone}");
    }
}

#[tokio::test]
async fn each_fallback_is_checked() {
    passed(PRIVATE, &chat("own", json!({"fallbacks": [{"model": "enclave"}, {"model": "gpt-own"}]}))).await;
    let body = chat("own", json!({"fallbacks": [{"model": "enclave"}, {"model": "foreign"}, {"model": "nobody"}]}));
    let expected = ["model_privacy fallbacks[].model", "unknown_model fallbacks[].model"];
    assert_eq!(refused(PRIVATE, &body).await, expected);
    assert_eq!(refused(Privacy::Tee, &chat("enclave", json!({"fallbacks": [{"model": "own"}]}))).await, expected[..1]);
}

#[tokio::test]
async fn a_character_has_the_model_of_the_request_and_does_not_search() {
    let with = |slug: &str| chat("default", json!({"venice_parameters": {"character_slug": slug}}));
    passed(PRIVATE, &with("same")).await;
    passed(PRIVATE, &chat("own:character_slug=same", json!({}))).await;
    for slug in ["other", "unlisted", "web", "nobody"] {
        let expected = ["character venice_parameters.character_slug"];
        assert_eq!(refused(PRIVATE, &with(slug)).await, expected, "{slug}");
        assert_eq!(refused(PRIVATE, &chat(&format!("own:character_slug={slug}"), json!({}))).await, expected, "{slug}");
    }
    passed(PrivacyPolicy::new(PRIVATE).allow("venice_parameters.character_slug"), &with("other")).await;
}

/// Name, id, kind of name, and level.
type Described<'a> = (&'a str, Option<&'a str>, Option<ModelName>, Option<Privacy>);

fn described(report: &PrivacyReport) -> Vec<Described<'_>> {
    let models = report.models().iter();
    models.map(|model| (model.name.as_str(), model.id.as_deref(), model.resolved_by, model.privacy)).collect()
}

#[tokio::test]
async fn the_report_says_where_each_name_was_resolved() {
    let server = server();
    let venice = client(&server, PRIVATE);
    let fallbacks =
        json!({"fallbacks": [{"model": "gpt-foreign"}, {"model": "sealed"}, {"model": "nobody"}, {"model": "moved"}]});
    let call = venice.request::<Value>(Method::POST, "/chat/completions").with_json_body(&chat("default", fallbacks));
    let report = call.privacy_report().await.unwrap();
    let expected = [
        ("default", Some("own"), Some(ModelName::Trait), Some(Privacy::PrivateModels)),
        ("gpt-foreign", Some("foreign"), Some(ModelName::Compatible), Some(Privacy::Any)),
        ("sealed", Some("sealed"), Some(ModelName::Id), Some(Privacy::EndToEnd)),
        ("nobody", None, None, None),
        ("moved", Some("moved"), Some(ModelName::Id), Some(Privacy::PrivateModels)),
        ("moved", Some("own"), Some(ModelName::Replacement), Some(Privacy::PrivateModels)),
    ];
    assert_eq!(described(&report), expected);
    assert_eq!((report.operation(), report.level(), report.is_refused()), ("createChatCompletion", PRIVATE, true));
    assert_nothing_left(&server);

    let request = ChatCompletionRequest::new("default", [PROMPT]);
    let reply = venice.chat().create(request).with_meta().await.unwrap();
    assert_eq!(described(reply.meta.privacy().unwrap()), expected[..1]);
}
