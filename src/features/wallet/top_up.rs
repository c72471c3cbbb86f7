//! `PreparedTopUp` and `SignedTopUp`: a top-up step by step. `X402::top_up`: all steps in one.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::account::Reservation;
use super::address::{Chain, WalletAddress};
use super::error::{WalletError, WalletErrorKind};
use super::payment::{Payment, PaymentEvent, PaymentState};
use super::policy::{ClientPolicy, TopUpPolicy};
use super::requirement::{self, Requirement};
use super::sign_in::Wallet;
use super::solana::SolanaTransfer;
use super::transfer::TransferAuthorization;
use super::unsigned::Unsigned;
use crate::api::generated::handles::X402;
use crate::api::x402::CompletedTopUp;
use crate::features::flow::{Flow, plain_settings};
use crate::features::hex;
use crate::runtime::amount::Amount;
use crate::runtime::client::Client;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::media::base64;
use crate::runtime::secret::Secret;
use crate::runtime::timestamp::Timestamp;

/// Settings of a top-up.
#[derive(Default)]
pub struct TopUpSettings {
    wallet: Option<Wallet>,
    policy: Option<TopUpPolicy>,
    blockhash: Option<String>,
}

plain_settings!(TopUpSettings);

impl<T: 'static> Flow<T, TopUpSettings> {
    /// The wallet that pays, in place of the client's ([`ClientBuilder::wallet`](crate::ClientBuilder::wallet)).
    pub fn with_wallet(mut self, wallet: &Wallet) -> Self {
        self.settings.wallet = Some(wallet.clone());
        self
    }

    /// The policy, in place of the client's ([`ClientBuilder::top_up_policy`](crate::ClientBuilder::top_up_policy)). Without either it is
    /// [`TopUpPolicy::default`].
    pub fn with_policy(mut self, policy: &TopUpPolicy) -> Self {
        self.settings.policy = Some(policy.clone());
        self
    }

    /// A recent blockhash of Solana in base58, in place of one that is asked for ([`TopUpPolicy::with_blockhash`]).
    pub fn with_recent_blockhash(mut self, blockhash: impl Into<String>) -> Self {
        self.settings.blockhash = Some(blockhash.into());
        self
    }
}

impl X402<'_> {
    /// Buys credit for a wallet: reads what the API asks for, checks it against the [`TopUpPolicy`], signs a payment of `amount` US
    /// dollars in USDC, and sends it. At least 5, at most 10,000 dollars.
    ///
    /// The wallet needs USDC on Base or Solana, and no coins for fees. The payment is submitted again, the same one, as often as the
    /// client's [`RetryPolicy`](crate::RetryPolicy) allows, where its outcome is unknown; another one is never signed. If the outcome
    /// stays unknown, the policy counts it as paid and makes no other payment until [`TopUpPolicy::resolve`].
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    /// use venice_ai::Client;
    /// use venice_ai::wallet::{LocalWallet, TopUpPolicy, Wallet};
    ///
    /// let policy = TopUpPolicy::new("25").with_period_limit("100", Duration::from_secs(24 * 3600));
    /// let wallet = Wallet::new(LocalWallet::from_env()?); // VENICE_WALLET_KEY
    /// let venice = Client::builder().wallet(&wallet).top_up_policy(&policy).build()?;
    /// let done = venice.x402().top_up("10").await?;
    /// println!("{:?} US dollars of credit", done.top_up.new_balance);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// A payment that the policy does not allow, or that should not be signed, is [`Signing`](ErrorKind::Signing) with the reason in
    /// [`wallet_error`](Error::wallet_error): nothing was signed. Then those of
    /// [`payment_requirements`](Self::payment_requirements) and [`top_up_with_payment`](Self::top_up_with_payment).
    pub fn top_up(&self, amount: impl TryInto<Amount>) -> Flow<CompletedTopUp, TopUpSettings> {
        let amount = read(amount);
        Flow::with_settings(self.client, "the top-up", TopUpSettings::default(), |client, settings, _| async move {
            let prepared = prepare(&client, amount?, settings, false).await?;
            prepared.sign().await?.submit(&client).await
        })
    }

    /// The steps of [`top_up`](Self::top_up) before the signature: what would be paid, to whom, until when. It pays nothing and signs
    /// nothing.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let top_up = venice.x402().prepare_top_up("10").await?;
    /// println!("{} USD on {} to {}", top_up.amount(), top_up.chain(), top_up.recipient());
    /// let done = top_up.sign().await?.send().await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`top_up`](Self::top_up).
    pub fn prepare_top_up(&self, amount: impl TryInto<Amount>) -> Flow<PreparedTopUp, TopUpSettings> {
        let amount = read(amount);
        Flow::with_settings(self.client, "the top-up", TopUpSettings::default(), |client, settings, _| async move {
            prepare(&client, amount?, settings, false).await
        })
    }
}

fn read(amount: impl TryInto<Amount>) -> Result<Amount, Error> {
    let problem = || WalletError::new(WalletErrorKind::Amount, "the amount of the top-up is not a decimal number");
    amount.try_into().map_err(|_| Error::not_paid(problem()))
}

impl TopUpSettings {
    /// For an automatic top-up.
    pub(super) fn new(wallet: &Wallet, policy: &TopUpPolicy) -> Self {
        Self { wallet: Some(wallet.clone()), policy: Some(policy.clone()), blockhash: None }
    }
}

/// Checks everything that can be known before a signature.
pub(super) async fn prepare(
    client: &Client,
    amount: Amount,
    settings: TopUpSettings,
    is_automatic: bool,
) -> Result<PreparedTopUp, Error> {
    let TopUpSettings { wallet, policy, blockhash } = settings;
    let of_client = || client.shared().wallet.as_ref()?.signer.get::<Wallet>().cloned();
    let wallet = wallet.or_else(of_client).ok_or_else(|| {
        let problem = "the client has no wallet: set `ClientBuilder::wallet`, or `with_wallet` on the top-up";
        Error::not_paid(WalletError::new(WalletErrorKind::Unsupported, problem))
    })?;
    let policy = policy.or_else(|| client.shared().slots.get_or(ClientPolicy::default).0.clone()).unwrap_or_default();
    policy.validate()?;
    let now = client.clock().system_time();
    let check = || {
        requirement::base_units(amount)?;
        policy.check_chain(wallet.address().chain())?;
        policy.check(amount, now)
    };
    check().map_err(Error::not_paid)?;
    let challenge = client.x402().payment_requirements().await?;
    let requirement = Requirement::choose(&challenge, wallet.address(), &policy).map_err(Error::not_paid)?;
    let units = requirement.units(amount).map_err(Error::not_paid)?;
    let blockhash = match (requirement.chain, blockhash) {
        (Chain::Base, _) => None,
        (Chain::Solana, Some(blockhash)) => Some(blockhash),
        (Chain::Solana, None) => Some(recent_blockhash(client, &wallet, &policy, is_automatic).await?),
    };
    let now = client.clock().system_time();
    let unsigned = Unsigned::new(&requirement, &wallet, units, blockhash.as_deref(), now).map_err(Error::not_paid)?;
    Ok(PreparedTopUp { client: client.clone(), wallet, policy, requirement, amount, unsigned, is_automatic })
}

/// A recent blockhash of Solana: from the policy's source, or from the client's crypto RPC.
async fn recent_blockhash(
    client: &Client,
    wallet: &Wallet,
    policy: &TopUpPolicy,
    is_automatic: bool,
) -> Result<String, Error> {
    let failed = |source: super::SignerError| {
        Error::new(ErrorKind::Signing, format!("no recent blockhash of Solana: {source}; nothing was paid"))
            .with_source(source)
    };
    if let Some(source) = policy.blockhash_source() {
        return source().await.map_err(failed);
    }
    if is_automatic {
        let problem = "an automatic top-up on Solana needs a source of blockhashes: `TopUpPolicy::with_blockhash`";
        return Err(Error::not_paid(WalletError::new(WalletErrorKind::Unsupported, problem)));
    }
    let request = crate::api::generated::types::JsonRpcRequest::new("getLatestBlockhash");
    let mut call = client.crypto_rpc().call("solana-mainnet", request.params(json!([{"commitment": "finalized"}])));
    if client.shared().key.is_none() && client.shared().wallet.is_none() {
        call = call.with_wallet(wallet);
    }
    let result: Value = call.await?.result()?;
    let blockhash = result.pointer("/value/blockhash").and_then(Value::as_str);
    blockhash.map(str::to_owned).ok_or_else(|| failed("the reply of the node has none".into()))
}

/// A top-up that is ready to be signed: from [`X402::prepare_top_up`].
#[derive(Clone)]
pub struct PreparedTopUp {
    client: Client,
    wallet: Wallet,
    policy: TopUpPolicy,
    requirement: Requirement,
    amount: Amount,
    unsigned: Unsigned,
    is_automatic: bool,
}

impl PreparedTopUp {
    /// The amount in US dollars, which is paid in USDC.
    pub fn amount(&self) -> Amount {
        self.amount
    }

    /// The chain on which it is paid.
    pub fn chain(&self) -> Chain {
        self.requirement.chain
    }

    /// The wallet that pays.
    pub fn payer(&self) -> WalletAddress {
        self.wallet.address()
    }

    /// The recipient.
    pub fn recipient(&self) -> WalletAddress {
        self.requirement.recipient
    }

    /// When the payment expires: later it cannot be carried out.
    pub fn expires_at(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + self.unsigned.expires()
    }

    /// What a wallet on Base would sign.
    pub fn transfer(&self) -> Option<&TransferAuthorization> {
        match &self.unsigned {
            Unsigned::Base(transfer) => Some(transfer),
            Unsigned::Solana { .. } => None,
        }
    }

    /// The message of the transaction that a wallet on Solana would sign.
    pub fn solana_message(&self) -> Option<&[u8]> {
        match &self.unsigned {
            Unsigned::Base(_) => None,
            Unsigned::Solana { message, .. } => Some(message),
        }
    }

    /// Has the wallet sign it. The policy counts it from here on, until it is sent and refused, or dropped before it is sent.
    ///
    /// # Errors
    /// [`Signing`](ErrorKind::Signing) if it has expired, the policy's limits do not allow it any more, or the signer fails.
    pub async fn sign(&self) -> Result<SignedTopUp, Error> {
        let now = self.client.clock().system_time();
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(Error::not_paid)?;
        let payment = Payment {
            id: hex::encode(&id),
            time: Timestamp::from(now),
            payer: self.payer(),
            recipient: self.recipient(),
            amount: self.amount,
            is_automatic: self.is_automatic,
        };
        let corrected = self.wallet.corrected(now);
        check_expiry(self.unsigned.expires(), corrected).map_err(Error::not_paid)?;
        let reserved = self.policy.account.reserve(&payment, self.policy.limits(), now);
        let reservation = reserved.map_err(Error::not_paid)?;
        let payload = match &self.unsigned {
            Unsigned::Base(transfer) => {
                transfer.check(corrected.as_secs()).map_err(Error::not_paid)?;
                let signature = self.wallet.signer.sign_typed_data(transfer).await.map_err(Error::not_signed)?;
                check_length(self.chain(), &signature, 65).map_err(Error::not_paid)?;
                json!({"signature": format!("0x{}", hex::encode(&signature)), "authorization": transfer.to_json()})
            }
            Unsigned::Solana { message, .. } => {
                let signature = self.wallet.signer.sign_transaction(message).await.map_err(Error::not_signed)?;
                check_length(self.chain(), &signature, 64).map_err(Error::not_paid)?;
                let mut bytes = [0; 64];
                bytes.copy_from_slice(&signature);
                json!({"transaction": base64::encoded(SolanaTransfer::transaction(message, &bytes))})
            }
        };
        let header = json!({"x402Version": 2, "payload": payload, "accepted": self.requirement.accepted}).to_string();
        let header = Secret::from(base64::encoded(header.as_bytes()));
        let (client, policy) = (self.client.clone(), self.policy.clone());
        let (wallet, expires) = (self.wallet.clone(), self.unsigned.expires());
        let signed = Signed { client, wallet, policy, payment, reservation, header, expires };
        Ok(SignedTopUp(Arc::new(signed)))
    }
}

fn check_expiry(expires: Duration, now: Duration) -> Result<(), WalletError> {
    if expires > now {
        return Ok(());
    }
    Err(WalletError::new(WalletErrorKind::Expiry, "the payment has expired: prepare another one"))
}

/// A smart wallet's signature on Base is longer (EIP-1271).
fn check_length(chain: Chain, signature: &[u8], wanted: usize) -> Result<(), WalletError> {
    let found = signature.len();
    if found == wanted || chain == Chain::Base && found > wanted {
        return Ok(());
    }
    let problem = format!("the signer returned {found} bytes, and a signature of {chain} has {wanted}");
    Err(WalletError::new(WalletErrorKind::Unsupported, problem))
}

/// A signed top-up: from [`PreparedTopUp::sign`]. A clone is the same payment.
#[derive(Clone)]
pub struct SignedTopUp(Arc<Signed>);

struct Signed {
    client: Client,
    wallet: Wallet,
    policy: TopUpPolicy,
    payment: Payment,
    reservation: Reservation,
    header: Secret,
    expires: Duration,
}

impl SignedTopUp {
    /// What is known of the payment. It holds no signature.
    pub fn payment(&self) -> &Payment {
        &self.0.payment
    }

    /// Sends the payment. It can be sent again after a failure, also one whose outcome is unknown: the API credits a signed payment once.
    ///
    /// # Errors
    /// Those of [`X402::top_up_with_payment`], and [`Signing`](ErrorKind::Signing) if it has expired, is being sent or was paid.
    pub fn send(&self) -> Flow<CompletedTopUp> {
        let signed = self.clone();
        Flow::new(&self.0.client, "the top-up", |client| async move { signed.submit(&client).await })
    }

    pub(super) async fn submit(&self, client: &Client) -> Result<CompletedTopUp, Error> {
        let Signed { wallet, policy, payment, reservation, header, expires, .. } = &*self.0;
        check_expiry(*expires, wallet.corrected(client.clock().system_time())).map_err(Error::not_paid)?;
        let was_unknown = reservation.begin().map_err(Error::not_paid)?;
        let before = if was_unknown { PaymentState::Unknown } else { PaymentState::Refused };
        let mut sending = Sending { signed: self, on_drop: Some(before) };
        policy.record(&PaymentEvent::new(PaymentState::Sent, payment.clone())).await?;
        sending.on_drop = Some(PaymentState::Unknown);
        let outcome = client.x402().top_up_with_payment(header).await;
        let mut event = PaymentEvent::new(PaymentState::Paid, payment.clone());
        match &outcome {
            Ok(done) => event.payment_id = Some(done.top_up.payment_id.clone()),
            Err(error) => {
                let is_open = was_unknown || error.delivery().may_have_run();
                event.state = if is_open { PaymentState::Unknown } else { PaymentState::Refused };
                event.code = error.code().map(str::to_owned);
            }
        }
        sending.on_drop = None;
        reservation.end(event.state);
        if let Err(error) = policy.record(&event).await {
            // What the ledger does not say is unresolved after a restart, which is safe.
            tracing::warn!(%error, "the outcome of a payment is not in the ledger");
        }
        outcome
    }
}

/// A payment on its way. Dropped in the middle, its outcome is unknown.
struct Sending<'s> {
    signed: &'s SignedTopUp,
    on_drop: Option<PaymentState>,
}

impl Drop for Sending<'_> {
    fn drop(&mut self) {
        let Some(state) = self.on_drop else { return };
        let Signed { policy, payment, reservation, .. } = &*self.signed.0;
        reservation.end(state);
        if state == PaymentState::Unknown {
            policy.tell(&PaymentEvent::new(state, payment.clone()));
        }
    }
}

impl fmt::Debug for TopUpSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TopUpSettings")
            .field("wallet", &self.wallet)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for PreparedTopUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedTopUp")
            .field("amount", &self.amount)
            .field("payer", &self.payer())
            .field("recipient", &self.recipient())
            .field("expires_at", &self.expires_at())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SignedTopUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedTopUp").field("payment", &self.0.payment).finish_non_exhaustive()
    }
}
