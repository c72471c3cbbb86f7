use std::time::{Duration, Instant};

use serde_json::json;
use venice_ai::types::{
    ApiKeyType, ChatCompletionRequest, CreateApiKeyRequest, CreateSpeechRequest, SpeechFormat, TextParserRequest,
};
use venice_ai::{Client, Error, ErrorKind, RetryPolicy, Upload};
use venice_ai_mock::Fault;

use super::{get, start};

async fn list(venice: &Client) -> Result<usize, Error> {
    venice.api_keys().list().await.map(|keys| keys.len())
}

#[tokio::test]
async fn each_status_comes_with_the_body_that_the_api_has_for_it() {
    let (mock, venice) = start().await;
    for (status, kind, code) in [
        (400, ErrorKind::InvalidRequest, Some("INVALID_REQUEST")),
        (401, ErrorKind::Authentication, Some("AUTHENTICATION_FAILED")),
        (402, ErrorKind::InsufficientBalance, Some("INSUFFICIENT_BALANCE")),
        (403, ErrorKind::Permission, Some("UNAUTHORIZED")),
        (404, ErrorKind::NotFound, None),
        (409, ErrorKind::Conflict, None),
        (410, ErrorKind::Gone, None),
        (413, ErrorKind::PayloadTooLarge, Some("PAYLOAD_TOO_LARGE")),
        (415, ErrorKind::InvalidRequest, Some("INVALID_CONTENT_TYPE")),
        (422, ErrorKind::ContentPolicy, Some("CONTENT_POLICY_VIOLATION")),
        (429, ErrorKind::RateLimited, Some("RATE_LIMIT_EXCEEDED")),
        (500, ErrorKind::Server, Some("INFERENCE_FAILED")),
        (502, ErrorKind::Server, None),
        (503, ErrorKind::Overloaded, Some("MODEL_AT_CAPACITY")),
        (504, ErrorKind::Server, Some("REQUEST_TIMEOUT")),
        (520, ErrorKind::Server, None),
    ] {
        mock.fault(Fault::status(status));
        let error = list(&venice).await.unwrap_err();
        assert_eq!((error.status().unwrap().as_u16(), error.kind(), error.code()), (status, kind, code), "{error}");
        assert!(error.request_id().is_some_and(|id| id.ends_with("-VCE")), "{error}");
        let html = error.meta().unwrap().header("content-type").unwrap().starts_with("text/html");
        assert_eq!(html, matches!(status, 502 | 520));
    }
    assert_eq!(list(&venice).await.unwrap(), 1, "the faults are used up");
    mock.fault(Fault::status(42));
    assert_eq!(list(&venice).await.unwrap_err().status().unwrap().as_u16(), 500);
}

#[tokio::test]
async fn a_fault_has_the_headers_and_the_body_that_it_is_given() {
    let (mock, venice) = start().await;
    mock.fault(
        Fault::status(429).header("retry-after", "7").header("no good", "x").json(json!({"error": "slow down"})),
    );
    let error = list(&venice).await.unwrap_err();
    assert_eq!((error.retry_after(), error.message()), (Some(Duration::from_secs(7)), "slow down"));

    mock.fault(Fault::status(500).body("boom"));
    let error = list(&venice).await.unwrap_err();
    assert_eq!(error.body().unwrap().as_ref(), b"boom");
    assert_eq!(error.meta().unwrap().header("content-type"), Some("text/plain; charset=utf-8"));

    mock.fault(Fault::status(200).json(json!({"data": [], "object": "list"})));
    assert_eq!(list(&venice).await.unwrap(), 0);
}

#[tokio::test]
async fn faults_are_used_up_in_their_order_and_by_the_operation_that_they_are_for() {
    let (mock, venice) = start().await;
    mock.fault(Fault::status(404).on("listModels").times(2));
    mock.fault(Fault::status(403));
    mock.fault(Fault::status(410).times(0));
    assert_eq!(list(&venice).await.unwrap_err().status().unwrap().as_u16(), 403);
    assert_eq!(list(&venice).await.unwrap(), 1);
    for _ in 0..2 {
        assert_eq!(get(&venice, "/models").await.unwrap_err().kind(), ErrorKind::NotFound);
    }
    assert!(get(&venice, "/models").await.is_ok());
}

#[tokio::test]
async fn a_client_with_its_usual_patience_gets_over_an_outage() {
    let (mock, _) = start().await;
    mock.fault(Fault::status(503).header("retry-after", "0"));
    mock.fault(Fault::disconnect());
    assert_eq!(list(&mock.client()).await.unwrap(), 1);
    assert_eq!(mock.requests().len(), 3);
}

#[tokio::test]
async fn an_answer_can_be_late() {
    let (mock, venice) = start().await;
    mock.fault(Fault::delay(Duration::from_millis(120)));
    let begun = Instant::now();
    assert_eq!(list(&venice).await.unwrap(), 1);
    assert!(begun.elapsed() >= Duration::from_millis(120));

    mock.fault(Fault::status(404).after(Duration::from_secs(60)));
    let error = venice.api_keys().list().with_timeout(Duration::from_millis(400)).await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert_eq!(list(&venice).await.unwrap(), 1, "others are answered meanwhile");
}

#[tokio::test]
async fn a_key_whose_reply_was_cut_is_made_anyway() {
    let (mock, venice) = start().await;
    mock.fault(Fault::cut(40));
    let request = CreateApiKeyRequest::new(ApiKeyType::Inference, "lost");
    let error = venice.api_keys().create(request.clone()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
    assert_eq!(list(&venice).await.unwrap(), 2);

    for fault in [Fault::disconnect(), Fault::status(503)] {
        mock.fault(fault);
        venice.api_keys().create(request.clone()).await.unwrap_err();
        assert_eq!(list(&venice).await.unwrap(), 2, "nothing was done");
    }
}

#[tokio::test]
async fn a_stream_can_break_off_and_fall_silent() {
    let (mock, _) = start().await;
    let venice = mock
        .client_builder()
        .retry(RetryPolicy::disabled())
        .stream_idle_timeout(Duration::from_millis(500))
        .build()
        .unwrap();
    let answer = || async {
        let request = ChatCompletionRequest::new("squero-small", ["?"]);
        let mut pieces = venice.chat().stream(request).await.unwrap().text();
        let mut text = String::new();
        loop {
            match pieces.next().await {
                Some(Ok(piece)) => text.push_str(&piece),
                Some(Err(error)) => return (text, Some(error.kind())),
                None => return (text, None),
            }
        }
    };
    mock.fault(Fault::cut(1500));
    let (text, end) = answer().await;
    assert_eq!(end, Some(ErrorKind::StreamInterrupted));
    assert!(text.starts_with("You said:"), "what came before the break arrives: {text:?}");
    mock.fault(Fault::stall(1500));
    let (text, end) = answer().await;
    assert_eq!(end, Some(ErrorKind::Timeout));
    assert!(text.starts_with("You said:"), "{text:?}");
    mock.fault(Fault::garbage());
    let (text, end) = answer().await;
    assert_eq!((text.as_str(), end), ("", Some(ErrorKind::StreamInterrupted)));
    assert_eq!(answer().await.1, None);
}

#[tokio::test]
async fn a_body_can_be_garbage() {
    let (mock, venice) = start().await;
    mock.fault(Fault::garbage());
    let error = venice.api_keys().list().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
    assert_eq!(error.status().unwrap().as_u16(), 200);
    mock.fault(Fault::stall(0));
    assert!(venice.api_keys().list().with_timeout(Duration::from_millis(400)).await.unwrap_err().is_timeout());
}

#[tokio::test]
async fn faults_apply_to_files_and_forms() {
    let (mock, venice) = start().await;
    let speech = |streaming| {
        let request = CreateSpeechRequest::new("m", "Hi").response_format(SpeechFormat::Wav).streaming(streaming);
        venice.raw().create_speech(&request)
    };
    for streaming in [false, true] {
        let whole = speech(streaming).await.unwrap().bytes().await.unwrap();
        mock.fault(Fault::cut(100));
        let error = speech(streaming).await.unwrap().bytes().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport, "{error}");

        mock.fault(Fault::stall(100));
        let silent = speech(streaming).with_stream_idle_timeout(Duration::from_millis(500)).await.unwrap();
        assert!(silent.bytes().await.unwrap_err().is_timeout());

        mock.fault(Fault::garbage());
        let garbage = speech(streaming).await.unwrap();
        assert_eq!(garbage.content_type().as_deref(), Some("audio/wav"));
        assert_ne!(garbage.bytes().await.unwrap(), whole);

        mock.fault(Fault::delay(Duration::from_millis(60)));
        let begun = Instant::now();
        assert_eq!(speech(streaming).await.unwrap().bytes().await.unwrap(), whole);
        assert!(begun.elapsed() >= Duration::from_millis(60));
    }
    let parse = || venice.raw().create_text_parser(&TextParserRequest::new(Upload::bytes("a.txt", "abc")));
    mock.fault(Fault::status(413).on("createTextParser"));
    assert_eq!(parse().await.unwrap_err().kind(), ErrorKind::PayloadTooLarge);
    parse().await.unwrap();
}

#[tokio::test]
async fn every_operation_fails_on_demand() {
    let (mock, venice) = start().await;
    for operation in venice_ai::operations::ALL {
        mock.fault(Fault::status(429).header("retry-after", "3").on(operation.id));
        mock.fault(Fault::disconnect().on(operation.id));
        let method = venice_ai::http::Method::from_bytes(operation.method.as_bytes()).unwrap();
        let ask = || venice.request::<serde_json::Value>(method.clone(), &operation.path.replace(['{', '}'], ""));
        let error = ask().await.unwrap_err();
        assert_eq!((error.kind(), error.retry_after()), (ErrorKind::RateLimited, Some(Duration::from_secs(3))));
        assert_eq!(ask().await.unwrap_err().status(), None, "{}", operation.id);
    }
    mock.verify().unwrap();
}
