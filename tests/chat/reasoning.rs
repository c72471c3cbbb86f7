//! Reasoning: one control for all models, and reasoning separated from the answer.

use std::fmt::Write as _;

use serde_json::{Value, json};
use venice_ai::chat::{ReasoningControl, ReasoningSupport};
use venice_ai::stream::AnswerPiece;
use venice_ai::types::{ChatCompletion, ChatCompletionRequest, ChatMessage, Model, ModelFilter, ReasoningEffort};
use venice_ai_mock::MockVenice;

use crate::chat_requests::sent;
use crate::support::chat::{a_question, answer, open, open_at, streamed};
use crate::support::{Server, once, replying};

async fn reply(message: Value) -> ChatCompletion {
    answer(json!({"choices": [{"message": message}]}).to_string()).await
}

#[tokio::test]
async fn a_control_is_on_the_wire_what_the_model_understands() {
    let model = json!({"id": "m", "model_spec": {"capabilities": {
        "supportsReasoning": true, "supportsReasoningEffort": true, "reasoningEffortOptions": ["low", "high"],
    }}});
    let model: Model = serde_json::from_value(model).unwrap();
    let request = || ChatCompletionRequest::new("m", ["Four?"]);
    let body = sent(request().reasoning_for(&model, ReasoningEffort::Max)).await;
    assert_eq!((&body["reasoning_effort"], body.get("reasoning")), (&json!("high"), None));
    let body = sent(request().reasoning_for(&model, ReasoningControl::Off)).await;
    assert_eq!(
        (&body["reasoning"], &body["venice_parameters"]),
        (&json!({"enabled": false}), &json!({"disable_thinking": true}))
    );
    assert_eq!(body.get("reasoning_effort"), None);
    let body = sent(request().reasoning_for(&model, ReasoningControl::Default)).await;
    assert_eq!(body.as_object().unwrap().len(), 2, "{body}");
}

#[tokio::test]
async fn every_model_of_the_mock_takes_every_control() {
    let mock = MockVenice::start().await.unwrap();
    let venice = mock.client();
    let controls = [
        ReasoningControl::Default,
        ReasoningControl::Off,
        ReasoningControl::Hidden,
        ReasoningEffort::Minimal.into(),
        ReasoningEffort::Max.into(),
    ];
    for model in venice.models().list(ModelFilter::Text).await.unwrap().iter() {
        for control in &controls {
            let request = ChatCompletionRequest::new(&*model.id, ["Four?"]).reasoning_for(model, control.clone());
            let reply = venice.chat().create(request).await.unwrap();
            let is_silent = matches!(control, ReasoningControl::Off | ReasoningControl::Hidden);
            assert!(!reply.answer().is_empty());
            assert!(!is_silent || reply.reasoning().is_empty(), "{} {control:?}", model.id);
        }
    }
    mock.verify().unwrap();
}

#[tokio::test]
async fn the_list_and_the_catalogue_leave_open_what_a_model_does_not_report() {
    let capabilities =
        [json!({}), json!({"supportsReasoning": false}), json!({"supportsReasoning": true}), Value::Null];
    let models: Vec<Value> = capabilities
        .iter()
        .enumerate()
        .map(|(n, capabilities)| json!({"id": format!("m{n}"), "type": "text", "model_spec": {"capabilities": capabilities}}))
        .collect();
    let list = json!({"object": "list", "type": "all", "data": models}).to_string();
    let (_server, venice) = replying(list);
    let listed = venice.models().list(ModelFilter::All).await.unwrap();
    let form = |support: ReasoningSupport| {
        let request = ChatCompletionRequest::new("m", ["Four?"]).reasoning_for(support, ReasoningEffort::Low);
        request.reasoning_effort.map(|effort| effort.as_str().to_owned())
    };
    let low = Some("low".to_owned());
    let of_list: Vec<_> = listed.iter().map(|model| form(model.into())).collect();
    assert_eq!(of_list, [low.clone(), None, low.clone(), low]);
    #[cfg(feature = "catalogue")]
    {
        let catalogue = venice.models().catalogue().await.unwrap();
        let of_catalogue: Vec<_> = catalogue.iter().map(|model| form(model.into())).collect();
        assert_eq!(of_catalogue, of_list);
    }
}

#[tokio::test]
async fn reasoning_is_read_in_each_of_its_forms() {
    let cases = [
        (json!({"content": "Four.", "reasoning_content": "Easy."}), "Easy.", "Four.", false),
        (json!({"content": "<think>\nEasy.\n</think>\n\nFour."}), "\nEasy.\n", "Four.", false),
        (
            json!({"content": [{"type": "text", "text": "<think>Easy.</think>"}, {"type": "text", "text": "Four."}]}),
            "Easy.",
            "Four.",
            false,
        ),
        (json!({"content": "Four.", "reasoning_content": "[Some reasoning content is encrypted]"}), "", "Four.", true),
        (
            json!({"content": "Four.", "reasoning_content": "Hm. [Some reasoning content is encrypted]Ah."}),
            "Hm. Ah.",
            "Four.",
            true,
        ),
        (
            json!({"content": "Four.", "reasoning_details": [{"type": "reasoning.encrypted", "data": "QUJD"}]}),
            "",
            "Four.",
            true,
        ),
        (json!({"content": "Four.", "reasoning_encrypted": "QUJD"}), "", "Four.", true),
        (json!({"content": "Four.", "reasoning_encrypted": null, "reasoning_content": null}), "", "Four.", false),
        (json!({"content": null}), "", "", false),
        (json!({"content": "<think>It ran out of"}), "It ran out of", "", false),
    ];
    for (message, reasoning, text, is_encrypted) in cases {
        let reply = reply(message.clone()).await;
        assert_eq!((&*reply.reasoning(), &*reply.answer()), (reasoning, text), "{message}");
        assert_eq!(reply.message().unwrap().is_reasoning_encrypted(), is_encrypted, "{message}");
    }
    let nothing = answer(r#"{"choices": [{}]}"#).await;
    assert_eq!((&*nothing.reasoning(), &*nothing.answer()), ("", ""));
}

/// A server that streams these deltas.
fn streaming(deltas: &[Value]) -> Server {
    let mut events = String::new();
    for delta in deltas {
        let chunk = json!({"choices": [{"index": 0, "delta": delta, "finish_reason": null}]});
        write!(events, "data: {chunk}\n\n").unwrap();
    }
    events += "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    Server::answering([streamed([events.as_bytes()])])
}

#[tokio::test]
async fn a_stream_gives_both_apart_where_a_chunk_cuts_the_tag() {
    let deltas = ["\n<thi", "nk>Ea", "sy.</", "think>", "\n\nFo", "ur."].map(|text| json!({"content": text}));
    let server = streaming(&deltas);
    let mut pieces = open_at(&server).await.pieces();
    let mut all = Vec::new();
    while let Some(piece) = pieces.next().await {
        all.push(piece.unwrap());
    }
    let (thought, said) =
        (|text: &str| AnswerPiece::Reasoning(text.into()), |text: &str| AnswerPiece::Answer(text.into()));
    assert_eq!(all, [thought("Ea"), thought("sy."), said("Fo"), said("ur.")]);
    assert!(pieces.next().await.is_none());
    assert_eq!(open_at(&server).await.answer().collect().await.unwrap(), "Four.");
    assert_eq!(open_at(&server).await.reasoning().collect().await.unwrap(), "Easy.");
    assert_eq!(open_at(&server).await.text().collect().await.unwrap(), "\n<think>Easy.</think>\n\nFour.");
    let whole = open_at(&server).await.collect().await.unwrap();
    assert_eq!((&*whole.reasoning(), &*whole.answer()), ("Easy.", "Four."));
}

#[tokio::test]
async fn a_stream_leaves_out_the_stand_in_for_what_is_encrypted() {
    let deltas = [
        json!({"content": "", "reasoning_content": "Hm. [Some reaso"}),
        json!({"reasoning_content": "ning content is encrypted]"}),
        json!({"reasoning_content": "[Some"}),
        json!({"content": "Four."}),
    ];
    let server = streaming(&deltas);
    assert_eq!(open_at(&server).await.reasoning().collect().await.unwrap(), "Hm. [Some");
    assert_eq!(open_at(&server).await.answer().collect().await.unwrap(), "Four.");
    let whole = open_at(&server).await.collect().await.unwrap();
    assert_eq!(whole.reasoning(), "Hm. [Some");
}

#[tokio::test]
async fn an_encrypted_block_goes_after_the_summary_and_back_to_the_api() {
    let deltas = [
        json!({"role": "assistant", "content": "", "reasoning_content": "First, "}),
        json!({"reasoning_content": "[encrypted]gAAAA+/=", "reasoning_encrypted": true}),
        json!({"reasoning_content": "second.", "reasoning_encrypted": false}),
        json!({"content": "Four."}),
    ];
    let server = streaming(&deltas);
    let venice = once(&server);
    let reply = open(&venice).await.collect().await.unwrap();
    let message = reply.choices[0].message.clone();
    assert_eq!(message.reasoning_content.as_deref(), Some("First, second.[encrypted]gAAAA+/="));
    assert!(message.is_reasoning_encrypted());

    let messages = [ChatMessage::user("Two and two?"), message.into(), ChatMessage::user("And one?")];
    venice.chat().stream(ChatCompletionRequest::new("m", messages)).await.unwrap().collect().await.unwrap();
    let echoed: Value = serde_json::from_slice(&server.requests()[1].body).unwrap();
    let echoed = &echoed["messages"][1];
    assert_eq!(echoed["reasoning_content"], "First, second.[encrypted]gAAAA+/=");
    assert_eq!(echoed["reasoning_encrypted"], true);

    assert_eq!(
        open(&venice).await.reasoning().collect().await.unwrap(),
        "First, second.",
        "the token is not for readers"
    );
}

#[tokio::test]
async fn a_stream_that_is_cut_gives_what_it_held_back_before_its_end() {
    let chunk = json!({"choices": [{"index": 0, "delta": {"content": "<think>Hm.</th"}, "finish_reason": null}]});
    let server = Server::answering([streamed([format!("data: {chunk}\n\n").as_bytes()])]);
    let mut pieces = open_at(&server).await.pieces();
    assert_eq!(pieces.next().await.unwrap().unwrap(), AnswerPiece::Reasoning("Hm.".into()));
    assert!(pieces.next().await.unwrap().unwrap_err().kind() == venice_ai::ErrorKind::StreamInterrupted);
    assert_eq!(pieces.next().await.unwrap().unwrap(), AnswerPiece::Reasoning("</th".into()));
    assert!(pieces.next().await.is_none());
}

#[tokio::test]
async fn what_is_in_flight_is_not_shown() {
    let server = streaming(&[json!({"content": "<think>a secret</thi"}), json!({"content": "nk>told"})]);
    let mut pieces = open_at(&server).await.pieces();
    while let Some(piece) = pieces.next().await {
        let shown = format!("{:?} {pieces:?}", piece.unwrap());
        assert!(!shown.contains("secret") && !shown.contains("told") && !shown.contains("</thi"), "{shown}");
    }
}

#[cfg(feature = "blocking")]
#[test]
fn both_are_read_without_async() {
    use venice_ai::blocking;

    let server = streaming(&[json!({"content": "<think>Easy.</think>Four."})]);
    let venice = crate::support::once(&server);
    let stream = venice.chat().stream(a_question()).send_blocking().unwrap();
    let pieces: Vec<AnswerPiece> = blocking::iter(stream.pieces()).map(Result::unwrap).collect();
    assert_eq!(pieces, [AnswerPiece::Reasoning("Easy.".into()), AnswerPiece::Answer("Four.".into())]);
}
