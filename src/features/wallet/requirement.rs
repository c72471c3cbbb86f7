//! `Requirement`: a payment option of the API (x402), checked against the policy before anything is signed.

use std::time::Duration;

use serde_json::Value;

use super::address::{Chain, WalletAddress};
use super::error::{WalletError, WalletErrorKind};
use super::policy::TopUpPolicy;
use crate::runtime::amount::Amount;
use crate::runtime::error::{PaymentOption, X402Challenge};

/// Decimals of USDC.
pub(super) const DECIMALS: u8 = 6;
/// The smallest and the largest top-up of the API, in base units.
const SMALLEST: u64 = 5_000_000;
const LARGEST: u64 = 10_000_000_000;
/// The longest time for which a payment may be valid.
const MAX_TIME_LIMIT: Duration = Duration::from_secs(600);
/// The time limit where the API names none.
const TIME_LIMIT: Duration = Duration::from_secs(300);
/// The version of the protocol.
const VERSION: u64 = 2;
/// The name and the version of the contract of USDC on Base, which are part of the signed data (EIP-712).
pub(super) const CONTRACT: (&str, &str) = ("USD Coin", "2");

/// A payment option that the wallet may sign.
#[derive(Clone, Debug)]
pub(super) struct Requirement {
    pub(super) chain: Chain,
    pub(super) recipient: WalletAddress,
    pub(super) minimum: u64,
    /// How long the payment is valid.
    pub(super) time_limit: Duration,
    /// Pays the fees, on Solana.
    pub(super) fee_payer: Option<WalletAddress>,
    pub(super) memo: Option<String>,
    /// The option as it is sent back.
    pub(super) accepted: Value,
}

impl Requirement {
    /// The first option on the wallet's chain that the policy allows, or what is wrong with the first one.
    pub(super) fn choose(
        challenge: &X402Challenge,
        payer: WalletAddress,
        policy: &TopUpPolicy,
    ) -> Result<Self, WalletError> {
        let chain = payer.chain();
        policy.check_chain(chain)?;
        if challenge.version != Some(VERSION) {
            let problem = match challenge.version {
                Some(version) => {
                    format!("the API asks for a payment by version {version} of x402, and this is version 2")
                }
                None => "the API does not name the version of x402".to_owned(),
            };
            return Err(WalletError::new(WalletErrorKind::Unsupported, problem));
        }
        let on_chain = |option: &&PaymentOption| option.network.as_deref().and_then(Chain::of_network) == Some(chain);
        let mut first = None;
        for option in challenge.accepts.iter().filter(on_chain) {
            match Self::read(option, chain, policy) {
                Ok(requirement) if requirement.recipient != payer => return Ok(requirement),
                Ok(_) => first = first.or(Some(recipient("the payment goes to the wallet itself".to_owned()))),
                Err(problem) => first = first.or(Some(problem)),
            }
        }
        Err(first.unwrap_or_else(|| {
            let networks: Vec<&str> = challenge.accepts.iter().filter_map(|option| option.network.as_deref()).collect();
            let problem = format!("the wallet is on {chain}, and the API takes payments on {networks:?} only");
            WalletError::new(WalletErrorKind::Network, problem)
        }))
    }

    fn read(option: &PaymentOption, chain: Chain, policy: &TopUpPolicy) -> Result<Self, WalletError> {
        if option.scheme.as_deref() != Some("exact") {
            let problem = format!("the payment has the scheme {:?}, and only `exact` is supported", option.scheme);
            return Err(WalletError::new(WalletErrorKind::Unsupported, problem));
        }
        let extra = |name: &str| option.raw.pointer(&format!("/extra/{name}"));
        let token: WalletAddress = option.asset.as_deref().unwrap_or_default().parse()?;
        let is_decimals = |value: &Value| value.as_u64() == Some(DECIMALS.into());
        let contract = (option.asset_name.as_deref(), option.asset_version.as_deref());
        let is_contract = chain == Chain::Solana
            || contract.0.is_none_or(|name| name == CONTRACT.0)
                && contract.1.is_none_or(|version| version == CONTRACT.1);
        if token != chain.usdc() || !is_contract || !extra("decimals").is_none_or(is_decimals) {
            let problem = format!("the payment is in the token {token} ({contract:?}), which is not USDC on {chain}");
            return Err(WalletError::new(WalletErrorKind::Token, problem));
        }
        let pay_to: WalletAddress = option.pay_to.as_deref().unwrap_or_default().parse()?;
        if pay_to != chain.known_recipient() && !policy.allows_recipient(pay_to) {
            let problem = format!("the payment goes to {pay_to}, which the policy does not allow (`allow_recipient`)");
            return Err(recipient(problem));
        }
        let minimum = option.amount.as_deref().filter(|amount| amount.bytes().all(|digit| digit.is_ascii_digit()));
        let minimum = minimum.and_then(|amount| amount.parse().ok()).filter(|amount| *amount > 0).ok_or_else(|| {
            let problem =
                format!("the amount of the payment is {:?}, which is not a number of base units", option.amount);
            WalletError::new(WalletErrorKind::Amount, problem)
        })?;
        let time_limit = option.max_timeout.unwrap_or(TIME_LIMIT);
        if time_limit < Duration::from_secs(1) || time_limit > MAX_TIME_LIMIT {
            let problem =
                format!("the payment is to be valid for {time_limit:?}; 1 s to {MAX_TIME_LIMIT:?} are allowed");
            return Err(WalletError::new(WalletErrorKind::Expiry, problem));
        }
        let fee_payer: Option<WalletAddress> = option.fee_payer.as_deref().map(str::parse).transpose()?;
        let is_solana = |address: &WalletAddress| address.chain() == Chain::Solana;
        if chain == Chain::Solana && !fee_payer.as_ref().is_some_and(is_solana) {
            return Err(WalletError::new(WalletErrorKind::Unsupported, "the payment on Solana has no fee payer"));
        }
        let mut accepted = option.raw.clone();
        if let Some(fields) = accepted.as_object_mut() {
            // The server rejects an option with these.
            fields.remove("protocol");
            fields.remove("version");
        }
        let memo = extra("memo").and_then(Value::as_str).filter(|memo| !memo.is_empty()).map(str::to_owned);
        Ok(Self { chain, recipient: pay_to, minimum, time_limit, fee_payer, memo, accepted })
    }

    /// The amount in base units, if the API takes it.
    pub(super) fn units(&self, amount: Amount) -> Result<u64, WalletError> {
        let units = base_units(amount)?;
        let (smallest, wrong) = (self.minimum.max(SMALLEST), WalletErrorKind::Amount);
        if units < smallest {
            let smallest = Amount::of_units(&smallest.to_string(), DECIMALS.into()).unwrap_or_default();
            return Err(WalletError::new(wrong, format!("a top-up of {amount} USD is too small: at least {smallest}")));
        }
        Ok(units)
    }
}

/// The amount in millionths of a dollar.
pub(super) fn base_units(amount: Amount) -> Result<u64, WalletError> {
    let reject = |problem: &str| {
        let problem = format!("a top-up of {amount} USD {problem}");
        Err(WalletError::new(WalletErrorKind::Amount, problem))
    };
    if amount.is_zero() || amount.is_negative() {
        return reject("is not positive");
    }
    let rounded = amount.round(DECIMALS.into());
    if rounded != amount {
        return reject("has more than 6 decimal places");
    }
    match format!("{rounded:.6}").replace('.', "").parse() {
        Ok(units) if units <= LARGEST => Ok(units),
        _ => reject("is too large: at most 10000"),
    }
}

fn recipient(problem: String) -> WalletError {
    WalletError::new(WalletErrorKind::Recipient, problem)
}
