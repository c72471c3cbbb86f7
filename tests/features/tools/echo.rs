//! Assistant messages are sent back byte for byte.

use serde_json::json;
use venice_ai::tools::ToolBox;
use venice_ai::types::ChatMessage;

use super::{request, saying, serving, tide_and_wind, tool};
use crate::support::Answer;

/// Order of fields, spelling of numbers, escapes, white space, unknown fields, and a duplicate one.
const SAID: &str = r#"{ "reasoning_encrypted":"gAAAA\u0042\/\u00e9 è","tool_calls":[ {"function":{"arguments":"{\"at\":1.0}","name":"tide","new":1e3},"index":0,
  "id":"call_ä","type":"function","thought_signature":"c2ln\u003d"}],"content":null,"role":"assistant","thought_signature":"QUJD\u002b/==",
  "reasoning_details":[{"type":"reasoning.text","text":"Hm\n\u2026","index":0,"signature":"Zm9v","weight":1.0,"big":123456789012345678901234567890,"tiny":-0.0,"e":1E-7}],
  "refusal":null,"annotations":[],"audio":null,"zzz":{"b":1,"a":2,"a":3},"reasoning_content":"Hm…"}"#;

fn round(message: &str) -> Answer {
    let reply = format!(
        r#"{{"id":"x","choices":[{{"message":{message},"index":0,"finish_reason":"tool_calls"}}],"model":"m","usage":null}}"#
    );
    Answer::json(200, &reply)
}

fn assert_has(body: &[u8], text: &str) {
    let body = std::str::from_utf8(body).unwrap();
    assert!(body.contains(text), "{text}\nis not in\n{body}");
}

#[tokio::test]
async fn a_whole_reply_goes_back_byte_for_byte() {
    let (server, venice) = serving([round(SAID), round(SAID), saying("x"), saying("y")]);
    let finished = venice.chat().run(request(), &tide_and_wind()).await.unwrap();
    finished.ask("And tomorrow?").unwrap().await.unwrap();
    let bodies: Vec<Vec<u8>> = server.requests().into_iter().map(|request| request.body).collect();
    for body in &bodies[1..] {
        assert_has(body, &format!(r#"[{{"role":"user","content":"When can I sail?"}},{SAID},{{"role":"tool""#));
    }
    let times = |body: &[u8]| std::str::from_utf8(body).unwrap().matches(SAID).count();
    assert_eq!(bodies.iter().map(|body| times(body)).collect::<Vec<_>>(), [0, 1, 2, 2]);
    let answer = json!({"role": "assistant", "content": "x"});
    assert_has(&bodies[3], &format!(r#"{answer},{{"role":"user","content":"And tomorrow?"}}"#));
}

#[tokio::test]
async fn so_it_does_when_fields_are_added_to_the_body() {
    let (server, venice) = serving([round(SAID), saying("x")]);
    let run = venice.chat().run(request(), &tide_and_wind());
    run.with_extra_body("new", json!({"a": 1})).await.unwrap();
    assert_has(&server.requests()[1].body, SAID);
    assert_has(&server.requests()[1].body, r#""new":{"a":1}"#);
}

#[tokio::test]
async fn so_it_does_after_an_error() {
    let (server, venice) = serving([round(SAID), Answer::json(402, "{}"), saying("x")]);
    let unfinished = venice.chat().run(request(), &tide_and_wind()).await.unwrap_err();
    unfinished.resume().await.unwrap();
    assert_eq!(server.requests()[1].body, server.requests()[2].body);
    assert_has(&server.requests()[2].body, SAID);
}

#[tokio::test]
async fn a_message_without_its_role_goes_back_with_one() {
    let said = SAID.replace(r#""role":"assistant","#, "");
    let (server, venice) = serving([round(&said), saying("x")]);
    venice.chat().run(request(), &tide_and_wind()).await.unwrap();
    let sent = &server.requests()[1].json()["messages"][1];
    assert_eq!((&sent["role"], &sent["thought_signature"]), (&json!("assistant"), &json!("QUJD+/==")));
    assert_eq!(sent["zzz"], json!({"a": 3, "b": 1}));
}

#[tokio::test]
async fn the_typed_messages_have_every_field_too() {
    let (_, venice) = serving([round(SAID), saying("x")]);
    let finished = venice.chat().run(request(), &tide_and_wind()).await.unwrap();
    let ChatMessage::Assistant(said) = &finished.messages()[1] else { panic!("{:?}", finished.messages()) };
    assert_eq!(said.thought_signature.as_deref(), Some("QUJD+/=="));
    assert_eq!(said.extra["reasoning_encrypted"], "gAAAAB/é è");
    assert_eq!(said.tool_calls.as_ref().unwrap()[0].extra["thought_signature"], "c2ln=");
}

#[tokio::test]
async fn of_a_stream_every_field_goes_back() {
    let chunks = [
        json!({"role": "assistant", "content": "", "reasoning_content": "Hm"}),
        json!({"reasoning_content": "…", "reasoning_encrypted": "gAAA"}),
        json!({"reasoning_details": [{"type": "reasoning.text", "text": "Hm…", "index": 0, "signature": "Zm9v"}]}),
        json!({"thought_signature": "QUJD", "reasoning_encrypted": "BBB"}),
        json!({"tool_calls": [{"index": 0, "id": "a", "type": "function", "function": {"name": "tide", "arguments": ""}, "thought_signature": "s"}]}),
        json!({"tool_calls": [{"index": 0, "function": {"arguments": "{\"at\":1}"}}]}),
    ];
    let last = json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]});
    let mut text: String = chunks
        .iter()
        .map(|delta| format!("data: {}\n\n", json!({"choices": [{"index": 0, "delta": delta}]})))
        .collect();
    text.push_str(&format!("data: {last}\n\ndata: [DONE]\n\n"));
    let (server, venice) = serving([
        crate::support::chat::streamed([text.as_bytes()]),
        crate::support::chat::streamed([crate::support::chat::DIALECT_A.as_bytes()]),
    ]);
    let tools = ToolBox::new().implement(tool("tide"), |at: serde_json::Value| async move { at });
    venice.chat().run_stream(request(), &tools).await.unwrap();
    let sent = server.requests()[1].json();
    let call = json!({"id": "a", "type": "function", "function": {"name": "tide", "arguments": "{\"at\":1}"}, "thought_signature": "s"});
    let said = json!({
        "role": "assistant",
        "content": "",
        "reasoning_content": "Hm…",
        "reasoning_details": [{"type": "reasoning.text", "text": "Hm…", "index": 0, "signature": "Zm9v"}],
        "thought_signature": "QUJD",
        "reasoning_encrypted": "gAAABBB",
        "tool_calls": [call],
    });
    assert_eq!(sent["messages"][1], said);
}
