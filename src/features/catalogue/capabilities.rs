//! `CatalogueModel`: the capabilities of a text model.

use super::CatalogueModel;
use crate::api::generated::types::ReasoningEffort;

/// Capabilities of a text model. `None`: the API does not say, or it is not a text model.
impl CatalogueModel {
    /// Whether it supports `tools`.
    #[must_use]
    pub fn supports_tools(&self) -> Option<bool> {
        self.capabilities()?.supports_function_calling
    }

    /// Whether it supports a JSON schema in `response_format`.
    #[must_use]
    pub fn supports_response_schema(&self) -> Option<bool> {
        self.capabilities()?.supports_response_schema
    }

    /// Whether it supports `logprobs`.
    #[must_use]
    pub fn supports_logprobs(&self) -> Option<bool> {
        self.capabilities()?.supports_log_probs
    }

    /// Whether it reasons before it answers.
    #[must_use]
    pub fn supports_reasoning(&self) -> Option<bool> {
        self.capabilities()?.supports_reasoning
    }

    /// Whether it supports `reasoning_effort`; [`reasoning_efforts`](Self::reasoning_efforts) has the values.
    #[must_use]
    pub fn supports_reasoning_effort(&self) -> Option<bool> {
        self.capabilities()?.supports_reasoning_effort
    }

    /// Whether messages may contain images; [`max_images`](Self::max_images) says how many.
    #[must_use]
    pub fn supports_vision(&self) -> Option<bool> {
        self.capabilities()?.supports_vision
    }

    /// Whether messages may contain audio.
    #[must_use]
    pub fn supports_audio_input(&self) -> Option<bool> {
        self.capabilities()?.supports_audio_input
    }

    /// Whether messages may contain videos.
    #[must_use]
    pub fn supports_video_input(&self) -> Option<bool> {
        self.capabilities()?.supports_video_input
    }

    /// Whether it supports web search.
    #[must_use]
    pub fn supports_web_search(&self) -> Option<bool> {
        self.capabilities()?.supports_web_search
    }

    /// Whether it supports `enable_x_search`.
    #[must_use]
    pub fn supports_x_search(&self) -> Option<bool> {
        self.capabilities()?.supports_x_search
    }

    /// Whether it runs in a trusted execution environment with attestation ([`tee`](crate::tee)).
    #[must_use]
    pub fn supports_tee(&self) -> Option<bool> {
        self.capabilities()?.supports_tee_attestation
    }

    /// Whether it supports end-to-end encryption.
    #[must_use]
    pub fn supports_e2ee(&self) -> Option<bool> {
        self.capabilities()?.supports_e2ee
    }

    /// Whether it is optimised for code.
    #[must_use]
    pub fn is_for_code(&self) -> Option<bool> {
        self.capabilities()?.optimized_for_code
    }

    /// The supported values of `reasoning_effort`. `none` means that reasoning can be turned off.
    #[must_use]
    pub fn reasoning_efforts(&self) -> Option<Vec<ReasoningEffort>> {
        self.capabilities()?.reasoning_effort_options.clone()
    }

    /// The default effort.
    #[must_use]
    pub fn default_reasoning_effort(&self) -> Option<ReasoningEffort> {
        self.capabilities()?.default_reasoning_effort.clone()
    }

    /// The most images of a request: 0 without vision, 1 if it does not support several.
    ///
    /// If a request has more images for a model that supports one, the API keeps those of the last message.
    #[must_use]
    pub fn max_images(&self) -> Option<u64> {
        match (self.supports_vision(), self.supports_several_images()) {
            (Some(false), _) => Some(0),
            (_, Some(false)) => Some(1),
            _ => u64::try_from(self.capabilities()?.max_images?).ok(),
        }
    }

    /// Whether a request may have several images. If not, only the last message with an image counts.
    #[must_use]
    pub fn supports_several_images(&self) -> Option<bool> {
        self.capabilities()?.supports_multiple_images
    }

    /// The most videos of a request: 0 without video input, 3 if the API does not say how many.
    #[must_use]
    pub fn max_videos(&self) -> Option<u64> {
        /// The API's documentation of `video_url`.
        const DOCUMENTED_MAXIMUM: u64 = 3;
        match self.supports_video_input()? {
            false => Some(0),
            true => Some(
                self.capabilities()?.max_videos.and_then(|most| u64::try_from(most).ok()).unwrap_or(DOCUMENTED_MAXIMUM),
            ),
        }
    }
}
