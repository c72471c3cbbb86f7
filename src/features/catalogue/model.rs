//! A model of the catalogue.

use std::fmt;
use std::sync::Arc;

use crate::api::generated::types::{Model, ModelCapabilities, ModelPricing, ModelPrivacyLevel, ModelSpec, ModelType};

/// A model of the [`Catalogue`](super::Catalogue), and what can be asked about it. A clone costs a counter.
///
/// An answer that is an `Option` is `None` where the API says nothing: that is no "no". A model with `supports_vision() == None` may see
/// or not.
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

    /// The id by which it is called.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.model.id
    }

    /// Its name, for people. Where it has none, its id.
    #[must_use]
    pub fn name(&self) -> &str {
        self.spec().name.as_deref().unwrap_or(self.id())
    }

    /// What kind of model it is.
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

    /// All of it as the API lists it, and what this crate does not know of it in `extra`.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// What it can do and what it costs, as the API lists it.
    #[must_use]
    pub fn spec(&self) -> &ModelSpec {
        &self.model.model_spec
    }

    /// What it costs. `None` is an unknown price, and not a free model: films have none here, and are priced by
    /// [`quote`](crate::Video::quote).
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

    /// The traits that it has, such as `default`. Each can stand where its id can.
    #[must_use]
    pub fn traits(&self) -> &[String] {
        self.spec().traits.as_deref().unwrap_or_default()
    }

    /// Whether Venice says that nothing of a request is kept. Of other models, who runs them is not told who asks, and may keep
    /// what is asked.
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

    /// Whether it cannot be called at the moment.
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

    /// Whether it is on trial, or open to accounts with beta access alone.
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

    /// Whether it filters little. The provider behind it may filter all the same.
    #[must_use]
    pub fn is_uncensored(&self) -> bool {
        self.spec().uncensored.unwrap_or(false)
    }

    /// The country codes of the places where it is offered; `None` is everywhere.
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
