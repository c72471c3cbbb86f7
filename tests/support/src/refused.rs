//! Assertions about requests that are rejected before sending.

use std::fmt::Debug;
use std::future::poll_fn;
use std::pin::Pin;

use futures_core::Stream;
use venice_ai::{Call, Client, Error, ErrorKind};

use super::{Server, replying};

/// The error of a call that must not reach the server, with operation and field.
pub async fn refused<T>(call: impl FnOnce(&Client) -> Call<T>, operation: &str, field: &str) -> Error {
    refused_for(call, operation, &[field]).await
}

/// The same for several invalid fields.
pub async fn refused_for<T>(call: impl FnOnce(&Client) -> Call<T>, operation: &str, fields: &[&str]) -> Error {
    let (server, venice) = replying("{}");
    let Err(error) = call(&venice).await else { panic!("{operation} was not refused for {fields:?}") };
    assert_refused(&server, &error, operation, fields);
    error
}

/// The same for pagination, which ends with it.
pub async fn refused_walk<T: Debug, P: Stream<Item = Result<T, Error>> + Unpin>(
    walk: impl FnOnce(&Client) -> P,
    operation: &str,
    field: &str,
) -> Error {
    let (server, venice) = replying("{}");
    let mut pages = walk(&venice);
    let error = poll_fn(|cx| Pin::new(&mut pages).poll_next(cx)).await.unwrap().unwrap_err();
    assert_refused(&server, &error, operation, &[field]);
    assert!(poll_fn(|cx| Pin::new(&mut pages).poll_next(cx)).await.is_none());
    error
}

pub fn assert_refused(server: &Server, error: &Error, operation: &str, fields: &[&str]) {
    assert_eq!(server.connections(), 0, "something was sent: {error}");
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
    assert_eq!((error.status(), error.operation(), error.attempts()), (None, Some(operation), 0));
    let found: Vec<_> = error.field_errors().iter().map(|wrong| &*wrong.field).collect();
    assert_eq!(found, fields, "{error}");
    let shown = error.to_string();
    let is_named = fields.iter().all(|field| shown.contains(field));
    assert!(is_named && shown.contains(operation) && shown.contains("nothing was sent"), "{shown}");
}
