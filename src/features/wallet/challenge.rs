//! `Wallet::sign_challenge`: signs what a 402 asks to sign (challenge mode), if it is of the API's own domain.

use std::time::{Duration, SystemTime};

use reqwest::Url;
use serde_json::Value;

use super::address::Chain;
use super::error::{WalletError, WalletErrorKind};
use super::sign_in::{SignInMessage, Wallet};
use super::signer::SignerError;
use crate::runtime::error::{Error, PaymentRequired};
use crate::runtime::secret::Secret;
use crate::runtime::timestamp::Timestamp;
use crate::runtime::wallet::decoded;

/// The domains of the API.
const DOMAINS: [&str; 2] = ["api.venice.ai", "venice.ai"];
/// How old a message may be, and how far in the future.
const MAX_AGE: Duration = Duration::from_secs(300);
const MAX_AHEAD: Duration = Duration::from_secs(30);

/// A sign-in message without its address, field by field. Times are kept as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SignInFields {
    pub(super) domain: String,
    pub(super) uri: String,
    pub(super) version: String,
    pub(super) nonce: String,
    pub(super) issued_at: String,
    pub(super) expiration_time: Option<String>,
    pub(super) not_before: Option<String>,
    pub(super) statement: Option<String>,
    pub(super) resources: Vec<String>,
}

/// The message that a 402 asks a wallet to sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SignInChallenge {
    pub(super) fields: SignInFields,
    /// The chains on which it may be signed; empty where the server does not say.
    pub(super) chains: Vec<String>,
}

impl SignInChallenge {
    /// The challenge of a 402. A wallet with too little credit was recognised, so its challenge would change nothing.
    pub(super) fn of(failure: &Error) -> Option<Self> {
        let from_header = || decoded(failure.meta()?.headers().get("payment-required")?.to_str().ok()?);
        match failure.payment_required()? {
            PaymentRequired::Challenge(challenge) => Self::read(&challenge.raw).or_else(|| Self::read(&from_header()?)),
            PaymentRequired::Wallet(wallet) if wallet.raw.get("reason").is_none() => Self::read(&wallet.raw),
            PaymentRequired::Wallet(_) | PaymentRequired::Account(_) => None,
        }
    }

    fn read(document: &Value) -> Option<Self> {
        let place = document.pointer("/extensions/sign-in-with-x").or_else(|| document.get("siwxChallenge"))?;
        let info = place.get("info")?;
        let text = |name: &str| info.get(name).and_then(Value::as_str).map(str::to_owned);
        let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
        let chain = |chain: &Value| match chain.get("chainId")? {
            Value::String(id) => Some(id.clone()),
            id => Some(id.to_string()),
        };
        let fields = SignInFields {
            domain: text("domain")?,
            uri: text("uri")?,
            version: text("version")?,
            nonce: text("nonce")?,
            issued_at: text("issuedAt")?,
            expiration_time: text("expirationTime"),
            not_before: text("notBefore"),
            statement: text("statement").filter(|statement| !statement.is_empty()),
            resources: list(info.get("resources"))
                .iter()
                .map(|uri| uri.as_str().map(str::to_owned))
                .collect::<Option<_>>()?,
        };
        Some(Self { fields, chains: list(place.get("supportedChains")).iter().filter_map(chain).collect() })
    }
}

impl Wallet {
    /// Whether the wallet signs this challenge for a request to this address.
    pub(super) fn accepts_challenge(&self, challenge: &SignInChallenge, url: &Url, now: SystemTime) -> bool {
        if !self.takes_challenges {
            return false;
        }
        match self.check_challenge(challenge, url, self.corrected(now)) {
            Ok(()) => true,
            Err(problem) => {
                tracing::warn!(%problem, "the server asks the wallet to sign what it does not sign");
                false
            }
        }
    }

    fn check_challenge(&self, challenge: &SignInChallenge, url: &Url, now: Duration) -> Result<(), WalletError> {
        let fields = &challenge.fields;
        let reject = |problem: String| Err(WalletError::new(WalletErrorKind::Unsupported, problem));
        let host = url.host_str().unwrap_or_default();
        let with_port = url.port().map(|port| format!("{host}:{port}"));
        let is_own = |domain: &str| {
            DOMAINS.iter().chain([&self.domain(), &host]).any(|own| domain.eq_ignore_ascii_case(own))
                || with_port.as_deref().is_some_and(|own| domain.eq_ignore_ascii_case(own))
        };
        if !is_own(&fields.domain) {
            return reject(format!("the domain {:?} is not the API's", fields.domain));
        }
        let uri = Url::parse(&fields.uri).ok().filter(|uri| matches!(uri.scheme(), "https" | "http"));
        if !uri.as_ref().and_then(Url::host_str).is_some_and(is_own) {
            return reject(format!("the URI {:?} is not the API's", fields.uri));
        }
        if fields.version != "1" {
            return reject(format!("the version is {:?}", fields.version));
        }
        let chain = self.address().chain();
        let is_chain = |name: &String| name == chain.reference() || Chain::of_network(name) == Some(chain);
        if !challenge.chains.is_empty() && !challenge.chains.iter().any(is_chain) {
            return reject(format!("{chain} is not among the chains {:?}", challenge.chains));
        }
        let time = |text: &str| since_1970(text).ok_or_else(|| format!("{text:?} is not a time"));
        let times = || {
            let issued = time(&fields.issued_at)?;
            if issued + MAX_AGE < now || issued > now + MAX_AHEAD {
                return Err(format!("it was issued at {}, which is not now", fields.issued_at));
            }
            if fields.expiration_time.as_deref().map(time).transpose()?.is_some_and(|expires| expires <= now) {
                return Err("it has expired".to_owned());
            }
            if fields.not_before.as_deref().map(time).transpose()?.is_some_and(|from| from > now + MAX_AHEAD) {
                return Err("it is not valid yet".to_owned());
            }
            Ok(())
        };
        times().or_else(reject)?;
        SignInMessage { address: self.address(), fields: fields.clone() }.check()
    }

    /// The header for a challenge that was accepted.
    pub(super) async fn sign_challenge(&self, challenge: &SignInChallenge) -> Result<Secret, SignerError> {
        let issued = since_1970(&challenge.fields.issued_at).unwrap_or_default();
        self.sign_message(challenge.fields.clone(), issued).await
    }
}

fn since_1970(time: &str) -> Option<Duration> {
    Timestamp::from(time).to_system_time()?.duration_since(SystemTime::UNIX_EPOCH).ok()
}
