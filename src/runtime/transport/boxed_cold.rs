//! `boxed_cold`: boxes futures of cold paths, so that the hot path stays small.

use std::pin::Pin;

/// Boxes a future that most calls never run, such as opening a form, signing, or reading the body of an error. What may wait for it
/// has neither its size nor its code.
pub(super) fn boxed_cold<'a, T>(
    future: impl Future<Output = T> + Send + 'a,
) -> Pin<Box<dyn Future<Output = T> + Send + 'a>> {
    Box::pin(future)
}
