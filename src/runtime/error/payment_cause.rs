//! `PaymentCause`: why a request is not paid for: the key's limit, the account, the wallet.

use std::fmt;

use super::{Error, ErrorKind, PaymentRequired, SpendLimit};
use crate::runtime::amount::Amount;
use crate::runtime::meta::{Balances, Meta};

/// Why a request is not paid for, from [`Error::payment_cause`].
///
/// | Cause | Status, [`code`](Error::code) | What to do |
/// |---|---|---|
/// | `KeyLimit` | 402 `API_KEY_USD_SPEND_LIMIT_EXCEEDED`, `API_KEY_DIEM_SPEND_LIMIT_EXCEEDED` | raise the limit (`api_keys().update(…)`), use another key, or wait for its period |
/// | `Balance` | 402 `INSUFFICIENT_BALANCE` | add credit to the account; DIEM comes back at 00:00 UTC |
/// | `Wallet` | 402 `PAYMENT_REQUIRED` | top up the wallet |
/// | `Inactive` | 401 `AUTHENTICATION_FAILED_INACTIVE_KEY`, 403 `API_ACCESS_DISABLED` | renew the subscription, or ask the vendor's support |
/// | `ProModel` | 401 `PRO_ONLY_MODEL` | subscribe, or choose another model |
/// | `NoCredential` | 402 that offers ways to pay and to sign in | check the key: it is missing or unknown |
/// | `Price` | 402 of a top-up | pay it |
/// | `Settlement` | 402 `SETTLEMENT_FAILED` | no funds were moved: send the same payment again |
///
/// `Display` says it in a few words, and is part of the error's text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PaymentCause {
    /// A spending limit of the API key is used up.
    #[non_exhaustive]
    KeyLimit {
        /// Which one: [`KeyUsd`](SpendLimit::KeyUsd) or [`KeyDiem`](SpendLimit::KeyDiem).
        limit: SpendLimit,
        /// The account's balances, if the reply reports them. The API leaves out those that are zero, and credits.
        balances: Balances,
    },
    /// The account of the API key is used up. A job may be more expensive than what is left.
    #[non_exhaustive]
    Balance {
        /// What is left, if the reply reports it. The API leaves out balances that are zero, and credits.
        balances: Balances,
    },
    /// The wallet that signed the request has too little prepaid credit.
    #[non_exhaustive]
    Wallet {
        /// Its credit in US dollars, if the reply reports it.
        credit_usd: Option<Amount>,
        /// The credit that a request needs, in US dollars.
        minimum_usd: Option<Amount>,
    },
    /// The account's subscription or its access to the API is inactive.
    Inactive,
    /// The model needs a Pro subscription.
    ProModel,
    /// The request had no key and no signature, or an unknown one.
    NoCredential,
    /// The endpoint is paid per request, such as a top-up.
    #[non_exhaustive]
    Price {
        /// The lowest price on offer, in US dollars.
        usd: Option<Amount>,
    },
    /// The payment could not be settled. No funds were moved.
    Settlement,
}

impl Error {
    /// Why the request is not paid for: the cause of a 402, and of a 401 or 403 that is about the account. `None` for all other errors.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// use venice_ai::PaymentCause;
    ///
    /// match error.payment_cause() {
    ///     Some(PaymentCause::KeyLimit { .. }) => println!("use another key: {error}"),
    ///     Some(cause) => println!("not paid for: {cause}"),
    ///     None => println!("{error}"),
    /// }
    /// # }
    /// ```
    pub fn payment_cause(&self) -> Option<PaymentCause> {
        let balances = || self.meta().map(Meta::balances).unwrap_or_default();
        Some(match self.code().map(str::to_ascii_uppercase).as_deref() {
            Some("AUTHENTICATION_FAILED_INACTIVE_KEY" | "API_ACCESS_DISABLED") => PaymentCause::Inactive,
            Some("PRO_ONLY_MODEL") => PaymentCause::ProModel,
            Some("SETTLEMENT_FAILED") => PaymentCause::Settlement,
            _ => match self.payment_required()? {
                PaymentRequired::Challenge(_) if self.kind() == ErrorKind::Authentication => PaymentCause::NoCredential,
                PaymentRequired::Challenge(challenge) => {
                    let prices = challenge.accepts.iter().filter_map(|option| option.amount_usd());
                    PaymentCause::Price { usd: prices.min() }
                }
                PaymentRequired::Wallet(wallet) => {
                    PaymentCause::Wallet { credit_usd: wallet.current_usd, minimum_usd: wallet.minimum_usd }
                }
                PaymentRequired::Account(SpendLimit::Balance) => PaymentCause::Balance { balances: balances() },
                PaymentRequired::Account(limit) => PaymentCause::KeyLimit { limit: *limit, balances: balances() },
            },
        })
    }
}

impl fmt::Display for PaymentCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KeyLimit { limit, balances } => {
                let currency = if *limit == SpendLimit::KeyDiem { "DIEM" } else { "USD" };
                write!(f, "the API key's own {currency} limit is used up")?;
                left(f, "the account has", balances)
            }
            Self::Balance { balances } => {
                f.write_str("the account's balance is too low")?;
                left(f, "it has", balances)
            }
            Self::Wallet { credit_usd, minimum_usd } => {
                f.write_str("the wallet's prepaid credit is too low")?;
                credit_usd.map_or(Ok(()), |usd| write!(f, ": it has {usd} USD"))?;
                minimum_usd.map_or(Ok(()), |usd| write!(f, ", a request needs {usd} USD"))
            }
            Self::Inactive => f.write_str("the account's subscription or API access is inactive"),
            Self::ProModel => f.write_str("the model needs a Pro subscription"),
            Self::NoCredential => f.write_str("the API key or the signature is missing or unknown"),
            Self::Price { usd: Some(usd) } => write!(f, "the price is {usd} USD"),
            Self::Price { usd: None } => f.write_str("the request has a price"),
            Self::Settlement => f.write_str("the payment was not settled, and no funds were moved"),
        }
    }
}

/// The balances that are known.
fn left(f: &mut fmt::Formatter<'_>, who: &str, balances: &Balances) -> fmt::Result {
    let known = [(balances.usd, "USD"), (balances.diem, "DIEM")];
    let known = known.into_iter().filter_map(|(amount, currency)| Some(format!("{} {currency}", amount?)));
    match known.collect::<Vec<_>>() {
        known if known.is_empty() => Ok(()),
        known => write!(f, ": {who} {}", known.join(" and ")),
    }
}
