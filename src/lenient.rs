//! Replies that do not quite fit their type.

use crate::wire::forgiving;

/// Reads, and where something has an unexpected type reads again, without the optional members that do. The error is about what
/// could not be left out.
pub(crate) fn leniently<T>(read: impl Fn() -> serde_json::Result<T>) -> serde_json::Result<T> {
    read().or_else(|error| match error.is_data() {
        true => {
            let read = forgiving(read)?;
            left_out(&error);
            Ok(read)
        }
        false => Err(error),
    })
}

fn left_out(error: &serde_json::Error) {
    let problem = crate::error::without_values(&error.to_string());
    tracing::debug!(problem, "an optional member of the reply has an unexpected type and is left out");
}
