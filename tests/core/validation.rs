//! Chat requests that are rejected before sending, with the path of the invalid field.

use serde_json::{Value, json};
use venice_ai::types::{
    AssistantMessage, ChatCompletionRequest, ChatMessage, ContentPart, Function, FunctionTool,
    GetBillingUsageAnalyticsParams, JsonSchema, JsonSchemaFormat, ResponseFormat, TextPart, Tool,
};
use venice_ai::{Error, ErrorKind};

use crate::support::chat::{TEXT, a_question};
use crate::support::replying;

/// The error of a request that must not reach the server, neither for a whole answer nor for a stream.
async fn refused(request: ChatCompletionRequest, field: &str) -> Error {
    let (server, venice) = replying(TEXT);
    let streamed = venice.chat().stream(request.clone()).await.unwrap_err();
    let error = venice.chat().create(request.clone()).await.unwrap_err();
    assert_eq!(server.connections(), 0, "something was sent: {error}");
    for error in [&error, &streamed] {
        assert_eq!((error.kind(), error.status()), (ErrorKind::InvalidRequest, None), "{error}");
        assert_eq!(error.operation(), Some("createChatCompletion"));
        assert_eq!(error.field_errors()[0].field, field, "{error}");
        assert!(error.to_string().contains(&format!("`{field}`")) && !error.is_retryable(), "{error}");
    }
    assert_eq!(request.validate().unwrap_err().field(), field);
    error
}

async fn accepted(request: ChatCompletionRequest) -> Value {
    let (server, venice) = replying(TEXT);
    venice.chat().create(request).await.unwrap();
    server.only().json()
}

type Set = fn(ChatCompletionRequest, f64) -> ChatCompletionRequest;

/// Fields with their minimum and maximum.
const RANGES: [(&str, Set, f64, Option<f64>); 9] = [
    ("temperature", |request, value| request.temperature(value), 0.0, Some(2.0)),
    ("top_p", |request, value| request.top_p(value), 0.0, Some(1.0)),
    ("min_p", |request, value| request.min_p(value), 0.0, Some(1.0)),
    ("min_temp", |request, value| request.min_temp(value), 0.0, Some(2.0)),
    ("max_temp", |request, value| request.max_temp(value), 0.0, Some(2.0)),
    ("frequency_penalty", |request, value| request.frequency_penalty(value), -2.0, Some(2.0)),
    ("presence_penalty", |request, value| request.presence_penalty(value), -2.0, Some(2.0)),
    ("repetition_penalty", |request, value| request.repetition_penalty(value), 0.0, None),
    ("top_k", |request, value| request.top_k(value as i64), 0.0, None),
];

#[tokio::test]
async fn a_number_out_of_its_range_is_rejected_and_the_bounds_are_not() {
    for (name, set, low, high) in RANGES {
        let step = if name == "top_k" { 1.0 } else { 0.1 };
        let error = refused(set(a_question(), low - step), name).await;
        assert!(error.message().contains(&format!("at least {low}")), "{error}");
        assert_eq!(accepted(set(a_question(), low)).await[name].as_f64(), Some(low));
        match high {
            Some(high) => {
                let error = refused(set(a_question(), high + step), name).await;
                assert!(error.message().contains(&format!("at most {high}")), "{error}");
                assert_eq!(accepted(set(a_question(), high)).await[name].as_f64(), Some(high));
            }
            None => assert_eq!(accepted(set(a_question(), 1e6)).await[name].as_f64(), Some(1e6)),
        }
    }
}

#[tokio::test]
async fn a_number_that_json_cannot_hold_is_rejected() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        refused(a_question().temperature(value), "temperature").await;
        refused(a_question().repetition_penalty(value), "repetition_penalty").await;
    }
}

#[tokio::test]
async fn a_seed_is_above_zero() {
    let error = refused(a_question().seed(0), "seed").await;
    assert!(error.message().contains("above 0"), "{error}");
    refused(a_question().seed(-1), "seed").await;
    assert_eq!(accepted(a_question().seed(i64::MAX)).await["seed"], i64::MAX);
}

#[tokio::test]
async fn log_probabilities_are_not_counted_below_zero() {
    refused(a_question().top_logprobs(-1), "top_logprobs").await;
    assert_eq!(accepted(a_question().top_logprobs(0)).await["top_logprobs"], 0);
}

#[tokio::test]
async fn more_than_four_stops_and_an_empty_list_of_them_are_rejected() {
    let stops = |count: usize| vec!["x".to_owned(); count];
    let error = refused(a_question().stop(stops(5)), "stop").await;
    assert!(error.message().contains("has 5 items") && error.message().contains("at most 4"), "{error}");
    refused(a_question().stop(stops(0)), "stop").await;
    assert_eq!(accepted(a_question().stop(stops(4))).await["stop"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn more_than_ten_fallbacks_are_rejected() {
    let error = refused(a_question().fallbacks(["m"; 11]), "fallbacks").await;
    assert!(error.message().contains("at most 10"), "{error}");
    assert_eq!(accepted(a_question().fallbacks(["m"; 10])).await["fallbacks"].as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn no_messages_and_no_model_are_rejected() {
    let error = refused(ChatCompletionRequest::new("m", Vec::<ChatMessage>::new()), "messages").await;
    assert!(error.message().contains("has 0 items"), "{error}");
    refused(ChatCompletionRequest::new("", ["x"]), "model").await;
    refused(ChatCompletionRequest::new(" \n", ["x"]), "model").await;
}

#[tokio::test]
async fn an_empty_text_part_is_rejected_with_its_path() {
    let content =
        vec![ContentPart::text("x"), ContentPart::image_url("https://example.com/a.png"), ContentPart::text("")];
    let request = ChatCompletionRequest::new("m", [ChatMessage::user("x"), ChatMessage::user(content)]);
    let error = refused(request, "messages[1].content[2].text").await;
    assert!(error.message().contains("is empty"), "{error}");
    let empty = || vec![TextPart::new("")];
    for message in
        [ChatMessage::system(empty()), ChatMessage::developer(empty()), AssistantMessage::new().content(empty()).into()]
    {
        refused(ChatCompletionRequest::new("m", [message]), "messages[0].content[0].text").await;
    }
}

#[tokio::test]
async fn an_empty_text_is_not_an_empty_part() {
    let body = accepted(ChatCompletionRequest::new("m", [ChatMessage::user(""), ChatMessage::assistant("")])).await;
    assert_eq!(body["messages"], json!([{"role": "user", "content": ""}, {"role": "assistant", "content": ""}]));
}

#[tokio::test]
async fn a_function_without_a_name_is_rejected_with_its_path() {
    let tools = [Tool::WebSearch, FunctionTool::new(Function::new("")).into()];
    refused(a_question().tools(tools), "tools[1].function.name").await;
}

#[tokio::test]
async fn the_name_of_a_schema_has_1_to_64_characters() {
    for name in [String::new(), "n".repeat(65)] {
        refused(
            a_question().response_format(ResponseFormat::json_schema(name, json!({}))),
            "response_format.json_schema.name",
        )
        .await;
    }
    let format = JsonSchemaFormat::new(JsonSchema::new("n".repeat(64), serde_json::Map::new()));
    accepted(a_question().response_format(format)).await;
}

#[tokio::test]
async fn what_the_api_may_allow_by_now_is_sent_when_validation_is_off() {
    let (server, venice) = replying(TEXT);
    let request = a_question().temperature(2.5).seed(0).n(3).fallbacks(["m"; 11]);
    venice.chat().create(request).with_validation(false).await.unwrap();
    let body = server.only().json();
    assert_eq!((&body["temperature"], &body["seed"], &body["n"]), (&json!(2.5), &json!(0), &json!(3)));
    assert_eq!(body["fallbacks"].as_array().unwrap().len(), 11);
}

#[tokio::test]
async fn a_value_that_is_set_past_the_request_is_not_checked() {
    let (server, venice) = replying(TEXT);
    venice.chat().create(a_question()).with_extra_body("temperature", 2.5).await.unwrap();
    assert_eq!(server.only().json()["temperature"], 2.5);
}

#[tokio::test]
async fn a_list_in_the_place_of_a_text_has_a_length() {
    let stops = |count: usize| vec!["stop".to_owned(); count];
    for count in [0, 5] {
        refused(a_question().stop(stops(count)), "stop").await;
    }
    assert_eq!(accepted(a_question().stop(stops(4))).await["stop"], json!(stops(4)));
    assert_eq!(accepted(a_question().stop("stop")).await["stop"], "stop");
}

#[tokio::test]
async fn a_parameter_that_is_needed_beside_another_is_missed() {
    let (server, venice) = replying(r#"{"byDate": []}"#);
    let range = GetBillingUsageAnalyticsParams::new().start_date("2026-01-01");
    let error = venice.raw().get_billing_usage_analytics(&range).await.unwrap_err();
    assert_eq!(error.field_errors()[0].field, "endDate", "{error}");
    assert!(error.to_string().contains("is required with `startDate`"), "{error}");
    assert_eq!(server.connections(), 0);
    venice.raw().get_billing_usage_analytics(&range.end_date("2026-01-31")).await.unwrap();
}

#[tokio::test]
async fn everything_that_is_wrong_is_reported_at_once() {
    let (server, venice) = replying(TEXT);
    let request = a_question().temperature(9.0).top_p(-1.0).min_p(2.0);
    let error = venice.chat().create(request).await.unwrap_err();
    assert_eq!(server.connections(), 0);
    let mut fields: Vec<_> = error.field_errors().iter().map(|wrong| wrong.field.as_str()).collect();
    fields.sort();
    assert_eq!(fields, ["min_p", "temperature", "top_p"], "{error}");
    for field in fields {
        assert!(error.to_string().contains(&format!("`{field}` is ")), "{error}");
    }
}

#[tokio::test]
async fn of_very_many_findings_only_the_first_are_reported() {
    let empty = (0..500).map(|_| ChatMessage::user(Vec::<ContentPart>::from([TextPart::new("").into()])));
    let error = refused(ChatCompletionRequest::new("default", empty), "messages[0].content[0].text").await;
    assert_eq!(error.field_errors().len(), 16, "{error}");
    assert_eq!(error.field_errors()[15].field, "messages[15].content[0].text");
}
