//! `EncryptedSession`: a verified model to chat with. Its key comes from the verified attestation.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use k256::PublicKey;

use super::chat::EncryptedChat;
use super::envelope::{POINT, point_of};
use super::error::{E2eeError, E2eeErrorKind};
use crate::features::attestation::{self, AttestationLevel, AttestationVerifier, VerifiedAttestation};
use crate::features::flow::{Flow, plain_settings};
use crate::features::hex;
use crate::runtime::client::Client;
use crate::runtime::error::Error;

/// Settings of an [`EncryptedSession`].
#[derive(Debug, Default)]
pub struct SessionSettings {
    verifier: Option<AttestationVerifier>,
    accepts_claims: bool,
}

plain_settings!(SessionSettings);

impl<T: 'static> Flow<T, SessionSettings> {
    /// The verifier, in place of the client's ([`ClientBuilder::attestation_verifier`](crate::ClientBuilder::attestation_verifier)).
    pub fn with_verifier(mut self, verifier: &AttestationVerifier) -> Self {
        self.settings.verifier = Some(verifier.clone());
        self
    }

    /// Accepts the level [`Claimed`](AttestationLevel::Claimed), which proves nothing about the hardware.
    ///
    /// **The messages are then private only if the API is honest**: it names the key that they are encrypted for, and may have named its
    /// own. By default the level must be at least [`QuoteVerified`](AttestationLevel::QuoteVerified), whatever the verifier accepts. A
    /// quote that fails a check is never accepted.
    pub fn accept_claimed_attestation(mut self) -> Self {
        self.settings.accepts_claims = true;
        self
    }
}

impl Client {
    /// Verifies the environment of a model, for end-to-end encrypted chats with it. The model must have `supports_e2ee`.
    ///
    /// The options of the flow apply to the attestation and to the chats of the session.
    ///
    /// ```no_run
    /// # async fn run(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let session = venice.e2ee("e2ee-glm-5").await?;
    /// println!("{}", session.attestation());
    /// let reply = session.chat().user("Is this mole worrying?").await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of [`Tee::verify`](crate::Tee::verify). [`ErrorKind::Encryption`](crate::ErrorKind::Encryption) if the level is too low or
    /// the key cannot be used: [`e2ee_error`](Error::e2ee_error) says which. Rejected before sending: a model id with a suffix, whose
    /// parameters are not those of an encrypted chat.
    pub fn e2ee(&self, model: impl Into<String>) -> Flow<EncryptedSession, SessionSettings> {
        let model = model.into();
        let settings = SessionSettings::default();
        Flow::with_settings(self, "the encrypted session", settings, |client, settings, _| async move {
            EncryptedSession::new(client, model, settings).await
        })
    }
}

/// A session with a model whose trusted execution environment was verified. Make one with [`Client::e2ee`].
///
/// Its chats are encrypted for the key in the verified attestation, and for no other; there is no way to set one. Each request has a key
/// pair of its own for its reply. If the API reports that the attestation is stale, the session is renewed: attested again, with the same
/// verifier. A clone is cheap and is the same session.
#[derive(Clone)]
pub struct EncryptedSession {
    shared: Arc<SharedSession>,
}

struct SharedSession {
    client: Client,
    model: String,
    verifier: AttestationVerifier,
    minimum: AttestationLevel,
    key: RwLock<Arc<AttestedKey>>,
    /// Concurrent chats renew it once.
    renewing: tokio::sync::Mutex<()>,
}

/// A verified attestation and its key.
pub(super) struct AttestedKey {
    attestation: VerifiedAttestation,
    bytes: [u8; POINT],
    point: PublicKey,
}

impl AttestedKey {
    async fn fetch(
        client: &Client,
        model: &str,
        verifier: &AttestationVerifier,
        minimum: AttestationLevel,
    ) -> Result<Self, Error> {
        let attestation = attestation::verify(client, verifier, model.to_owned()).await?;
        if attestation.level() < minimum {
            let message = format!(
                "the attestation of {model} has the level {}, and an encrypted session needs {minimum}",
                attestation.level()
            );
            return Err(E2eeError::new(E2eeErrorKind::Level, message).into());
        }
        if attestation.model() != model {
            return Err(E2eeError::new(E2eeErrorKind::Model, "the attestation is of another model").into());
        }
        let bytes = *attestation.public_key()?;
        let point = point_of(&bytes).ok_or_else(|| {
            E2eeError::new(E2eeErrorKind::Key, "the attested key is not an uncompressed point of secp256k1")
        })?;
        Ok(Self { attestation, bytes, point })
    }

    pub(super) fn point(&self) -> &PublicKey {
        &self.point
    }

    pub(super) fn hex(&self) -> String {
        hex::encode(&self.bytes)
    }
}

impl EncryptedSession {
    async fn new(client: Client, model: String, settings: SessionSettings) -> Result<Self, Error> {
        if model.contains(':') {
            let message = format!("the model {model:?} has a suffix, whose parameters an encrypted chat does not have");
            return Err(E2eeError::new(E2eeErrorKind::Request, message).into());
        }
        let verifier = settings.verifier.unwrap_or_else(|| attestation::of_client(&client));
        let (verifier, minimum) = match settings.accepts_claims {
            true => (verifier.minimum_level(AttestationLevel::Claimed), AttestationLevel::Claimed),
            false => (verifier, AttestationLevel::QuoteVerified),
        };
        let key = AttestedKey::fetch(&client, &model, &verifier, minimum).await?;
        let key = RwLock::new(Arc::new(key));
        let shared = SharedSession { client, model, verifier, minimum, key, renewing: tokio::sync::Mutex::default() };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// A chat without messages.
    pub fn chat(&self) -> EncryptedChat {
        EncryptedChat::new(self)
    }

    /// The model.
    pub fn model(&self) -> &str {
        &self.shared.model
    }

    /// The attestation that was verified last.
    #[must_use]
    pub fn attestation(&self) -> VerifiedAttestation {
        self.key().attestation.clone()
    }

    /// Attests the model again, as after a stale attestation. Chats that follow use the new key.
    ///
    /// # Errors
    /// Those of [`Client::e2ee`]; the session keeps its attestation then.
    pub async fn renew(&self) -> Result<(), Error> {
        self.renewed_after(&self.key()).await.map(drop)
    }

    pub(super) fn client(&self) -> &Client {
        &self.shared.client
    }

    pub(super) fn key(&self) -> Arc<AttestedKey> {
        Arc::clone(&self.shared.key.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The key after that one: a new one, unless another chat has already renewed the session.
    pub(super) async fn renewed_after(&self, stale: &Arc<AttestedKey>) -> Result<Arc<AttestedKey>, Error> {
        let SharedSession { client, model, verifier, minimum, key, renewing } = &*self.shared;
        let _renewing = renewing.lock().await;
        let current = self.key();
        if !Arc::ptr_eq(&current, stale) {
            return Ok(current);
        }
        let renewed = Arc::new(AttestedKey::fetch(client, model, verifier, *minimum).await?);
        *key.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&renewed);
        tracing::debug!(model, level = renewed.attestation.level().as_str(), "the encrypted session was renewed");
        Ok(renewed)
    }
}

/// The model and the level of its attestation.
impl fmt::Debug for EncryptedSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncryptedSession")
            .field("model", &self.shared.model)
            .field("level", &self.key().attestation.level())
            .finish_non_exhaustive()
    }
}
