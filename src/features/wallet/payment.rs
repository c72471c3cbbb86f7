//! `Payment`: what is known of one payment; `PaymentEvent`: what happened to it.

use serde_json::{Value, json};

use super::address::{Chain, WalletAddress};
use crate::runtime::amount::Amount;
use crate::runtime::timestamp::Timestamp;

/// A payment that a wallet has signed. It holds no signature.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Payment {
    /// A random id of the SDK's, for logs and for [`TopUpPolicy::resolve`](super::TopUpPolicy::resolve).
    pub id: String,
    /// When it was signed.
    pub time: Timestamp,
    /// The wallet that pays.
    pub payer: WalletAddress,
    /// The recipient.
    pub recipient: WalletAddress,
    /// The amount in US dollars (USDC).
    pub amount: Amount,
    /// Whether an automatic top-up made it.
    pub is_automatic: bool,
}

impl Payment {
    /// The chain on which it is paid.
    pub fn chain(&self) -> Chain {
        self.payer.chain()
    }
}

/// How far a payment has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PaymentState {
    /// It is about to be sent.
    Sent,
    /// The API credited it, or [`resolve`](super::TopUpPolicy::resolve) said that it did.
    Paid,
    /// It was not carried out.
    Refused,
    /// It was sent, and may have been carried out.
    Unknown,
}

impl PaymentState {
    const ALL: [(Self, &str); 4] =
        [(Self::Sent, "sent"), (Self::Paid, "paid"), (Self::Refused, "refused"), (Self::Unknown, "unknown")];

    /// The name, as events and ledgers have it.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(state, _)| *state == self).map_or("", |(_, name)| name)
    }

    fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(state, _)| *state)
    }
}

/// What happened to a payment: given to [`TopUpPolicy::on_event`](super::TopUpPolicy::on_event), and a line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PaymentEvent {
    /// How far it has come.
    pub state: PaymentState,
    /// The payment.
    pub payment: Payment,
    /// The API's id of the payment, once it is credited.
    pub payment_id: Option<String>,
    /// The API's code for the error, if it failed: [`Error::code`](crate::Error::code).
    pub code: Option<String>,
}

impl PaymentEvent {
    pub(super) fn new(state: PaymentState, payment: Payment) -> Self {
        Self { state, payment, payment_id: None, code: None }
    }

    /// The line of the ledger, with its line break.
    pub(super) fn to_line(&self) -> String {
        let Payment { id, time, payer, recipient, amount, is_automatic } = &self.payment;
        let mut line = json!({
            "state": self.state.as_str(), "id": id, "time": time.as_str(), "network": payer.chain().caip2(),
            "payer": payer.to_string(), "recipient": recipient.to_string(), "amount": amount.to_string(),
            "automatic": is_automatic,
        });
        for (name, value) in [("payment_id", &self.payment_id), ("code", &self.code)] {
            if let Some(value) = value {
                line[name] = json!(value);
            }
        }
        format!("{line}\n")
    }

    /// The event of a line.
    pub(super) fn of_line(line: &[u8]) -> Option<Self> {
        let line: Value = serde_json::from_slice(line).ok()?;
        let text = |name: &str| line.get(name).and_then(Value::as_str);
        let owned = |name: &str| text(name).map(str::to_owned);
        let time = Timestamp::from(text("time")?);
        time.to_system_time()?;
        let payment = Payment {
            id: owned("id")?,
            time,
            payer: text("payer")?.parse().ok()?,
            recipient: text("recipient")?.parse().ok()?,
            amount: text("amount")?.parse().ok().filter(|amount: &Amount| !amount.is_negative())?,
            is_automatic: line.get("automatic")?.as_bool()?,
        };
        Some(Self {
            state: PaymentState::of(text("state")?)?,
            payment,
            payment_id: owned("payment_id"),
            code: owned("code"),
        })
    }

    /// The event for logs.
    pub(super) fn trace(&self) {
        let Payment { id, payer, amount, is_automatic, .. } = &self.payment;
        let (state, code) = (self.state.as_str(), self.code.as_deref());
        let (payment_id, network) = (self.payment_id.as_deref(), payer.chain().caip2());
        match self.state {
            PaymentState::Unknown => {
                tracing::warn!(%id, state, %payer, network, %amount, is_automatic, code, "a payment may have been made");
            }
            _ => tracing::info!(%id, state, %payer, network, %amount, is_automatic, payment_id, code, "a payment"),
        }
    }
}
