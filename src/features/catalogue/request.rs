//! `CatalogueRequest`: a flow that fetches the catalogue of models, unless it is there.

use std::time::Duration;

use super::{Catalogue, CatalogueModel, store};
use crate::api::generated::types::ModelType;
use crate::features::flow::{Flow, plain_settings};
use crate::runtime::client::Client;

/// Types whose models answer to the names of other vendors, in the order in which they are looked through.
const TYPES_WITH_NAMES: [ModelType; 3] = [ModelType::Text, ModelType::Image, ModelType::Embedding];

/// The catalogue, to be awaited; from [`Models::catalogue`](super::Models::catalogue). Nothing is sent before that, and nothing at all
/// where a catalogue is there that is fresh enough. Callers who ask at the same time share one fetch, with the options of the first.
///
/// ```no_run
/// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
/// use std::time::Duration;
/// let catalogue = venice.models().catalogue().with_max_age(Duration::from_secs(60)).await?;
/// # Ok(()) }
/// ```
pub type CatalogueRequest = Flow<Catalogue, CatalogueSettings>;

/// What can be set of a [`CatalogueRequest`].
#[derive(Debug, Default)]
pub struct CatalogueSettings {
    max_age: Option<Duration>,
    names_of: Vec<ModelType>,
}

plain_settings!(CatalogueSettings);

/// The catalogue, fetched unless it is there.
pub(super) fn catalogue(client: &Client) -> CatalogueRequest {
    Flow::with_settings(client, "the catalogue", CatalogueSettings::default(), |client, settings, _| async move {
        let CatalogueSettings { max_age, names_of } = settings;
        let mut catalogue = store::catalogue(&client, max_age).await?;
        for kind in names_of {
            let (with_names, failure) = store::with_names(&client, catalogue, &kind, max_age).await;
            if let Some(failure) = failure {
                let (error, status) = (failure.kind(), failure.status().map(|status| status.as_u16()));
                tracing::warn!(%kind, ?error, status, "the names of other vendors' models cannot be fetched");
            }
            catalogue = with_names;
        }
        Ok(catalogue)
    })
}

impl CatalogueRequest {
    /// How old it may be, in place of [`ClientBuilder::catalogue_max_age`](crate::ClientBuilder::catalogue_max_age). Zero fetches it
    /// anew, unless a fetch is on its way already. With this call an older one never serves: if a fetch fails, so does this.
    pub fn with_max_age(mut self, age: Duration) -> Self {
        self.settings.max_age = Some(age);
        self
    }

    /// Fetches the names of other vendors' models (`gpt-4o`) for a type as well, by one more request, kept like the rest. Where
    /// that request fails the catalogue comes without them; [`Catalogue::knows_compatible_names`] tells.
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

/// The model that answers to a name. Names of other vendors are fetched only where it is no other name.
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
        // It might have been a name that could not be looked up.
        Err(failed.unwrap_or_else(|| catalogue.not_found(kind.as_ref(), &name)))
    })
}
