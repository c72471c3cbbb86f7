//! What a text model can do.

use super::CatalogueModel;
use crate::api::generated::types::ReasoningEffort;

/// What a text model can do. `None`: the API does not say, or it is no text model.
impl CatalogueModel {
    /// Whether it takes `tools`.
    #[must_use]
    pub fn supports_tools(&self) -> Option<bool> {
        self.capabilities()?.supports_function_calling
    }

    /// Whether it can be held to a JSON schema (`response_format`).
    #[must_use]
    pub fn supports_response_schema(&self) -> Option<bool> {
        self.capabilities()?.supports_response_schema
    }

    /// Whether it tells `logprobs`.
    #[must_use]
    pub fn supports_logprobs(&self) -> Option<bool> {
        self.capabilities()?.supports_log_probs
    }

    /// Whether it thinks before it answers.
    #[must_use]
    pub fn supports_reasoning(&self) -> Option<bool> {
        self.capabilities()?.supports_reasoning
    }

    /// Whether it can be told how long to think. [`reasoning_efforts`](Self::reasoning_efforts) are the values that it takes.
    #[must_use]
    pub fn supports_reasoning_effort(&self) -> Option<bool> {
        self.capabilities()?.supports_reasoning_effort
    }

    /// Whether messages may hold images. [`max_images`](Self::max_images) says how many.
    #[must_use]
    pub fn supports_vision(&self) -> Option<bool> {
        self.capabilities()?.supports_vision
    }

    /// Whether messages may hold sound.
    #[must_use]
    pub fn supports_audio_input(&self) -> Option<bool> {
        self.capabilities()?.supports_audio_input
    }

    /// Whether messages may hold videos.
    #[must_use]
    pub fn supports_video_input(&self) -> Option<bool> {
        self.capabilities()?.supports_video_input
    }

    /// Whether Venice can search the web for it.
    #[must_use]
    pub fn supports_web_search(&self) -> Option<bool> {
        self.capabilities()?.supports_web_search
    }

    /// Whether it takes `enable_x_search`.
    #[must_use]
    pub fn supports_x_search(&self) -> Option<bool> {
        self.capabilities()?.supports_x_search
    }

    /// Whether it runs in a trusted execution environment that can prove it ([`tee`](crate::tee)).
    #[must_use]
    pub fn supports_tee(&self) -> Option<bool> {
        self.capabilities()?.supports_tee_attestation
    }

    /// Whether requests can be encrypted so that only the model reads them.
    #[must_use]
    pub fn supports_e2ee(&self) -> Option<bool> {
        self.capabilities()?.supports_e2ee
    }

    /// Whether it is made for programming.
    #[must_use]
    pub fn is_for_code(&self) -> Option<bool> {
        self.capabilities()?.optimized_for_code
    }

    /// The values of `reasoning_effort` that it takes. `none` among them means that thinking can be turned off.
    #[must_use]
    pub fn reasoning_efforts(&self) -> Option<Vec<ReasoningEffort>> {
        self.capabilities()?.reasoning_effort_options.clone()
    }

    /// The effort that it thinks with unless a request says otherwise.
    #[must_use]
    pub fn default_reasoning_effort(&self) -> Option<ReasoningEffort> {
        self.capabilities()?.default_reasoning_effort.clone()
    }

    /// How many images a request may hold: 0 where it sees none, 1 where it does not take several.
    ///
    /// Of more than one image in a request for a model that takes one, the API keeps those of the last message.
    #[must_use]
    pub fn max_images(&self) -> Option<u64> {
        match (self.supports_vision(), self.supports_several_images()) {
            (Some(false), _) => Some(0),
            (_, Some(false)) => Some(1),
            _ => u64::try_from(self.capabilities()?.max_images?).ok(),
        }
    }

    /// Whether a request may hold several images. If not, only the last message with an image counts.
    #[must_use]
    pub fn supports_several_images(&self) -> Option<bool> {
        self.capabilities()?.supports_multiple_images
    }

    /// How many videos a request may hold: 0 where it takes none, and 3 where it takes some and the API does not say how many.
    #[must_use]
    pub fn max_videos(&self) -> Option<u64> {
        /// The API's documentation of `video_url`.
        const UNLESS_TOLD: u64 = 3;
        match self.supports_video_input()? {
            false => Some(0),
            true => {
                Some(self.capabilities()?.max_videos.and_then(|most| u64::try_from(most).ok()).unwrap_or(UNLESS_TOLD))
            }
        }
    }
}
