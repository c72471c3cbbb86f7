//! What seldom happens, out of the way of what always does.

use std::pin::Pin;

/// A future behind a pointer: those that may wait for it carry neither the room nor the code for it along. For what most calls never
/// do, such as opening a form, signing, or reading the body of an error.
pub(super) fn aside<'a, T>(
    future: impl Future<Output = T> + Send + 'a,
) -> Pin<Box<dyn Future<Output = T> + Send + 'a>> {
    Box::pin(future)
}
