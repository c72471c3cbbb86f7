//! `ReplyGuard`: rejects a reply that says that another model answered.

use std::any::Any;

use bytes::Bytes;
use serde::de::MapAccess;

use super::PrivacyReport;
use super::facts::Facts;
use crate::api::generated::types::ChatCompletionChunk;
#[cfg(feature = "unstable")]
use crate::features::responses::stream::ResponseEvent;
use crate::runtime::error::Error;
use crate::runtime::lenient::{leniently, utf8};
use crate::runtime::text::without_mark;
use crate::runtime::transport::body::StreamObserver;
use crate::runtime::transport::interceptor::CompletionObserver;
use crate::runtime::transport::{Body, Reply};
use crate::runtime::wire::{self, Object};

/// The models that may answer a request.
#[derive(Debug)]
pub(super) struct Answers {
    pub(super) facts: Facts,
    /// Their ids in the catalogue.
    pub(super) ids: Vec<String>,
    /// The names in the request.
    pub(super) names: Vec<String>,
}

impl Answers {
    /// Whether the name in a reply is that of one of them. The API tolerates other spellings, and may repeat the name of the request.
    fn has(&self, name: &str) -> bool {
        let is_named = |known: &String| spelling(known) == spelling(name);
        let found = self.facts.find(name).map(|(model, _)| model.id());
        match found {
            Some(id) => self.ids.iter().any(|known| known == id),
            None => self.ids.iter().any(is_named) || self.names.iter().any(is_named),
        }
    }
}

/// A name without suffix and prefix, in lower case and with hyphens.
fn spelling(name: &str) -> String {
    let bare = crate::features::catalogue::names::without_suffix(name.trim()).to_lowercase();
    let bare = bare.strip_prefix("venice-").unwrap_or(&bare);
    bare.replace(['.', ' ', '_'], "-")
}

/// Looks at the reply of a call that the policy allows.
#[derive(Debug)]
pub(super) struct ReplyGuard {
    report: PrivacyReport,
    /// `None` if the recipient is no model.
    answers: Option<Answers>,
    /// The last name that was accepted: all parts of a stream have the same.
    accepted: Option<String>,
}

impl ReplyGuard {
    pub(super) fn new(report: PrivacyReport, answers: Option<Answers>) -> Self {
        Self { report, answers, accepted: None }
    }

    /// Rejects a reply that names another model.
    fn check(&mut self, name: Option<&str>, body: impl FnOnce() -> Option<Bytes>) -> Result<(), Error> {
        let (Some(answers), Some(name)) = (&self.answers, name.filter(|name| !name.trim().is_empty())) else {
            return Ok(());
        };
        if self.accepted.as_deref() == Some(name) {
            return Ok(());
        }
        if answers.has(name) {
            self.accepted = Some(name.to_owned());
            return Ok(());
        }
        let problem = format!("the model {name:?} answered, and the policy allows {}", answers.ids.join(", "));
        self.report.refuse("other_model", "", problem);
        let error = self.report.rejection();
        Err(match body() {
            Some(body) => error.with_body(body),
            None => error,
        })
    }

    fn check_reply(&mut self, reply: &Reply) -> Result<(), Error> {
        let whole = || match &reply.body {
            Body::Whole(body) => Some(body.clone()),
            Body::Pieces(_) => None,
        };
        self.check(reply.meta.model_id(), whole)?;
        match &reply.body {
            Body::Whole(body) => self.check(ReplyModel::read(body).model.as_deref(), whole),
            Body::Pieces(_) => Ok(()),
        }
    }
}

impl CompletionObserver for ReplyGuard {
    fn succeeded(mut self: Box<Self>, reply: &mut Reply) -> Result<(), Error> {
        self.check_reply(reply).map_err(|error| error.with_meta(reply.meta.clone()))?;
        let report = self.report.clone();
        reply.change_meta(|meta| meta.attach(report));
        if let Body::Pieces(body) = &mut reply.body {
            body.add_observer(self);
        }
        Ok(())
    }

    fn failed(self: Box<Self>, failure: Error) -> Error {
        failure.attach(self.report)
    }
}

impl StreamObserver for ReplyGuard {
    fn part(&mut self, part: &dyn Any) -> Result<(), Error> {
        if let Some(chunk) = part.downcast_ref::<ChatCompletionChunk>() {
            return self.check(Some(&chunk.model), || serde_json::to_vec(chunk).ok().map(Bytes::from));
        }
        #[cfg(feature = "unstable")]
        if let Some(event) = part.downcast_ref::<ResponseEvent>() {
            let model = event.data.get("response").unwrap_or(&event.data).get("model").and_then(|name| name.as_str());
            return self.check(model, || Some(event.data.to_string().into()));
        }
        Ok(())
    }

    fn completed(self: Box<Self>) {}
}

/// The model that a reply names.
#[derive(Default)]
struct ReplyModel {
    model: Option<String>,
}

impl ReplyModel {
    /// Anything but a JSON object names none.
    fn read(body: &[u8]) -> Self {
        leniently(&utf8(without_mark(body)), |body| serde_json::from_str(body)).unwrap_or_default()
    }
}

impl Object for ReplyModel {
    const NAME: &'static str = "reply";

    fn empty() -> Self {
        Self::default()
    }
    fn member<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "model" => wire::optional(&mut self.model, map),
            _ => wire::ignore(map),
        }
    }
}
wire::object_impls!(ReplyModel);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_spellings_of_a_name_are_the_same() {
        for same in ["kimi k2.6", "Kimi-K2-6", "venice-kimi_k2.6", " kimi-k2-6:strip_thinking_response=true"] {
            assert_eq!(spelling(same), "kimi-k2-6");
        }
        assert_ne!(spelling("kimi-k2-5"), "kimi-k2-6");
    }

    #[test]
    fn the_model_of_a_reply_is_at_its_top() {
        let model = |body: &str| ReplyModel::read(body.as_bytes()).model;
        assert_eq!(model("\u{feff}{\"choices\": [{\"model\": \"no\"}], \"model\": \"a\"}").as_deref(), Some("a"));
        assert_eq!(model(r#"{"choices": []}"#), None);
        assert_eq!(model("plain text"), None);
    }
}
