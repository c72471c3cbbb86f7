//! `boxed_cold`: boxes futures of cold paths, so that the hot path stays small.

use std::pin::Pin;

/// Boxes a future that most calls never run, such as opening a form, signing, or reading the body of an error, so that its size and code
/// stay out of the caller.
pub(super) fn boxed_cold<'a, T>(
    future: impl Future<Output = T> + Send + 'a,
) -> Pin<Box<dyn Future<Output = T> + Send + 'a>> {
    Box::pin(future)
}
