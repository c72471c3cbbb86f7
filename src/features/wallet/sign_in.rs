//! `Wallet`: a signer and how it signs in (EIP-4361, and the same for Solana).

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use reqwest::Url;
use serde_json::{Value, json};

use super::address::{Chain, WalletAddress};
use super::challenge::{SignInChallenge, SignInFields};
use super::error::{WalletError, WalletErrorKind};
use super::signer::{SignerError, WalletSigner};
use crate::features::hex;
use crate::runtime::call::Call;
use crate::runtime::client::ClientBuilder;
use crate::runtime::error::Error;
use crate::runtime::media::base64;
use crate::runtime::meta::Meta;
use crate::runtime::secret::Secret;
use crate::runtime::timestamp::Moment;
use crate::runtime::transport::CallOptions;
use crate::runtime::wallet::{self, Challenge, RequestSigner, SignInRequest, Signer};

/// The longest time for which the API accepts a signature.
const MAX_TIME_TO_LIVE: Duration = Duration::from_secs(300);

/// A wallet: what signs for it, and what its sign-in messages say. Clones share the signer.
#[derive(Clone)]
pub struct Wallet {
    pub(super) signer: Arc<dyn WalletSigner>,
    domain: String,
    statement: Option<String>,
    uri: String,
    time_to_live: Duration,
    /// How far the server's clock is ahead of the client's, in milliseconds.
    skew: Arc<AtomicI64>,
    pub(super) takes_challenges: bool,
}

/// The largest difference of clocks that is corrected.
const MAX_SKEW: Duration = Duration::from_secs(24 * 3600);
/// The refusals of a signature that say something of the time.
const TIME_REFUSALS: [&str; 4] = [
    "X402_SIGN_IN_EXPIRED",
    "X402_SIGN_IN_FUTURE_TIMESTAMP",
    "X402_SIGN_IN_NOT_BEFORE",
    "X402_SIGN_IN_TIMESTAMP_MISMATCH",
];

impl Wallet {
    /// A wallet that signs in to `api.venice.ai`, for 4 minutes each time.
    pub fn new(signer: impl WalletSigner) -> Self {
        Self {
            signer: Arc::new(signer),
            domain: "api.venice.ai".to_owned(),
            statement: Some("Sign in to Venice AI".to_owned()),
            uri: "https://api.venice.ai".to_owned(),
            time_to_live: Duration::from_secs(240),
            skew: Arc::default(),
            takes_challenges: true,
        }
    }

    /// The domain that the message names. The API accepts `api.venice.ai` and `venice.ai`. Default: `api.venice.ai`.
    #[must_use]
    pub fn with_domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = domain.into();
        self
    }

    /// The sentence that the message shows to the owner of the wallet; an empty one is left out. Default: `Sign in to Venice AI`.
    #[must_use]
    pub fn with_statement(mut self, statement: impl Into<String>) -> Self {
        self.statement = Some(statement.into()).filter(|statement| !statement.is_empty());
        self
    }

    /// The URI that the message names; the API accepts any. Default: `https://api.venice.ai`.
    #[must_use]
    pub fn with_uri(mut self, uri: impl Into<String>) -> Self {
        self.uri = uri.into();
        self
    }

    /// How long a signature is valid. The API accepts at most 5 minutes. Default: 4 minutes.
    #[must_use]
    pub fn with_time_to_live(mut self, time_to_live: Duration) -> Self {
        self.time_to_live = time_to_live;
        self
    }

    /// Whether to sign what a 402 asks to sign (challenge mode), once for a request, in place of the SDK's own message. The domain must be
    /// `api.venice.ai`, `venice.ai`, that of [`with_domain`](Self::with_domain) or the host of the request, and the URI must be there,
    /// too; a challenge of another site is never signed. Default: `true`.
    #[must_use]
    pub fn with_challenges(mut self, sign: bool) -> Self {
        self.takes_challenges = sign;
        self
    }

    /// The domain that the message names.
    pub(super) fn domain(&self) -> &str {
        &self.domain
    }

    /// The address of the wallet.
    pub fn address(&self) -> WalletAddress {
        self.signer.address()
    }

    /// A signature for one request: the value of the header `SIGN-IN-WITH-X`, for requests that are not made with this SDK.
    ///
    /// # Errors
    /// What the signer reports; and before it is asked, a setting that no message can have: a line break, an empty domain, a time to
    /// live of 0 or of more than 5 minutes.
    pub async fn sign_in(&self) -> Result<Secret, SignerError> {
        self.sign_in_at(SystemTime::now()).await
    }

    /// The time since 1970, corrected by what is known of the server's clock.
    pub(super) fn corrected(&self, now: SystemTime) -> Duration {
        let skew = self.skew.load(Ordering::Relaxed);
        let distance = Duration::from_millis(skew.unsigned_abs());
        let now = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        if skew < 0 { now.saturating_sub(distance) } else { now.saturating_add(distance) }
    }

    async fn sign_in_at(&self, now: SystemTime) -> Result<Secret, SignerError> {
        let now = self.corrected(now);
        if self.time_to_live.is_zero() || self.time_to_live > MAX_TIME_TO_LIVE {
            let message = format!(
                "a signature that is valid for {:?} is not made: the API accepts more than 0 and at most {MAX_TIME_TO_LIVE:?}",
                self.time_to_live
            );
            return Err(WalletError::new(WalletErrorKind::Unsupported, message).into());
        }
        let mut nonce = [0; 8];
        getrandom::fill(&mut nonce)?;
        let fields = SignInFields {
            domain: self.domain.clone(),
            statement: self.statement.clone(),
            uri: self.uri.clone(),
            version: "1".to_owned(),
            nonce: hex::encode(&nonce),
            issued_at: iso8601(now),
            expiration_time: Some(iso8601(now + self.time_to_live)),
            not_before: None,
            resources: Vec::new(),
        };
        self.sign_message(fields, now).await
    }

    /// The header of a message that was issued at this time since 1970.
    pub(super) async fn sign_message(&self, fields: SignInFields, issued: Duration) -> Result<Secret, SignerError> {
        let message = SignInMessage { address: self.address(), fields };
        message.check()?;
        let text = message.text();
        let signature = self.signer.sign_message(text.as_bytes()).await?;
        message.check_signature(&signature)?;
        let timestamp = u64::try_from(issued.as_millis()).unwrap_or(u64::MAX);
        let header = message.header(&text, &signature, timestamp).to_string();
        Ok(base64::encoded(header.as_bytes()).into())
    }

    pub(crate) fn request_signer(&self) -> Signer {
        Signer::of(self.clone())
    }
}

impl RequestSigner for Wallet {
    fn sign(&self, request: SignInRequest) -> wallet::Signing {
        let wallet = self.clone();
        Box::pin(async move {
            match request.challenge.and_then(|challenge| challenge.downcast().ok()) {
                Some(challenge) => wallet.sign_challenge(&challenge).await,
                None => wallet.sign_in_at(request.time).await,
            }
        })
    }

    fn challenge(&self, refusal: &Error, url: &Url, now: SystemTime) -> Option<Challenge> {
        let challenge = SignInChallenge::of(refusal).filter(|challenge| self.accepts_challenge(challenge, url, now))?;
        Some(Arc::new(challenge))
    }

    /// A clock that goes wrong is corrected by the time of the server that says so.
    fn learn(&self, refusal: &Error, now: SystemTime) -> bool {
        if !refusal.code().is_some_and(|code| TIME_REFUSALS.contains(&code)) {
            return false;
        }
        let Some(date) = refusal.meta().and_then(Meta::date) else { return false };
        let (ahead, distance) = match date.duration_since(now) {
            Ok(distance) => (1, distance),
            Err(behind) => (-1, behind.duration()),
        };
        if distance > MAX_SKEW {
            return false;
        }
        // The header has whole seconds, and the reply took a while: less than that is no difference.
        let millis =
            if distance < Duration::from_secs(2) { 0 } else { i64::try_from(distance.as_millis()).unwrap_or(0) };
        self.skew.swap(ahead * millis, Ordering::Relaxed) != ahead * millis
    }
}

impl fmt::Debug for Wallet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { domain, statement, uri, time_to_live, .. } = self;
        f.debug_struct("Wallet")
            .field("address", &self.address())
            .field("domain", domain)
            .field("statement", statement)
            .field("uri", uri)
            .field("time_to_live", time_to_live)
            .finish_non_exhaustive()
    }
}

impl CallOptions {
    /// Authenticates with the wallet in place of the API key; the call is charged to the wallet. Each attempt has its own signature. Like
    /// [`with_signer`](Self::with_signer), with the message made by the SDK.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use venice_ai::wallet::{LocalWallet, Wallet};
    ///
    /// let wallet = Wallet::new(LocalWallet::from_env()?);
    /// let balance = venice.x402().balance(wallet.address().to_string()).with_wallet(&wallet).await?;
    /// # Ok(()) }
    /// ```
    pub fn with_wallet(mut self, wallet: &Wallet) -> Self {
        self.signer = Some(wallet.request_signer());
        self
    }
}

impl ClientBuilder {
    /// A wallet that authenticates requests, in place of an API key or beside one. Every request of an operation that takes wallets is
    /// signed (calls, streams, pages, jobs, batches), and each attempt has its own signature. With an API key as well,
    /// [`payer`](Self::payer) must say which of them pays.
    ///
    /// A credential of a single call (`with_api_key`, `with_wallet`, `with_signer`, `with_sign_in`) goes before it. When the server
    /// says that the client's clock is wrong, the next signatures have the server's time.
    ///
    /// ```no_run
    /// use venice_ai::Client;
    /// use venice_ai::wallet::{LocalWallet, Wallet};
    ///
    /// let wallet = Wallet::new(LocalWallet::from_env()?); // VENICE_WALLET_KEY
    /// let venice = Client::builder().wallet(&wallet).build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn wallet(self, wallet: &Wallet) -> Self {
        self.signer(wallet.request_signer())
    }
}

impl<T> Call<T> {
    /// The wallet pays for this call, or asks for itself: [`CallOptions::with_wallet`].
    pub fn with_wallet(self, wallet: &Wallet) -> Self {
        self.with_options(CallOptions::new().with_wallet(wallet))
    }
}

/// A time since 1970 in UTC, with milliseconds: `2026-01-01T00:00:00.000Z`.
pub(super) fn iso8601(since_1970: Duration) -> String {
    let seconds = i64::try_from(since_1970.as_secs()).unwrap_or_default();
    Moment { seconds, nanoseconds: 0 }.text(&format!(".{:03}", since_1970.subsec_millis()))
}

/// A control character, or a line or paragraph separator: what a wallet may show as the start of another line.
fn ends_a_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// A sign-in message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SignInMessage {
    pub(crate) address: WalletAddress,
    pub(crate) fields: SignInFields,
}

impl SignInMessage {
    /// Rejects what would make another message of the same text: a line break in a value, or a nonce that EIP-4361 does not allow.
    pub(crate) fn check(&self) -> Result<(), WalletError> {
        let reject = |field: &str, problem: &str| {
            let message = format!("the sign-in message is not signed: its {field} {problem}");
            Err(WalletError::new(WalletErrorKind::Unsupported, message))
        };
        let lines = [
            ("domain", Some(&self.fields.domain)),
            ("statement", self.fields.statement.as_ref()),
            ("URI", Some(&self.fields.uri)),
            ("version", Some(&self.fields.version)),
            ("nonce", Some(&self.fields.nonce)),
            ("time of issue", Some(&self.fields.issued_at)),
            ("expiration time", self.fields.expiration_time.as_ref()),
            ("start time", self.fields.not_before.as_ref()),
        ];
        for (field, value) in lines {
            let Some(value) = value else { continue };
            if value.chars().any(ends_a_line) {
                return reject(field, "has a line break or another control character");
            }
            if value.is_empty() && field != "statement" {
                return reject(field, "is empty");
            }
        }
        if self.fields.resources.iter().any(|resource| resource.chars().any(ends_a_line)) {
            return reject("list of resources", "has a line break or another control character");
        }
        if self.fields.nonce.len() < 8 || !self.fields.nonce.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return reject("nonce", "has fewer than 8 letters and digits, or other characters");
        }
        Ok(())
    }

    /// Rejects a signature of a length that no wallet of the chain makes.
    fn check_signature(&self, signature: &[u8]) -> Result<(), WalletError> {
        let (chain, found) = (self.address.chain(), signature.len());
        let wanted = match chain {
            // A smart wallet's is longer (EIP-1271).
            Chain::Base if found >= 65 => return Ok(()),
            Chain::Base => 65,
            Chain::Solana if found == 64 => return Ok(()),
            Chain::Solana => 64,
        };
        let message = format!("the signer returned {found} bytes, and a signature of {chain} has {wanted}");
        Err(WalletError::new(WalletErrorKind::Unsupported, message))
    }

    /// The text, without a line break at its end.
    pub(crate) fn text(&self) -> String {
        let chain = self.address.chain();
        let account = match chain {
            Chain::Solana => "Solana",
            Chain::Base => "Ethereum",
        };
        let mut text =
            format!("{} wants you to sign in with your {account} account:\n{}\n\n", self.fields.domain, self.address);
        if let Some(statement) = &self.fields.statement {
            text += &format!("{statement}\n\n");
        } else {
            text += "\n";
        }
        text += &format!(
            "URI: {}\nVersion: {}\nChain ID: {}\nNonce: {}\nIssued At: {}",
            self.fields.uri,
            self.fields.version,
            chain.reference(),
            self.fields.nonce,
            self.fields.issued_at
        );
        for (name, time) in [("Expiration Time", &self.fields.expiration_time), ("Not Before", &self.fields.not_before)]
        {
            if let Some(time) = time {
                text += &format!("\n{name}: {time}");
            }
        }
        if !self.fields.resources.is_empty() {
            text += "\nResources:";
            for resource in &self.fields.resources {
                text += &format!("\n- {resource}");
            }
        }
        text
    }

    /// The JSON of the header: what was signed, by whom, and the signature.
    pub(crate) fn header(&self, text: &str, signature: &[u8], timestamp_ms: u64) -> Value {
        let chain = self.address.chain();
        let mut header = json!({
            "address": self.address.to_string(),
            "message": text,
            "timestamp": timestamp_ms,
            "chainId": match chain {
                Chain::Base => json!(8453),
                Chain::Solana => json!(chain.caip2()),
            },
        });
        match chain {
            Chain::Base => header["signature"] = json!(format!("0x{}", hex::encode(signature))),
            Chain::Solana => {
                header["signature"] = json!(bs58::encode(signature).into_string());
                header["type"] = json!("ed25519");
            }
        }
        header
    }
}
