//! Building requests, without a server.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use venice_ai::ValidationError;
use venice_ai::types::{
    ApiKeyType, AudioFormat, ChatCompletionRequest, ChatMessage, ContentPart, CreateApiKeyRequest, FinishReason,
    LimitPeriod, ModelFilter, ModelPrivacy, ModelType, RateLimitType, ReasoningEffort, TextPart, Tool, ToolCall,
    ToolChoiceMode, UpdateApiKeyRequest, UserContent, VeniceParameters, WebSearchMode,
};

fn json_of(value: impl Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

/// An enum that is open: known values parse, and any text survives the way to a value and back.
trait Open: Serialize + DeserializeOwned + FromStr<Err = ValidationError> + Display + Debug + PartialEq + Clone {}
impl<T: Serialize + DeserializeOwned + FromStr<Err = ValidationError> + Display + Debug + PartialEq + Clone> Open
    for T
{
}

fn assert_open<T: Open>(known: &[&str], text: &str) {
    for text in known.iter().copied().chain([text]) {
        let value: T = serde_json::from_value(json!(text)).unwrap();
        assert_eq!(json_of(value.clone()), json!(text));
        assert_eq!(value.to_string(), text);
        let stored = serde_json::to_string(&value).unwrap();
        assert_eq!(serde_json::from_str::<T>(&stored).unwrap(), value);
        match text.parse::<T>() {
            Ok(parsed) => assert_eq!((parsed, known.contains(&text)), (value, true)),
            Err(error) => assert!(!known.contains(&text) && error.problem().contains(&format!("{text:?}"))),
        }
    }
}

proptest! {
    #[test]
    fn any_text_survives_in_an_enum(text in ".*") {
        assert_open::<ApiKeyType>(ApiKeyType::KNOWN, &text);
        assert_open::<LimitPeriod>(LimitPeriod::KNOWN, &text);
        assert_open::<ModelPrivacy>(ModelPrivacy::KNOWN, &text);
        assert_open::<RateLimitType>(RateLimitType::KNOWN, &text);
        assert_open::<ModelType>(ModelType::KNOWN, &text);
        assert_open::<ModelFilter>(ModelFilter::KNOWN, &text);
        assert_open::<FinishReason>(FinishReason::KNOWN, &text);
        assert_open::<ReasoningEffort>(ReasoningEffort::KNOWN, &text);
        assert_open::<WebSearchMode>(WebSearchMode::KNOWN, &text);
        assert_open::<AudioFormat>(AudioFormat::KNOWN, &text);
        assert_open::<ToolChoiceMode>(ToolChoiceMode::KNOWN, &text);
    }

    #[test]
    fn any_text_can_be_said(text in ".*") {
        let request = ChatCompletionRequest::new("m", [text.clone()]);
        assert_eq!(json_of(&request)["messages"][0]["content"], json!(text));
    }
}

#[test]
fn an_enum_is_read_into_its_variants() {
    assert_eq!(ApiKeyType::from_wire("ADMIN"), ApiKeyType::Admin);
    assert_eq!(ApiKeyType::from_wire("admin"), ApiKeyType::Unknown("admin".into()));
    assert_eq!(serde_json::from_value::<FinishReason>(json!("tool_calls")).unwrap(), FinishReason::ToolCalls);
    assert!(ApiKeyType::KNOWN.starts_with(&["INFERENCE", "ADMIN"]));
    assert!(WebSearchMode::KNOWN.starts_with(&["auto", "off", "on"]), "texts and not booleans");
}

#[test]
fn an_enum_is_a_text_and_nothing_else() {
    for value in [json!(1), json!(true), json!(["ADMIN"]), json!({"ADMIN": null})] {
        assert!(serde_json::from_value::<ApiKeyType>(value).is_err());
    }
}

#[test]
fn a_message_is_made_from_a_text_or_a_string() {
    let of_text: ChatMessage = "Hello.".into();
    assert_eq!(of_text, ChatMessage::user("Hello."));
    assert_eq!(ChatMessage::from("Hello.".to_owned()), of_text);
    assert_eq!(ChatCompletionRequest::new("m", vec![of_text.clone()]), ChatCompletionRequest::new("m", ["Hello."]));
}

#[test]
fn a_message_that_the_crate_does_not_know_is_sent_unchanged() {
    let raw = json!({"role": "oracle", "content": null, "omen": [1]});
    let request = ChatCompletionRequest::new("m", [ChatMessage::Unknown(raw.clone())]);
    assert_eq!(json_of(&request)["messages"][0], raw);
    assert!(request.validate().is_ok());
}

#[test]
fn content_is_a_text_or_a_list() {
    assert_eq!(json_of(UserContent::from("x")), json!("x"));
    assert_eq!(json_of(UserContent::from(vec![ContentPart::from("x")])), json!([{"type": "text", "text": "x"}]));
    assert_eq!(json_of(ContentPart::from(TextPart::new("x"))), json_of(ContentPart::text("x")));
    assert_eq!(json_of(ContentPart::Unknown(json!({"type": "smell"}))), json!({"type": "smell"}));
}

#[test]
fn a_setter_replaces_what_was_set() {
    let request = ChatCompletionRequest::new("m", ["x"]).temperature(0.1).temperature(0.2).stop("a").stop("b");
    assert_eq!((request.temperature, json_of(&request)["stop"].clone()), (Some(0.2), json!("b")));
}

#[test]
fn a_field_that_is_taken_away_again_is_not_sent() {
    let mut request = CreateApiKeyRequest::new(ApiKeyType::Admin, "x").expires_at("2030-01-31");
    request.expires_at = None;
    assert_eq!(json_of(&request), json!({"apiKeyType": "ADMIN", "description": "x"}));
    assert_eq!(json_of(UpdateApiKeyRequest::from("1")), json!({"id": "1"}), "a change that changes nothing");
}

#[test]
fn a_schema_that_is_not_an_object_allows_anything() {
    let tool = Tool::function("f", "d", json!(true));
    assert_eq!(json_of(tool)["function"]["parameters"], json!({}));
}

#[test]
fn arguments_are_read_as_a_type() {
    let call = |arguments: &str| ToolCall::new("1", venice_ai::types::FunctionCall::new("f", arguments));
    assert_eq!(call(r#"{"a": 1}"#).arguments::<std::collections::BTreeMap<String, i64>>().unwrap()["a"], 1);
    assert_eq!(call(" \n").arguments::<Value>().unwrap(), json!({}));
    assert!(call(r#"{"a": "x"}"#).arguments::<std::collections::BTreeMap<String, i64>>().is_err());
}

#[test]
fn parameters_are_appended_to_the_model() {
    let all = VeniceParameters::new()
        .strip_thinking_response(true)
        .character_slug("alan-watts")
        .enable_web_search(WebSearchMode::Auto)
        .disable_thinking(false);
    let expected =
        "default:character_slug=alan-watts&disable_thinking=false&enable_web_search=auto&strip_thinking_response=true";
    assert_eq!(all.model_with_suffix("default").unwrap(), expected);
    assert_eq!(
        VeniceParameters::new().model_with_suffix("org/model-1.5").unwrap(),
        "org/model-1.5",
        "nothing is nothing"
    );
    let one = VeniceParameters::new().enable_web_search(WebSearchMode::Unknown("web".into()));
    assert_eq!(one.model_with_suffix(String::from("m")).unwrap(), "m:enable_web_search=web");
}

#[test]
fn a_suffix_is_rejected_where_it_cannot_be_read() {
    let parameters = VeniceParameters::new().disable_thinking(true);
    for model in ["", " ", "default:enable_web_search=on", "m:"] {
        let error = parameters.model_with_suffix(model).unwrap_err();
        assert!(error.field() == "model" && error.problem().contains(&format!("{model:?}")), "{error}");
    }
    for slug in ["", " ", "\n"] {
        let error = VeniceParameters::new().character_slug(slug).model_with_suffix("m").unwrap_err();
        assert!(error.field() == "character_slug" && error.problem().contains(&format!("{slug:?}")), "{error}");
    }
    // The API would silently ignore these.
    for (parameters, field) in [
        (VeniceParameters::new().enable_e2ee(false), "enable_e2ee"),
        (VeniceParameters::new().disable_thinking(true).enable_x_search(true), "enable_x_search"),
    ] {
        let error = parameters.model_with_suffix("m").unwrap_err();
        assert!(error.field() == field && error.problem().contains("`venice_parameters`"), "{error}");
    }
}

#[test]
fn values_of_a_suffix_are_encoded() {
    for (slug, written) in [
        ("a b", "a%20b"),
        ("a:b", "a%3Ab"),
        ("a=b&enable_web_search=on", "a%3Db%26enable_web_search%3Don"),
        ("größe%20", "gr%C3%B6%C3%9Fe%2520"),
        ("a-b_c.d~e", "a-b_c.d~e"),
    ] {
        let model = VeniceParameters::new().character_slug(slug).model_with_suffix("m").unwrap();
        assert_eq!(model, format!("m:character_slug={written}"));
    }
}

#[test]
fn all_parameters_that_the_api_reads_from_a_suffix_are_written() {
    let all = VeniceParameters::new()
        .character_slug("alan-watts")
        .disable_thinking(true)
        .enable_web_citations(true)
        .enable_web_scraping(true)
        .enable_web_search(WebSearchMode::On)
        .include_search_results_in_stream(true)
        .include_venice_system_prompt(false)
        .return_search_results_as_documents(true)
        .strip_thinking_response(true);
    let model = all.model_with_suffix("m").unwrap();
    assert_eq!(model.matches('=').count(), 9, "{model}");
}
