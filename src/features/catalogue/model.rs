//! `CatalogueModel`: a model of the catalogue.

use std::fmt;
use std::sync::Arc;

use crate::api::generated::types::{Model, ModelCapabilities, ModelPricing, ModelPrivacyLevel, ModelSpec, ModelType};

/// A model of the [`Catalogue`](super::Catalogue). Cheap to clone.
///
/// A getter is `None` if the API does not say: that is not "no". A model with `supports_vision() == None` may support images or not.
///
/// ```no_run
/// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
/// let model = venice.models().find("default").await?;
/// if model.supports_tools() == Some(true) {
///     println!("{} calls functions, and reads {:?} tokens", model.id(), model.context_tokens());
/// }
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct CatalogueModel {
    model: Arc<Model>,
}

impl CatalogueModel {
    pub(super) fn new(model: Model) -> Self {
        Self { model: Arc::new(model) }
    }

    /// The model id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.model.id
    }

    /// The display name; the id if it has none.
    #[must_use]
    pub fn name(&self) -> &str {
        self.spec().name.as_deref().unwrap_or(self.id())
    }

    /// The type of the model.
    ///
    /// ```no_run
    /// # fn look(model: venice_ai::models::CatalogueModel) {
    /// use venice_ai::types::ModelType;
    /// assert_eq!(*model.kind(), ModelType::Text);
    /// # }
    /// ```
    #[must_use]
    pub fn kind(&self) -> &ModelType {
        &self.model.type_
    }

    /// The API's entry, with unknown fields in `extra`.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Capabilities and prices, as the API lists them.
    #[must_use]
    pub fn spec(&self) -> &ModelSpec {
        &self.model.model_spec
    }

    /// The prices. `None` is an unknown price, not a free model: videos have no list price, see [`quote`](crate::Video::quote).
    ///
    /// ```no_run
    /// # fn look(model: venice_ai::models::CatalogueModel) {
    /// if let Some(usd) = model.pricing().and_then(|pricing| pricing.input.as_ref()?.usd) {
    ///     println!("{usd} USD a million tokens");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn pricing(&self) -> Option<&ModelPricing> {
        self.spec().pricing.as_ref()
    }

    /// Its traits, such as `default`. Each can be used instead of its id.
    #[must_use]
    pub fn traits(&self) -> &[String] {
        self.spec().traits.as_deref().unwrap_or_default()
    }

    /// Whether Venice keeps nothing of a request. For other models the provider does not learn who sends a request, but may keep it.
    ///
    /// ```no_run
    /// # fn look(model: venice_ai::models::CatalogueModel) {
    /// assert_eq!(model.is_private(), Some(true));
    /// # }
    /// ```
    #[must_use]
    pub fn is_private(&self) -> Option<bool> {
        match &self.spec().privacy {
            ModelPrivacyLevel::Private => Some(true),
            ModelPrivacyLevel::Anonymized => Some(false),
            _ => None,
        }
    }

    /// Whether it is offline.
    ///
    /// ```no_run
    /// # fn look(model: venice_ai::models::CatalogueModel) {
    /// assert!(!model.is_offline());
    /// # }
    /// ```
    #[must_use]
    pub fn is_offline(&self) -> bool {
        self.spec().offline.unwrap_or(false)
    }

    /// Whether it is in beta, possibly only for accounts with beta access.
    ///
    /// ```no_run
    /// # fn look(model: venice_ai::models::CatalogueModel) {
    /// assert!(!model.is_beta());
    /// # }
    /// ```
    #[must_use]
    pub fn is_beta(&self) -> bool {
        let spec = self.spec();
        spec.beta.or(spec.beta_model).unwrap_or(false) || spec.beta_model.unwrap_or(false)
    }

    /// Whether it has little content filtering. The provider may still filter.
    #[must_use]
    pub fn is_uncensored(&self) -> bool {
        self.spec().uncensored.unwrap_or(false)
    }

    /// The country codes of the regions where it is available; `None` is everywhere.
    #[must_use]
    pub fn regions(&self) -> Option<&[String]> {
        self.spec().region_restrictions.as_deref()
    }

    pub(super) fn has_trait(&self, name: &str) -> bool {
        self.traits().iter().any(|known| known == name)
    }

    /// Its id and its traits.
    pub(super) fn own_names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.id()).chain(self.traits().iter().map(String::as_str))
    }

    pub(super) fn capabilities(&self) -> Option<&ModelCapabilities> {
        self.spec().capabilities.as_ref()
    }
}

impl fmt::Debug for CatalogueModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CatalogueModel").field("id", &self.id()).field("kind", &self.kind()).finish_non_exhaustive()
    }
}
