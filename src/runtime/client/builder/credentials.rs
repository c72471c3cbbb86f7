//! The credentials of a client: an API key, a provider of keys, a wallet.

use super::ClientBuilder;
use crate::runtime::error::Error;
use crate::runtime::secret::Secret;
use crate::runtime::transport::KeyProvider;
use crate::runtime::wallet::{ClientWallet, Payer, Signer};
#[cfg(doc)]
use crate::runtime::{client::Client, error::ErrorKind};

impl ClientBuilder {
    /// The API key. Without one, only public endpoints work.
    pub fn api_key(mut self, key: impl Into<Secret>) -> Self {
        self.api_key = Some(key.into());
        self.key_provider = None;
        self.is_pooled = false;
        self
    }

    /// Sets the first key of a pool, for what is not chosen among them.
    #[cfg(feature = "keys")]
    pub(crate) fn pooled(self, first: Secret) -> Self {
        Self { is_pooled: true, ..self.api_key(first) }
    }

    /// A source of API keys, which is asked before each attempt of each call: the next attempt uses a rotated key. Of this and
    /// [`api_key`](Self::api_key) the last call wins; a key of the call ([`Call::with_api_key`](crate::Call::with_api_key)) or of the
    /// client ([`Client::with_api_key`]) comes before both.
    ///
    /// It is not cached, and concurrent calls do not wait for each other: cache in the provider if asking is slow. If it fails, panics, or
    /// takes longer than the time-out of an attempt, the call fails and nothing is sent: [`ErrorKind::MissingApiKey`] with its error as the
    /// [`source`](std::error::Error::source), or [`ErrorKind::Timeout`]. Its keys are kept out of errors and logs. They count as one
    /// account: they share a failure budget and the rate limits of [`many`](crate::many).
    ///
    /// ```
    /// use venice_ai::{Client, Secret};
    ///
    /// async fn key_of_the_vault() -> Result<Secret, std::io::Error> {
    ///     Ok(std::fs::read_to_string("/run/secrets/venice")?.trim().into())
    /// }
    /// let venice = Client::builder().api_key_provider(key_of_the_vault).build()?;
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    pub fn api_key_provider<F, E>(mut self, provider: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Secret, E>> + Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        self.key_provider = Some(KeyProvider::new(provider));
        self.api_key = None;
        self.is_pooled = false;
        self
    }

    /// The credential for calls that accept both, if the client has an API key and a wallet. There is no default for that case.
    pub fn payer(mut self, payer: Payer) -> Self {
        self.payer = Some(payer);
        self
    }

    /// Sets the signer of requests, instead of an API key.
    #[cfg(feature = "wallet")]
    pub(crate) fn signer(mut self, signer: Signer) -> Self {
        self.wallet = Some(signer);
        self
    }
}

/// The wallet of a client, and whether it pays.
pub(super) fn client_wallet(
    signer: Option<Signer>,
    payer: Option<Payer>,
    has_key: bool,
) -> Result<Option<ClientWallet>, Error> {
    match (signer, payer, has_key) {
        (None, Some(Payer::Wallet), _) => {
            Err(Error::configuration("the payer is a wallet, and the client has none; set `wallet`"))
        }
        (None, _, _) => Ok(None),
        (Some(_), None, true) => Err(Error::configuration(
            "the client has an API key and a wallet; choose the one that pays with `payer(Payer::Wallet)` or `payer(Payer::ApiKey)`",
        )),
        (Some(_), Some(Payer::ApiKey), false) => {
            Err(Error::configuration("the payer is an API key, and the client has none; set `api_key`"))
        }
        (Some(signer), payer, _) => Ok(Some(ClientWallet { signer, payer: payer.unwrap_or(Payer::Wallet) })),
    }
}
