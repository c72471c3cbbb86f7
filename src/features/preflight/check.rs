//! `Catalogue::check`, `Checkable`: checks a request against a catalogue without sending it.

use std::time::SystemTime;

use serde_json::Value;

use super::report::{Findings, PreflightReport};
use super::rules::{self, Area, Resolved};
use super::subject::Subject;
use crate::api::generated::types;
use crate::features::catalogue::Catalogue;
use crate::features::request_model::model_of;
use crate::runtime::media::form::json_of;
use crate::runtime::operation::{Operation, OperationRef};

/// A request that can be checked without being sent ([`Catalogue::check`]): the request types of chats, responses, images, videos, speech,
/// music, the voice changer, embeddings and decisions. Sealed.
pub trait Checkable: sealed::Sealed {}

mod sealed {
    use super::{Operation, Value};

    pub trait Sealed {
        fn operation() -> &'static Operation;
        /// The body as it would be sent; of files only their presence.
        fn body(&self) -> Value;
    }
}

macro_rules! checkable {
    ($body:expr; $($request:ident => $operation:ident),* $(,)?) => {$(
        impl sealed::Sealed for types::$request {
            fn operation() -> &'static Operation {
                &crate::api::generated::operations::$operation
            }

            #[inline]
            fn body(&self) -> Value {
                $body(self)
            }
        }

        impl Checkable for types::$request {}
    )*};
}

checkable! {
    |request| serde_json::to_value(request).unwrap_or_default();
    ChatCompletionRequest => CREATE_CHAT_COMPLETION,
    ResponsesRequest => CREATE_RESPONSE,
    GenerateImageRequest => GENERATE_IMAGE,
    SimpleGenerateImageRequest => SIMPLE_GENERATE_IMAGE,
    CreateSpeechRequest => CREATE_SPEECH,
    QueueAudioRequest => QUEUE_AUDIO,
    QuoteAudioRequest => QUOTE_AUDIO,
    QueueVideoRequest => QUEUE_VIDEO,
    QuoteVideoRequest => QUOTE_VIDEO,
    CreateEmbeddingRequest => CREATE_EMBEDDING,
    CreateDecisionRequest => CREATE_DECISION,
    QuoteVoiceChangerRequest => QUOTE_VOICE_CHANGER,
}

checkable! {
    json_of;
    EditImageRequest => EDIT_IMAGE,
    MultiEditImageRequest => MULTI_EDIT_IMAGE,
    CreateTranscriptionRequest => CREATE_TRANSCRIPTION,
    CreateClonedVoiceRequest => CREATE_CLONED_VOICE,
    QueueVoiceChangerRequest => QUEUE_VOICE_CHANGER,
}

impl Catalogue {
    /// Checks a request against its model, without sending anything. [What is checked](crate::preflight#what-is-checked), and the report,
    /// are the same as for a call with [`Preflight::Warn`](crate::Preflight::Warn).
    ///
    /// A model unknown to this catalogue may be another vendor's id; unless these were
    /// [fetched](crate::models::CatalogueRequest::with_compatible_names), the report has the note `not_checked`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), venice_ai::Error> {
    /// # let mock = venice_ai_mock::MockVenice::start().await?;
    /// # let venice = mock.client();
    /// use venice_ai::types::GenerateImageRequest;
    ///
    /// let catalogue = venice.models().catalogue().await?;
    /// let report = catalogue.check(&GenerateImageRequest::new("murano-image", "a canal at night").width(1001).steps(50));
    /// let rules: Vec<&str> = report.problems().map(|finding| finding.rule).collect();
    /// assert_eq!(rules, ["steps", "size"]);
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn check<R: Checkable>(&self, request: &R) -> PreflightReport {
        let (operation, body) = (OperationRef::from(R::operation()), request.body());
        match rules::of(&operation) {
            Some(area) => of(area, &body, self, SystemTime::now()),
            None => PreflightReport::new(None, Findings::default()),
        }
    }
}

/// Checks a request. Without a model the API chooses, and there are no findings.
pub(super) fn of(area: &Area, body: &Value, catalogue: &Catalogue, now: SystemTime) -> PreflightReport {
    let mut found = Findings::default();
    let Some((field, name)) = body.as_object().and_then(model_of) else { return PreflightReport::new(None, found) };
    if catalogue.is_empty() {
        return not_checked(field, "the catalogue has no models");
    }
    let model = match rules::resolve(area, catalogue, name) {
        Resolved::Model(model) => {
            area.run(&Subject::new(body, name, model, now), &mut found);
            Some(model.id().to_owned())
        }
        Resolved::WrongType(model) => {
            let (id, kind) = (model.id(), model.kind());
            found.problem(
                "model_type",
                field,
                format!("is {id}, a model of the type {kind}, which does not serve these requests"),
            );
            Some(id.to_owned())
        }
        Resolved::Unknown => {
            rules::unknown(area, catalogue, field, name, &mut found);
            None
        }
        Resolved::Unsure => {
            return not_checked(field, "it is not in the list, and other vendors' model ids were not fetched");
        }
    };
    PreflightReport::new(model, found)
}

pub(super) fn not_checked(field: &str, reason: &str) -> PreflightReport {
    let mut found = Findings::default();
    found.note("not_checked", field, format!("was not checked: {reason}"));
    PreflightReport::new(None, found)
}
