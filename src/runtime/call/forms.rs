//! Operations that answer in more than one form.

use bytes::Bytes;
use reqwest::header::HeaderValue;
use serde::de::DeserializeOwned;

use super::{Call, decode, verdict};
use crate::runtime::error::{Error, ErrorKind, form_of_body, is_html};
use crate::runtime::meta::Meta;
use crate::runtime::reply::RawReply;
use crate::runtime::transport::{self, Body, Mode, Reply, Scope};

/// Where a reply came from, for the errors that its parts may lead to later.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) scope: Scope,
    pub(crate) meta: Meta,
}

impl Origin {
    pub(super) fn of(reply: &Reply) -> Self {
        Self { scope: reply.scope.clone(), meta: reply.meta.clone() }
    }

    /// An error about a part of the reply. `part` is what could not be used; it may have been paid for.
    pub(crate) fn undecodable(&self, message: impl Into<String>, place: Option<String>, part: Bytes) -> Error {
        let error = Error::new(ErrorKind::Decode, message).with_json_path(place);
        self.explained(error.with_body(part))
    }

    /// Adds what is known of the call.
    pub(crate) fn explained(&self, error: Error) -> Error {
        self.scope.explained(error.with_meta(self.meta.clone()))
    }
}

/// A successful reply that is here in whole.
#[derive(Debug)]
pub(crate) struct WholeReply {
    pub(crate) origin: Origin,
    pub(crate) body: Bytes,
}

impl WholeReply {
    fn of(Reply { meta, body, scope }: Reply) -> Result<Self, Error> {
        match body {
            Body::Whole(body) => Ok(Self { origin: Origin { scope, meta }, body }),
            Body::Pieces(_) => Err(decode::mixed_up(&scope)),
        }
    }

    /// Whether its header says that it is of this kind, such as `json` for `application/json` and `application/x+json`.
    pub(crate) fn is(&self, kind: &str) -> bool {
        let media = self.origin.meta.content_type().unwrap_or_default();
        media.split(['/', '+']).skip(1).any(|part| part == kind)
    }

    /// Whether it is a web page, such as a gateway sends, and says so or does not say what it is.
    pub(crate) fn is_page(&self) -> bool {
        self.is("html") || (self.origin.meta.content_type().is_none() && is_html(&self.body))
    }

    /// The body, decoded.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        decode::json_of(&self.origin.scope, &self.origin.meta, self.body.clone())
    }

    /// The error of a reply that is not what was promised: the one that it reports, or one that says so. It keeps the body, which may
    /// have been paid for.
    pub(crate) fn unexpected(&self, problem: &str) -> Error {
        if let Some(error) = verdict::reported(&self.origin.scope, &self.origin.meta, &self.body) {
            return error;
        }
        let kind = self.origin.meta.shown_content_type();
        let message = format!("{problem} ({kind}): {}", form_of_body(&self.body));
        self.origin.undecodable(message, None, self.body.clone())
    }
}

/// What an operation answered that may answer with JSON or with a file.
#[derive(Debug)]
pub(crate) enum JsonOrFile {
    /// JSON, or the page of a gateway: anything but a file. It was waited for.
    Json(WholeReply),
    /// A file, which is on its way.
    File(RawReply),
}

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
