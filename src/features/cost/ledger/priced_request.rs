//! `PricedRequest`: the parts of a paid request that determine its price.

use serde_json::Value;

use crate::api::generated::operations;
use crate::api::generated::types::ModelType;
use crate::features::request_model::model_of;
use crate::runtime::operation::{Operation, RetryClass};
use crate::runtime::transport::Outgoing;

/// The parts of a paid request that determine its price.
#[derive(Debug)]
pub(crate) struct PricedRequest {
    pub(super) paid: Paid,
    /// Its name in a tally if no model is named.
    pub(super) name: String,
    /// The fields of its JSON, or the texts of its form.
    pub(super) body: Value,
}

/// What a request is charged for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paid {
    Chat,
    Embeddings,
    Decision,
    Images,
    Edit,
    Upscale,
    Speech,
    Transcription,
    Video,
    Music,
    /// Anything without a price in the list of models.
    Other,
}

impl PricedRequest {
    /// `None` for a free request.
    pub(crate) fn of(outgoing: &Outgoing) -> Option<Self> {
        let request = outgoing.request.as_ref()?;
        let operation = outgoing.scope.operation();
        let facts = match operation.is_ad_hoc() {
            true => known(request.method().as_str(), request.url().path()),
            false => Some(operation.facts()),
        };
        let paid = match facts {
            Some(facts) => Paid::of(facts)?,
            None if operation.facts().retry == RetryClass::Safe => return None,
            None => Paid::Other,
        };
        let body = outgoing.json().unwrap_or_default();
        Some(Self { paid, name: operation.name().to_owned(), body })
    }

    /// The model of the request, or the server's default model.
    pub(super) fn model(&self) -> &str {
        let named = self.body.as_object().and_then(model_of);
        named.map(|(_, name)| name).unwrap_or(match self.paid {
            Paid::Images => "default",
            Paid::Edit => "firered-image-edit",
            Paid::Speech => "tts-kokoro",
            Paid::Transcription => "nvidia/parakeet-tdt-0.6b-v3",
            _ => "",
        })
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.body[name].as_str()
    }

    /// A number, which is text in a form.
    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.body[name].as_i64().or_else(|| self.text(name)?.parse().ok())
    }
}

impl Paid {
    fn of(facts: &Operation) -> Option<Self> {
        Some(match facts.path {
            "/chat/completions" | "/responses" => Self::Chat,
            "/embeddings" => Self::Embeddings,
            "/decisions" | "/systemone" => Self::Decision,
            "/image/generate" | "/images/generations" => Self::Images,
            "/image/edit" | "/image/multi-edit" => Self::Edit,
            "/image/upscale" => Self::Upscale,
            "/audio/speech" => Self::Speech,
            "/audio/transcriptions" => Self::Transcription,
            "/video/queue" => Self::Video,
            "/audio/queue" => Self::Music,
            "/audio/voices" | "/audio/voice-changer/queue" => Self::Other,
            _ if facts.retry == RetryClass::Inference => Self::Other,
            _ => return None,
        })
    }

    /// The type of models for it.
    pub(super) fn model_type(self) -> Option<ModelType> {
        Some(match self {
            Self::Chat => ModelType::Text,
            Self::Embeddings => ModelType::Embedding,
            Self::Decision => ModelType::Decision,
            Self::Images => ModelType::Image,
            Self::Edit => ModelType::Inpaint,
            Self::Upscale => ModelType::Upscale,
            Self::Speech => ModelType::Tts,
            Self::Transcription => ModelType::Asr,
            Self::Video => ModelType::Video,
            Self::Music => ModelType::Music,
            Self::Other => return None,
        })
    }
}

/// The operation that a custom request calls. What precedes its path is the base URL.
fn known(method: &str, path: &str) -> Option<&'static Operation> {
    let is_it = |facts: &&&Operation| facts.method == method && !facts.path.contains('{') && path.ends_with(facts.path);
    operations::ALL.iter().find(is_it).copied()
}
