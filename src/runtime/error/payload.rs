//! Typed payloads of errors: payment challenges, spend limits, content policy.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use crate::runtime::amount::Amount;
use crate::runtime::attachments::Attachments;
use crate::runtime::text::scrub;

/// The rare parts of an error.
#[derive(Clone, Debug, Default)]
pub(super) struct Details {
    pub(super) fields: Vec<FieldError>,
    pub(super) did_you_mean: Vec<String>,
    pub(super) request_id: Option<String>,
    /// Further values from the error document or a higher module: a payment challenge, a job, a report.
    pub(super) attachments: Attachments,
}

impl Details {
    pub(super) fn is_empty(&self) -> bool {
        self.fields.is_empty()
            && self.did_you_mean.is_empty()
            && self.request_id.is_none()
            && self.attachments.is_empty()
    }
}

impl Details {
    /// Removes a secret from decoded values. The documents of an error reply are clean already; a job's status or a check's report may not
    /// be.
    pub(super) fn scrub(&mut self, secret: &str) {
        self.attachments.update(|policy: &mut ContentPolicy| {
            let texts = [policy.suggested_prompt.as_mut(), policy.recommended_model.as_mut(), policy.hint.as_mut()];
            texts.into_iter().flatten().for_each(|text| _ = scrub(text, secret));
        });
        let fields = self.fields.iter_mut().flat_map(|field| [&mut field.field, &mut field.message]);
        let texts = self.did_you_mean.iter_mut().chain(&mut self.request_id);
        fields.chain(texts).for_each(|text| _ = scrub(text, secret));
    }
}

/// An invalid field of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldError {
    /// The path of the field in the request's JSON, such as `messages[0].content`; empty for the request as a whole.
    pub field: String,
    /// The problem.
    pub message: String,
    /// The violated rule, by the name of the API's validator, such as `too_small`.
    pub code: Option<String>,
}

impl FieldError {
    pub(super) fn new(field: &str, message: &str, code: Option<&str>) -> Self {
        Self { field: field.to_owned(), message: message.to_owned(), code: code.map(str::to_owned) }
    }
}

/// The details of a 402. It has three forms with different meanings.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum PaymentRequired {
    /// Not authenticated, and the API offers ways to pay or to sign in. On an operation with a key this may be a missing or unknown key; on
    /// the top-up it is the price.
    Challenge(X402Challenge),
    /// The wallet that signed the request has too little prepaid credit.
    Wallet(LowWalletBalance),
    /// The account of the API key, or the key's own limit, is used up.
    Account(SpendLimit),
}

/// Ways to pay or to sign in (x402).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct X402Challenge {
    /// The version of the x402 protocol.
    pub version: Option<u64>,
    /// The payment options. Take amounts and addresses only from here.
    pub accepts: Vec<PaymentOption>,
    /// The whole document. To pay, the chosen entry of `accepts` must be sent back unchanged.
    pub raw: Value,
}

/// One payment option.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PaymentOption {
    /// The payment scheme, such as `exact`.
    pub scheme: Option<String>,
    /// The blockchain, such as `eip155:8453` (Base).
    pub network: Option<String>,
    /// The amount in the asset's smallest unit: `"5000000"` is 5 USDC.
    pub amount: Option<String>,
    /// The asset's contract or mint address.
    pub asset: Option<String>,
    /// The address of the recipient.
    pub pay_to: Option<String>,
    /// How long a signed payment is valid.
    pub max_timeout: Option<Duration>,
    /// The name of the asset's contract, which is signed (EIP-712), such as `USD Coin`.
    pub asset_name: Option<String>,
    /// The version of the asset's contract, which is signed (EIP-712).
    pub asset_version: Option<String>,
    /// The payer of the network fee, on Solana.
    pub fee_payer: Option<String>,
    /// The option unchanged, as it must be sent back.
    pub raw: Value,
}

impl PaymentOption {
    /// The exact amount in US dollars: `5.00` for `"5000000"`. `None` if the amount is not a whole number of units.
    ///
    /// The API's assets are dollars with six decimal places, unless the option has another number (`extra.decimals`).
    ///
    /// ```
    /// # fn look(challenge: &venice_ai::X402Challenge) {
    /// for option in &challenge.accepts {
    ///     println!("{:?} US dollars on {:?}", option.amount_usd(), option.network);
    /// }
    /// # }
    /// ```
    pub fn amount_usd(&self) -> Option<Amount> {
        const USDC_DECIMALS: u64 = 6;
        let decimals = self.raw.pointer("/extra/decimals").and_then(Value::as_u64).unwrap_or(USDC_DECIMALS);
        Amount::of_units(self.amount.as_deref()?, usize::try_from(decimals).ok()?)
    }
}

/// A wallet with too little prepaid credit.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LowWalletBalance {
    /// The credit, in US dollars.
    pub current_usd: Option<Amount>,
    /// The credit that a request needs, in US dollars.
    pub minimum_usd: Option<Amount>,
    /// The top-up that the API suggests, in US dollars.
    pub suggested_top_up_usd: Option<Amount>,
    /// The smallest top-up, in US dollars.
    pub minimum_top_up_usd: Option<Amount>,
    /// The whole document, with instructions and a challenge to sign.
    pub raw: Value,
}

/// What is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SpendLimit {
    /// The account's balance.
    Balance,
    /// The API key's limit in DIEM, which resets at 00:00 UTC. The account may have more.
    KeyDiem,
    /// The API key's limit in US dollars. The account may have more.
    KeyUsd,
}

/// The consent that the operation requires.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ConsentRequired {
    /// The kind of consent, such as `seedance`: the field of the request's `consents` to set.
    pub flow: Option<String>,
    /// The inputs that show a face, such as `image` or `reference_video`.
    pub face_media_roles: Vec<String>,
    /// The version of the policy.
    pub version: Option<String>,
    /// The policy to show to the user.
    pub policy_text: Option<String>,
    /// The URL of its documentation.
    pub docs_url: Option<String>,
    /// The whole document.
    pub raw: Value,
}

/// Details of a content-policy rejection or a failed job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContentPolicy {
    /// A suggested prompt that would be accepted.
    pub suggested_prompt: Option<String>,
    /// A model that may accept the prompt.
    pub recommended_model: Option<String>,
    /// Whether the job was refunded; `None` if the API does not say.
    pub credits_refunded: Option<bool>,
    /// A hint what to do.
    pub hint: Option<String>,
}

impl PaymentRequired {
    /// The form is recognised by its fields, the most specific first.
    pub(super) fn from_body(body: &Value, message: &str, code: Option<&str>) -> Self {
        if let Some(challenge) = X402Challenge::read(body) {
            return Self::Challenge(challenge);
        }
        let is_wallet = code == Some("PAYMENT_REQUIRED")
            || body.get("topUpInstructions").is_some()
            || body.get("siwxChallenge").is_some();
        if is_wallet {
            return Self::Wallet(LowWalletBalance {
                current_usd: amount(body, "currentBalanceUsd"),
                minimum_usd: amount(body, "minimumBalanceUsd"),
                suggested_top_up_usd: amount(body, "suggestedTopUpUsd"),
                minimum_top_up_usd: amount(body, "minimumTopUpUsd"),
                raw: body.clone(),
            });
        }
        let mentions = |what: &str| {
            code.is_some_and(|code| code.contains(what)) || message.contains(&format!("{what} spend limit"))
        };
        Self::Account(if mentions("DIEM") {
            SpendLimit::KeyDiem
        } else if mentions("USD") && code.is_none_or(|code| code.contains("SPEND_LIMIT")) {
            SpendLimit::KeyUsd
        } else {
            SpendLimit::Balance
        })
    }
}

impl X402Challenge {
    /// A document with the protocol version is a challenge.
    pub(crate) fn read(body: &Value) -> Option<Self> {
        let version = body.get("x402Version")?;
        let accepts = body.get("accepts").and_then(Value::as_array);
        Some(Self {
            version: version.as_u64(),
            accepts: accepts.into_iter().flatten().map(PaymentOption::from_body).collect(),
            raw: body.clone(),
        })
    }
}

impl PaymentOption {
    fn from_body(body: &Value) -> Self {
        let extra = body.get("extra").unwrap_or(&Value::Null);
        let seconds = number(body, "maxTimeoutSeconds");
        Self {
            scheme: text(body, "scheme"),
            network: text(body, "network"),
            amount: text(body, "amount").or_else(|| text(body, "maxAmountRequired")),
            asset: text(body, "asset"),
            pay_to: text(body, "payTo"),
            max_timeout: seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
            asset_name: text(extra, "name"),
            asset_version: text(extra, "version"),
            fee_payer: text(extra, "feePayer"),
            raw: body.clone(),
        }
    }
}

impl ConsentRequired {
    pub(super) fn from_body(body: &Value) -> Self {
        let consent = body.get("consent").unwrap_or(&Value::Null);
        let roles = body.get("face_media_roles").and_then(Value::as_array);
        Self {
            flow: text(body, "consent_flow"),
            face_media_roles: roles.into_iter().flatten().filter_map(as_text).collect(),
            version: text(consent, "consent_version"),
            policy_text: text(consent, "policy_text"),
            docs_url: text(body, "docs_url"),
            raw: body.clone(),
        }
    }
}

impl ContentPolicy {
    /// The fields are at the top or inside `error`; both were observed.
    pub(crate) fn from_body(body: &Value) -> Self {
        let inner = body.get("error").unwrap_or(&Value::Null);
        let either = |name: &str| text(body, name).or_else(|| text(inner, name));
        let flag = |place: &Value| place.get("credits_refunded").and_then(Value::as_bool);
        Self {
            suggested_prompt: either("suggested_prompt"),
            recommended_model: either("recommended_model"),
            credits_refunded: flag(body).or_else(|| flag(inner)),
            hint: either("hint"),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A string field that is not empty.
pub(crate) fn text(body: &Value, name: &str) -> Option<String> {
    body.get(name).and_then(as_text).filter(|text| !text.is_empty())
}

/// Strings that the API sometimes sends as numbers count as strings.
fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// An amount, as a number or as a string.
fn amount(body: &Value, name: &str) -> Option<Amount> {
    Amount::deserialize(body.get(name)?).ok()
}

/// Numbers that the API sometimes sends as strings count as numbers.
pub(super) fn number(body: &Value, name: &str) -> Option<f64> {
    let value = body.get(name)?;
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}
