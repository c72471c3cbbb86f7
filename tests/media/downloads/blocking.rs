//! Downloads without async.

use serde_json::{Value, json};
use venice_ai::blocking;
use venice_ai::http::Method;
use venice_ai::{ErrorKind, RawReply};

use crate::support::{Answer, Folder, Gate, Server, once};

fn fetch(answer: Answer) -> RawReply {
    once(&Server::answering([answer])).request_raw(Method::GET, "/x").send_blocking().unwrap()
}

#[test]
fn bodies_are_read_in_this_thread() {
    let json = || Answer::json(200, r#"{"a":1}"#);
    assert_eq!(&blocking::wait(fetch(json()).bytes()).unwrap()[..], br#"{"a":1}"#);
    assert_eq!(blocking::wait(fetch(json()).text()).unwrap(), r#"{"a":1}"#);
    assert_eq!(blocking::wait(fetch(json()).json::<Value>()).unwrap(), json!({"a": 1}));
    assert_eq!(blocking::wait(fetch(json()).bytes_up_to(3)).unwrap_err().kind(), ErrorKind::Decode);
}

#[test]
fn bodies_are_saved_in_this_thread() {
    let folder = Folder::new();
    let saved = blocking::wait(fetch(Answer::new(200, &[], vec![5; 1_500_000])).save(folder.join("a.png"))).unwrap();
    assert_eq!((saved.bytes, std::fs::read(folder.join("a.png")).unwrap()), (1_500_000, vec![5; 1_500_000]));
    let cut = Answer::head(200, &[("content-length", "8000000")]).send(vec![1; 2_000_000]).close();
    blocking::wait(fetch(cut).save(folder.join("b.png"))).unwrap_err();
    assert_eq!(folder.names(), ["a.png"]);
}

#[test]
fn pieces_are_an_ordinary_iterator() {
    let first_is_read = Gate::default();
    let answer = Answer::head(200, &[("content-length", "8")]).send("half").until(&first_is_read).send("half");
    let pieces = blocking::iter(fetch(answer).stream()).map(Result::unwrap).inspect(|_| first_is_read.open());
    assert_eq!(pieces.collect::<Vec<_>>(), ["half", "half"]);
}

#[tokio::test]
async fn in_an_async_runtime_they_are_rejected() {
    let server = Server::answering([Answer::new(200, &[], "x")]);
    let reply = || async { once(&server).request_raw(Method::GET, "/x").await.unwrap() };
    assert_eq!(blocking::wait(reply().await.bytes()).unwrap_err().kind(), ErrorKind::BlockingInAsync);
    let folder = Folder::new();
    let error = blocking::wait(reply().await.save(folder.join("a.png"))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BlockingInAsync);
    assert_eq!(folder.names(), [""; 0]);
    let error = blocking::iter(reply().await.stream()).next().unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BlockingInAsync);
}
