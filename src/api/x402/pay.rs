//! Buying credit: what it costs, and the payment.

use reqwest::StatusCode;
use serde_json::Value;

use super::X402;
use crate::api::generated::handles::open_top_up_x402_balance;
use crate::api::generated::operations;
use crate::api::generated::types::TopUp;
use crate::runtime::call::Call;
use crate::runtime::call::Response;
use crate::runtime::error::{Error, X402Challenge};
use crate::runtime::operation::{Operation, RetryClass};
use crate::runtime::secret::Secret;
use crate::runtime::transport::{ReplyForm, built};
use crate::runtime::wallet;

const FIELD: &str = "PAYMENT-SIGNATURE";

/// Asking what a top-up costs pays nothing, so unlike the top-up itself it may be repeated.
static ASK: Operation = Operation {
    retry: RetryClass::Safe,
    // The price is another document than the receipt.
    essential: &[],
    error_inside: true,
    ..operations::TOP_UP_X402_BALANCE
};

/// A wallet's credit was topped up.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CompletedTopUp {
    /// How much was credited, and what the wallet has now.
    pub top_up: TopUp,
    /// The receipt of the payment network, if it came along.
    pub receipt: Option<PaymentReceipt>,
}

/// What the payment network says of a payment, from the header `PAYMENT-RESPONSE`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PaymentReceipt {
    /// Whether the payment was settled.
    pub success: Option<bool>,
    /// The blockchain, such as `eip155:8453` (Base).
    pub network: Option<String>,
    /// The wallet that paid.
    pub payer: Option<String>,
    /// The transaction on the blockchain.
    pub transaction: Option<String>,
    /// The whole document.
    pub raw: Value,
}

impl PaymentReceipt {
    #[inline]
    fn read(header: &str) -> Option<Self> {
        let raw = wallet::decoded(header)?;
        let text = |name: &str| raw.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            success: raw.get("success").and_then(Value::as_bool),
            network: text("network"),
            payer: text("payer"),
            transaction: text("transaction"),
            raw,
        })
    }
}

impl X402<'_> {
    /// What a top-up costs and how it can be paid: the first of its two steps. It costs nothing, and needs neither key nor wallet.
    ///
    /// Choose one of `accepts`, sign it with the wallet, and hand it to [`top_up_with_payment`](Self::top_up_with_payment) with the chosen option word for word
    /// ([`PaymentOption::raw`](crate::PaymentOption)). Look at the amount before you sign:
    /// [`amount_usd`](crate::PaymentOption::amount_usd).
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// for option in venice.x402().payment_requirements().await?.accepts {
    ///     println!("{:?} US dollars on {:?}", option.amount_usd(), option.network);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) if the answer names no way to pay. A payment header, set with
    /// [`with_header`](Call::with_header), is refused before anything is sent: only [`top_up_with_payment`](Self::top_up_with_payment) takes a payment.
    #[inline]
    pub fn payment_requirements(&self) -> Call<X402Challenge> {
        let request = self.client.http().post(self.client.url(ASK.path)).build();
        let call = Call::raw(self.client, &ASK, built(request, None));
        // The price comes as a refusal to work for free.
        call.accepting(StatusCode::PAYMENT_REQUIRED).read(ReplyForm::Json, |reply| {
            let meta = &reply.meta;
            let from_body = serde_json::from_slice(reply.bytes()).ok().and_then(|body| X402Challenge::read(&body));
            let from_header = || X402Challenge::read(&wallet::decoded(meta.payment_required()?)?);
            let usable = |challenge: &X402Challenge| !challenge.accepts.is_empty();
            let found = from_body.filter(usable).or_else(|| from_header().filter(usable));
            found.ok_or_else(|| Error::decode(format!("a {} that names no way to pay", meta.status().as_u16())))
        })
    }

    /// Pays for credit, with a payment that the caller's wallet has signed: the value of the header `PAYMENT-SIGNATURE`. The least is
    /// 5 US dollars.
    ///
    /// The value is base64 of a JSON object, whose `accepted` is the chosen member of the
    /// [`payment_requirements`](Self::payment_requirements) word for word and whose `payload` has the signature.
    ///
    /// A signed payment is credited at most once, however often it is submitted. So the client sends the same one again, as often as its
    /// [`RetryPolicy`](crate::RetryPolicy) allows, while the API is settling it (409 `PAYMENT_IN_PROGRESS`) and where the reply was lost (a
    /// time-out, a broken connection, a 504): see [`RetryClass::Payment`](crate::RetryClass::Payment). After any other failure it is not sent
    /// again by itself. **Look at the [`balance`](Self::balance) before you sign another payment**, unless
    /// [`delivery`](crate::Error::delivery) says that this one was refused: after a 402 `SETTLEMENT_FAILED` no funds were moved.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client, signed: venice_ai::Secret) -> Result<(), venice_ai::Error> {
    /// let done = venice.x402().top_up_with_payment(signed).await?;
    /// println!("{:?} US dollars more, {:?} in all", done.top_up.amount_credited, done.top_up.new_balance);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// A value that is no base64 of a JSON object with a `payload` is refused before anything is sent. A payment that is not accepted
    /// is an error with the API's code ([`code`](crate::Error::code)), such as `X402_INVALID_PAYMENT` or
    /// `PAYMENT_VERIFICATION_FAILED`; or, where the API asks for another payment,
    /// [`ErrorKind::PaymentRequired`](crate::ErrorKind::PaymentRequired).
    pub fn top_up_with_payment(&self, payment_signature: impl Into<Secret>) -> Call<CompletedTopUp> {
        let signature = payment_signature.into();
        let payload =
            wallet::decoded(signature.expose()).and_then(|signed| signed.get("payload").map(Value::is_object));
        let finding = match payload {
            Some(true) => Ok(()),
            Some(false) | None => Err("is not base64 of a JSON object with a `payload`"),
        };
        let call = self.client.raw().top_up_x402_balance(None).signed(&wallet::PAYMENT, FIELD, signature, finding);
        call.with_meta().and_then(|reply| {
            let Response { value, meta } = reply;
            let top_up = open_top_up_x402_balance(value)?;
            Ok(CompletedTopUp { top_up, receipt: meta.payment_response().and_then(PaymentReceipt::read) })
        })
    }
}
