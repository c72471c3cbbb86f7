//! What it means that a request is refused before it is sent.

use std::fmt::Debug;

use venice_ai::{Call, Client, Error, ErrorKind, Pages};

use crate::support::{Answer, Server, once};

/// The error of a call that must not reach the server, and that names operation and member.
pub async fn refused<T: Debug>(call: impl FnOnce(&Client) -> Call<T>, operation: &str, field: &str) -> Error {
    let server = Server::answering([Answer::json(200, "{}")]);
    let error = call(&once(&server)).await.unwrap_err();
    check(&server, &error, operation, field);
    error
}

/// The same for a walk over pages, which ends with it.
pub async fn refused_walk<T: Debug + 'static>(
    walk: impl FnOnce(&Client) -> Pages<T>,
    operation: &str,
    field: &str,
) -> Error {
    let server = Server::answering([Answer::json(200, "{}")]);
    let mut pages = walk(&once(&server));
    let error = pages.next().await.unwrap().unwrap_err();
    check(&server, &error, operation, field);
    assert!(pages.next().await.is_none());
    error
}

fn check(server: &Server, error: &Error, operation: &str, field: &str) {
    assert_eq!(server.connections(), 0, "something was sent: {error}");
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
    assert_eq!((error.status(), error.operation(), error.attempts()), (None, Some(operation), 0));
    let fields: Vec<_> = error.field_errors().iter().map(|wrong| &*wrong.field).collect();
    assert_eq!(fields, [field], "{error}");
    let shown = error.to_string();
    assert!(shown.contains(operation) && shown.contains(field) && shown.contains("nothing was sent"), "{shown}");
}
