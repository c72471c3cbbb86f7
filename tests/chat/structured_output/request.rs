//! Requests of structured outputs.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use venice_ai::types::{ChatCompletion, ChatCompletionRequest, ResponseFormat, Tool};
use venice_ai::{Error, ErrorKind};

use super::{Island, MURANO, murano, request, saying};
use crate::support::{Server, once, replying};

#[tokio::test]
async fn the_schema_of_the_type_goes_with_the_request_and_nothing_else_is_changed() {
    let (server, venice) = replying(saying(MURANO));
    let plain = request().temperature(0.5).max_completion_tokens(100).seed(7);
    venice.chat().parse::<Island>(plain).await.unwrap();
    let expected = json!({
        "model": "default",
        "messages": [{"role": "user", "content": "Which island makes glass?"}],
        "temperature": 0.5,
        "max_completion_tokens": 100,
        "seed": 7,
        "response_format": {"type": "json_schema", "json_schema": {
            "name": "Island",
            "strict": true,
            "schema": {
                "description": "A place in the lagoon.",
                "type": "object",
                "properties": {
                    "name": {"type": "string", "description": "The name that its people use."},
                    "area": {"type": ["number", "null"], "description": "In hectares."},
                    "bridges": {
                        "anyOf": [
                            {
                                "type": "array",
                                "items": {
                                    "type": "object",
                                    "properties": {"year": {"type": "integer"}},
                                    "required": ["year"],
                                    "additionalProperties": false,
                                },
                            },
                            {"type": "null"},
                        ],
                    },
                },
                "required": ["name", "area", "bridges"],
                "additionalProperties": false,
            },
        }},
    });
    assert_eq!(server.only().posted("/chat/completions"), expected);
}

#[tokio::test]
async fn the_stream_asks_for_the_same() {
    let server = Server::start(|_, _| saying(MURANO));
    let venice = once(&server);
    venice.chat().parse::<Island>(request()).await.unwrap();
    venice.chat().parse_stream::<Island>(request()).await.unwrap().collect().await.unwrap();
    let [whole, mut streamed] = <[_; 2]>::try_from(server.requests()).unwrap().map(|request| request.json());
    assert_eq!(streamed.as_object_mut().unwrap().remove("stream"), Some(true.into()));
    assert_eq!(streamed.as_object_mut().unwrap().remove("stream_options"), Some(json!({"include_usage": true})));
    assert_eq!(whole, streamed);
}

#[tokio::test]
async fn fields_are_described_in_the_order_of_the_type() {
    #[derive(Deserialize, JsonSchema)]
    struct Thought {
        #[allow(dead_code)]
        thoughts: String,
        answer: bool,
    }
    let (server, venice) = replying(saying(r#"{"thoughts": "…", "answer": true}"#));
    assert!(venice.chat().parse::<Thought>(request()).await.unwrap().value.answer);
    let body = String::from_utf8(server.only().body).unwrap();
    let place = |name: &str| body.find(&format!("\"{name}\":{{")).unwrap();
    assert!(place("thoughts") < place("answer"), "{body}");
}

#[tokio::test]
async fn parallel_calls_are_switched_off_where_there_are_tools_and_only_there() {
    let tool = || Tool::function("tide", "The tide", json!({"type": "object", "properties": {}}));
    let none: [Tool; 0] = [];
    for (request, expected) in [
        (request().tools([tool()]), json!(false)),
        (request().tools([tool()]).parallel_tool_calls(false), json!(false)),
        (request().tools(none), json!(null)),
        (request().parallel_tool_calls(true), json!(true)),
        (request(), json!(null)),
    ] {
        let (server, venice) = replying(saying(MURANO));
        let parsed = venice.chat().parse::<Island>(request).with_validation(false).await;
        assert_eq!(parsed.unwrap().value, murano());
        assert_eq!(server.only().json()["parallel_tool_calls"], expected);
    }
}

#[tokio::test]
async fn the_name_of_a_type_is_one_that_the_api_takes() {
    #[derive(Deserialize, JsonSchema)]
    #[schemars(rename = "Piazzetta (dei Leoncini) – a rather long name for a very small place")]
    struct Square {}
    let (server, venice) = replying(saying("{}"));
    let Square {} = venice.chat().parse(request()).await.unwrap().value;
    let name = server.only().json()["response_format"]["json_schema"]["name"].as_str().unwrap().to_owned();
    assert!(name.starts_with("Piazzetta__dei_Leoncini____a_rather_long_name") && name.len() == 64, "{name}");
    assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'));
}

#[tokio::test]
async fn a_request_by_hand_asks_for_the_same_and_its_reply_is_read() {
    let server = Server::start(|_, _| saying(MURANO));
    let venice = once(&server);
    let by_hand = request().response_format(ResponseFormat::of::<Island>().unwrap());
    let reply: ChatCompletion = venice.chat().create(by_hand).await.unwrap();
    assert_eq!(reply.parse::<Island>().unwrap().value, murano());
    venice.chat().parse::<Island>(request()).await.unwrap();
    let [by_hand, parsed] = <[_; 2]>::try_from(server.requests()).unwrap().map(|request| request.json());
    assert_eq!(by_hand, parsed);
    let error: Error = ChatCompletion::default().parse::<Island>().unwrap_err();
    assert!(error.kind() == ErrorKind::NoAnswer && error.operation().is_none());
}

#[tokio::test]
async fn the_options_of_a_call_are_those_of_any_other() {
    let (server, venice) = replying(saying(MURANO));
    let reply = venice
        .chat()
        .parse::<Island>(ChatCompletionRequest::new("default", ["Which?"]))
        .with_header("x-trace", "4711")
        .with_extra_body("a_new_member", true)
        .with_meta()
        .await
        .unwrap();
    assert_eq!(reply.meta.request_id(), Some("8f00-VCE"));
    assert_eq!(reply.value.value, murano());
    let sent = server.only();
    assert_eq!((sent.header("x-trace"), &sent.json()["a_new_member"]), (Some("4711"), &json!(true)));
}
