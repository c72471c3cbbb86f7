//! `SignedPayment`: a verified payment of the header `PAYMENT-SIGNATURE` (x402, version 2): a transfer authorization (EIP-3009) or a
//! transaction of Solana.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::super::reply::Reply;
use super::challenge::{FEE_PAYER, MAXIMUM_TOP_UP, MINIMUM_TOP_UP, PAY_TO, SOLANA_PAY_TO, SOLANA_USDC, USDC, offers};
use super::crypto::{Address, hex, recover};
use super::solana::{self, Terms};
use super::{BASE, SOLANA};
use crate::evm::keccak256;

/// How long a payment may be valid at most, with a little for clocks that differ.
const MAX_LIFETIME: u64 = 600 + 30;

/// A payment that is signed by the wallet that pays, and for what the API offers.
#[derive(Debug)]
pub(super) struct SignedPayment {
    pub(super) payer: Address,
    /// In base units of USDC.
    pub(super) units: u64,
    pub(super) network: &'static str,
    /// The hash that was signed.
    pub(super) digest: [u8; 32],
    /// The nonce of an authorization.
    pub(super) nonce: Option<[u8; 32]>,
    /// The seconds since 1970 after which and before which it is valid.
    pub(super) valid: Option<(u64, u64)>,
    /// The signature of a transaction, which is its id.
    pub(super) signature: Option<[u8; 64]>,
}

/// A code and a sentence.
pub(super) type Refusal = (&'static str, String);

pub(super) fn refused((code, message): Refusal) -> Reply {
    Reply::json(400, &json!({"error": code, "message": message}))
}

fn refusal(code: &'static str, message: &str) -> Refusal {
    (code, message.to_owned())
}

fn malformed(message: &str) -> Refusal {
    refusal("INVALID_PAYMENT_FORMAT", message)
}

pub(super) fn unverified(message: &str) -> Refusal {
    refusal("PAYMENT_VERIFICATION_FAILED", message)
}

/// The payment of a header. Whether its time has come, and whether it was used, is not looked at.
pub(super) fn read(header: &str) -> Result<SignedPayment, Refusal> {
    let document = super::decoded(header).ok_or_else(|| malformed("The payment is not base64 of a JSON object"))?;
    let (payload, accepted) = (&document["payload"], &document["accepted"]);
    if document["x402Version"] != 2 || !payload.is_object() || !accepted.is_object() {
        return Err(malformed("The payment is not one of version 2, with `payload` and `accepted`"));
    }
    let network = check_accepted(accepted)?;
    let payment = if network == BASE { authorization(payload)? } else { transaction(payload)? };
    let asked = accepted["amount"].as_str().and_then(|amount| amount.parse::<u64>().ok());
    let refused = |code, message| Err(refusal(code, message));
    match (payment.units, asked) {
        (_, None) => refused("INVALID_AMOUNT", "`accepted.amount` is not a number of base units"),
        (units, _) if units < MINIMUM_TOP_UP => refused("AMOUNT_TOO_LOW", "The minimum top-up is $5"),
        (units, _) if units > MAXIMUM_TOP_UP => refused("AMOUNT_TOO_HIGH", "The maximum top-up is $10000"),
        (units, Some(asked)) if units < asked => {
            refused("INVALID_AMOUNT", "The payment is less than what was accepted")
        }
        _ => Ok(payment),
    }
}

/// Whether the payment is for one of the offers; the network that it is on.
fn check_accepted(accepted: &Value) -> Result<&'static str, Refusal> {
    if accepted["scheme"] != "exact" {
        return Err(refusal("UNSUPPORTED_SCHEME", "The scheme is not `exact`"));
    }
    let network = match accepted["network"].as_str() {
        Some("base" | BASE) => BASE,
        Some("solana" | SOLANA) => SOLANA,
        _ => return Err(refusal("UNSUPPORTED_NETWORK", "The network is neither Base nor Solana")),
    };
    let offers = offers(MINIMUM_TOP_UP, SOLANA);
    let mut all = offers.as_array().into_iter().flatten();
    let Some(offer) = all.find(|offer| offer["network"] == network) else {
        return Err(refusal("UNSUPPORTED_NETWORK", "The network is not offered"));
    };
    // An EVM address has no case; one of Solana has.
    let is_same = |name: &str| match (offer[name].as_str(), accepted[name].as_str()) {
        (Some(ours), Some(theirs)) if network == BASE => ours.eq_ignore_ascii_case(theirs),
        (ours, theirs) => ours == theirs,
    };
    if !is_same("asset") {
        return Err(refusal("UNSUPPORTED_TOKEN", "The token is not USDC"));
    }
    if !is_same("payTo") {
        return Err(refusal("INVALID_PAYMENT_RECIPIENT", "The payment was accepted for another recipient"));
    }
    // What is left has to be as it was offered: the facilitator refuses an offer that was changed.
    let mut rest = accepted.clone();
    for name in ["network", "asset", "payTo", "amount"] {
        rest[name] = offer[name].clone();
    }
    if rest != *offer {
        return Err(refusal("INVALID_PAYMENT", "`accepted` is not one of the offers, word for word"));
    }
    Ok(network)
}

/// An authorization that is signed by the wallet that it takes the money from.
fn authorization(payload: &Value) -> Result<SignedPayment, Refusal> {
    let authorization = &payload["authorization"];
    let text = |name: &str| {
        authorization[name].as_str().ok_or_else(|| malformed("A field of the authorization is missing, or no text"))
    };
    let signature = payload["signature"].as_str().ok_or_else(|| malformed("The payment has no signature"))?;
    let from = text("from").map(Address::parse)?;
    let (to, value, nonce) = (text("to")?, text("value")?, text("nonce")?);
    let (valid_after, valid_before) = (seconds(text("validAfter")?)?, seconds(text("validBefore")?)?);
    let Some(Address::Evm(from)) = from else {
        return Err(refusal("INVALID_PAYMENT_PAYER", "The payer is not an EVM address"));
    };
    if !to.eq_ignore_ascii_case(PAY_TO) {
        return Err(refusal("INVALID_PAYMENT_RECIPIENT", "The payment goes to another recipient"));
    }
    let is_digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    let units = match value.parse::<u64>() {
        Ok(units) if is_digits && units > 0 => units,
        Err(_) if is_digits => return Err(refusal("AMOUNT_TOO_HIGH", "The maximum top-up is $10000")),
        _ => return Err(refusal("INVALID_AMOUNT", "The amount is not a number of base units above 0")),
    };
    let nonce = hex(nonce).ok_or_else(|| malformed("The nonce has not 32 bytes"))?;
    let signature = hex(signature).ok_or_else(|| malformed("The signature has not 65 bytes"))?;
    let (to, asset) = (evm(PAY_TO), evm(USDC));
    let digest = signing_hash(&from, &to, units, valid_after, valid_before, &nonce, &asset);
    if recover(&digest, &signature) != Some(Address::Evm(from)) {
        return Err(unverified("The signature is not that of the payer"));
    }
    Ok(SignedPayment {
        payer: Address::Evm(from),
        units,
        network: BASE,
        digest,
        nonce: Some(nonce),
        valid: Some((valid_after, valid_before)),
        signature: None,
    })
}

fn seconds(text: &str) -> Result<u64, Refusal> {
    text.parse().map_err(|_| malformed("A time of the authorization is not a number of seconds"))
}

fn evm(address: &str) -> [u8; 20] {
    hex(address).unwrap_or_default()
}

/// The hash of a transfer authorization of USDC on Base (EIP-712).
fn signing_hash(
    from: &[u8; 20],
    to: &[u8; 20],
    units: u64,
    valid_after: u64,
    valid_before: u64,
    nonce: &[u8; 32],
    asset: &[u8; 20],
) -> [u8; 32] {
    let of = |text: &str| keccak256(text.as_bytes());
    let word = |bytes: &[u8]| [&[0; 32][bytes.len()..], bytes].concat();
    let number = |value: u64| word(&value.to_be_bytes());
    let domain = [
        of("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)").to_vec(),
        of("USD Coin").to_vec(),
        of("2").to_vec(),
        number(8453),
        word(asset),
    ];
    let transfer = [
        of("TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)")
            .to_vec(),
        word(from),
        word(to),
        number(units),
        number(valid_after),
        number(valid_before),
        nonce.to_vec(),
    ];
    keccak256(&[&[0x19, 1][..], &keccak256(&domain.concat()), &keccak256(&transfer.concat())].concat())
}

/// A transaction that is signed by the wallet whose tokens it moves.
fn transaction(payload: &Value) -> Result<SignedPayment, Refusal> {
    let transaction = payload["transaction"].as_str().and_then(|text| STANDARD.decode(text).ok());
    let transaction = transaction.ok_or_else(|| malformed("The payment has no transaction in base64"))?;
    let terms = Terms { fee_payer: FEE_PAYER, mint: SOLANA_USDC, pay_to: SOLANA_PAY_TO, decimals: 6 };
    let transfer = solana::verified(&transaction, &terms)?;
    Ok(SignedPayment {
        payer: Address::Solana(transfer.owner),
        units: transfer.amount,
        network: SOLANA,
        digest: transfer.digest,
        nonce: None,
        valid: None,
        signature: Some(transfer.signature),
    })
}

impl SignedPayment {
    /// Whether the chain would take it at this time.
    pub(super) fn check_time(&self, now: Duration) -> Result<(), Refusal> {
        let (now, Some((after, before))) = (now.as_secs(), self.valid) else { return Ok(()) };
        if after > now {
            return Err(unverified("The payment is not valid yet"));
        }
        if before <= now {
            return Err(unverified("The payment has expired"));
        }
        if before - now > MAX_LIFETIME {
            return Err(unverified("The payment is valid for more than 10 minutes"));
        }
        Ok(())
    }
}
