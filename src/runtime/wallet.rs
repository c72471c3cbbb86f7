//! `Signer`: wallet signatures (Sign-In-With-X) in place of an API key.

use std::any::Any;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

use reqwest::Url;
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::Value;

use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::media::base64;
use crate::runtime::operation::{AuthScheme, OperationRef};
use crate::runtime::secret::Secret;

/// The header with which a wallet signs a request.
pub(crate) const SIGN_IN: HeaderName = HeaderName::from_static("sign-in-with-x");

/// The header with which a wallet pays.
pub(crate) const PAYMENT: HeaderName = HeaderName::from_static("payment-signature");

/// The names under which a wallet signs in.
pub(crate) const SIGN_INS: [HeaderName; 2] = [SIGN_IN, HeaderName::from_static("x-sign-in-with-x")];

/// The names under which a wallet pays.
pub(crate) const PAYMENTS: [HeaderName; 3] =
    [PAYMENT, HeaderName::from_static("x-402-payment"), HeaderName::from_static("x-payment")];

/// Whether a header bears a signature.
pub(crate) fn is_signature(name: &HeaderName) -> bool {
    SIGN_INS.contains(name) || PAYMENTS.contains(name)
}

type Boxed = Box<dyn std::error::Error + Send + Sync>;
pub(crate) type Signing = Pin<Box<dyn Future<Output = Result<Secret, Boxed>> + Send>>;

/// What a wallet is asked to sign for: one request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SignInRequest {
    /// The operation's name in the API description, such as `getX402Balance`.
    pub operation: String,
    /// Where the request goes, without its query.
    pub url: String,
    /// The client's time, from its [`Clock`](crate::Clock).
    pub time: SystemTime,
    /// What the server asks to sign, if the signer accepts it.
    #[cfg_attr(not(feature = "wallet"), allow(dead_code))]
    pub(crate) challenge: Option<Challenge>,
}

/// What a server asks to sign, as the signer has read it.
pub(crate) type Challenge = Arc<dyn Any + Send + Sync>;

/// Signs requests for a wallet.
pub(crate) trait RequestSigner: Any + Send + Sync {
    /// The value of the header for one request.
    fn sign(&self, request: SignInRequest) -> Signing;

    /// Whether the rejection of a signature says how to make one that is accepted, such as the server's time.
    fn learn(&self, _refusal: &Error, _now: SystemTime) -> bool {
        false
    }

    /// What the server asks to sign for a request to this address, if the signer does so.
    fn challenge(&self, _refusal: &Error, _url: &Url, _now: SystemTime) -> Option<Challenge> {
        None
    }
}

impl<S: Fn(SignInRequest) -> Signing + Send + Sync + 'static> RequestSigner for S {
    fn sign(&self, request: SignInRequest) -> Signing {
        self(request)
    }
}

/// The caller's wallet.
#[derive(Clone)]
pub(crate) struct Signer(Arc<dyn RequestSigner>);

/// Which credential of a client pays for a call that takes both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Payer {
    /// The API key. The wallet signs only what no key can ask for, such as its balance.
    ApiKey,
    /// The wallet. The API key is sent only to operations that take no wallet, such as the management of keys.
    Wallet,
}

/// The wallet of a client.
pub(crate) struct ClientWallet {
    pub(crate) signer: Signer,
    pub(crate) payer: Payer,
}

impl ClientWallet {
    /// Whether the wallet signs requests of operations with this authentication.
    pub(crate) fn signs(&self, auth: AuthScheme) -> bool {
        match auth {
            AuthScheme::Wallet => true,
            AuthScheme::BearerOrWallet => self.payer == Payer::Wallet,
            AuthScheme::Bearer | AuthScheme::Public | AuthScheme::Anonymous => false,
        }
    }
}

/// A signature, ready to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Signature {
    pub(crate) secret: Secret,
    pub(crate) header: HeaderValue,
}

impl Signer {
    pub(crate) fn new<F, E>(sign: impl Fn(SignInRequest) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Secret, E>> + Send + 'static,
        E: Into<Boxed>,
    {
        Self::of(move |request| -> Signing {
            let signing = sign(request);
            Box::pin(async move { signing.await.map_err(Into::into) })
        })
    }

    pub(crate) fn of(signer: impl RequestSigner) -> Self {
        Self(Arc::new(signer))
    }

    /// The signer, if it is of this type.
    #[cfg(feature = "wallet")]
    pub(crate) fn get<S: Any>(&self) -> Option<&S> {
        (&*self.0 as &dyn Any).downcast_ref()
    }

    /// Whether a request that was refused for its signature may be signed again, which is done once: the next signature has a time and
    /// a nonce of its own, or the rejection says what to correct.
    pub(crate) fn can_cure(&self, operation: &OperationRef, refusal: &Error, now: SystemTime) -> bool {
        // Both, as it may learn from what a new signature cures.
        let learned = refusal.status().is_some_and(|status| status == 401) && self.0.learn(refusal, now);
        learned || is_cured_by_signing_again(operation, refusal)
    }

    /// What the server asks to sign, if the signer does so.
    pub(crate) fn challenge(&self, refusal: &Error, url: &Url, now: SystemTime) -> Option<Challenge> {
        self.0.challenge(refusal, url, now)
    }

    /// Asks for a signature.
    pub(crate) async fn sign(
        &self,
        operation: &OperationRef,
        url: &Url,
        time: SystemTime,
        challenge: Option<Challenge>,
    ) -> Result<Signature, Error> {
        let mut resource = url.clone();
        resource.set_query(None);
        let request = SignInRequest { operation: operation.name().to_owned(), url: resource.into(), time, challenge };
        let failed = |problem: String| Error::new(ErrorKind::Signing, problem);
        let secret = match self.0.sign(request).await {
            Ok(secret) => secret,
            Err(error) => return Err(failed(format!("the wallet did not sign: {error}")).with_source(error)),
        };
        check(&secret)
            .and_then(|()| Signature::new(secret))
            .map_err(|problem| failed(format!("what the wallet's signer made {problem}")))
    }
}

impl Signature {
    pub(crate) fn new(secret: Secret) -> Result<Self, &'static str> {
        let mut header = HeaderValue::try_from(secret.expose()).map_err(|_| "is nothing that a header can carry")?;
        header.set_sensitive(true);
        Ok(Self { secret, header })
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer")
    }
}

/// Whether the API would understand the value of the header. It does not say whether the signature is right.
pub(crate) fn check(value: &Secret) -> Result<(), &'static str> {
    let document = decoded(value.expose()).ok_or("is not base64 of a JSON object")?;
    let filled = |name: &str| document.get(name).and_then(Value::as_str).is_some_and(|text| !text.trim().is_empty());
    match ["address", "message", "signature"].into_iter().find(|name| !filled(name)) {
        None => Ok(()),
        Some("address") => Err("has no `address` in its JSON"),
        Some("message") => Err("has no `message` in its JSON"),
        Some(_) => Err("has no `signature` in its JSON"),
    }
}

/// The JSON object that x402 packs into a header as base64.
pub(crate) fn decoded(header: &str) -> Option<Value> {
    let json = base64::decoded(header).ok()?;
    serde_json::from_slice(&json).ok().filter(Value::is_object)
}

/// Whether a request was rejected for what differs in the next signature: its time or its nonce. Any other rejection, such as that of a
/// wrong clock, domain or chain, would be repeated.
fn is_cured_by_signing_again(operation: &OperationRef, failure: &Error) -> bool {
    if failure.status().is_none_or(|status| status.as_u16() != 401) {
        return false;
    }
    match failure.code() {
        Some("X402_SIGN_IN_EXPIRED" | "X402_SIGN_IN_NONCE_REUSED") => true,
        // What only wallets may ask does not say why; the code comes from the message.
        Some("X402_INVALID_SIGN_IN") => operation.facts().auth == AuthScheme::Wallet,
        _ => false,
    }
}
