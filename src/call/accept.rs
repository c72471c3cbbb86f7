//! Replies whose status says that they succeeded, and whose content decides.

use super::Call;
use crate::error::{Error, ErrorKind};
use crate::transport::Body;

impl<T: 'static> Call<T> {
    /// Takes the reply apart; what `open` finds wrong with it becomes an error that keeps the reply.
    pub(crate) fn accept<U: 'static>(self, open: impl FnOnce(T) -> Result<U, String> + Send + 'static) -> Call<U> {
        let decode = self.decode;
        Call {
            core: self.core,
            decode: Box::new(move |reply| {
                let (scope, meta) = (reply.scope.clone(), reply.meta.clone());
                let body = match &reply.body {
                    Body::Whole(body) => body.clone(),
                    Body::Pieces(_) => bytes::Bytes::new(),
                };
                open(decode(reply)?).map_err(|problem| {
                    let error = Error::new(ErrorKind::Decode, problem).with_meta(meta).with_body(body);
                    scope.explained(error).with_attempts(1)
                })
            }),
        }
    }

    /// A reply whose content says that the operation failed is the error that it names.
    #[cfg(feature = "unstable")]
    pub(crate) fn unless_failed(self, has_failed: fn(&T) -> bool) -> Self {
        let decode = self.decode;
        Call {
            core: self.core,
            decode: Box::new(move |reply| {
                let (scope, meta) = (reply.scope.clone(), reply.meta.clone());
                let body = match &reply.body {
                    Body::Whole(body) => body.clone(),
                    Body::Pieces(_) => bytes::Bytes::new(),
                };
                match decode(reply)? {
                    value if has_failed(&value) => Err(scope.in_stream_error(meta, body).with_attempts(1)),
                    value => Ok(value),
                }
            }),
        }
    }
}
