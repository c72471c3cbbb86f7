//! The catalogue that all clones of a client share.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::catalogue::Listed;
use super::names::Names;
use super::{Catalogue, read};
use crate::client::Client;
use crate::error::Error;
use crate::flights::{Flights, Work};
use crate::types::{ModelFilter, ModelType};

/// New models and prices come by the week.
pub(crate) const DEFAULT_MAX_AGE: Duration = Duration::from_secs(10 * 60);
/// What serves while it cannot be fetched anew.
const MOST_STALE: Duration = Duration::from_secs(24 * 60 * 60);
/// After a fetch that failed, what is stale serves for so long without a further try.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(30);

type Table = Arc<BTreeMap<String, String>>;
type Outcome<T> = Result<T, Arc<Error>>;

/// What was fetched, and what is on its way.
pub(crate) struct CatalogueStore {
    max_age: Duration,
    kept: Mutex<Kept>,
    lists: Flights<(), Outcome<Catalogue>>,
    names: Flights<ModelType, Outcome<()>>,
}

#[derive(Default)]
struct Kept {
    listed: Option<Arc<Listed>>,
    names: Arc<Names>,
    /// When the names of a type were fetched.
    names_at: Vec<(ModelType, Instant)>,
    failed_at: Option<Instant>,
}

impl Kept {
    fn catalogue(&self) -> Option<Catalogue> {
        Some(Catalogue::new(Arc::clone(self.listed.as_ref()?), Arc::clone(&self.names)))
    }
}

impl CatalogueStore {
    pub(crate) fn new(max_age: Duration) -> Self {
        Self { max_age, kept: Mutex::default(), lists: Flights::default(), names: Flights::default() }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Nothing panics while the lock is held.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is there, if it is not older.
    fn no_older_than(&self, age: Duration, now: Instant) -> Option<Catalogue> {
        let kept = self.kept();
        let is_fresh = kept.listed.as_ref().is_some_and(|listed| now.saturating_duration_since(listed.at) < age);
        kept.catalogue().filter(|_| is_fresh)
    }

    fn has_names(&self, kind: &ModelType, age: Duration, now: Instant) -> bool {
        let kept = self.kept();
        kept.names_at.iter().any(|(known, at)| known == kind && now.saturating_duration_since(*at) < age)
    }

    fn failed_lately(&self, now: Instant) -> bool {
        let failed_at = self.kept().failed_at;
        failed_at.is_some_and(|at| now.saturating_duration_since(at) < PAUSE_AFTER_FAILURE)
    }
}

/// The catalogue, not older than `max_age`; than the client's setting where none is given, and then an older one may serve if no
/// newer one can be fetched.
pub(crate) async fn catalogue(client: &Client, max_age: Option<Duration>) -> Result<Catalogue, Error> {
    let (store, now) = (client.catalogue_store(), client.clock().now());
    if let Some(fresh) = store.no_older_than(max_age.unwrap_or(store.max_age), now) {
        return Ok(fresh);
    }
    let stale = || store.no_older_than(MOST_STALE, client.clock().now()).filter(|_| max_age.is_none());
    if store.failed_lately(now)
        && let Some(stale) = stale()
    {
        return Ok(stale);
    }
    let failure = match store.lists.join((), || list(client.clone())).await {
        Ok(catalogue) => return Ok(catalogue),
        Err(failure) => failure,
    };
    let Some(stale) = stale() else { return Err(failure.copy()) };
    let (kind, status) = (failure.kind(), failure.status().map(|status| status.as_u16()));
    tracing::warn!(?kind, status, "the list of models cannot be fetched, an older one serves");
    Ok(stale)
}

/// As [`catalogue`], with the names of other vendors' models of a type. A failure to fetch them is the second value.
pub(crate) async fn with_names(
    client: &Client,
    kind: &ModelType,
    max_age: Option<Duration>,
) -> Result<(Catalogue, Option<Error>), Error> {
    let catalogue = catalogue(client, max_age).await?;
    let (store, now) = (client.catalogue_store(), client.clock().now());
    if store.has_names(kind, max_age.unwrap_or(store.max_age), now) {
        return Ok((catalogue, None));
    }
    let fetched = store.names.join(kind.clone(), || names(client.clone(), catalogue.clone(), kind.clone())).await;
    Ok((store.kept().catalogue().unwrap_or(catalogue), fetched.err().map(|error| error.copy())))
}

fn list(client: Client) -> Work<Outcome<Catalogue>> {
    Box::pin(async move {
        let call = client.raw().list_models(Some(&ModelFilter::All)).read_as::<Value>();
        let outcome = call.accept(read::models).await;
        let now = client.clock().now();
        let mut kept = client.catalogue_store().kept();
        kept.failed_at = outcome.is_err().then_some(now);
        let read = outcome.map_err(Arc::new)?;
        if read.unreadable > 0 {
            tracing::debug!(read.unreadable, "some models of the list cannot be read and are left out");
        }
        let listed = Arc::new(Listed::new(read, now, client.clock().system_time()));
        kept.listed = Some(Arc::clone(&listed));
        Ok(Catalogue::new(listed, Arc::clone(&kept.names)))
    })
}

/// The names of other vendors' models of a type; and the traits too, where the models of the list do not say theirs.
fn names(client: Client, catalogue: Catalogue, kind: ModelType) -> Work<Outcome<()>> {
    Box::pin(async move {
        let mut all = client.models().compatibility_mapping(kind.clone()).await.map_err(Arc::new)?;
        if !catalogue.of_type(kind.clone()).any(|model| model.spec().traits.is_some()) {
            // They are looked up after the list's own, and a trait counts more than the name of another vendor.
            all.extend(client.models().traits(kind.clone()).await.map_err(Arc::new)?);
        }
        let now = client.clock().now();
        let mut kept = client.catalogue_store().kept();
        Arc::make_mut(&mut kept.names).add(kind.clone(), Table::new(all));
        kept.names_at.retain(|known| known.0 != kind);
        kept.names_at.push((kind, now));
        Ok(())
    })
}

impl fmt::Debug for CatalogueStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CatalogueStore").field("max_age", &self.max_age).finish_non_exhaustive()
    }
}
