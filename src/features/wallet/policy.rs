//! `TopUpPolicy`: spending limits, networks and recipients of a wallet's payments.

use std::fmt;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::account::{Account, Limits};
use super::address::{Chain, WalletAddress};
use super::error::{WalletError, WalletErrorKind};
use super::ledger::Ledger;
use super::payment::{Payment, PaymentEvent, PaymentState};
use super::signer::SignerError;
use crate::runtime::amount::{self, Amount};
use crate::runtime::client::ClientBuilder;
use crate::runtime::error::Error;

/// The largest top-up of the API, in US dollars.
const LARGEST: &str = "10000";

/// What a wallet may pay for credit.
///
/// A payment must be USDC on Base or Solana, to the recipient that the API is known to name
/// ([`Chain::known_recipient`]) or to one that [`allow_recipient`](Self::allow_recipient) adds, within the limits. All of it is checked
/// before the wallet signs. A clone shares the payments: the limits hold for all clones together, whatever number of tasks uses them.
///
/// A payment that was sent and whose outcome is unknown (a lost connection, a time-out, a dropped call) counts as paid, and no other one
/// is made until [`resolve`](Self::resolve) says what became of it. [`with_ledger`](Self::with_ledger) keeps all that in a file.
///
/// ```
/// use std::time::Duration;
/// use venice_ai::wallet::TopUpPolicy;
///
/// // 25 dollars a payment, 100 dollars a day.
/// let policy = TopUpPolicy::new("25").with_period_limit("100", Duration::from_secs(24 * 3600));
/// ```
#[derive(Clone)]
pub struct TopUpPolicy {
    limits: Limits,
    chains: Vec<Chain>,
    recipients: Vec<WalletAddress>,
    listeners: Vec<Listener>,
    blockhash: Option<BlockhashSource>,
    /// The first setting that is no amount.
    invalid: Option<&'static str>,
    pub(super) account: Arc<Account>,
}

type Listener = Arc<dyn Fn(&PaymentEvent) + Send + Sync>;

/// Gives recent blockhashes of Solana.
pub(super) type BlockhashSource = Arc<dyn Fn() -> Blockhash + Send + Sync>;
type Blockhash = Pin<Box<dyn Future<Output = Result<String, SignerError>> + Send>>;

impl Default for TopUpPolicy {
    /// Payments of up to 10,000 US dollars, the maximum of the API. No limit per period.
    fn default() -> Self {
        Self::new(LARGEST)
    }
}

impl TopUpPolicy {
    /// Payments of up to `max_payment` US dollars each.
    pub fn new(max_payment: impl TryInto<Amount>) -> Self {
        let (payment, invalid) = match amount::limit(max_payment) {
            Ok(payment) => (payment, None),
            Err(_) => (Amount::ZERO, Some("the limit of a payment is not an amount, or negative")),
        };
        Self {
            limits: Limits { payment, period: None },
            chains: vec![Chain::Base, Chain::Solana],
            recipients: Vec::new(),
            listeners: Vec::new(),
            blockhash: None,
            invalid,
            account: Arc::default(),
        }
    }

    /// At most `limit` US dollars within any `period`, which moves with the time.
    #[must_use]
    pub fn with_period_limit(mut self, limit: impl TryInto<Amount>, period: Duration) -> Self {
        match amount::limit(limit) {
            Ok(limit) => self.limits.period = Some((limit, period)),
            Err(_) => self.invalid = Some("the limit of a period is not an amount, or negative"),
        }
        self
    }

    /// Pays on these chains only. Default: Base and Solana.
    #[must_use]
    pub fn with_chains(mut self, chains: impl IntoIterator<Item = Chain>) -> Self {
        self.chains = chains.into_iter().collect();
        self
    }

    /// Allows a recipient besides the known ones, for a server of your own or after the API has changed its address. Check it elsewhere
    /// first: an attacker who can change a reply can change the recipient in it.
    #[must_use]
    pub fn allow_recipient(mut self, recipient: WalletAddress) -> Self {
        self.recipients.push(recipient);
        self
    }

    /// Calls a function at each event of a payment. It must not block.
    ///
    /// ```
    /// use venice_ai::wallet::TopUpPolicy;
    ///
    /// let policy = TopUpPolicy::new("25")
    ///     .on_event(|event| println!("{}: {} USD", event.state.as_str(), event.payment.amount));
    /// ```
    #[must_use]
    pub fn on_event(mut self, listener: impl Fn(&PaymentEvent) + Send + Sync + 'static) -> Self {
        self.listeners.push(Arc::new(listener));
        self
    }

    /// Where payments on Solana get a recent blockhash from (base58), in place of the crypto RPC of the client, which is paid for in
    /// credit. Automatic top-ups on Solana need it: a wallet without credit cannot ask the crypto RPC.
    ///
    /// ```
    /// use venice_ai::wallet::TopUpPolicy;
    ///
    /// // Another client, whose API key pays for the request.
    /// fn policy(venice: venice_ai::Client) -> TopUpPolicy {
    ///     TopUpPolicy::new("25").with_blockhash(move || {
    ///         let venice = venice.clone();
    ///         async move {
    ///             let reply = venice.crypto_rpc().call("solana-mainnet", "getLatestBlockhash").await?;
    ///             let result: serde_json::Value = reply.result()?;
    ///             Ok::<_, venice_ai::Error>(result["value"]["blockhash"].as_str().unwrap_or_default().to_owned())
    ///         }
    ///     })
    /// }
    /// ```
    #[must_use]
    pub fn with_blockhash<F, E>(mut self, source: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<String, E>> + Send + 'static,
        E: Into<SignerError>,
    {
        self.blockhash = Some(Arc::new(move || -> Blockhash {
            let asked = source();
            Box::pin(async move { asked.await.map_err(Into::into) })
        }));
        self
    }

    /// Keeps the payments in a file of JSON lines, which is created if it is missing. What an earlier run paid within the period counts,
    /// and a payment that it sent without learning the outcome is unresolved. The file holds no keys and no signatures; a line is on
    /// disk before the payment that it announces is sent. Opening it reads and writes the disk.
    ///
    /// # Errors
    /// [`Configuration`](crate::ErrorKind::Configuration) if the file is no ledger, is damaged or is in use;
    /// [`Io`](crate::ErrorKind::Io) if the disk fails.
    pub fn with_ledger(self, path: impl AsRef<Path>) -> Result<Self, Error> {
        let (ledger, events) = Ledger::open(path.as_ref())?;
        self.account.restore(ledger, events);
        Ok(self)
    }

    /// The payments that count, the oldest first: those that were made, are on their way, or are unresolved.
    pub fn payments(&self) -> Vec<(Payment, PaymentState)> {
        self.account.payments()
    }

    /// The payments whose outcome is unknown. While there is one, no other payment is made.
    pub fn unresolved(&self) -> Vec<Payment> {
        self.account.unresolved()
    }

    /// Says what became of a payment whose outcome was unknown, once the wallet's [`balance`](crate::X402::balance) or its
    /// [`transactions`](crate::X402::transactions) show it. A payment is valid for 10 minutes at most, so one that does not show by
    /// then was not made. Gives `false` if there is no such unresolved payment.
    ///
    /// # Errors
    /// [`Io`](crate::ErrorKind::Io) if the ledger cannot be written. The payment is resolved until the program ends.
    pub async fn resolve(&self, id: &str, is_paid: bool) -> Result<bool, Error> {
        let Some(payment) = self.account.resolve(id, is_paid) else { return Ok(false) };
        let state = if is_paid { PaymentState::Paid } else { PaymentState::Refused };
        self.record(&PaymentEvent::new(state, payment)).await?;
        Ok(true)
    }

    /// Reports an event to the listeners, and writes it to the ledger.
    pub(super) async fn record(&self, event: &PaymentEvent) -> Result<(), Error> {
        let ledger = self.account.ledger();
        let written = match &ledger {
            Some(ledger) => ledger.append(event).await,
            None => Ok(()),
        };
        self.tell(event);
        written
    }

    pub(super) fn tell(&self, event: &PaymentEvent) {
        event.trace();
        self.listeners.iter().for_each(|listener| listener(event));
    }

    pub(super) fn blockhash_source(&self) -> Option<&BlockhashSource> {
        self.blockhash.as_ref()
    }

    /// Whether all settings are usable.
    pub(super) fn validate(&self) -> Result<(), Error> {
        match self.invalid {
            Some(problem) => Err(Error::configuration(format!("the policy for top-ups is not usable: {problem}"))),
            None => Ok(()),
        }
    }

    pub(super) fn limits(&self) -> Limits {
        self.limits
    }

    /// Whether another payment of this amount may be made now.
    pub(super) fn check(&self, amount: Amount, now: SystemTime) -> Result<(), WalletError> {
        self.account.check(amount, self.limits, now)
    }

    pub(super) fn check_chain(&self, chain: Chain) -> Result<(), WalletError> {
        if self.chains.contains(&chain) {
            return Ok(());
        }
        let problem = format!("the wallet is on {chain}, and the policy allows payments on {:?} only", self.chains);
        Err(WalletError::new(WalletErrorKind::Network, problem))
    }

    pub(super) fn allows_recipient(&self, recipient: WalletAddress) -> bool {
        self.recipients.contains(&recipient)
    }
}

impl fmt::Debug for TopUpPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { limits, chains, recipients, .. } = self;
        f.debug_struct("TopUpPolicy")
            .field("max_payment", &limits.payment)
            .field("period", &limits.period)
            .field("chains", chains)
            .field("recipients", recipients)
            .finish_non_exhaustive()
    }
}

/// The policy of a client's top-ups.
#[derive(Default)]
pub(super) struct ClientPolicy(pub(super) Option<TopUpPolicy>);

impl ClientBuilder {
    /// The policy of all top-ups of this client ([`X402::top_up`](crate::X402::top_up)) that have none of their own.
    pub fn top_up_policy(self, policy: &TopUpPolicy) -> Self {
        self.slots().set(ClientPolicy(Some(policy.clone())));
        self
    }
}
