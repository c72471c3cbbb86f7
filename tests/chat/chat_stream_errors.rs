//! Errors of streamed answers.

use std::error::Error as _;
use std::time::{Duration, Instant};

use venice_ai::ErrorKind;

use crate::chat_stream::drain;
use crate::support::chat::{DIALECT_A, DIALECT_B, a_question, head, open, open_at};
use crate::support::{Answer, KEY, PATIENCE, Server, TestClock, builder, client};

const CHUNK: &str = r#"data: {"choices":[{"delta":{"content":"Half a"},"finish_reason":null,"index":0}],"id":"x","created":1,"model":"m","object":"chat.completion.chunk"}"#;
const LAST: &str = r#"data: {"choices":[{"delta":{"content":"."},"finish_reason":"stop","index":0}],"id":"x","created":1,"model":"m","object":"chat.completion.chunk"}"#;

fn closing(text: impl AsRef<[u8]>) -> Server {
    Server::answering([head().send(text).close()])
}

/// The items of a stream: the text of each chunk, or the kind of the error.
async fn seen(server: &Server) -> Vec<Result<String, ErrorKind>> {
    let items = drain(&mut open_at(server).await).await;
    let text = |chunk: venice_ai::types::ChatCompletionChunk| {
        chunk.choices.into_iter().filter_map(|choice| choice.delta.content).collect()
    };
    items.into_iter().map(|item| item.map(text).map_err(|error| error.kind())).collect()
}

fn text(text: &str) -> Result<String, ErrorKind> {
    Ok(text.to_owned())
}

#[tokio::test]
async fn every_shape_of_an_error_in_the_stream_ends_it() {
    let overloaded = r#"data: {"error":{"message":"Model is overloaded","code":"MODEL_OVERLOADED"}}"#;
    let cases = [
        (
            r#"data: {"error":"Inference failed, please retry"}"#,
            ErrorKind::Server,
            None,
            "Inference failed, please retry",
        ),
        (overloaded, ErrorKind::Overloaded, Some("MODEL_OVERLOADED"), "Model is overloaded"),
        (
            r#"data: {"error_type":"upstream_error","error_message":"worker lost"}"#,
            ErrorKind::Server,
            Some("upstream_error"),
            "worker lost",
        ),
        ("event: error\ndata: the backend went away", ErrorKind::Server, None, "the backend went away"),
        ("event: error\ndata: {\"message\":\"no luck\"}", ErrorKind::Server, None, "no luck"),
        ("event: error\ndata:", ErrorKind::Server, None, "empty body"),
    ];
    for (event, kind, code, message) in cases {
        let server = closing(format!("{CHUNK}\n\n{event}\n\n{LAST}\n\ndata: [DONE]\n\n"));
        let mut items = drain(&mut open_at(&server).await).await;
        assert_eq!(items.len(), 2, "{event}");
        assert!(items[0].is_ok(), "what came before is not lost");
        let error = items.remove(1).unwrap_err();
        assert_eq!((error.kind(), error.message()), (kind, message), "{event}");
        if code.is_some() {
            assert_eq!(error.code(), code, "{event}");
        }
        assert_eq!(error.request_id(), Some("8f00-VCE"));
        assert_eq!(error.operation(), Some("createChatCompletion"));
        assert!(!error.is_retryable(), "the server has begun to answer");
        assert!(error.body().is_some());
    }
}

#[tokio::test]
async fn an_answer_about_errors_is_an_answer() {
    let talk = CHUNK.replace("Half a", r#"{\"error\":\"x\"}"#);
    let server = closing(format!("{talk}\n\n{LAST}\n\n"));
    assert_eq!(seen(&server).await, [text(r#"{"error":"x"}"#), text(".")]);
}

#[tokio::test]
async fn a_key_that_the_server_echoes_is_not_in_the_error() {
    let server = closing(format!("data: {{\"error\":\"key {KEY} is blocked\"}}\n\n"));
    let error = drain(&mut open_at(&server).await).await.remove(0).unwrap_err();
    assert!(!format!("{error} {error:?} {:?}", error.body()).contains(KEY));
    assert!(error.message().starts_with("key ***"));
}

#[tokio::test]
async fn an_event_that_is_not_json_costs_one_event() {
    for broken in ["data: {\"choices\":[{\"delta\":", "data: Internal Server Error", "data: [1]", "data: 7"] {
        let server = closing(format!("{CHUNK}\n\n{broken}\n\n{LAST}\n\ndata: [DONE]\n\n"));
        assert_eq!(seen(&server).await, [text("Half a"), Err(ErrorKind::Decode), text(".")], "{broken}");
    }
}

#[tokio::test]
async fn a_bad_byte_costs_one_event() {
    let text_of = [CHUNK.as_bytes(), b"\n\ndata: {\"id\":\"\xFF\"}\n\n", LAST.as_bytes(), b"\n\n"].concat();
    assert_eq!(seen(&closing(text_of)).await, [text("Half a"), Err(ErrorKind::Decode), text(".")]);
}

#[tokio::test]
async fn a_broken_event_names_the_place_and_keeps_the_data_but_does_not_show_it() {
    let broken = CHUNK.replace("\"index\":0", "\"index\":\"secret\"");
    let server = closing(format!("{broken}\n\n{LAST}\n\n"));
    let error = drain(&mut open_at(&server).await).await.remove(0).unwrap_err();
    assert_eq!(error.json_path(), Some("choices[0].index"));
    assert!(!error.to_string().contains("secret"), "{error}");
    assert!(error.body().unwrap().starts_with(b"{\"choices\""));
}

#[tokio::test]
async fn an_optional_field_of_another_type_costs_nothing() {
    let changed = CHUNK.replace("\"id\":\"x\"", "\"id\":\"x\",\"usage\":\"soon\",\"cost\":[]");
    let server = closing(format!("{changed}\n\n{LAST}\n\n"));
    assert_eq!(seen(&server).await, [text("Half a"), text(".")]);
}

#[tokio::test]
async fn an_end_without_finish_reason_is_an_error_wherever_the_stream_is_cut() {
    let cuts =
        ["", "\n", "\n\n", "\n\ndata: ", "\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"lo", "\n\ndata: [DON"];
    for cut in cuts {
        let server = closing(format!("{CHUNK}{cut}"));
        assert_eq!(seen(&server).await, [text("Half a"), Err(ErrorKind::StreamInterrupted)], "{cut:?}");
    }
    for cut in ["", ": hello", "data: {\"cho"] {
        assert_eq!(seen(&closing(cut)).await, [Err(ErrorKind::StreamInterrupted)], "{cut:?}");
    }
}

#[tokio::test]
async fn an_end_inside_a_character_is_an_error() {
    let text_of = format!("{CHUNK}\n\n{}", CHUNK.replace("Half a", "è"));
    let cut = text_of.find('è').unwrap() + 1;
    let server = closing(&text_of.as_bytes()[..cut]);
    assert_eq!(seen(&server).await, [text("Half a"), Err(ErrorKind::StreamInterrupted)]);
}

#[tokio::test]
async fn a_broken_connection_is_an_interrupted_stream_with_its_cause() {
    let head = Answer::head(200, &[("content-type", "text/event-stream"), ("transfer-encoding", "chunked")]);
    let server = Server::answering([head.chunk(format!("{CHUNK}\n\n")).send("ff\r\nhalf").close()]);
    let mut items = drain(&mut open_at(&server).await).await;
    let error = items.pop().unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StreamInterrupted);
    assert!(error.source().unwrap().to_string().contains("broke off"), "{:?}", error.source());
    assert_eq!(items.len(), 1);
}

#[tokio::test]
async fn an_end_after_the_finish_reason_is_an_end() {
    for end in ["", "\n", "\n\n", "\n\n: bye\n\n", "\n\ndata: {\"cho", "\n\ndata: [DONE]"] {
        let server = closing(format!("{CHUNK}\n\n{LAST}{end}"));
        assert_eq!(seen(&server).await, [text("Half a"), text(".")], "{end:?}");
    }
    let head = Answer::head(200, &[("content-type", "text/event-stream"), ("transfer-encoding", "chunked")]);
    let server = Server::answering([head.chunk(format!("{CHUNK}\n\n{LAST}\n\n")).close()]);
    assert_eq!(seen(&server).await, [text("Half a"), text(".")]);
}

#[tokio::test]
async fn done_is_an_end_even_without_finish_reason() {
    let server = closing(format!("{CHUNK}\n\ndata: [DONE]\n\n{LAST}\n\n"));
    assert_eq!(seen(&server).await, [text("Half a")]);
}

#[tokio::test]
async fn a_second_choice_that_is_cut_is_an_interrupted_stream() {
    let second = CHUNK.replace("\"index\":0", "\"index\":1");
    let server = closing(format!("{CHUNK}\n\n{second}\n\n{LAST}\n\n"));
    assert_eq!(seen(&server).await.pop(), Some(Err(ErrorKind::StreamInterrupted)));
}

#[tokio::test]
async fn collecting_half_an_answer_is_an_error() {
    let server = closing(format!("{CHUNK}\n\n"));
    let error = open_at(&server).await.collect().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StreamInterrupted);
    let error = open_at(&server).await.text().collect().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StreamInterrupted);
}

#[tokio::test]
async fn a_cut_stream_is_not_asked_for_again() {
    let server = closing(format!("{CHUNK}\n\n"));
    let stream = open(&client(&server, &TestClock::without_jitter())).await;
    assert!(stream.collect().await.is_err());
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_silent_stream_is_a_timeout_after_the_idle_time() {
    let server = Server::answering([head().send(format!("{CHUNK}\n\n")).hang()]);
    let client = builder(&server).stream_idle_timeout(Duration::from_millis(500)).build().unwrap();
    let mut stream = open(&client).await;
    assert!(stream.next().await.unwrap().is_ok());
    let begun = Instant::now();
    let error = stream.next().await.unwrap().unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert!(begun.elapsed() >= Duration::from_millis(500) && begun.elapsed() < PATIENCE);
    assert!(stream.next().await.is_none());
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_slow_stream_is_not_a_silent_one() {
    let answer = DIALECT_B.split_inclusive("\n\n").fold(head(), |answer, event| {
        answer.send(event).wait(Duration::from_millis(150)).send(": still there\n\n").wait(Duration::from_millis(150))
    });
    let server = Server::answering([answer.close()]);
    let client = builder(&server).stream_idle_timeout(Duration::from_millis(1000)).build().unwrap();
    let begun = Instant::now();
    open(&client).await.collect().await.unwrap();
    assert!(begun.elapsed() > Duration::from_millis(1000), "the whole took longer than the idle time");
}

#[tokio::test]
async fn an_error_before_the_stream_is_an_error_of_the_call() {
    let server = Server::answering([Answer::json(404, r#"{"error":"Specified model not found: x"}"#)]);
    let error = crate::support::once(&server).chat().stream(a_question()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_json_error_with_status_200_is_an_error() {
    let server =
        Server::answering([Answer::json(200, r#"{"error":{"message":"At capacity","code":"MODEL_AT_CAPACITY"}}"#)]);
    assert_eq!(seen(&server).await, [Err(ErrorKind::Overloaded)]);
    let server = Server::answering([Answer::json(200, "<html>")]);
    assert_eq!(seen(&server).await, [Err(ErrorKind::Decode)]);
}

#[tokio::test]
async fn a_page_instead_of_a_stream_is_an_error_that_says_so() {
    let server = Server::answering([Answer::html(200, "<html><title>Sign in</title></html>")]);
    let error = open_at(&server).await.collect().await.unwrap_err();
    assert!(error.to_string().contains("text/html"), "{error}");
}

#[tokio::test]
async fn an_event_without_end_ends_the_stream() {
    let flood = vec![b'x'; 1 << 20];
    let answer = (0..20).fold(head().send("data: "), |answer, _| answer.send(&flood));
    let server = Server::answering([answer.hang()]);
    let mut stream = open_at(&server).await;
    let items = drain(&mut stream).await;
    assert_eq!(items.len(), 1);
    assert_eq!(items[0].as_ref().unwrap_err().kind(), ErrorKind::Decode);
    drop(stream);
    assert!(server.closed_by_client_within(PATIENCE).await);
}

#[tokio::test]
async fn what_came_before_an_error_can_be_kept() {
    let text = &DIALECT_A[..DIALECT_A.find("perch").unwrap()];
    let mut stream = open_at(&closing(text)).await;
    let mut answer = venice_ai::stream::ChatAccumulator::new();
    while let Some(Ok(chunk)) = stream.next().await {
        answer.push(chunk).unwrap();
    }
    let reply = answer.finish();
    let choice = &reply.choices[0];
    assert_eq!(choice.message.content, Some("The tide in the lagoon rises 🌊 — ".to_owned().into()));
    assert_eq!(choice.finish_reason, None);
}
