//! Post-decode validation: 2xx replies whose content decides whether the call succeeded.

use super::Call;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::reply::Origin;
use crate::runtime::transport::Reply;

impl<T: 'static> Call<T> {
    /// Takes the reply apart; what `open` finds wrong with it becomes an error that keeps the reply.
    pub(crate) fn accept<U: 'static>(self, open: impl FnOnce(T) -> Result<U, String> + Send + 'static) -> Call<U> {
        self.judged(|value| open(value).map_err(|problem| Error::new(ErrorKind::Decode, problem)))
    }

    /// As [`accept`](Self::accept), with an error of the function's own.
    pub(crate) fn judged<U: 'static>(self, judge: impl FnOnce(T) -> Result<U, Error> + Send + 'static) -> Call<U> {
        let decode = self.decode;
        let decode = move |reply: Reply| {
            let (origin, body) = (Origin::of(&reply), reply.known_body());
            judge(decode(reply)?).map_err(|error| origin.explained(error.with_body(body)).with_attempts(1))
        };
        Call { core: self.core, decode: Box::new(decode) }
    }

    /// A reply whose content says that the operation failed is the error that it names.
    #[cfg(feature = "unstable")]
    pub(crate) fn unless_failed(self, has_failed: fn(&T) -> bool) -> Self {
        let decode = self.decode;
        let decode = move |reply: Reply| {
            let (origin, body) = (Origin::of(&reply), reply.known_body());
            match decode(reply)? {
                value if has_failed(&value) => Err(origin.scope.in_band_error(origin.meta, body).with_attempts(1)),
                value => Ok(value),
            }
        };
        Call { core: self.core, decode: Box::new(decode) }
    }
}
