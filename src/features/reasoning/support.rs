//! `ReasoningSupport`: what is known of a model's reasoning.

use crate::api::generated::types::{Model, ReasoningEffort};
#[cfg(feature = "catalogue")]
use crate::features::catalogue::CatalogueModel;

/// What is known of a model's reasoning, from a model of the [catalogue](crate::models::Catalogue) or of the [list](crate::Models::list);
/// for [`reasoning_for`](crate::types::ChatCompletionRequest::reasoning_for).
///
/// ```
/// use venice_ai::chat::ReasoningSupport;
/// # let model: venice_ai::types::Model = serde_json::from_str(r#"{"id": "m"}"#)?;
/// let support = ReasoningSupport::from(&model);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReasoningSupport {
    pub(super) model: String,
    reasons: Option<bool>,
    effort: Option<bool>,
    /// Empty if the model does not list any.
    pub(super) options: Vec<ReasoningEffort>,
}

#[cfg(feature = "catalogue")]
#[cfg_attr(docsrs, doc(cfg(feature = "catalogue")))]
impl From<&CatalogueModel> for ReasoningSupport {
    fn from(model: &CatalogueModel) -> Self {
        model.model().into()
    }
}

impl From<&Model> for ReasoningSupport {
    fn from(model: &Model) -> Self {
        let capabilities = model.model_spec.capabilities.as_ref();
        let options = capabilities.and_then(|capabilities| capabilities.reasoning_effort_options.clone());
        Self {
            model: model.id.clone(),
            reasons: capabilities.and_then(|capabilities| capabilities.supports_reasoning),
            effort: capabilities.and_then(|capabilities| capabilities.supports_reasoning_effort),
            options: options.unwrap_or_default(),
        }
    }
}

impl ReasoningSupport {
    /// Whether it reasons, as far as known. A model with efforts does.
    pub(super) fn may_reason(&self) -> bool {
        self.reasons != Some(false) || self.effort == Some(true) || !self.options.is_empty()
    }

    /// Whether it supports an effort, as far as known. A model that lists some does.
    pub(super) fn may_take_effort(&self) -> bool {
        self.effort != Some(false) || !self.options.is_empty()
    }
}
