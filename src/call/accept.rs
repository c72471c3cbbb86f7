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
}
