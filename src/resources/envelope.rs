//! What the API wraps its answers in.

/// What is wrong with an answer that came with a success status and says that it failed.
pub(super) const FAILED: &str = "the API answered 200 and `success: false`";

/// The content of `{success, data}`. A reply without `success` is taken at its word: the status says that it worked.
pub(super) fn opened<T>(success: Option<bool>, data: T) -> Result<T, String> {
    if success == Some(false) { Err(FAILED.to_owned()) } else { Ok(data) }
}

/// What the reply is about. One that says nothing at all must not be taken for zeros and empty names.
pub(super) fn present<T: Default + PartialEq>(data: T, what: &str) -> Result<T, String> {
    if data == T::default() { Err(format!("the reply holds no {what}")) } else { Ok(data) }
}
