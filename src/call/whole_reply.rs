//! Replies that are read to their end and are not always JSON.

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::{Call, decode};
use crate::error::{Error, ErrorKind, summary_of_body};
use crate::meta::Meta;
use crate::reply::RawReply;
use crate::transport::{self, Body, Mode, Reply, Scope};

/// A successful reply that is here in whole.
#[derive(Debug)]
pub(crate) struct WholeReply {
    pub(crate) meta: Meta,
    pub(crate) body: Bytes,
    scope: Scope,
}

impl WholeReply {
    /// Whether its header says that it is of this kind, such as `json` for `application/json` and `application/x+json`.
    pub(crate) fn is(&self, kind: &str) -> bool {
        let value = self.meta.header("content-type").unwrap_or_default();
        let media = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        media.split(['/', '+']).skip(1).any(|part| part == kind)
    }

    /// The body, decoded.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        decode::json_of(&self.scope, &self.meta, self.body.clone())
    }

    /// The error of a reply that is not what was promised. It keeps the body, which may have been paid for.
    pub(crate) fn unexpected(&self, problem: &str) -> Error {
        let kind = self.meta.header("content-type").unwrap_or("no content type");
        let page = if self.is("html") { format!(": {}", summary_of_body(&self.body)) } else { String::new() };
        let message = format!("{problem} ({kind}){page}");
        let error = Error::new(ErrorKind::Decode, message).with_meta(self.meta.clone()).with_body(self.body.clone());
        self.scope.explained(error)
    }
}

impl Call<RawReply> {
    /// Waits for the whole reply, in any of the forms that the operation has, as for one of JSON.
    pub(crate) fn whole<T: 'static>(
        self,
        open: impl FnOnce(WholeReply) -> Result<T, Error> + Send + 'static,
    ) -> Call<T> {
        let mut core = self.core;
        core.mode = Mode::Whole;
        core.accept = Some(transport::any_of(core.scope.operation().facts().reply_media));
        let decode = move |Reply { meta, body, scope }: Reply| match body {
            Body::Whole(body) => open(WholeReply { meta, body, scope }),
            Body::Pieces(_) => Err(decode::mixed_up(&scope)),
        };
        Call { core, decode: Box::new(decode) }
    }
}
