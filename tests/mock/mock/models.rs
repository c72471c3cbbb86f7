use std::collections::BTreeSet;

use venice_ai::ErrorKind;
use venice_ai::types::{ChatCompletionRequest, GenerateImageRequest, ModelFilter, ModelType};
use venice_ai_mock::MockVenice;

use super::{get, start};

#[tokio::test]
async fn without_a_type_text_models_are_listed() {
    let (_mock, venice) = start().await;
    let reply = get(&venice, "/models").await.unwrap();
    assert_eq!((reply["object"].as_str(), reply["type"].as_str()), (Some("list"), Some("text")));
    assert!(reply["data"].as_array().unwrap().iter().all(|model| model["type"] == "text"));
}

#[tokio::test]
async fn each_filter_lists_its_models() {
    let (_mock, venice) = start().await;
    let all = venice.models().list(ModelFilter::All).await.unwrap();
    let types: BTreeSet<&str> = all.iter().map(|model| model.type_.as_str()).collect();
    assert_eq!(types, ModelType::KNOWN.iter().copied().collect(), "a model of every type");
    for name in ModelType::KNOWN {
        let listed = venice.models().list(ModelFilter::from_wire(name)).await.unwrap();
        assert!(!listed.is_empty() && listed.iter().all(|model| model.type_.as_str() == *name), "{name}");
    }
    let code = venice.models().list(ModelFilter::Code).await.unwrap();
    assert_eq!(code.iter().map(|model| model.id.as_str()).collect::<Vec<_>>(), ["arsenale-coder"]);
}

#[tokio::test]
async fn the_fields_of_a_model_are_those_of_the_api() {
    let (_mock, venice) = start().await;
    for model in venice.models().list(ModelFilter::All).await.unwrap() {
        assert!(
            model.extra.is_empty() && model.model_spec.extra.is_empty(),
            "{}: {:?}",
            model.id,
            model.model_spec.extra
        );
        if let Some(capabilities) = &model.model_spec.capabilities {
            assert!(capabilities.extra.is_empty(), "{}: {:?}", model.id, capabilities.extra);
        }
    }
}

#[tokio::test]
async fn an_unknown_type_is_rejected_with_the_ones_that_there_are() {
    let (_mock, venice) = start().await;
    let error = venice.models().list(ModelFilter::from_wire("audio")).await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.field_errors()[0].field.as_str()), (400, "type"));
    assert!(error.field_errors()[0].message.contains("'asr'"), "{error:?}");
}

#[tokio::test]
async fn traits_and_other_names_lead_to_models() {
    let (_mock, venice) = start().await;
    let traits = venice.models().traits(ModelType::Text).await.unwrap();
    assert_eq!(traits["default"], "gondola-9b");
    assert_eq!(traits["default_code"], "arsenale-coder");
    assert_eq!(venice.models().traits(ModelType::Image).await.unwrap()["default"], "murano-image");
    let names = venice.models().compatibility_mapping(ModelType::Text).await.unwrap();
    assert_eq!(names["gpt-4o"], "gondola-9b");
    assert!(!names.contains_key("dall-e-3"));
}

#[tokio::test]
async fn models_need_no_key() {
    let (mock, _venice) = start().await;
    let nobody = venice_ai::Client::builder().base_url(mock.base_url()).build().unwrap();
    let reply = nobody.models().list(ModelFilter::Text).with_meta().await.unwrap();
    assert_eq!(reply.value.len(), 5);
    assert_eq!(reply.meta.balances().usd, None, "balances are for those who say who they are");
    assert!(reply.meta.request_id().is_some());
}

#[tokio::test]
async fn a_model_that_only_the_api_has_is_taken_by_its_name() {
    let (_mock, venice) = start().await;
    let name = "of-next-year";
    let request = ChatCompletionRequest::new(name, ["Ciao"]);
    let reply = venice.chat().create(request).with_meta().await.unwrap();
    assert_eq!((reply.value.model.as_str(), reply.meta.model_id()), (name, Some(name)));
    let drawn = venice.images().generate(GenerateImageRequest::new(name, "a canal")).await.unwrap();
    assert_eq!(drawn.meta().model_id(), Some(name));
    assert_eq!(venice.embeddings().embed(name, "acqua alta").await.unwrap().len(), 1024);
    assert_eq!(venice.tee().attestation(name, [7; 32]).await.unwrap().model.as_deref(), Some(name));
}

#[tokio::test]
async fn a_test_may_want_unknown_models_to_be_rejected() {
    let mock = MockVenice::builder().check_models(true).start().await.unwrap();
    let venice = mock.client();
    let refused = |error: venice_ai::Error, meant: &str| {
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
        assert_eq!(error.did_you_mean()[0], meant);
    };
    refused(venice.chat().create(ChatCompletionRequest::new("gondola-9c", ["Ciao"])).await.unwrap_err(), "gondola-9b");
    let drawing = GenerateImageRequest::new("no-such-model", "a canal");
    refused(venice.images().generate(drawing).await.unwrap_err(), "murano-image");
    refused(venice.embeddings().embed("no-such-model", "x").await.unwrap_err(), "altana-embedding");
    refused(venice.tee().attestation("no-such-model", [7; 32]).await.unwrap_err(), "gondola-9b");
}
