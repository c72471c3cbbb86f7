//! Streams without async.

use venice_ai::ErrorKind;
use venice_ai::blocking;

use crate::support::chat::{DIALECT_A, DIALECT_B, a_question, head, streamed};
use crate::support::{PATIENCE, Server, once};

#[test]
fn chunks_come_from_an_ordinary_iterator() {
    let server = Server::answering([streamed([DIALECT_B.as_bytes()])]);
    let stream = once(&server).chat().stream(a_question()).send_blocking().unwrap();
    assert_eq!(stream.meta().request_id(), Some("8f00-VCE"));
    let chunks: Vec<_> = blocking::iter(stream).collect();
    assert_eq!(chunks.len(), 6);
    assert!(chunks.iter().all(Result::is_ok));
}

#[cfg(feature = "collect")]
#[test]
fn text_and_whole_answer_come_without_async() {
    let server = Server::answering([streamed([DIALECT_A.as_bytes()])]);
    let client = once(&server);
    let open = || client.chat().stream(a_question()).send_blocking().unwrap();
    let text: Result<String, _> = blocking::iter(open().text()).collect();
    assert_eq!(text.unwrap(), "The tide in the lagoon rises 🌊 — perché è luna piena.");
    assert_eq!(blocking::wait(open().collect()).unwrap().usage.unwrap().total_tokens, 1434);
}

#[test]
fn a_silent_stream_is_a_timeout_without_async_too() {
    let server = Server::answering([head().hang()]);
    let call =
        once(&server).chat().stream(a_question()).with_stream_idle_timeout(std::time::Duration::from_millis(400));
    let mut chunks = blocking::iter(call.send_blocking().unwrap());
    assert!(chunks.next().unwrap().unwrap_err().is_timeout());
    assert!(chunks.next().is_none());
}

#[test]
fn dropping_the_iterator_closes_the_connection() {
    let server = Server::answering([head().hang()]);
    drop(blocking::iter(once(&server).chat().stream(a_question()).send_blocking().unwrap()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    assert!(runtime.block_on(server.closed_by_client_within(PATIENCE)));
}

#[tokio::test]
async fn in_an_async_runtime_the_iterator_says_so_once() {
    let server = Server::answering([streamed([DIALECT_B.as_bytes()])]);
    let stream = once(&server).chat().stream(a_question()).await.unwrap();
    let mut chunks = blocking::iter(stream);
    assert_eq!(chunks.next().unwrap().unwrap_err().kind(), ErrorKind::BlockingInAsync);
    assert!(chunks.next().is_none());
    #[cfg(feature = "collect")]
    assert_eq!(chunks.into_inner().collect().await.unwrap().usage.unwrap().total_tokens, 1300);
}
