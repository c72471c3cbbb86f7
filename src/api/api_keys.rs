//! API keys: making them, what they may spend, and when they were held back.
//!
//! | To | Call |
//! |---|---|
//! | make a key, with limits and an end | [`create`](ApiKeys::create) |
//! | see all keys, or one | [`list`](ApiKeys::list), [`retrieve`](ApiKeys::retrieve) |
//! | change its limits, its end, its description | [`update`](ApiKeys::update) |
//! | delete it | [`delete`](ApiKeys::delete) |
//! | know what this client's own key may do | [`rate_limits`](ApiKeys::rate_limits) |
//! | know when requests were refused for their rate | [`rate_limit_log`](ApiKeys::rate_limit_log) |
//! | make a key for a wallet, without having one | [`web3_token`](ApiKeys::web3_token), then [`create_with_web3`](ApiKeys::create_with_web3) |
//!
//! ```no_run
//! # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
//! use venice_ai::types::{ApiKeyType, ConsumptionLimits, CreateApiKeyRequest, LimitPeriod};
//!
//! let request = CreateApiKeyRequest::new(ApiKeyType::Inference, "nightly build")
//!     .consumption_limit(ConsumptionLimits::new().usd(5.0))
//!     .limit_period(LimitPeriod::Month);
//! let created = venice.api_keys().create(request).await?;
//! println!("{}", created.api_key.expose()); // shown this once
//! # Ok(()) }
//! ```
//!
//! Managing keys is free and needs a key of the type `ADMIN`. Any key may read its own [`rate_limits`](ApiKeys::rate_limits), and the two
//! calls for wallets need none. Reading is repeated after failures that may pass; a creation only when it surely did not happen, so
//! after a time-out look at the list before making another. A key is a [`Secret`]: it prints as `***`, and
//! [`expose`](Secret::expose) gives it.
//!
//! An account has at most 500 active keys, and makes at most 20 a minute. Refused before anything is sent: an empty id, an unknown
//! kind of key, a description that is empty or longer than 64 characters, a limit below zero, a malformed expiry date.

use crate::api::generated::types::{
    ApiKey, ApiKeyRateLimits, CreateApiKeyRequest, CreateWeb3ApiKeyRequest, CreatedApiKey, RateLimitLogEntry,
    UpdateApiKeyRequest,
};
use crate::runtime::call::Call;
use crate::runtime::client::Client;
use crate::runtime::error::Error;
use crate::runtime::secret::Secret;

/// The API keys of the account. Needs a key of the type `ADMIN`, except for [`rate_limits`](Self::rate_limits), which takes any key, and
/// [`web3_token`](Self::web3_token) and [`create_with_web3`](Self::create_with_web3), which take none.
#[derive(Clone, Copy, Debug)]
pub struct ApiKeys<'c> {
    client: &'c Client,
}

impl<'c> ApiKeys<'c> {
    pub(super) fn new(client: &'c Client) -> Self {
        Self { client }
    }

    /// All active keys. The keys themselves are never listed, only the last six characters of each.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// for key in venice.api_keys().list().await? {
    ///     println!("{} …{} {:?}", key.id, key.last6_chars, key.description);
    /// }
    /// # Ok(()) }
    /// ```
    #[inline]
    pub fn list(&self) -> Call<Vec<ApiKey>> {
        self.client.raw().get_api_keys().map(|reply| reply.data)
    }

    /// One key, by its id.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let key = venice.api_keys().retrieve("e28e82dc-9df2-4b47-b726-d0a222ef2ab5").await?;
    /// println!("expires {:?}", key.expires_at);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// An empty id is refused before anything is sent, as it would list the keys instead; an unknown one is
    /// [`NotFound`](crate::ErrorKind::NotFound).
    pub fn retrieve(&self, id: impl AsRef<str>) -> Call<ApiKey> {
        self.client.raw().get_api_key_by_id(id.as_ref()).map(|reply| reply.data)
    }

    /// Makes a key. The reply holds it as a [`Secret`], this once: store it, the API does not show it again.
    ///
    /// Limits are USD and DIEM in each period ([`LimitPeriod`](crate::types::LimitPeriod)); an expiry is a day
    /// (`2030-01-31`) or a moment in UTC (`2030-01-31T12:00:00Z`).
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::{ApiKeyType, ConsumptionLimits, CreateApiKeyRequest, LimitPeriod};
    ///
    /// let request = CreateApiKeyRequest::new(ApiKeyType::Inference, "nightly build")
    ///     .consumption_limit(ConsumptionLimits::new().usd(5.0))
    ///     .limit_period(LimitPeriod::Month)
    ///     .expires_at("2030-01-31");
    /// let created = venice.api_keys().create(request).await?;
    /// println!("{}: {}", created.id, created.api_key.expose());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Refused before anything is sent: a kind of key that this version does not know
    /// ([`with_validation(false)`](Call::with_validation) sends it), an empty or over-long description, a limit below zero or above
    /// 9 999 999 999, a malformed expiry date. A creation is sent once: it is repeated only when the API surely did not see it or said that it
    /// refused it. After a time-out look at [`list`](Self::list) before making another.
    pub fn create(&self, request: impl Into<CreateApiKeyRequest>) -> Call<CreatedApiKey> {
        let call = self.client.raw().create_api_key(&request.into());
        call.and_then(|reply| with_key(reply.data))
    }

    /// Changes a key. Members that are not set stay as they are; an empty `expires_at` takes the expiry away.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::UpdateApiKeyRequest;
    ///
    /// let request = UpdateApiKeyRequest::new("e28e82dc-9df2-4b47-b726-d0a222ef2ab5").expires_at("");
    /// let key = venice.api_keys().update(request).await?;
    /// assert_eq!(key.expires_at, None);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`create`](Self::create), and for an empty id.
    pub fn update(&self, request: impl Into<UpdateApiKeyRequest>) -> Call<ApiKey> {
        self.client.raw().update_api_key(&request.into()).map(|reply| reply.data)
    }

    /// Deletes a key. It stops working at once, this client's own too.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// venice.api_keys().delete("e28e82dc-9df2-4b47-b726-d0a222ef2ab5").await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// An empty id is refused before anything is sent.
    pub fn delete(&self, id: impl AsRef<str>) -> Call<()> {
        self.client.raw().delete_api_key(id.as_ref()).and_then(|reply| match reply.success {
            Some(true) => Ok(()),
            _ => Err(Error::decode("the API answered 200 and `success: false`; the key was not deleted")),
        })
    }

    /// What the client's own key may do: its limits for each model, the account's balances, and when the next epoch begins. Works with
    /// any key.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let limits = venice.api_keys().rate_limits().await?;
    /// println!("{} models, next epoch {:?}", limits.rate_limits.len(), limits.next_epoch_begins);
    /// # Ok(()) }
    /// ```
    #[inline]
    pub fn rate_limits(&self) -> Call<ApiKeyRateLimits> {
        self.client.raw().get_api_key_rate_limits().map(|reply| reply.data)
    }

    /// The last 50 times that a request of the account was refused for its rate, newest first. Needs a key of the type `ADMIN`.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// for entry in venice.api_keys().rate_limit_log().await? {
    ///     println!("{} {:?}", entry.timestamp, entry.model_id);
    /// }
    /// # Ok(()) }
    /// ```
    #[inline]
    pub fn rate_limit_log(&self) -> Call<Vec<RateLimitLogEntry>> {
        self.client.raw().get_api_key_rate_limit_logs().map(|reply| reply.data)
    }

    /// The token that a wallet signs to get a key with [`create_with_web3`](Self::create_with_web3). It is good for 15 minutes
    /// and needs no API key.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let token = venice.api_keys().web3_token().await?;
    /// println!("sign {} bytes", token.expose().len());
    /// # Ok(()) }
    /// ```
    #[inline]
    pub fn web3_token(&self) -> Call<Secret> {
        let call = self.client.raw().get_api_key_generate_web3_key();
        call.and_then(|reply| {
            let token = reply.data.token;
            if token.expose().is_empty() { Err(Error::decode("the reply holds no token")) } else { Ok(token) }
        })
    }

    /// Makes a key for a wallet that stakes VVV on Base. It needs no API key: the signature (EIP-191 `personal_sign` of the
    /// token's text, `0x` and 65 bytes in hex) proves the wallet.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client, sign: fn(&str) -> String) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::{ApiKeyType, CreateWeb3ApiKeyRequest};
    ///
    /// let token = venice.api_keys().web3_token().await?;
    /// let signature = sign(token.expose());
    /// let address = "0x52908400098527886E0F7030069857D2E4169EE7";
    /// let request = CreateWeb3ApiKeyRequest::new(ApiKeyType::Inference, address, signature, token);
    /// let created = venice.api_keys().create_with_web3(request).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`create`](Self::create). What is wrong with wallet, token or signature comes as a 400 whose message says it;
    /// "Could not verify wallet signature" may pass when it is tried again with the same token.
    pub fn create_with_web3(&self, request: impl Into<CreateWeb3ApiKeyRequest>) -> Call<CreatedApiKey> {
        let call = self.client.raw().post_api_key_generate_web3_key(&request.into());
        call.and_then(|reply| with_key(reply.data))
    }
}

/// A created key whose secret is missing is worthless, and must not look like one that works.
#[inline]
fn with_key(created: CreatedApiKey) -> Result<CreatedApiKey, Error> {
    if created.api_key.expose().is_empty() {
        return Err(Error::decode(format!(
            "the API made a key with the id {:?} and left the key itself out; delete it and make another",
            created.id
        )));
    }
    Ok(created)
}
