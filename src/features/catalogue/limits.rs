//! What fits into a request, and what can be chosen.

use super::CatalogueModel;
use crate::api::generated::types::{Level, ModelConstraints, ModelType};

/// What fits into a request, and what can be chosen. `None`: the API does not say, or it has no meaning for this type of model.
impl CatalogueModel {
    /// How many tokens a request and its answer may have together.
    #[must_use]
    pub fn context_tokens(&self) -> Option<u64> {
        let tokens = self.spec().available_context_tokens.or(self.model().context_length);
        tokens.and_then(positive)
    }

    /// The most tokens that it writes in one answer, those of its thoughts among them.
    #[must_use]
    pub fn max_completion_tokens(&self) -> Option<u64> {
        self.spec().max_completion_tokens.and_then(positive)
    }

    /// How many tokens a text may have, of an embedding model.
    #[must_use]
    pub fn max_input_tokens(&self) -> Option<u64> {
        self.spec().max_input_tokens.and_then(positive)
    }

    /// How many numbers its vectors have, of an embedding model.
    #[must_use]
    pub fn embedding_dimensions(&self) -> Option<u64> {
        self.spec().embedding_dimensions.and_then(positive)
    }

    /// Whether an embedding model takes `dimensions`.
    #[must_use]
    pub fn supports_custom_dimensions(&self) -> Option<bool> {
        self.spec().supports_custom_dimensions
    }

    /// How many characters a prompt may have, of a model that makes images, films or music.
    #[must_use]
    pub fn max_prompt_characters(&self) -> Option<u64> {
        let constraints = self.constraints().and_then(|constraints| constraints.prompt_character_limit);
        constraints.or(self.spec().prompt_character_limit).and_then(positive)
    }

    /// How many characters a prompt must have, of a model that makes music.
    #[must_use]
    pub fn min_prompt_characters(&self) -> Option<u64> {
        self.spec().min_prompt_length.and_then(positive)
    }

    /// How many characters lyrics may have, of a model that makes music.
    #[must_use]
    pub fn max_lyrics_characters(&self) -> Option<u64> {
        self.spec().lyrics_character_limit.and_then(positive)
    }

    /// The voices that it has, of a model that speaks. Cloned voices and ids of the provider's voices come on top.
    #[must_use]
    pub fn voices(&self) -> Option<&[String]> {
        self.spec().voices.as_deref()
    }

    /// The audio formats that it makes, such as `mp3`. Others are refused.
    #[must_use]
    pub fn formats(&self) -> Option<&[String]> {
        self.spec().supported_formats.as_deref()
    }

    /// The aspect ratios that can be asked for, such as `16:9`. An empty list: none can.
    #[must_use]
    pub fn aspect_ratios(&self) -> Option<&[String]> {
        self.constraints()?.aspect_ratios.as_deref()
    }

    /// The resolutions that can be asked for, such as `2K` or `720p`.
    #[must_use]
    pub fn resolutions(&self) -> Option<&[String]> {
        self.constraints()?.resolutions.as_deref()
    }

    /// The qualities that can be asked for, of a model that draws.
    #[must_use]
    pub fn qualities(&self) -> Option<&[Level]> {
        self.constraints()?.qualities.as_deref()
    }

    /// The durations that can be asked for, such as `5s`, of a model that makes films. An empty list: none can.
    #[must_use]
    pub fn durations(&self) -> Option<&[String]> {
        self.constraints()?.durations.as_deref()
    }

    /// The most steps that can be asked for, of a model that draws.
    #[must_use]
    pub fn max_steps(&self) -> Option<u64> {
        self.constraints()?.steps.as_ref().and_then(|steps| positive(steps.max))
    }

    /// What width and height must be multiples of, of a model that draws.
    #[must_use]
    pub fn size_divisor(&self) -> Option<u64> {
        self.constraints()?.width_height_divisor.and_then(positive)
    }

    /// How many images an edit may combine: what the API says, and where it says nothing 3, or 1 where images cannot be combined.
    #[must_use]
    pub fn max_input_images(&self) -> Option<u64> {
        const UNLESS_TOLD: u64 = 3;
        let constraints = self.constraints()?;
        match (constraints.max_input_images.and_then(positive), constraints.combine_images) {
            (Some(most), _) => Some(most),
            (None, Some(false)) => Some(1),
            (None, _) => (*self.kind() == ModelType::Inpaint).then_some(UNLESS_TOLD),
        }
    }

    /// Whether a model that draws takes `style_references`.
    #[must_use]
    pub fn supports_style_references(&self) -> Option<bool> {
        self.spec().supports_style_references
    }

    pub(crate) fn constraints(&self) -> Option<&ModelConstraints> {
        self.spec().constraints.as_ref()
    }
}

/// Limits of zero and below are slips: nothing would fit.
fn positive(number: i64) -> Option<u64> {
    u64::try_from(number).ok().filter(|number| *number > 0)
}
