//! `CallAttributes`: the attributes of a call, or of a run of a tool.

use std::time::Instant;

use super::attribute::{Attribute, Attributes};
use super::gen_ai::{self, Answer};
use crate::runtime::meta::Meta;
use crate::runtime::transport::Outgoing;
use crate::runtime::transport::trace::{Event, Subject};

/// What is known at the beginning.
pub(crate) struct Begun<'a> {
    /// The name of the span.
    pub(crate) name: String,
    pub(crate) attributes: Attributes,
    /// The body of the request if it is in memory, or the arguments of the tool.
    #[cfg_attr(not(feature = "otel"), allow(dead_code))]
    pub(crate) content: Option<&'a [u8]>,
}

/// What is learned later.
#[derive(Debug)]
pub(crate) struct CallAttributes {
    begun: Instant,
    attributes: Attributes,
    /// `None` if no model answers.
    answer: Option<Answer>,
    is_over: bool,
}

impl<'a> Begun<'a> {
    pub(crate) fn of(subject: &Subject<'a>) -> Self {
        match *subject {
            Subject::Call(outgoing) => Self::of_call(outgoing),
            #[cfg(feature = "tools")]
            Subject::Tool { name, id, arguments } => Self {
                name: format!("execute_tool {name}"),
                attributes: Attributes::from([
                    ("gen_ai.operation.name", "execute_tool".into()),
                    ("gen_ai.tool.call.id", id.to_owned().into()),
                    ("gen_ai.tool.name", name.to_owned().into()),
                    ("gen_ai.tool.type", "function".into()),
                ]),
                content: Some(arguments.as_bytes()),
            },
        }
    }

    fn of_call(outgoing: &'a Outgoing) -> Self {
        let operation = outgoing.scope.operation();
        let method = outgoing.request.as_ref().map_or("", |request| request.method().as_str());
        let url = outgoing.request.as_ref().map(|request| request.url());
        let template = Some(operation.facts().path).filter(|_| !operation.is_ad_hoc());
        let mut attributes = gen_ai::of_request(outgoing);
        attributes.insert("http.request.method", method.to_owned().into());
        attributes.insert("venice.operation", operation.name().to_owned().into());
        attributes.extend(template.map(|path| ("url.template", path.into())));
        attributes.extend(url.and_then(|url| url.host_str()).map(|host| ("server.address", host.to_owned().into())));
        let port = url.and_then(|url| url.port_or_known_default());
        attributes.extend(port.map(|port| ("server.port", Attribute::Integer(port.into()))));
        let text = |name| attributes.get(name).and_then(Attribute::text);
        let name = match text("gen_ai.operation.name") {
            Some(name) => [Some(name), text("gen_ai.request.model")],
            None => [Some(method), template],
        };
        let name = name.into_iter().flatten().collect::<Vec<_>>().join(" ");
        Self { name, attributes, content: outgoing.body() }
    }
}

impl CallAttributes {
    pub(crate) fn of(begun: &Begun<'_>) -> Self {
        Self {
            begun: Instant::now(),
            attributes: Attributes::new(),
            answer: begun.attributes.contains_key("gen_ai.provider.name").then(Answer::default),
            is_over: false,
        }
    }

    pub(crate) fn on(&mut self, event: &Event<'_>) {
        match event {
            Event::Attempt(retries) => {
                self.attributes.insert("venice.attempt", Attribute::Integer(i64::from(*retries) + 1));
                let resent = Some(Attribute::Integer((*retries).into())).filter(|_| *retries > 0);
                self.attributes.extend(resent.map(|count| ("http.request.resend_count", count)));
            }
            Event::Retried(..) => {}
            Event::Headers(meta) => self.headers(meta),
            Event::Part(json) => {
                let time = self.begun.elapsed().as_secs_f64();
                self.attributes.entry("gen_ai.response.time_to_first_chunk").or_insert(Attribute::Float(time));
                self.received(json);
            }
            Event::Whole(content) => self.received(content),
            Event::Completed => self.is_over = true,
            Event::Failed(error_type) => {
                self.attributes.insert("error.type", (*error_type).to_owned().into());
            }
        }
    }

    fn headers(&mut self, meta: &Meta) {
        let all = &mut self.attributes;
        all.insert("http.response.status_code", Attribute::Integer(meta.status().as_u16().into()));
        all.extend(meta.request_id().map(|id| ("venice.request_id", id.to_owned().into())));
        all.extend(meta.model_id().map(|model| ("gen_ai.response.model", model.to_owned().into())));
        let usage = meta.rpc_usage().unwrap_or_default();
        let usd = usage.cost_usd.and_then(|usd| usd.to_string().parse().ok());
        all.extend(usd.map(|usd| ("venice.cost.usd", Attribute::Float(usd))));
        let credits = usage.credits.and_then(|credits| credits.try_into().ok());
        all.extend(credits.map(|credits| ("venice.cost.credits", Attribute::Integer(credits))));
    }

    fn received(&mut self, content: &[u8]) {
        if let Some(answer) = &mut self.answer {
            answer.read(content, &mut self.attributes);
        }
    }

    /// All of them, at the end, whatever it was: without an error and before everything was read, the caller dropped the call.
    pub(crate) fn finish(&mut self) -> Attributes {
        let mut attributes = std::mem::take(&mut self.attributes);
        let is_failed = attributes.contains_key("error.type");
        if !is_failed && !self.is_over {
            attributes.insert("venice.cancelled", Attribute::Flag(true));
        }
        let is_whole = self.is_over && !is_failed;
        let reasons = self.answer.take().and_then(|answer| answer.finish_reasons(is_whole));
        attributes.extend(reasons.map(|reasons| ("gen_ai.response.finish_reasons", reasons)));
        let time = i64::try_from(self.begun.elapsed().as_millis()).unwrap_or(i64::MAX);
        attributes.insert("venice.duration_ms", Attribute::Integer(time));
        attributes
    }
}
