//! `Call` combinators for operations that reply with JSON, with a file, or with either.

use reqwest::header::HeaderValue;
use serde::de::DeserializeOwned;

use super::Call;
use crate::runtime::error::Error;
use crate::runtime::reply::{JsonOrFile, Origin, RawReply, WholeReply, decode};
use crate::runtime::transport::{self, Body, Mode, Reply};

impl<T: 'static> Call<T> {
    /// Keeps where the reply came from, for a part of it that is taken apart later.
    pub(crate) fn with_origin(self) -> Call<(T, Origin)> {
        let decode = self.decode;
        let decode = move |reply: Reply| {
            let origin = Origin::of(&reply);
            Ok((decode(reply)?, origin))
        };
        Call { core: self.core, decode: Box::new(decode) }
    }

    /// Decodes the reply as another type.
    pub(crate) fn read_as<U: DeserializeOwned + 'static>(self) -> Call<U> {
        Call { core: self.core, decode: Box::new(decode::json::<U>) }
    }
}

impl Call<RawReply> {
    /// The reply as this media type, not read yet.
    pub(crate) fn asking_for(mut self, media: &'static str) -> Self {
        self.core.accept = Some(HeaderValue::from_static(media));
        self
    }

    /// Waits for the whole reply, in any of the forms that the operation has. One that is cut counts as a failed attempt.
    pub(crate) fn whole<U: 'static>(
        self,
        open: impl FnOnce(WholeReply) -> Result<U, Error> + Send + 'static,
    ) -> Call<U> {
        let mut core = self.core;
        core.mode = Mode::Whole;
        core.accept.get_or_insert_with(|| transport::any_of(core.scope.operation().facts().reply_media));
        Call { core, decode: Box::new(|reply| open(WholeReply::of(reply)?)) }
    }

    /// Waits for the whole reply in its JSON form.
    pub(crate) fn json_form<U: DeserializeOwned + 'static>(self) -> Call<U> {
        self.asking_for("application/json").whole(|reply| reply.json())
    }

    /// Waits for the reply if it is JSON, and hands it out with its headers if it is a file. JSON that does not come whole is a
    /// failed attempt, and a file that does not is the reader's.
    pub(crate) fn json_or_file<U: 'static>(self, open: fn(JsonOrFile) -> Result<U, Error>) -> Call<U> {
        let mut core = self.core;
        core.mode = Mode::JsonOrFile;
        let told = |reply: Reply| match reply.body {
            Body::Pieces(body) => Ok(JsonOrFile::File(RawReply::new(*body))),
            Body::Whole(_) => WholeReply::of(reply).map(JsonOrFile::Json),
        };
        Call { core, decode: Box::new(move |reply| open(told(reply)?)) }
    }

    /// A file and nothing else: JSON or the page of a gateway is an error that shows it, and not a file with strange contents.
    pub(crate) fn file(self) -> Self {
        self.json_or_file(|reply| match reply {
            JsonOrFile::File(file) => Ok(file),
            JsonOrFile::Json(reply) => Err(reply.unexpected("the reply is not a file")),
        })
    }
}
