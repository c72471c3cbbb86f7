//! The catalogue that all clones of a client share.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::lookup::Listed;
use super::names::Names;
use super::single_flight::{SingleFlight, Work};
use super::{Catalogue, read};
use crate::api::generated::types::{ModelFilter, ModelType};
use crate::runtime::client::{Client, ClientBuilder};
use crate::runtime::error::Error;
use crate::runtime::transport::ReplyForm;

/// New models and prices come by the week.
const DEFAULT_MAX_AGE: Duration = Duration::from_secs(10 * 60);
/// What serves while it cannot be fetched anew.
const MOST_STALE: Duration = Duration::from_secs(24 * 60 * 60);
/// After a fetch that failed, what is stale serves for so long without a further try.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(30);

type Table = Arc<BTreeMap<String, String>>;

/// What was fetched, and what is on its way.
pub(crate) struct CatalogueStore {
    max_age: Duration,
    kept: Mutex<Kept>,
    lists: SingleFlight<(), Result<Catalogue, Error>>,
    names: SingleFlight<ModelType, Result<(), Error>>,
}

#[derive(Default)]
struct Kept {
    listed: Option<Arc<Listed>>,
    names: Arc<Names>,
    /// When the names of a type were fetched, and when that failed.
    names_at: Vec<(ModelType, Instant)>,
    names_failed_at: Vec<(ModelType, Instant)>,
    failed_at: Option<Instant>,
}

impl Kept {
    fn catalogue(&self) -> Option<Catalogue> {
        Some(Catalogue::new(Arc::clone(self.listed.as_ref()?), Arc::clone(&self.names)))
    }
}

impl Default for CatalogueStore {
    fn default() -> Self {
        Self::new(DEFAULT_MAX_AGE)
    }
}

impl CatalogueStore {
    pub(crate) fn new(max_age: Duration) -> Self {
        Self { max_age, kept: Mutex::default(), lists: SingleFlight::default(), names: SingleFlight::default() }
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
        is_within(&self.kept().names_at, kind, age, now)
    }

    fn failed_lately(&self, now: Instant) -> bool {
        let failed_at = self.kept().failed_at;
        failed_at.is_some_and(|at| now.saturating_duration_since(at) < PAUSE_AFTER_FAILURE)
    }
}

impl ClientBuilder {
    /// How old the [catalogue of models](crate::Models::catalogue) may be before it is fetched anew; 10 minutes unless set. It is
    /// fetched when somebody asks for it, and never in the background.
    pub fn catalogue_max_age(self, age: Duration) -> Self {
        self.slots().set(CatalogueStore::new(age));
        self
    }
}

impl Client {
    fn catalogue_store(&self) -> Arc<CatalogueStore> {
        self.shared().slots.get()
    }
}

/// The catalogue, not older than `max_age`; than the client's setting where none is given, and then an older one may serve if no
/// newer one can be fetched.
pub(crate) async fn catalogue(client: &Client, max_age: Option<Duration>) -> Result<Catalogue, Error> {
    let store = client.catalogue_store();
    let stale = || store.no_older_than(MOST_STALE, client.clock().now()).filter(|_| max_age.is_none());
    let known = || {
        let now = client.clock().now();
        let fresh = store.no_older_than(max_age.unwrap_or(store.max_age), now);
        fresh.or_else(|| stale().filter(|_| store.failed_lately(now)))
    };
    if let Some(known) = known() {
        return Ok(known);
    }
    let failure = match store.lists.outcome((), || known().map(Ok), || list(client.clone())).await {
        Ok(catalogue) => return Ok(catalogue),
        Err(failure) => failure,
    };
    let Some(stale) = stale() else { return Err(failure) };
    let (kind, status) = (failure.kind(), failure.status().map(|status| status.as_u16()));
    tracing::warn!(?kind, status, "the list of models cannot be fetched, an older one serves");
    Ok(stale)
}

/// The same catalogue with the names of other vendors' models of a type; without them, and with the error, where they cannot be
/// fetched.
pub(crate) async fn with_names(
    client: &Client,
    catalogue: Catalogue,
    kind: &ModelType,
    max_age: Option<Duration>,
) -> (Catalogue, Option<Error>) {
    let store = client.catalogue_store();
    let known = || store.has_names(kind, max_age.unwrap_or(store.max_age), client.clock().now()).then_some(Ok(()));
    let begin = || names(client.clone(), catalogue.clone(), kind.clone());
    let fetched = match known() {
        Some(known) => known,
        None => store.names.outcome(kind.clone(), known, begin).await,
    };
    let known = Arc::clone(&store.kept().names);
    (catalogue.named(known), fetched.err())
}

/// Whether a fetch failed a moment ago, and there is nothing that could serve: who only wants to check something does not try again.
#[cfg(feature = "preflight")]
pub(crate) fn has_just_failed(client: &Client) -> bool {
    let (store, now) = (client.catalogue_store(), client.clock().now());
    store.failed_lately(now) && store.no_older_than(MOST_STALE, now).is_none()
}

/// As [`has_just_failed`], for the names of other vendors' models.
#[cfg(feature = "preflight")]
pub(crate) fn names_have_just_failed(client: &Client, kind: &ModelType) -> bool {
    is_within(&client.catalogue_store().kept().names_failed_at, kind, PAUSE_AFTER_FAILURE, client.clock().now())
}

/// Somebody gave up on what a request about models of this type needs, for taking too long. An older catalogue may serve.
#[cfg(feature = "preflight")]
pub(crate) fn gave_up(client: &Client, kind: &ModelType) -> Option<Catalogue> {
    let (store, now) = (client.catalogue_store(), client.clock().now());
    let mut kept = store.kept();
    kept.failed_at = Some(now);
    note(&mut kept.names_failed_at, kind, now);
    drop(kept);
    store.no_older_than(MOST_STALE, now)
}

fn is_within(times: &[(ModelType, Instant)], kind: &ModelType, age: Duration, now: Instant) -> bool {
    times.iter().any(|(known, at)| known == kind && now.saturating_duration_since(*at) < age)
}

fn note(times: &mut Vec<(ModelType, Instant)>, kind: &ModelType, now: Instant) {
    times.retain(|known| known.0 != *kind);
    times.push((kind.clone(), now));
}

fn list(client: Client) -> Work<Result<Catalogue, Error>> {
    Box::pin(async move {
        let call = client.raw().list_models(Some(&ModelFilter::All));
        let outcome = call.read(ReplyForm::Json, |reply| read::models(reply.json()?)).await;
        let (now, time) = (client.clock().now(), client.clock().system_time());
        let store = client.catalogue_store();
        let mut kept = store.kept();
        kept.failed_at = outcome.is_err().then_some(now);
        let read = outcome?;
        if read.unreadable > 0 {
            tracing::debug!(read.unreadable, "some models of the list cannot be read and are left out");
        }
        let listed = Arc::new(Listed::new(read, now, time));
        kept.listed = Some(Arc::clone(&listed));
        Ok(Catalogue::new(listed, Arc::clone(&kept.names)))
    })
}

/// The names of other vendors' models of a type.
fn names(client: Client, catalogue: Catalogue, kind: ModelType) -> Work<Result<(), Error>> {
    Box::pin(async move {
        let outcome = names_of(&client, &catalogue, &kind).await;
        let now = client.clock().now();
        let store = client.catalogue_store();
        let mut kept = store.kept();
        let times = if outcome.is_ok() { &mut kept.names_at } else { &mut kept.names_failed_at };
        note(times, &kind, now);
        Arc::make_mut(&mut kept.names).add(kind, Table::new(outcome?));
        Ok(())
    })
}

/// The names, and the traits too where the models of the list do not say theirs.
async fn names_of(client: &Client, catalogue: &Catalogue, kind: &ModelType) -> Result<BTreeMap<String, String>, Error> {
    let mut all = client.models().compatibility_mapping(kind.clone()).await?;
    if !catalogue.of_type(kind.clone()).any(|model| model.spec().traits.is_some()) {
        // They are looked up after the list's own, and a trait counts more than the name of another vendor.
        all.extend(client.models().traits(kind.clone()).await?);
    }
    Ok(all)
}

impl fmt::Debug for CatalogueStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CatalogueStore").field("max_age", &self.max_age).finish_non_exhaustive()
    }
}
