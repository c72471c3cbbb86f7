//! `Need`: a requirement of a `Pick`.

use crate::features::catalogue::CatalogueModel;

/// A requirement. What the API does not say is not fulfilled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// Not offline, which every pick requires.
    Online,
    /// Not about to be removed.
    Lasting,
    /// Not in beta.
    Released,
    /// None of these ids.
    Not(String),
    Private,
    Tee,
    E2ee,
    Uncensored,
    Code,
    Tools,
    ResponseSchema,
    Reasoning,
    Vision,
    AudioInput,
    VideoInput,
    WebSearch,
    Context(u32),
}

impl Need {
    pub(super) fn is_met(&self, model: &CatalogueModel) -> bool {
        let known = |capability: Option<bool>| capability == Some(true);
        match self {
            Self::Online => !model.is_offline(),
            Self::Lasting => !model.is_deprecated(),
            Self::Released => !model.is_beta(),
            Self::Not(id) => model.id() != id,
            Self::Private => known(model.is_private()),
            Self::Tee => known(model.supports_tee()),
            Self::E2ee => known(model.supports_e2ee()),
            Self::Uncensored => model.is_uncensored(),
            Self::Code => known(model.is_for_code()),
            Self::Tools => known(model.supports_tools()),
            Self::ResponseSchema => known(model.supports_response_schema()),
            Self::Reasoning => known(model.supports_reasoning()),
            Self::Vision => known(model.supports_vision()),
            Self::AudioInput => known(model.supports_audio_input()),
            Self::VideoInput => known(model.supports_video_input()),
            Self::WebSearch => known(model.supports_web_search()),
            Self::Context(tokens) => model.context_tokens().is_some_and(|context| context >= *tokens),
        }
    }

    /// What a model is that does not meet it.
    pub(super) fn missing(&self) -> String {
        match self {
            Self::Online => "offline",
            Self::Lasting => "about to be removed (`allow_deprecated`)",
            Self::Released => "in beta (`allow_beta`)",
            Self::Not(_) => "excluded",
            Self::Private => "not private",
            Self::Tee => "not in a trusted execution environment",
            Self::E2ee => "without end-to-end encryption",
            Self::Uncensored => "not uncensored",
            Self::Code => "not made for code",
            Self::Tools => "without tools",
            Self::ResponseSchema => "without response schemas",
            Self::Reasoning => "without reasoning",
            Self::Vision => "without vision",
            Self::AudioInput => "without audio input",
            Self::VideoInput => "without video input",
            Self::WebSearch => "without web search",
            Self::Context(tokens) => return format!("of less than {tokens} tokens of context"),
        }
        .to_owned()
    }
}
