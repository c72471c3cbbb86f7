//! What a paid request asks for, as far as its price depends on it.

use serde_json::Value;

use crate::api::generated::operations;
use crate::api::generated::types::ModelType;
use crate::runtime::operation::{Operation, RetryClass};
use crate::runtime::transport::{Outgoing, model_of};

/// What a paid request asks for.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(super) paid: Paid,
    /// What to call it where no model is named.
    pub(super) name: String,
    /// The members of its JSON, or the texts of its form.
    pub(super) body: Value,
}

/// What is paid for.
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
    /// Something that no list of models has a price for.
    Other,
}

impl Asked {
    /// `None` for a request that costs nothing.
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

    /// The model that is asked for, or the one that the server takes when none is.
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

    /// A number, which a form writes as text.
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

    /// The type of the models that do it.
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

/// The operation that a request stands for that was put together by hand. What comes before its path is the base URL.
fn known(method: &str, path: &str) -> Option<&'static Operation> {
    let is_it = |facts: &&&Operation| facts.method == method && !facts.path.contains('{') && path.ends_with(facts.path);
    operations::ALL.iter().find(is_it).copied()
}
