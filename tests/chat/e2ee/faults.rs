//! Replies of encrypted chats that are not what they have to be.

use serde_json::{Value, json};
use venice_ai::e2ee::E2eeErrorKind;
use venice_ai::{Delivery, ErrorKind};
use venice_ai_mock::{Answer, Fault, MockRequest};

use super::{CHAT, MODEL, QUESTION, chat, drained, mock};

#[tokio::test]
async fn a_part_that_is_not_the_models_ends_the_answer() {
    for (fault, kind) in [
        (Fault::encrypted_for_another_key(), E2eeErrorKind::Tampered),
        (Fault::tampered_chunk(), E2eeErrorKind::Tampered),
        (Fault::replayed_chunk(), E2eeErrorKind::Replayed),
        (Fault::plaintext_chunk(), E2eeErrorKind::Plaintext),
        (Fault::swapped_model(), E2eeErrorKind::Model),
    ] {
        let (mock, venice) = mock().await;
        let chat = chat(&mock, &venice).await;
        mock.fault(fault);
        let (text, error) = drained(&chat).await;
        let error = error.unwrap();
        assert_eq!(error.kind(), ErrorKind::Encryption, "{error}");
        assert_eq!(error.e2ee_error().unwrap().kind(), kind, "{error}");
        assert_eq!((error.operation(), error.delivery()), (Some(CHAT), Delivery::Answered));
        assert!(!error.is_retryable() && error.meta().is_some());
        assert!(text.len() < 20, "{text}");
        assert_eq!(mock.requests_of(CHAT).len(), 1, "it is not sent again");
        // Neither the error nor what it was made of shows the answer.
        assert!(!format!("{error} {error:?}").contains("said:"), "{error:?}");
        assert_eq!(chat.send().await.unwrap().finish_reason.unwrap().as_str(), "stop", "the session can go on");
    }
}

#[cfg(feature = "spans")]
#[tokio::test]
async fn a_part_that_is_not_the_models_fails_the_span() {
    use tracing::instrument::WithSubscriber as _;

    let (mock, venice) = mock().await;
    let chat = chat(&mock, &venice).await;
    let recorder = crate::support::spans::Recorder::new();
    mock.fault(Fault::tampered_chunk());
    let (_, error) = drained(&chat).with_subscriber(recorder.clone()).await;
    assert_eq!(error.map(|error| error.kind()), Some(ErrorKind::Encryption));
    let span = recorder.span("venice.call");
    assert_eq!(span.get("error.type").map(String::as_str), Some("Encryption"), "{span:?}");
    assert!(!recorder.dump().contains("said:") && !recorder.dump().contains(QUESTION));
}

#[tokio::test]
async fn a_stream_that_is_cut_off_is_interrupted() {
    for bytes in [1, 300, 1500, 4000] {
        let (mock, venice) = mock().await;
        let chat = chat(&mock, &venice).await;
        mock.fault(Fault::cut(bytes).on(CHAT));
        let (_, error) = drained(&chat).await;
        assert_eq!(error.unwrap().kind(), ErrorKind::StreamInterrupted, "{bytes}");
    }
}

/// Answers with these events, each made for the request.
fn events(events: impl Fn(&MockRequest) -> Vec<Value> + Send + Sync + 'static) -> Answer {
    Answer::with(move |request| {
        let text: String = events(request).iter().map(|event| format!("data: {event}\n\n")).collect();
        Answer::bytes("text/event-stream", text)
    })
    .on(CHAT)
}

fn chunk(delta: Value, finish_reason: Option<&str>) -> Value {
    json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 0, "model": MODEL,
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}]})
}

#[tokio::test]
async fn an_answer_without_its_end_marker_is_incomplete() {
    let (mock, venice) = mock().await;
    let chat = chat(&mock, &venice).await;
    // With a finish reason and without `[DONE]`, and the other way round.
    mock.answer(events(|request| vec![chunk(json!({"content": request.encrypt("Half")}), Some("stop"))]).times(1));
    let (text, error) = drained(&chat).await;
    assert_eq!((text.as_str(), error.unwrap().kind()), ("Half", ErrorKind::StreamInterrupted));
    let half = |request: &MockRequest| Answer::events([chunk(json!({"content": request.encrypt("Half")}), None)]);
    mock.answer(Answer::with(half).on(CHAT).times(1));
    let (text, error) = drained(&chat).await;
    assert_eq!((text.as_str(), error.unwrap().kind()), ("Half", ErrorKind::StreamInterrupted));
}

#[tokio::test]
async fn text_in_any_other_place_or_form_is_an_error() {
    let (mock, venice) = mock().await;
    let chat = chat(&mock, &venice).await;
    for (delta, kind) in [
        (json!({"content": "Buongiorno"}), Some(E2eeErrorKind::Plaintext)),
        (json!({"content": "", "reasoning_content": "The user asks."}), Some(E2eeErrorKind::Plaintext)),
        (json!({"content": "", "reasoning": "The user asks."}), Some(E2eeErrorKind::Plaintext)),
        (
            json!({"tool_calls": [{"index": 0, "id": "1", "function": {"name": "f", "arguments": "{}"}}]}),
            Some(E2eeErrorKind::Unexpected),
        ),
        // Of another type than text, it would be left out elsewhere.
        (json!({"content": [{"type": "text", "text": "Buongiorno"}]}), None),
        (json!({"content": {"text": "Buongiorno"}}), None),
    ] {
        let changed = delta.clone();
        mock.answer(Answer::events([chunk(changed, Some("stop"))]).on(CHAT).times(1));
        let (text, error) = drained(&chat).await;
        let error = error.unwrap();
        assert_eq!(error.e2ee_error().map(|error| error.kind()), kind, "{delta}: {error}");
        assert!(text.is_empty() && (kind.is_some() || error.kind() == ErrorKind::Decode), "{delta}: {error}");
        assert!(!format!("{error} {error:?}").contains("Buongiorno"), "{error:?}");
    }
}

#[tokio::test]
async fn an_answer_that_is_not_streamed_has_to_be_encrypted_too() {
    let (mock, venice) = mock().await;
    let chat = chat(&mock, &venice).await;
    let whole = |content: Option<String>| {
        Answer::json(&json!({"id": "chatcmpl-1", "object": "chat.completion", "created": 0, "model": MODEL,
            "choices": [{"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}]}))
    };
    mock.answer(Answer::with(move |_| whole(Some("Buongiorno".to_owned()))).on(CHAT).times(1));
    assert_eq!(chat.send().await.unwrap_err().e2ee_error().unwrap().kind(), E2eeErrorKind::Plaintext);
    mock.answer(Answer::with(move |request| whole(request.encrypt("Buongiorno"))).on(CHAT).times(1));
    assert_eq!(chat.send().await.unwrap().text, "Buongiorno");
}

#[tokio::test]
async fn plaintext_reasoning_is_skipped_by_name_only_and_never_returned() {
    let (mock, venice) = mock().await;
    let chat = chat(&mock, &venice).await.ignore_plaintext_reasoning().disable_thinking(true);
    mock.answer(events(|request| {
        let mut all = vec![
            chunk(json!({"reasoning_content": "The user asks."}), None),
            chunk(json!({"reasoning_content": request.encrypt("In secret.")}), None),
            chunk(json!({"content": request.encrypt("It is not.")}), Some("stop")),
        ];
        all.push(json!("[DONE]"));
        all
    }));
    let error = chat.send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode, "a quoted marker is none: {error}");
    mock.reset();
    mock.answer(
        Answer::with(|request| {
            Answer::events([
                chunk(json!({"reasoning_content": "The user asks."}), None),
                chunk(json!({"reasoning_content": request.encrypt("In secret.")}), None),
                chunk(json!({"content": request.encrypt("It is not.")}), Some("stop")),
            ])
        })
        .on(CHAT),
    );
    let reply = chat.send().await.unwrap();
    assert_eq!((reply.text.as_str(), reply.reasoning.as_str()), ("It is not.", "In secret."));
}

#[tokio::test]
async fn a_long_answer_is_decrypted_chunk_by_chunk() {
    const CHUNKS: usize = 300;
    let (mock, venice) = mock().await;
    let chat = chat(&mock, &venice).await;
    mock.answer(
        Answer::with(|request| {
            let chunks = (0..CHUNKS).map(|n| chunk(json!({"content": request.encrypt(&format!("{n} "))}), None));
            let last = chunk(json!({"content": ""}), Some("stop"));
            Answer::events(chunks.chain([last]))
        })
        .on(CHAT),
    );
    let mut stream = chat.stream().await.unwrap();
    let mut count = 0;
    while let Some(delta) = stream.next().await {
        let delta = delta.unwrap();
        if delta.finish_reason.is_none() {
            assert_eq!(delta.text, format!("{count} "));
            count += 1;
        }
    }
    assert_eq!(count, CHUNKS);
}
