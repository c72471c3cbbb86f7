//! `CatalogueModel`: limits and options of a model.

use super::CatalogueModel;
use crate::api::generated::types::{Level, ModelConstraints, ModelType};

/// Limits and options. `None`: the API does not say, or it does not apply to this type of model.
impl CatalogueModel {
    /// The context length: the most tokens of a request and its answer.
    #[must_use]
    pub fn context_tokens(&self) -> Option<u32> {
        let tokens = self.spec().available_context_tokens.or(self.model().context_length);
        tokens.filter(is_positive)
    }

    /// The most completion tokens, including reasoning.
    #[must_use]
    pub fn max_completion_tokens(&self) -> Option<u32> {
        self.spec().max_completion_tokens.filter(is_positive)
    }

    /// The most tokens of a text, for an embedding model.
    #[must_use]
    pub fn max_input_tokens(&self) -> Option<u32> {
        self.spec().max_input_tokens.filter(is_positive)
    }

    /// The dimensions of its vectors, for an embedding model.
    #[must_use]
    pub fn embedding_dimensions(&self) -> Option<u32> {
        self.spec().embedding_dimensions.filter(is_positive)
    }

    /// Whether an embedding model supports `dimensions`.
    #[must_use]
    pub fn supports_custom_dimensions(&self) -> Option<bool> {
        self.spec().supports_custom_dimensions
    }

    /// The most characters of a prompt, for a model that generates images, video or music.
    #[must_use]
    pub fn max_prompt_characters(&self) -> Option<u64> {
        let constraints = self.constraints().and_then(|constraints| constraints.prompt_character_limit);
        constraints.or(self.spec().prompt_character_limit).and_then(positive)
    }

    /// The fewest characters of a prompt, for a music model.
    #[must_use]
    pub fn min_prompt_characters(&self) -> Option<u64> {
        self.spec().min_prompt_length.and_then(positive)
    }

    /// The most characters of lyrics, for a music model.
    #[must_use]
    pub fn max_lyrics_characters(&self) -> Option<u64> {
        self.spec().lyrics_character_limit.and_then(positive)
    }

    /// The voices of a text-to-speech model. Cloned voices and ids of the provider's voices are additional.
    #[must_use]
    pub fn voices(&self) -> Option<&[String]> {
        self.spec().voices.as_deref()
    }

    /// The supported audio formats, such as `mp3`. Others are rejected.
    #[must_use]
    pub fn formats(&self) -> Option<&[String]> {
        self.spec().supported_formats.as_deref()
    }

    /// The supported aspect ratios, such as `16:9`. An empty list: none.
    #[must_use]
    pub fn aspect_ratios(&self) -> Option<&[String]> {
        self.constraints()?.aspect_ratios.as_deref()
    }

    /// The supported resolutions, such as `2K` or `720p`.
    #[must_use]
    pub fn resolutions(&self) -> Option<&[String]> {
        self.constraints()?.resolutions.as_deref()
    }

    /// The supported qualities, for an image model.
    #[must_use]
    pub fn qualities(&self) -> Option<&[Level]> {
        self.constraints()?.qualities.as_deref()
    }

    /// The supported durations, such as `5s`, for a video model. An empty list: none.
    #[must_use]
    pub fn durations(&self) -> Option<&[String]> {
        self.constraints()?.durations.as_deref()
    }

    /// The most steps, for an image model.
    #[must_use]
    pub fn max_steps(&self) -> Option<u64> {
        self.constraints()?.steps.as_ref().and_then(|steps| positive(steps.max))
    }

    /// Width and height must be multiples of this, for an image model.
    #[must_use]
    pub fn size_divisor(&self) -> Option<u64> {
        self.constraints()?.width_height_divisor.and_then(positive)
    }

    /// The most images that an edit may combine. If the API does not say: 3, or 1 if images cannot be combined.
    #[must_use]
    pub fn max_input_images(&self) -> Option<u64> {
        const DEFAULT_MAXIMUM: u64 = 3;
        let constraints = self.constraints()?;
        match (constraints.max_input_images.and_then(positive), constraints.combine_images) {
            (Some(most), _) => Some(most),
            (None, Some(false)) => Some(1),
            (None, _) => (*self.kind() == ModelType::Inpaint).then_some(DEFAULT_MAXIMUM),
        }
    }

    /// Whether an image model supports `style_references`.
    #[must_use]
    pub fn supports_style_references(&self) -> Option<bool> {
        self.spec().supports_style_references
    }

    pub(crate) fn constraints(&self) -> Option<&ModelConstraints> {
        self.spec().constraints.as_ref()
    }
}

fn is_positive(count: &u32) -> bool {
    *count > 0
}

/// Limits of zero and below are errors in the list: nothing would fit.
fn positive(number: i64) -> Option<u64> {
    u64::try_from(number).ok().filter(|number| *number > 0)
}
