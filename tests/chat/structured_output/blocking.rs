//! Structured outputs without async.

use serde_json::json;
use venice_ai::ErrorKind;
use venice_ai::blocking;
use venice_ai::stream::ParseEvent;

use super::{Island, MURANO, delta, murano, request, saying, tail};
use crate::support::chat::streamed;
use crate::support::{Server, once};

fn written() -> Server {
    let pieces = [&MURANO[..20], &MURANO[20..]].map(|piece| delta(json!({"content": piece})));
    let body = pieces.concat() + &tail("stop");
    Server::start(move |_, _| streamed([body.as_bytes()]))
}

#[test]
fn a_value_is_waited_for() {
    let server = Server::answering([saying(MURANO)]);
    let parsed = once(&server).chat().parse::<Island>(request()).with_meta().send_blocking().unwrap();
    assert_eq!(parsed.value.value, murano());
    let server = Server::answering([saying("no")]);
    let error = once(&server).chat().parse::<Island>(request()).send_blocking().unwrap_err();
    assert_eq!((error.kind(), error.answer_text()), (ErrorKind::InvalidJson, Some("no")));
}

#[test]
fn a_stream_is_an_iterator_and_is_collected() {
    let server = written();
    let venice = once(&server);
    let stream = venice.chat().parse_stream::<Island>(request()).send_blocking().unwrap();
    let events: Vec<_> = blocking::iter(stream).map(Result::unwrap).collect();
    assert_eq!(events.len(), 3);
    assert!(matches!(&events[2], ParseEvent::Done(parsed) if parsed.value == murano()));
    let stream = venice.chat().parse_stream::<Island>(request()).send_blocking().unwrap();
    assert_eq!(blocking::wait(stream.collect()).unwrap().value, murano());
}

#[tokio::test]
async fn waiting_in_async_code_is_rejected() {
    let server = written();
    let error = once(&server).chat().parse::<Island>(request()).send_blocking().unwrap_err();
    assert_eq!((error.kind(), server.connections()), (ErrorKind::BlockingInAsync, 0));
    let stream = once(&server).chat().parse_stream::<Island>(request()).await.unwrap();
    assert_eq!(blocking::wait(stream.collect()).unwrap_err().kind(), ErrorKind::BlockingInAsync);
}
