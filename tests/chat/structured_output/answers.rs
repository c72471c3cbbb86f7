//! Answers of structured outputs.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use venice_ai::chat::structured::Parsed;
use venice_ai::{Error, ErrorKind};

use super::{Island, MURANO, murano, reply, reply_of, request, saying};
use crate::support::{Answer, Server, TestClock, amount, client, replying};

async fn parsed(answer: Answer) -> Result<Parsed<Island>, Error> {
    let (_server, venice) = replying(answer);
    venice.chat().parse(request()).await
}

/// The error of a paid answer, which keeps the answer and its cost.
async fn failed(answer: Answer, kind: ErrorKind, text: &str) -> Error {
    let (server, venice) = replying(answer);
    let error = venice.chat().parse::<Island>(request()).await.expect_err(text);
    assert_eq!(error.kind(), kind, "{error}");
    assert_eq!(error.answer_text(), Some(text), "{error}");
    let reply = error.completion().unwrap();
    assert_eq!((reply.usage.as_ref().unwrap().total_tokens, reply.cost.as_ref().unwrap().usd), (30, amount("0.25")));
    assert_eq!(error.operation(), Some("createChatCompletion"));
    assert_eq!(error.status().unwrap(), 200);
    assert_eq!((error.request_id(), error.attempts(), error.is_retryable()), (Some("8f00-VCE"), 1, false));
    assert!(error.body().unwrap().starts_with(b"{"));
    assert_eq!(server.count(), 1, "it was asked for again, and paid for again");
    error
}

#[tokio::test]
async fn an_answer_is_a_value_and_its_reply() {
    let parsed = parsed(saying(MURANO)).await.unwrap();
    assert_eq!(parsed.value, murano());
    assert_eq!(parsed.reply.text(), MURANO);
    let (value, reply) = parsed.into_parts();
    assert_eq!((value, reply.cost.unwrap().usd), (murano(), amount("0.25")));
}

#[tokio::test]
async fn null_is_nothing_where_the_type_has_a_default() {
    let parsed = parsed(saying(r#"{"name": "Torcello", "area": null, "bridges": null}"#)).await.unwrap();
    assert_eq!(parsed.value, Island { name: "Torcello".to_owned(), area: None, bridges: Vec::new() });
}

#[tokio::test]
async fn what_models_put_around_an_answer_is_left_out() {
    for around in [
        "\u{feff}JSON",
        "\n\nJSON\n",
        "```json\nJSON\n```",
        "```\nJSON\n```",
        "<think>An island, {\"name\": \"Burano\"}?</think>\n\nJSON",
        "{\"name\": \"Burano\"} it is not.</think>JSON".trim_start_matches('{'),
        "Here is the island [1]:\n\n```json\nJSON\n```\nCan I help {otherwise}?",
        "JSON and, again, JSON",
    ] {
        let parsed = parsed(saying(&around.replace("JSON", MURANO))).await;
        assert_eq!(parsed.unwrap_or_else(|error| panic!("{around}: {error}")).value, murano(), "{around}");
    }
}

#[tokio::test]
async fn a_type_that_is_not_an_object_is_taken_out_of_one() {
    #[derive(Debug, Deserialize, JsonSchema, PartialEq)]
    #[serde(rename_all = "lowercase")]
    enum Wind {
        Bora,
        Sirocco,
    }
    let (server, venice) = replying(saying(r#"{"value": "sirocco"}"#));
    assert_eq!(venice.chat().parse::<Wind>(request()).await.unwrap().value, Wind::Sirocco);
    let schema = &server.only().json()["response_format"]["json_schema"]["schema"];
    assert_eq!(schema["properties"]["value"], json!({"type": "string", "enum": ["bora", "sirocco"]}));
    for text in [r#"{"value": ["a", "b"]}"#, r#"["a", "b"]"#] {
        let (_server, venice) = replying(saying(text));
        assert_eq!(venice.chat().parse::<Vec<String>>(request()).await.unwrap().value, ["a", "b"]);
    }
    let (_server, venice) = replying(saying(r#"{"value": [{"year": 1}, {"year": "MDCCCLXVI"}]}"#));
    let error = venice.chat().parse::<Vec<super::Bridge>>(request()).await.unwrap_err();
    assert_eq!(error.json_path(), Some("[1].year"), "{error}");
}

#[tokio::test]
async fn of_several_choices_the_first_is_read() {
    let choice = |index: i64, text: &str| json!({"index": index, "finish_reason": "stop", "message": {"role": "assistant", "content": text}});
    let both = reply_of(json!([choice(0, MURANO), choice(1, "no JSON")]));
    let parsed = parsed(Answer::json(200, &both.to_string())).await.unwrap();
    assert_eq!((parsed.value, parsed.reply.choices.len()), (murano(), 2));
}

#[tokio::test]
async fn an_answer_that_is_cut_says_so() {
    let half = &MURANO[..30];
    let error = failed(reply("length", json!({"content": half})), ErrorKind::Truncated, half).await;
    assert!(error.message().starts_with("the answer is truncated"), "{error}");
    for content in [json!(""), json!(null)] {
        let message = json!({"content": content, "reasoning_content": "Let me think about islands"});
        let error = failed(reply("length", message), ErrorKind::Truncated, "").await;
        assert!(error.message().contains("before the answer began"), "{error}");
    }
    let thought = "<think>Let me think";
    failed(reply("length", json!({"content": thought})), ErrorKind::Truncated, thought).await;
    // A backend with another field.
    let choice = json!({"index": 0, "finish_reason": null, "stop_reason": "length", "message": {"content": half}});
    let answer = Answer::json(200, &reply_of(json!([choice])).to_string());
    assert_eq!(parsed(answer).await.unwrap_err().kind(), ErrorKind::Truncated);
    // How it would have continued is unknown.
    let prose = format!("One is {MURANO}, and another");
    failed(reply("length", json!({"content": prose.clone()})), ErrorKind::Truncated, &prose).await;
}

#[tokio::test]
async fn an_answer_that_is_whole_when_the_tokens_run_out_is_an_answer() {
    assert_eq!(parsed(reply("length", json!({"content": MURANO}))).await.unwrap().value, murano());
    let fenced = format!("```json\n{MURANO}\n");
    assert_eq!(parsed(reply("length", json!({"content": fenced}))).await.unwrap().value, murano());
}

#[tokio::test]
async fn a_refusal_has_the_words_of_the_model() {
    let message = json!({"content": null, "refusal": "I will not."});
    failed(reply("stop", message), ErrorKind::Refusal, "I will not.").await;
    for reason in ["content_filter", "refusal", "SAFETY", "PROHIBITED_CONTENT", "blocklist"] {
        failed(reply(reason, json!({"content": "{\"name\""})), ErrorKind::Refusal, "{\"name\"").await;
    }
    for empty in [json!(null), json!("")] {
        let message = json!({"content": MURANO, "refusal": empty});
        assert!(parsed(reply("stop", message)).await.is_ok());
    }
}

#[tokio::test]
async fn a_refusal_of_the_api_stays_what_it_is() {
    let (_server, venice) =
        replying(Answer::json(422, r#"{"error": "Prompt violates the content policy of the provider"}"#));
    let error = venice.chat().parse::<Island>(request()).await.unwrap_err();
    assert!(
        error.kind() != ErrorKind::Refusal && error.status().unwrap() == 422 && error.completion().is_none(),
        "{error:?}"
    );
}

#[tokio::test]
async fn text_that_is_not_json_is_kept() {
    for text in ["I am not sure.", r#"{"name": "Murano", "area": 117.5"#, r#"{"name": "Murano", oops}"#, "{'name': 1}"]
    {
        failed(saying(text), ErrorKind::InvalidJson, text).await;
    }
}

#[tokio::test]
async fn of_two_different_documents_none_is_taken() {
    let text = format!("{MURANO}\n{}", MURANO.replace("Murano", "Burano"));
    let error = failed(saying(&text), ErrorKind::InvalidJson, &text).await;
    assert!(error.message().contains("several different"), "{error}");
}

#[tokio::test]
async fn json_of_another_form_names_the_place_and_not_the_value() {
    for (text, path) in [
        (r#"{"name": "secret", "area": "secret", "bridges": []}"#, Some("area")),
        (r#"{"name": "x", "area": 1, "bridges": [{"year": 1}, {"year": "secret"}]}"#, Some("bridges[1].year")),
        (r#"{"name": "x", "area": 1, "bridges": [{"year": 1}, {}]}"#, Some("bridges[1]")),
        (r#"{"title": "secret"}"#, None),
        (r#"["secret"]"#, None),
        ("\"secret\"", None),
        ("null", None),
    ] {
        let error = failed(saying(text), ErrorKind::SchemaMismatch, text).await;
        assert_eq!(error.json_path(), path, "{error}");
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("secret"), "{shown}");
    }
}

#[tokio::test]
async fn calls_of_tools_in_place_of_an_answer_are_kept() {
    let calls = json!([{"id": "call_1", "type": "function", "function": {"name": "tide", "arguments": "{}"}}]);
    for (reason, content) in [("tool_calls", json!(null)), ("tool_calls", json!("One moment.")), ("stop", json!(""))] {
        let text = content.as_str().unwrap_or_default().to_owned();
        let message = json!({"content": content, "tool_calls": calls});
        let error = failed(reply(reason, message), ErrorKind::ToolCalls, &text).await;
        assert_eq!(error.completion().unwrap().tool_calls()[0].id, "call_1");
    }
    for none in [json!(null), json!([])] {
        assert!(parsed(reply("stop", json!({"content": MURANO, "tool_calls": none}))).await.is_ok());
    }
    // Both at once: the answer counts.
    assert!(parsed(reply("stop", json!({"content": MURANO, "tool_calls": calls}))).await.is_ok());
}

#[tokio::test]
async fn a_reply_without_an_answer_says_so() {
    let bare = |choices: Value| {
        let body = reply_of(choices).to_string();
        Answer::new(200, &[("content-type", "application/json"), ("cf-ray", "8f00-VCE")], body)
    };
    failed(bare(json!([{}])), ErrorKind::NoAnswer, "").await;
    failed(bare(json!([{"message": null}])), ErrorKind::NoAnswer, "").await;
    for content in [json!(null), json!(""), json!(" \n"), json!("<think>Hm.</think>")] {
        let text = content.as_str().unwrap_or_default().to_owned();
        failed(reply("stop", json!({"content": content})), ErrorKind::NoAnswer, &text).await;
    }
}

#[tokio::test]
async fn a_reply_that_is_none_is_the_error_that_it_always_was() {
    let (_server, venice) = replying(Answer::html(200, "<html><title>Gateway</title></html>"));
    let error = venice.chat().parse::<Island>(request()).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Decode && error.completion().is_none(), "{error}");
}

#[tokio::test]
async fn what_the_api_did_not_run_is_retried_and_what_it_ran_is_not() {
    let server = Server::answering([Answer::json(503, "{}"), saying(MURANO)]);
    let parsed = client(&server, &TestClock::without_jitter()).chat().parse::<Island>(request()).await;
    assert_eq!((parsed.unwrap().value, server.count()), (murano(), 2));
    let server = Server::answering([saying("no JSON"), saying(MURANO)]);
    let error = client(&server, &TestClock::without_jitter()).chat().parse::<Island>(request()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidJson);
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn nothing_that_is_printed_shows_the_answer() {
    let parsed = parsed(saying(MURANO)).await.unwrap();
    let shown = format!("{parsed:?}");
    assert!(!shown.contains("Murano") && shown.contains("0.25"), "{shown}");
    let text = "Murano, I think.";
    let error = failed(saying(text), ErrorKind::InvalidJson, text).await;
    assert!(!format!("{error} {error:?}").contains("Murano"), "{error:?}");
}
