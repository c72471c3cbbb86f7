//! `present`: replies whose content must not be empty.

use crate::runtime::error::Error;

/// What the reply is about. One that says nothing at all must not be taken for zeros and empty names.
pub(super) fn present<T: Default + PartialEq>(data: T, what: &str) -> Result<T, Error> {
    if data == T::default() { Err(Error::decode(format!("the reply holds no {what}"))) } else { Ok(data) }
}
