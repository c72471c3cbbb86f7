//! `ApiKeys::create_for_wallet`: token, signature and API key in one call.

use std::fmt;
use std::time::Duration;

use super::address::Chain;
use super::error::{WalletError, WalletErrorKind};
use super::sign_in::Wallet;
use crate::api::generated::handles::ApiKeys;
use crate::api::generated::operations;
use crate::api::generated::types::{CreateApiKeyRequest, CreateWeb3ApiKeyRequest, CreatedApiKey};
use crate::features::flow::{Flow, plain_settings};
use crate::features::hex;
use crate::runtime::client::Client;
use crate::runtime::error::{Delivery, Error, ErrorKind};

/// A token is valid for 15 minutes; an older one than this is replaced.
const TOKEN_LIFE: Duration = Duration::from_secs(14 * 60);

/// What can be set of [`ApiKeys::create_for_wallet`].
#[derive(Default)]
pub struct WalletKeySettings {
    wallet: Option<Wallet>,
}

plain_settings!(WalletKeySettings);

impl Flow<CreatedApiKey, WalletKeySettings> {
    /// The wallet that gets the key, in place of the client's ([`ClientBuilder::wallet`](crate::ClientBuilder::wallet)).
    pub fn with_wallet(mut self, wallet: &Wallet) -> Self {
        self.settings.wallet = Some(wallet.clone());
        self
    }
}

/// Why the API does not create a key for a wallet: from [`Error::wallet_key_refusal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WalletKeyRefusal {
    /// The address is not one.
    InvalidAddress,
    /// The token is older than 15 minutes.
    TokenExpired,
    /// The token is malformed, or not one of the API's.
    InvalidToken,
    /// Another key signed than that of the address.
    SignatureMismatch,
    /// The API could not verify the signature. It may succeed later.
    Unverified,
    /// The wallet has staked no VVV on Base.
    NoStake,
}

impl WalletKeyRefusal {
    /// Part of the API's message, in lower case: the failures have no codes.
    const ALL: [(&str, Self); 8] = [
        ("invalid wallet address", Self::InvalidAddress),
        ("jwt has expired", Self::TokenExpired),
        ("jwt signature is invalid", Self::InvalidToken),
        ("jwt claims are invalid", Self::InvalidToken),
        ("jwt is malformed", Self::InvalidToken),
        ("wallet signature does not match", Self::SignatureMismatch),
        ("could not verify wallet signature", Self::Unverified),
        ("no staked vvv", Self::NoStake),
    ];

    fn of(error: &Error) -> Option<Self> {
        if error.operation() != Some(operations::POST_API_KEY_GENERATE_WEB3_KEY.id) || error.status()?.as_u16() != 400 {
            return None;
        }
        let message = error.message().to_ascii_lowercase();
        Self::ALL.iter().find(|(part, _)| message.contains(part)).map(|(_, refusal)| *refusal)
    }

    fn kind(self) -> ErrorKind {
        match self {
            Self::InvalidAddress => ErrorKind::InvalidRequest,
            Self::TokenExpired | Self::InvalidToken | Self::SignatureMismatch => ErrorKind::Authentication,
            Self::Unverified => ErrorKind::Server,
            Self::NoStake => ErrorKind::Permission,
        }
    }
}

impl Error {
    /// Why the API did not create a key for a wallet ([`ApiKeys::create_for_wallet`], [`ApiKeys::create_with_web3`]).
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// use venice_ai::wallet::WalletKeyRefusal;
    ///
    /// if error.wallet_key_refusal() == Some(WalletKeyRefusal::NoStake) {
    ///     println!("stake VVV on Base first");
    /// }
    /// # }
    /// ```
    pub fn wallet_key_refusal(&self) -> Option<WalletKeyRefusal> {
        WalletKeyRefusal::of(self)
    }
}

impl ApiKeys<'_> {
    /// Creates an API key for a wallet that has staked VVV on Base, without an account or another key: gets a token, has the wallet sign
    /// it (EIP-191), and creates the key. The key is in the reply only this once.
    ///
    /// A token that expires on the way is replaced once, and a signature that the API could not verify is sent again, as often as the
    /// client's [`RetryPolicy`](crate::RetryPolicy) allows. The request that creates the key is repeated only if it is known that none
    /// was created.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// use venice_ai::Client;
    /// use venice_ai::types::{ApiKeyType, CreateApiKeyRequest};
    /// use venice_ai::wallet::{LocalWallet, Wallet};
    ///
    /// let wallet = Wallet::new(LocalWallet::from_env()?); // VENICE_WALLET_KEY
    /// let request = CreateApiKeyRequest::new(ApiKeyType::Inference, "agent");
    /// let created = Client::without_api_key()?.api_keys().create_for_wallet(request).with_wallet(&wallet).await?;
    /// let venice = Client::new(created.api_key)?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// What the API has against it is in [`wallet_key_refusal`](Error::wallet_key_refusal): the kind is
    /// [`Permission`](ErrorKind::Permission) without a stake, [`Authentication`](ErrorKind::Authentication) for the token or the
    /// signature, and [`Server`](ErrorKind::Server), which is transient, if it could not verify the signature.
    /// [`Signing`](ErrorKind::Signing) if the signer fails, or the wallet is not on Base.
    pub fn create_for_wallet(&self, request: impl Into<CreateApiKeyRequest>) -> Flow<CreatedApiKey, WalletKeySettings> {
        let request = request.into();
        let settings = WalletKeySettings::default();
        Flow::with_settings(self.client, "the creation of a key", settings, |client, settings, _| async move {
            create(&client, request, settings).await
        })
    }
}

async fn create(
    client: &Client,
    request: CreateApiKeyRequest,
    settings: WalletKeySettings,
) -> Result<CreatedApiKey, Error> {
    let operation = &operations::POST_API_KEY_GENERATE_WEB3_KEY;
    let of_client = || client.shared().wallet.as_ref()?.signer.get::<Wallet>().cloned();
    let wallet = settings.wallet.or_else(of_client).filter(|wallet| wallet.address().chain() == Chain::Base);
    let wallet = wallet.ok_or_else(|| {
        let problem =
            "a key is created for a wallet on Base: set `with_wallet`, or the wallet of the client; nothing was sent";
        let error = WalletError::new(WalletErrorKind::Network, problem);
        Error::new(ErrorKind::Signing, problem).with_source(error).with_operation(operation)
    })?;
    if client.call_options().and_then(|options| options.validation) != Some(false) {
        request.validate().map_err(|finding| Error::validation(finding).with_operation(operation))?;
    }
    let (retry, clock) = (client.retry(), client.clock());
    let (mut token, mut begun) = (client.api_keys().web3_token().await?, clock.now());
    let (mut retries, mut is_renewed) = (0, false);
    loop {
        let signature = wallet.signer.sign_message(token.expose().as_bytes()).await.map_err(|error| {
            let message = format!("the wallet did not sign the token: {error}; no key was created");
            Error::new(ErrorKind::Signing, message).with_source(error).with_operation(operation)
        })?;
        let signature = format!("0x{}", hex::encode(&signature));
        let call = client.api_keys().create_with_web3(body(&request, &wallet, signature, &token));
        let error = match call.await {
            Ok(created) => return Ok(created),
            Err(error) => error,
        };
        match error.wallet_key_refusal() {
            None => return Err(error),
            Some(WalletKeyRefusal::TokenExpired) if !is_renewed => is_renewed = true,
            Some(WalletKeyRefusal::Unverified) if retries < retry.max_retries() => {
                let pause = retry.base_delay().saturating_mul(2_u32.saturating_pow(retries)).min(retry.max_delay());
                retries += 1;
                let part = Duration::try_from_secs_f64(pause.as_secs_f64() * clock.random().clamp(0.0, 1.0));
                clock.sleep(part.unwrap_or(pause)).await;
                if clock.now().duration_since(begun) < TOKEN_LIFE {
                    continue;
                }
            }
            Some(refusal) => {
                let retryable = refusal == WalletKeyRefusal::Unverified;
                let error = error.with_kind(refusal.kind()).with_retryable(retryable).with_delivery(Delivery::Refused);
                return Err(error);
            }
        }
        (token, begun) = (client.api_keys().web3_token().await?, clock.now());
    }
}

fn body(
    request: &CreateApiKeyRequest,
    wallet: &Wallet,
    signature: String,
    token: &crate::runtime::secret::Secret,
) -> CreateWeb3ApiKeyRequest {
    let request = request.clone();
    let address = wallet.address().to_string();
    let mut body = CreateWeb3ApiKeyRequest::new(request.api_key_type, address, signature, token);
    body.consumption_limit = request.consumption_limit;
    body.limit_period = request.limit_period;
    body.model_privacy = request.model_privacy;
    body.description = Some(request.description);
    body.expires_at = request.expires_at;
    body.ip_allowlist = request.ip_allowlist;
    body
}

impl fmt::Debug for WalletKeySettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WalletKeySettings").field("wallet", &self.wallet).finish()
    }
}
