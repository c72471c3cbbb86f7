//! Asking for the catalogue.

use std::time::Duration;

use super::{Catalogue, CatalogueModel, store};
use crate::api::generated::types::ModelType;
use crate::runtime::call::{Flow, Steps, call_options};
use crate::runtime::client::Client;
use crate::runtime::error::Error;
use crate::runtime::transport::CallOptions;

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
#[derive(Debug)]
#[must_use = "nothing is fetched until it is awaited"]
pub struct CatalogueRequest {
    client: Client,
    max_age: Option<Duration>,
    names_of: Vec<ModelType>,
    limit: Option<Duration>,
}

impl CatalogueRequest {
    pub(super) fn new(client: &Client) -> Self {
        Self { client: client.clone(), max_age: None, names_of: Vec::new(), limit: None }
    }

    /// How old it may be, in place of [`ClientBuilder::catalogue_max_age`](crate::ClientBuilder::catalogue_max_age). Zero fetches it
    /// anew, unless a fetch is on its way already. With this call an older one never serves: if a fetch fails, so does this.
    pub fn with_max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
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
        self.names_of.push(kind.into());
        self
    }

    /// How long all of it may take, repetitions included. Nothing limits it unless this is called.
    pub fn with_time_limit(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        self
    }

    call_options!();

    fn options_mut(&mut self) -> &mut CallOptions {
        self.client.options_mut()
    }

    /// Waits for it in this thread, without an async runtime.
    ///
    /// # Errors
    /// Those of awaiting it, and [`ErrorKind::BlockingInAsync`](crate::ErrorKind::BlockingInAsync) in a thread that belongs to a
    /// Tokio runtime.
    ///
    /// ```no_run
    /// let venice = venice_ai::Client::without_api_key()?;
    /// println!("{} models", venice.models().catalogue().send_blocking()?.len());
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    #[cfg(feature = "blocking")]
    pub fn send_blocking(self) -> Result<Catalogue, Error> {
        self.flow().send_blocking()
    }

    fn flow(self) -> Flow<Catalogue> {
        let Self { client, max_age, names_of, limit } = self;
        let flow = Flow::new(&client, "the catalogue", move |client| async move {
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
        });
        match limit {
            Some(limit) => flow.with_time_limit(limit),
            None => flow,
        }
    }
}

impl IntoFuture for CatalogueRequest {
    type Output = Result<Catalogue, Error>;
    type IntoFuture = Steps<Catalogue>;

    fn into_future(self) -> Steps<Catalogue> {
        self.flow().into_future()
    }
}

/// The model that answers to a name. Names of other vendors are fetched only where it is no other name.
pub(super) fn retrieve(client: &Client, kind: Option<ModelType>, name: String) -> Flow<CatalogueModel> {
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
