//! `CatalogueStores`: the cached catalogues of a client and its clones, one an account.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::lookup::ModelList;
use super::names::Names;
use super::{Catalogue, read};
use crate::api::generated::types::{ModelFilter, ModelType};
use crate::features::single_flight::{SingleFlight, Work};
use crate::runtime::client::{Client, ClientBuilder};
use crate::runtime::error::Error;
use crate::runtime::transport::ReplyForm;

/// New models and prices are published weekly.
const DEFAULT_MAX_AGE: Duration = Duration::from_secs(10 * 60);
/// The maximum age of a catalogue that is used while fetching fails.
const MOST_STALE: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a stale catalogue is used after a failed fetch, before the next attempt.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(30);

type Table = Arc<BTreeMap<String, String>>;

/// The most accounts with a cached catalogue. The one that was not used for the longest time is dropped.
const MOST_ACCOUNTS: usize = 64;

/// The caches of a client and its clones, one an account: the API lists the models that the key may use.
pub(crate) struct CatalogueStores {
    max_age: Duration,
    /// The one that was used last is the last.
    accounts: Mutex<Vec<(u64, Arc<CatalogueStore>)>>,
}

impl CatalogueStores {
    fn new(max_age: Duration) -> Self {
        Self { max_age, accounts: Mutex::default() }
    }

    fn of(&self, account: u64) -> Arc<CatalogueStore> {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let known = accounts.iter().position(|known| known.0 == account).map(|place| accounts.remove(place));
        let store = known.map_or_else(|| Arc::new(CatalogueStore::new(self.max_age)), |known| known.1);
        if accounts.len() >= MOST_ACCOUNTS {
            accounts.remove(0);
        }
        accounts.push((account, Arc::clone(&store)));
        store
    }
}

/// The cache of an account and the fetches in flight.
pub(crate) struct CatalogueStore {
    max_age: Duration,
    cache: Mutex<Cache>,
    lists: SingleFlight<(), Result<Catalogue, Error>>,
    names: SingleFlight<ModelType, Result<(), Error>>,
}

#[derive(Default)]
struct Cache {
    list: Option<Arc<ModelList>>,
    names: Arc<Names>,
    /// When the names of a type were fetched, and when that failed.
    names_at: Vec<(ModelType, Instant)>,
    names_failed_at: Vec<(ModelType, Instant)>,
    failed_at: Option<Instant>,
}

impl Cache {
    fn catalogue(&self) -> Option<Catalogue> {
        Some(Catalogue::new(Arc::clone(self.list.as_ref()?), Arc::clone(&self.names)))
    }
}

impl CatalogueStore {
    pub(crate) fn new(max_age: Duration) -> Self {
        Self { max_age, cache: Mutex::default(), lists: SingleFlight::default(), names: SingleFlight::default() }
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        // Nothing panics while the lock is held.
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The cached catalogue, if it is not older.
    fn no_older_than(&self, age: Duration, now: Instant) -> Option<Catalogue> {
        let cache = self.cache();
        let is_fresh = cache.list.as_ref().is_some_and(|list| now.saturating_duration_since(list.at) < age);
        cache.catalogue().filter(|_| is_fresh)
    }

    fn has_names(&self, kind: &ModelType, age: Duration, now: Instant) -> bool {
        is_within(&self.cache().names_at, kind, age, now)
    }

    fn failed_lately(&self, now: Instant) -> bool {
        let failed_at = self.cache().failed_at;
        failed_at.is_some_and(|at| now.saturating_duration_since(at) < PAUSE_AFTER_FAILURE)
    }
}

impl ClientBuilder {
    /// The maximum age of the cached [catalogue of models](crate::Models::catalogue). Default: 10 minutes. It is fetched on demand, never
    /// in the background.
    pub fn catalogue_max_age(self, age: Duration) -> Self {
        self.slots().set(CatalogueStores::new(age));
        self
    }
}

impl Client {
    fn catalogue_store(&self) -> Arc<CatalogueStore> {
        self.shared().slots.get_or(|| CatalogueStores::new(DEFAULT_MAX_AGE)).of(self.account())
    }
}

/// The catalogue, not older than `max_age`. Without `max_age` the client's setting applies, and an older one is used if fetching fails.
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
    tracing::warn!(?kind, status, "the list of models cannot be fetched, an older one is used");
    Ok(stale)
}

/// As [`catalogue`] without `max_age`, but an older one is used only up to `limit`. The error is that of the fetch.
#[cfg(feature = "privacy")]
pub(crate) async fn catalogue_within(client: &Client, limit: Duration) -> Result<Catalogue, Error> {
    let store = client.catalogue_store();
    let now = client.clock().now();
    if let Some(known) = store.no_older_than(limit, now).filter(|_| store.failed_lately(now)) {
        return Ok(known);
    }
    let fetched = catalogue(client, Some(limit.min(store.max_age))).await;
    fetched.or_else(|failure| store.no_older_than(limit, client.clock().now()).ok_or(failure))
}

/// The catalogue with other vendors' model ids of a type; without them, and with the error, if they cannot be fetched.
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
    let known = Arc::clone(&store.cache().names);
    (catalogue.named(known), fetched.err())
}

/// Whether a fetch failed a moment ago, and nothing is cached: a check does not try again.
#[cfg(feature = "preflight")]
pub(crate) fn has_just_failed(client: &Client) -> bool {
    let (store, now) = (client.catalogue_store(), client.clock().now());
    store.failed_lately(now) && store.no_older_than(MOST_STALE, now).is_none()
}

/// As [`has_just_failed`], for other vendors' model ids.
#[cfg(feature = "preflight")]
pub(crate) fn names_have_just_failed(client: &Client, kind: &ModelType) -> bool {
    is_within(&client.catalogue_store().cache().names_failed_at, kind, PAUSE_AFTER_FAILURE, client.clock().now())
}

/// Records that a caller stopped waiting for a fetch that takes too long. Returns an older catalogue, if there is one.
#[cfg(feature = "preflight")]
pub(crate) fn record_give_up(client: &Client, kind: &ModelType) -> Option<Catalogue> {
    let (store, now) = (client.catalogue_store(), client.clock().now());
    let mut cache = store.cache();
    cache.failed_at = Some(now);
    note(&mut cache.names_failed_at, kind, now);
    drop(cache);
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
        let mut cache = store.cache();
        cache.failed_at = outcome.is_err().then_some(now);
        let read = outcome?;
        if read.unreadable > 0 {
            tracing::debug!(read.unreadable, "some models of the list cannot be read and are left out");
        }
        let list = Arc::new(ModelList::new(read, now, time));
        cache.list = Some(Arc::clone(&list));
        Ok(Catalogue::new(list, Arc::clone(&cache.names)))
    })
}

/// Other vendors' model ids of a type.
fn names(client: Client, catalogue: Catalogue, kind: ModelType) -> Work<Result<(), Error>> {
    Box::pin(async move {
        let outcome = names_of(&client, &catalogue, &kind).await;
        let now = client.clock().now();
        let store = client.catalogue_store();
        let mut cache = store.cache();
        let times = if outcome.is_ok() { &mut cache.names_at } else { &mut cache.names_failed_at };
        note(times, &kind, now);
        Arc::make_mut(&mut cache.names).add(kind, Table::new(outcome?));
        Ok(())
    })
}

/// The ids, and the traits too if the models of the list do not have theirs.
async fn names_of(client: &Client, catalogue: &Catalogue, kind: &ModelType) -> Result<BTreeMap<String, String>, Error> {
    let mut all = client.models().compatibility_mapping(kind.clone()).await?;
    if !catalogue.of_type(kind.clone()).any(|model| model.spec().traits.is_some()) {
        // They are looked up after the list's own names; a trait takes precedence over another vendor's id.
        all.extend(client.models().traits(kind.clone()).await?);
    }
    Ok(all)
}

impl fmt::Debug for CatalogueStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CatalogueStore").field("max_age", &self.max_age).finish_non_exhaustive()
    }
}
