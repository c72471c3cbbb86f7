//! `AutoTopUp`: an interceptor that buys credit when a call fails because the wallet has too little.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::account::{Attempt, lock};
use super::error::{WalletError, WalletErrorKind};
use super::policy::TopUpPolicy;
use super::requirement::base_units;
use super::sign_in::Wallet;
use super::top_up::{TopUpSettings, prepare};
use crate::runtime::amount::Amount;
use crate::runtime::client::{Client, ClientBuilder};
use crate::runtime::error::{Error, LowWalletBalance, PaymentRequired};
use crate::runtime::transport::interceptor::{CallInterceptor, Intercepting, Recovering};
use crate::runtime::transport::{CallOptions, Outgoing};

/// So long after a failed automatic top-up no other one is tried.
const COOL_DOWN: Duration = Duration::from_secs(60);
/// The credit that a request needs where the API does not say, in US dollars.
const MINIMUM: &str = "0.1";

/// Buys credit for the wallet that signed a call.
struct AutoTopUp {
    amount: Option<Amount>,
    policy: TopUpPolicy,
}

/// Why an automatic top-up was not made, or failed.
#[derive(Debug)]
struct AutoTopUpError(Error);

impl CallInterceptor for AutoTopUp {
    fn name(&self) -> &'static str {
        "auto_top_up"
    }

    fn validate(&self) -> Result<(), Error> {
        self.policy.validate()?;
        let amount =
            self.amount.ok_or_else(|| Error::configuration("the amount of automatic top-ups is not a number"))?;
        let checked = base_units(amount).and_then(|_| self.policy.limits().check_payment(amount));
        checked.map_err(|error| Error::configuration(format!("automatic top-ups cannot be made: {error}")))
    }

    fn before_send<'a>(&'a self, _: &'a mut Outgoing) -> Intercepting<'a> {
        Box::pin(std::future::ready(Ok(None)))
    }

    fn recovers(&self, failure: &Error) -> bool {
        matches!(failure.payment_required(), Some(PaymentRequired::Wallet(_)))
    }

    fn recover<'a>(&'a self, outgoing: &'a mut Outgoing, failure: Error) -> Recovering<'a> {
        let wallet = outgoing.options.signer.as_ref().and_then(|signer| signer.get::<Wallet>()).cloned();
        // Not for the requests of a top-up.
        let wallet = wallet.filter(|_| !outgoing.options.within_slot);
        let (client, begun) = (Client::of_call(outgoing), outgoing.attempted.unwrap_or_else(Instant::now));
        Box::pin(async move {
            let Some(wallet) = wallet else { return Err(failure) };
            match self.once(&client, &wallet, &failure, begun).await {
                Ok(()) => Ok(failure),
                Err(error) => {
                    let note = "the automatic top-up was not made or failed: see `top_up_error`";
                    Err(failure.with_note(note).attach(AutoTopUpError(error)))
                }
            }
        })
    }
}

impl AutoTopUp {
    /// Tops up, or takes the outcome of the top-up of another call that ended after this call began. One is made at a time.
    async fn once(&self, client: &Client, wallet: &Wallet, failure: &Error, begun: Instant) -> Result<(), Error> {
        let account = &self.policy.account;
        let _turn = account.turn.lock().await;
        let last = lock(&account.last).get(&wallet.address()).cloned();
        let joined = last.as_ref().is_some_and(|last| last.ended >= begun);
        if joined && last.as_ref().is_some_and(|last| last.outcome.is_ok()) {
            return Ok(());
        }
        let amount = self.amount.unwrap_or_default();
        self.policy.check(amount, client.clock().system_time()).map_err(Error::not_paid)?;
        if let Some(Attempt { ended, outcome: Err(error) }) = last
            && (joined || ended.elapsed() < COOL_DOWN)
        {
            return Err(error);
        }
        let outcome = self.top_up(client, wallet, amount, failure).await;
        if let Err(error) = &outcome {
            tracing::warn!(%error, payer = %wallet.address(), "an automatic top-up was not made or failed");
        }
        let attempt = Attempt { ended: Instant::now(), outcome: outcome.clone() };
        lock(&account.last).insert(wallet.address(), attempt);
        outcome
    }

    async fn top_up(&self, client: &Client, wallet: &Wallet, amount: Amount, failure: &Error) -> Result<(), Error> {
        let low = match failure.payment_required() {
            Some(PaymentRequired::Wallet(low)) => Some(low),
            _ => None,
        };
        if has_credit(client, wallet, low).await? {
            return Ok(());
        }
        let prepared = prepare(client, amount, TopUpSettings::new(wallet, &self.policy), true).await?;
        prepared.sign().await?.submit(client).await?;
        Ok(())
    }
}

/// Whether the wallet has enough credit by now. What a top-up does not change is an error: a wallet whose DIEM are spent first.
async fn has_credit(client: &Client, wallet: &Wallet, low: Option<&LowWalletBalance>) -> Result<bool, Error> {
    let own = CallOptions { within_slot: true, ..CallOptions::new() };
    let balance = client.x402().balance(wallet.address().to_string()).with_options(own.with_wallet(wallet)).await?;
    if balance.diem_balance_usd.is_some_and(|diem| diem > Amount::ZERO) {
        let problem = "the account of the wallet pays with its DIEM first, which a top-up does not change";
        return Err(Error::not_paid(WalletError::new(WalletErrorKind::Unsupported, problem)));
    }
    let Some(credit) = balance.balance_usd else { return Err(Error::decode("the reply does not tell the balance")) };
    let minimum = low.and_then(|low| low.minimum_usd).or_else(|| MINIMUM.parse().ok()).unwrap_or_default();
    Ok(credit >= minimum)
}

impl ClientBuilder {
    /// Buys credit of `amount` US dollars when a call fails because the wallet that signed it has too little (402), and sends the call
    /// again, once. The amount is at least 5 dollars; the policy limits how much is paid, and also holds for
    /// [`X402::top_up`](crate::X402::top_up).
    ///
    /// Concurrent calls wait for one top-up. Before each, the wallet's balance is looked at: nothing is paid if it has credit by now,
    /// or if the wallet belongs to an account whose DIEM are spent first, as credit changes nothing then. Nothing is paid while the
    /// outcome of an earlier payment is unknown ([`TopUpPolicy::resolve`]), nor within a minute of a failed top-up. A call that fails all
    /// the same says why in [`Error::top_up_error`].
    ///
    /// A call whose body can be sent only once is not sent again, and nothing is paid for it. On Solana the policy needs a
    /// [source of blockhashes](TopUpPolicy::with_blockhash).
    ///
    /// ```no_run
    /// # fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    /// use venice_ai::Client;
    /// use venice_ai::wallet::{LocalWallet, TopUpPolicy, Wallet};
    ///
    /// let policy = TopUpPolicy::new("10")
    ///     .with_period_limit("50", Duration::from_secs(24 * 3600))
    ///     .with_ledger("payments.jsonl")?;
    /// let wallet = Wallet::new(LocalWallet::from_env()?); // VENICE_WALLET_KEY
    /// let venice = Client::builder().wallet(&wallet).auto_top_up("10", &policy).build()?;
    /// # Ok(()) }
    /// ```
    pub fn auto_top_up(mut self, amount: impl TryInto<Amount>, policy: &TopUpPolicy) -> Self {
        let amount = amount.try_into().ok();
        self.interceptors.set(Arc::new(AutoTopUp { amount, policy: policy.clone() }));
        self.top_up_policy(policy)
    }
}

impl Error {
    /// Why an automatic top-up ([`ClientBuilder::auto_top_up`]) was not made, or failed, after the wallet's credit was too low.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if let Some(why) = error.top_up_error() {
    ///     println!("no credit, and no top-up: {why}");
    /// }
    /// # }
    /// ```
    pub fn top_up_error(&self) -> Option<&Error> {
        self.attached().map(|AutoTopUpError(error)| error)
    }
}

impl fmt::Debug for AutoTopUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AutoTopUp").field("amount", &self.amount).field("policy", &self.policy).finish()
    }
}
