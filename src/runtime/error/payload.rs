//! Typed payloads of errors: payment challenges, spend limits, content policy.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use crate::runtime::amount::Amount;
use crate::runtime::attachments::Attachments;
use crate::runtime::text::scrub;

/// The parts of an error that few errors have.
#[derive(Clone, Debug, Default)]
pub(super) struct Details {
    pub(super) fields: Vec<FieldError>,
    pub(super) did_you_mean: Vec<String>,
    pub(super) request_id: Option<String>,
    /// What the error document or a higher module says beyond that: a challenge to pay, a job, a report.
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
    /// Removes a secret from what a reply was decoded into. The documents of an error reply are clean by then; what a job's status
    /// or a check said is not.
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

/// A member of the request that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldError {
    /// The path of the member in the request's JSON, such as `messages[0].content`; empty for the request as a whole.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
    /// The rule that it breaks, as the API's validator calls it, such as `too_small`.
    pub code: Option<String>,
}

impl FieldError {
    pub(super) fn new(field: &str, message: &str, code: Option<&str>) -> Self {
        Self { field: field.to_owned(), message: message.to_owned(), code: code.map(str::to_owned) }
    }
}

/// What a 402 says. It has three shapes, and they mean different things.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum PaymentRequired {
    /// Nobody was recognised, and the API offers ways to pay or to sign in. On an operation that takes a key this is
    /// what a missing or unknown key may look like; on the top-up it is the price.
    Challenge(X402Challenge),
    /// The wallet that signed the request has too little prepaid credit.
    Wallet(LowWalletBalance),
    /// The account behind the API key, or the key's own limit, is used up.
    Account(SpendLimit),
}

/// Ways to pay or to sign in (x402).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct X402Challenge {
    /// The version of the x402 protocol.
    pub version: Option<u64>,
    /// What can be paid, and how. Take amounts and addresses from here and never from elsewhere.
    pub accepts: Vec<PaymentOption>,
    /// The whole document. To pay, the chosen member of `accepts` must be sent back word for word.
    pub raw: Value,
}

/// One way to pay.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PaymentOption {
    /// How it is paid, such as `exact`.
    pub scheme: Option<String>,
    /// The blockchain, such as `eip155:8453` (Base).
    pub network: Option<String>,
    /// How much, in the asset's smallest unit: `"5000000"` is 5 USDC.
    pub amount: Option<String>,
    /// The asset's contract or mint address.
    pub asset: Option<String>,
    /// The address that is paid.
    pub pay_to: Option<String>,
    /// How long a signed payment may be on its way.
    pub max_timeout: Option<Duration>,
    /// The name of the asset's contract, which is a part of what is signed (EIP-712), such as `USD Coin`.
    pub asset_name: Option<String>,
    /// The version of the asset's contract, which is a part of what is signed (EIP-712).
    pub asset_version: Option<String>,
    /// Who pays the network's fee, on Solana.
    pub fee_payer: Option<String>,
    /// The option word for word, as it must be sent back.
    pub raw: Value,
}

impl PaymentOption {
    /// The amount in US dollars, to the last digit: `5.00` for `"5000000"`. `None` if the amount is no whole number of units.
    ///
    /// The assets that the API takes are dollars with six decimal places; if an option names another number of them
    /// (`extra.decimals`), that counts.
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
    /// How much the API suggests to top up, in US dollars.
    pub suggested_top_up_usd: Option<Amount>,
    /// The smallest top-up, in US dollars.
    pub minimum_top_up_usd: Option<Amount>,
    /// The whole document, with instructions and a challenge to sign.
    pub raw: Value,
}

/// What of an account is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SpendLimit {
    /// The account's balance.
    Balance,
    /// The API key's limit in DIEM, which starts afresh at 00:00 UTC. The account may have more.
    KeyDiem,
    /// The API key's limit in US dollars. The account may have more.
    KeyUsd,
}

/// What the user has to agree to before the operation runs.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ConsentRequired {
    /// Which consent is asked for, such as `seedance`: the member of the request's `consents` to fill.
    pub flow: Option<String>,
    /// The inputs that show a face, such as `image` or `reference_video`.
    pub face_media_roles: Vec<String>,
    /// The version of the policy.
    pub version: Option<String>,
    /// The policy to show to the user.
    pub policy_text: Option<String>,
    /// Where it is explained.
    pub docs_url: Option<String>,
    /// The whole document.
    pub raw: Value,
}

/// What a refusal on grounds of content, or a job that failed, says besides its message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContentPolicy {
    /// A prompt that would pass.
    pub suggested_prompt: Option<String>,
    /// A model that may accept the prompt.
    pub recommended_model: Option<String>,
    /// Whether the credits for the job were given back; `None` where the API does not say.
    pub credits_refunded: Option<bool>,
    /// What to do about it.
    pub hint: Option<String>,
}

impl PaymentRequired {
    /// The shape is told by its members, the surest first.
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
    /// A document that has the version of the protocol is one.
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
    /// The members stand at the top or inside `error`; both were seen.
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

/// A text field that is not empty.
pub(crate) fn text(body: &Value, name: &str) -> Option<String> {
    body.get(name).and_then(as_text).filter(|text| !text.is_empty())
}

/// Texts that the API sometimes sends as numbers count as texts.
fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// An amount, as a number or as a text.
fn amount(body: &Value, name: &str) -> Option<Amount> {
    Amount::deserialize(body.get(name)?).ok()
}

/// Numbers that the API sometimes sends as texts count as numbers.
pub(super) fn number(body: &Value, name: &str) -> Option<f64> {
    let value = body.get(name)?;
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}
