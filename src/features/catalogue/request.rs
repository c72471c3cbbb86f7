//! `CatalogueRequest`: fetches the catalogue of models, unless it is cached.

use std::time::Duration;

use super::{Catalogue, CatalogueModel, store};
use crate::api::generated::types::ModelType;
use crate::features::flow::{Flow, plain_settings};
use crate::runtime::client::Client;

/// The types with other vendors' model ids, in the order of lookup.
const TYPES_WITH_NAMES: [ModelType; 3] = [ModelType::Text, ModelType::Image, ModelType::Embedding];

/// The catalogue, from [`Models::catalogue`](super::Models::catalogue). Lazy, and nothing is sent if the cache is fresh enough. Concurrent
/// callers share one fetch, with the options of the first.
///
/// ```no_run
/// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
/// use std::time::Duration;
/// let catalogue = venice.models().catalogue().with_max_age(Duration::from_secs(60)).await?;
/// # Ok(()) }
/// ```
pub type CatalogueRequest = Flow<Catalogue, CatalogueSettings>;

/// The settings of a [`CatalogueRequest`].
#[derive(Debug, Default)]
pub struct CatalogueSettings {
    max_age: Option<Duration>,
    names_of: Vec<ModelType>,
}

plain_settings!(CatalogueSettings);

/// Returns the catalogue, fetched unless it is cached.
pub(super) fn catalogue(client: &Client) -> CatalogueRequest {
    Flow::with_settings(client, "the catalogue", CatalogueSettings::default(), |client, settings, _| async move {
        let CatalogueSettings { max_age, names_of } = settings;
        let mut catalogue = store::catalogue(&client, max_age).await?;
        for kind in names_of {
            let (with_names, failure) = store::with_names(&client, catalogue, &kind, max_age).await;
            if let Some(failure) = failure {
                let (error, status) = (failure.kind(), failure.status().map(|status| status.as_u16()));
                tracing::warn!(%kind, ?error, status, "other vendors' model ids cannot be fetched");
            }
            catalogue = with_names;
        }
        Ok(catalogue)
    })
}

impl CatalogueRequest {
    /// The maximum age, instead of [`ClientBuilder::catalogue_max_age`](crate::ClientBuilder::catalogue_max_age). Zero fetches it again,
    /// unless a fetch is in flight. With this call an older catalogue is never used: if a fetch fails, so does this.
    pub fn with_max_age(mut self, age: Duration) -> Self {
        self.settings.max_age = Some(age);
        self
    }

    /// Also fetches other vendors' model ids (`gpt-4o`) for a type, with one more request, cached like the rest. If that request fails the
    /// catalogue comes without them; [`Catalogue::knows_compatible_names`] says so.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::ModelType;
    /// let catalogue = venice.models().catalogue().with_compatible_names(ModelType::Text).await?;
    /// println!("{:?}", catalogue.find("gpt-4o"));
    /// # Ok(()) }
    /// ```
    pub fn with_compatible_names(mut self, kind: impl Into<ModelType>) -> Self {
        self.settings.names_of.push(kind.into());
        self
    }
}

/// Finds a model by name. Other vendors' ids are fetched only if it is no other name.
pub(super) fn find(client: &Client, kind: Option<ModelType>, name: String) -> Flow<CatalogueModel> {
    Flow::new(client, "retrieving a model", move |client| async move {
        let found = |catalogue: &Catalogue| match &kind {
            Some(kind) => catalogue.find_of_type(kind.clone(), &name).cloned(),
            None => catalogue.find(&name).cloned(),
        };
        let mut catalogue = store::catalogue(&client, None).await?;
        if let Some(model) = found(&catalogue) {
            return Ok(model);
        }
        let mut failed = None;
        for kind in kind.as_ref().map_or(&TYPES_WITH_NAMES[..], std::slice::from_ref) {
            let (with_names, failure) = store::with_names(&client, catalogue, kind, None).await;
            if let Some(model) = found(&with_names) {
                return Ok(model);
            }
            catalogue = with_names;
            failed = failed.or(failure);
        }
        // It may be an id that could not be looked up.
        Err(failed.unwrap_or_else(|| catalogue.not_found(kind.as_ref(), &name)))
    })
}
