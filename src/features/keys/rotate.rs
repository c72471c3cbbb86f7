//! `ApiKeys::rotate`: replaces an API key by a new one.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::AUTHORIZATION;

use super::unfinished::{RotationStep, UnfinishedRotation};
use crate::api::generated::handles::ApiKeys;
use crate::api::generated::types::{ApiKey, ConsumptionLimits, CreateApiKeyRequest, CreatedApiKey};
use crate::features::flow::Flow;
use crate::runtime::client::Client;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::secret::Secret;
use crate::runtime::text::one_line;
use crate::runtime::transport::caught::caught;

/// A key that may take a moment until every server of the API knows it is tried so often.
const MOST_TRIES: u32 = 5;
/// The first pause between them, which doubles.
const PAUSE: Duration = Duration::from_millis(250);
/// The longest description that the API accepts, in characters.
const LONGEST_DESCRIPTION: usize = 64;

/// A rotated key, from [`ApiKeys::rotate`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RotatedKey {
    /// The old key as it was before it was deleted.
    pub old: ApiKey,
    /// The new key.
    pub new: CreatedApiKey,
    /// The old key is that of this client, by its last six characters: its calls fail from now on.
    pub was_own: bool,
}

impl ApiKeys<'_> {
    /// Replaces a key by a new one, step by step: reads the old key, creates a new one like it, makes a free call with the new key, awaits
    /// `hand_over`, and deletes the old key only after that has succeeded. It needs a key of the type `ADMIN`.
    ///
    /// The new key has the type, description, spending limits and their period, model privacy, IP allowlist and expiry of the old one. It has
    /// its own id, and what was spent in the period begins at zero; a key without a description gets `API key`.
    ///
    /// `hand_over` gets the new key and stores it where programs read it: return once they use it, as the old key ends at once. **The client
    /// keeps its key**: after the rotation of its own key ([`RotatedKey::was_own`]) build another client, or give it an
    /// [`api_key_provider`](crate::ClientBuilder::api_key_provider) that reads what `hand_over` has stored.
    ///
    /// ```no_run
    /// # async fn store(key: &str) -> Result<(), std::io::Error> { Ok(()) }
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::Secret;
    ///
    /// let id = "0b8f5a9e-3f0d-4c3e-9a55-6d1b7a0c41d2";
    /// let rotated = venice.api_keys().rotate(id, |key: Secret| async move { store(key.expose()).await }).await?;
    /// println!("{} replaces {id}", rotated.new.id);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Until the last step the old key works, whatever fails. [`Error::unfinished_rotation`] says how far it came, and has the new key. A
    /// creation with an unknown outcome is not repeated. A new key that is not accepted is deleted again. An error or a panic of
    /// `hand_over` is [`ErrorKind::KeyHandOver`]; both keys work then. A rotation that is dropped leaves at most a new key like the old one
    /// in the [list](Self::list); its id is in the log (`tracing`, level `info`).
    #[doc(alias("renew", "roll"))]
    pub fn rotate<F, E>(
        &self,
        id: impl AsRef<str>,
        hand_over: impl FnOnce(Secret) -> F + Send + 'static,
    ) -> Flow<RotatedKey>
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let progress = RotationProgress::new(id.as_ref());
        let at_limit = progress.clone();
        let hand_over = |key: Secret| async move { hand_over(key).await.map_err(Into::into) };
        let steps = move |client: Client| async move {
            let outcome = rotate(&client, &progress, hand_over).await;
            outcome.map_err(|error| progress.explain(error))
        };
        Flow::new(self.client, "the rotation of a key", steps).explained_at_limit(move |error| at_limit.explain(error))
    }
}

async fn rotate<F>(
    client: &Client,
    progress: &RotationProgress,
    hand_over: impl FnOnce(Secret) -> F,
) -> Result<RotatedKey, Error>
where
    F: Future<Output = Result<(), Box<dyn std::error::Error + Send + Sync>>>,
{
    let id = progress.old_id();
    let old = client.api_keys().retrieve(&id).await?;
    let was_own = is_own(client, &old);

    progress.change(|unfinished| unfinished.step = RotationStep::Create);
    let new = client.api_keys().create(like(&old)).await?;
    tracing::info!(old = %one_line(&id, 80), new = %one_line(&new.id, 80), "a new API key was created");
    progress.change(|unfinished| {
        unfinished.step = RotationStep::Verify;
        unfinished.new_id = Some(new.id.clone());
        unfinished.new_key = Some(new.api_key.clone());
    });

    if let Err(failure) = verify(client, &new, &old).await {
        let is_deleted = delete(client, &new.id, false).await.is_ok();
        progress.change(|unfinished| unfinished.new_is_deleted = is_deleted);
        return Err(failure);
    }

    progress.change(|unfinished| unfinished.step = RotationStep::HandOver);
    let key = new.api_key.clone();
    match caught(async { hand_over(key).await }).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => return Err(not_handed_over(&format!("failed: {error}"), Some(error), &new.api_key)),
        Err(panic) => return Err(not_handed_over(&format!("panicked: {panic}"), None, &new.api_key)),
    }

    progress.change(|unfinished| unfinished.step = RotationStep::Delete);
    delete(client, &id, was_own).await?;
    Ok(RotatedKey { old, new, was_own })
}

/// Whether the key is that of the client.
fn is_own(client: &Client, key: &ApiKey) -> bool {
    let own = client.call_options().and_then(|options| options.key.as_ref()).or(client.shared().key.as_ref());
    own.is_some_and(|own| !key.last6_chars.is_empty() && own.expose().ends_with(&key.last6_chars))
}

/// The request for a key like this one.
fn like(old: &ApiKey) -> CreateApiKeyRequest {
    let description = old.description.as_deref().map(str::trim).filter(|text| !text.is_empty()).unwrap_or("API key");
    let description: String = description.chars().take(LONGEST_DESCRIPTION).collect();
    let mut request = CreateApiKeyRequest::new(old.api_key_type.clone(), description)
        .limit_period(old.limit_period.clone())
        .model_privacy(old.model_privacy.clone());
    request.consumption_limit =
        Some(old.consumption_limits.clone()).filter(|limits| *limits != ConsumptionLimits::new());
    request.expires_at = old.expires_at.clone();
    request.ip_allowlist = old.ip_allowlist.clone().filter(|addresses| !addresses.is_empty());
    request
}

/// Makes a free call with the new key.
async fn verify(client: &Client, new: &CreatedApiKey, old: &ApiKey) -> Result<(), Error> {
    let mut keyed = client.with_api_key(new.api_key.clone());
    // It would replace the key.
    keyed.options_mut().headers.remove(AUTHORIZATION);
    let has_allowlist = old.ip_allowlist.as_ref().is_some_and(|addresses| !addresses.is_empty());
    let mut tries = 1;
    loop {
        match keyed.api_keys().rate_limits().await {
            Ok(_) => return Ok(()),
            // The API knows the key, and refuses the address of this machine.
            Err(error) if error.kind() == ErrorKind::Permission && has_allowlist => return Ok(()),
            Err(error) if error.kind() == ErrorKind::Authentication && tries < MOST_TRIES => {
                client.clock().sleep(PAUSE * 2_u32.pow(tries - 1)).await;
                tries += 1;
            }
            Err(error) => return Err(error),
        }
    }
}

/// The error of the caller's function, without the key. Its source is kept if it does not have the key either.
fn not_handed_over(problem: &str, source: Option<Box<dyn std::error::Error + Send + Sync>>, key: &Secret) -> Error {
    let error = Error::new(ErrorKind::KeyHandOver, format!("`hand_over` {problem}"));
    let has_key =
        |source: &(dyn std::error::Error + Send + Sync)| format!("{source} {source:?}").contains(key.expose());
    let error = match source.filter(|source| !has_key(&**source)) {
        Some(source) => error.with_source(source),
        None => error,
    };
    error.scrubbed(key.expose())
}

/// Deletes a key. If the outcome is unknown, looks whether the key still exists.
async fn delete(client: &Client, id: &str, is_own: bool) -> Result<(), Error> {
    let Err(failure) = client.api_keys().delete(id).await else { return Ok(()) };
    if !failure.delivery().may_have_run() {
        return Err(failure);
    }
    match client.api_keys().retrieve(id).await {
        Err(error) if is_gone(&error) || is_own && error.kind() == ErrorKind::Authentication => Ok(()),
        _ => Err(failure),
    }
}

fn is_gone(error: &Error) -> bool {
    let message = error.message().to_ascii_lowercase();
    let is_named = message.contains("not found") || message.contains("not be found");
    error.kind() == ErrorKind::NotFound || error.kind() == ErrorKind::InvalidRequest && is_named
}

/// How far a rotation came.
#[derive(Clone)]
struct RotationProgress(Arc<Mutex<UnfinishedRotation>>);

impl RotationProgress {
    fn new(old_id: &str) -> Self {
        Self(Arc::new(Mutex::new(UnfinishedRotation::new(old_id))))
    }

    fn old_id(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).old_id.clone()
    }

    fn change(&self, change: impl FnOnce(&mut UnfinishedRotation)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn explain(&self, error: Error) -> Error {
        let unfinished = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        unfinished.explain(error)
    }
}
