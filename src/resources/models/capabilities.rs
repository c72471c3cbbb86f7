//! What a text model can do.

use serde_json::Value;

use super::CatalogueModel;
use crate::types::ReasoningEffort;

/// What a text model can do. `None`: the API does not say, or it is no text model.
impl CatalogueModel {
    /// Whether it takes `tools`.
    ///
    /// ```no_run
    /// # fn look(model: venice_ai::models::CatalogueModel) {
    /// println!("{:?}", model.supports_tools());
    /// # }
    /// ```
    #[must_use]
    pub fn supports_tools(&self) -> Option<bool> {
        self.capability("supportsFunctionCalling")
    }

    /// Whether it can be held to a JSON schema (`response_format`).
    ///
    /// ```no_run
    /// # fn look(model: venice_ai::models::CatalogueModel) {
    /// println!("{:?}", model.supports_response_schema());
    /// # }
    /// ```
    #[must_use]
    pub fn supports_response_schema(&self) -> Option<bool> {
        self.capability("supportsResponseSchema")
    }

    /// Whether it tells `logprobs`.
    ///
    /// ```no_run
    /// # fn look(model: venice_ai::models::CatalogueModel) {
    /// println!("{:?}", model.supports_logprobs());
    /// # }
    /// ```
    #[must_use]
    pub fn supports_logprobs(&self) -> Option<bool> {
        self.capability("supportsLogProbs")
    }

    /// Whether it thinks before it answers.
    ///
    /// ```no_run
    /// # fn look(model: venice_ai::models::CatalogueModel) {
    /// println!("{:?}", model.supports_reasoning());
    /// # }
    /// ```
    #[must_use]
    pub fn supports_reasoning(&self) -> Option<bool> {
        self.capability("supportsReasoning")
    }

    /// Whether it can be told how long to think. [`reasoning_efforts`](Self::reasoning_efforts) are the values that it takes.
    ///
    /// ```no_run
    /// # fn look(model: venice_ai::models::CatalogueModel) {
    /// println!("{:?}", model.supports_reasoning_effort());
    /// # }
    /// ```
    #[must_use]
    pub fn supports_reasoning_effort(&self) -> Option<bool> {
        self.capability("supportsReasoningEffort")
    }

    /// Whether messages may hold images. [`max_images`](Self::max_images) says how many.
    ///
    /// ```no_run
    /// # fn look(model: venice_ai::models::CatalogueModel) {
    /// println!("{:?}", model.supports_vision());
    /// # }
    /// ```
    #[must_use]
    pub fn supports_vision(&self) -> Option<bool> {
        self.capability("supportsVision")
    }

    /// Whether messages may hold sound.
    ///
    /// ```no_run
    /// # fn look(model: venice_ai::models::CatalogueModel) {
    /// println!("{:?}", model.supports_audio_input());
    /// # }
    /// ```
    #[must_use]
    pub fn supports_audio_input(&self) -> Option<bool> {
        self.capability("supportsAudioInput")
    }

    /// Whether messages may hold videos.
    ///
    /// ```no_run
    /// # fn look(model: venice_ai::models::CatalogueModel) {
    /// println!("{:?}", model.supports_video_input());
    /// # }
    /// ```
    #[must_use]
    pub fn supports_video_input(&self) -> Option<bool> {
        self.capability("supportsVideoInput")
    }

    /// Whether Venice can search the web for it.
    ///
    /// ```no_run
    /// # fn look(model: venice_ai::models::CatalogueModel) {
    /// println!("{:?}", model.supports_web_search());
    /// # }
    /// ```
    #[must_use]
    pub fn supports_web_search(&self) -> Option<bool> {
        self.capability("supportsWebSearch")
    }

    /// Whether it takes `enable_x_search`.
    ///
    /// ```no_run
    /// # fn look(model: venice_ai::models::CatalogueModel) {
    /// println!("{:?}", model.supports_x_search());
    /// # }
    /// ```
    #[must_use]
    pub fn supports_x_search(&self) -> Option<bool> {
        self.capability("supportsXSearch")
    }

    /// Whether it runs in a trusted execution environment that can prove it ([`tee`](crate::tee)).
    ///
    /// ```no_run
    /// # fn look(model: venice_ai::models::CatalogueModel) {
    /// println!("{:?}", model.supports_tee());
    /// # }
    /// ```
    #[must_use]
    pub fn supports_tee(&self) -> Option<bool> {
        self.capability("supportsTeeAttestation")
    }

    /// Whether requests can be encrypted so that only the model reads them.
    ///
    /// ```no_run
    /// # fn look(model: venice_ai::models::CatalogueModel) {
    /// println!("{:?}", model.supports_e2ee());
    /// # }
    /// ```
    #[must_use]
    pub fn supports_e2ee(&self) -> Option<bool> {
        self.capability("supportsE2EE")
    }

    /// Whether it is made for programming.
    ///
    /// ```no_run
    /// # fn look(model: venice_ai::models::CatalogueModel) {
    /// println!("{:?}", model.is_for_code());
    /// # }
    /// ```
    #[must_use]
    pub fn is_for_code(&self) -> Option<bool> {
        self.capability("optimizedForCode")
    }

    /// The values of `reasoning_effort` that it takes. `none` among them means that thinking can be turned off.
    ///
    /// ```no_run
    /// # fn look(model: venice_ai::models::CatalogueModel) {
    /// use venice_ai::types::ReasoningEffort;
    /// let can_be_quick = model.reasoning_efforts().is_some_and(|efforts| efforts.contains(&ReasoningEffort::None));
    /// # }
    /// ```
    #[must_use]
    pub fn reasoning_efforts(&self) -> Option<Vec<ReasoningEffort>> {
        let efforts = self.capabilities().get("reasoningEffortOptions")?.as_array()?;
        Some(efforts.iter().filter_map(Value::as_str).map(ReasoningEffort::from_wire).collect())
    }

    /// The effort that it thinks with unless a request says otherwise.
    ///
    /// ```no_run
    /// # fn look(model: venice_ai::models::CatalogueModel) {
    /// println!("{:?}", model.default_reasoning_effort());
    /// # }
    /// ```
    #[must_use]
    pub fn default_reasoning_effort(&self) -> Option<ReasoningEffort> {
        self.capabilities().get("defaultReasoningEffort")?.as_str().map(ReasoningEffort::from_wire)
    }

    /// How many images a request may hold: 0 where it sees none, 1 where it does not take several.
    ///
    /// Of more than one image in a request for a model that takes one, the API keeps those of the last message.
    ///
    /// ```no_run
    /// # fn look(model: venice_ai::models::CatalogueModel) {
    /// println!("{:?}", model.max_images());
    /// # }
    /// ```
    #[must_use]
    pub fn max_images(&self) -> Option<u64> {
        match (self.supports_vision(), self.supports_several_images()) {
            (Some(false), _) => Some(0),
            (_, Some(false)) => Some(1),
            _ => self.capabilities().get("maxImages")?.as_u64(),
        }
    }

    /// Whether a request may hold several images. If not, only the last message with an image counts.
    ///
    /// ```no_run
    /// # fn look(model: venice_ai::models::CatalogueModel) {
    /// println!("{:?}", model.supports_several_images());
    /// # }
    /// ```
    #[must_use]
    pub fn supports_several_images(&self) -> Option<bool> {
        self.capability("supportsMultipleImages")
    }

    /// How many videos a request may hold: 0 where it takes none, and 3 where it takes some and the API does not say how many.
    ///
    /// ```no_run
    /// # fn look(model: venice_ai::models::CatalogueModel) {
    /// println!("{:?}", model.max_videos());
    /// # }
    /// ```
    #[must_use]
    pub fn max_videos(&self) -> Option<u64> {
        /// The API's documentation of `video_url`.
        const UNLESS_TOLD: u64 = 3;
        match self.supports_video_input()? {
            false => Some(0),
            true => Some(self.capabilities().get("maxVideos").and_then(Value::as_u64).unwrap_or(UNLESS_TOLD)),
        }
    }
}
