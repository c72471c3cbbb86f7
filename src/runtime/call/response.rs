//! `Response`: a decoded reply with its metadata.

use crate::runtime::meta::Meta;

/// A reply and its [`Meta`], from [`Call::with_meta`](super::Call::with_meta).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Response<T> {
    /// What the call gives without `with_meta`.
    pub value: T,
    /// Status, request id, limits, balances, flags.
    pub meta: Meta,
}

impl<T> Response<T> {
    /// Both parts, to take apart.
    ///
    /// ```no_run
    /// # async fn run(call: venice_ai::Call<String>) -> Result<(), venice_ai::Error> {
    /// let (text, meta) = call.with_meta().await?.into_parts();
    /// println!("{text} ({:?})", meta.request_id());
    /// # Ok(()) }
    /// ```
    pub fn into_parts(self) -> (T, Meta) {
        (self.value, self.meta)
    }
}
