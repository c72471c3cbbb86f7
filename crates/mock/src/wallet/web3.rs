//! Handlers of API keys for wallets that stake VVV: a signed token (JWT), and a key for the wallet that signs the token.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, Signer as _, SigningKey};
use serde_json::{Value, json};

use super::super::errors::error;
use super::super::parsed_request::ParsedRequest;
use super::super::reply::Reply;
use super::super::state::State;
use super::super::web3;
use super::crypto::{Address, hex, recover};
use crate::evm::personal_hash;

/// How long a token can be signed.
const LIFETIME: Duration = Duration::from_secs(15 * 60);
const ISSUER: &str = "venice-ai-mock";

/// The key with which the mock signs its tokens. It protects nothing.
fn key() -> SigningKey {
    SigningKey::from_bytes(b"the mock of the api signs tokens")
}

/// Distinguishes the tokens of one mock from those of another.
#[derive(Debug)]
pub(super) struct Audience(u64);

impl Default for Audience {
    fn default() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

pub(super) fn token(state: &mut State, _: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let now = state.ledger.now();
    let claims = json!({
        "iss": ISSUER,
        "aud": state.ledger.audience.0,
        "iat": now.as_secs(),
        "exp": (now + LIFETIME).as_secs(),
        "jti": state.next_uuid(),
    });
    let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let signed = format!("{}.{}", part(&json!({"alg": "EdDSA", "typ": "JWT"})), part(&claims));
    let signature = URL_SAFE_NO_PAD.encode(key().sign(signed.as_bytes()).to_bytes());
    Ok(Reply::json(200, &json!({"success": true, "data": {"token": format!("{signed}.{signature}")}})))
}

/// Makes a key for a wallet that signed a token of this mock and has staked VVV.
pub(super) fn create(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let refused = |message: &str| error(400, message);
    let Some(address @ Address::Evm(_)) = Address::parse(request.text("address")) else {
        return Err(refused("Invalid wallet address"));
    };
    let token = request.text("token");
    check_token(state, token).map_err(refused)?;
    let signer = hex(request.text("signature")).and_then(|bytes| recover(&personal_hash(token.as_bytes()), &bytes));
    if signer != Some(address) {
        return Err(refused("Wallet signature does not match"));
    }
    if !state.ledger.account(address).has_staked_vvv {
        return Err(refused("Wallet has no staked VVV on Base"));
    }
    Ok(web3::created(state, request))
}

fn check_token(state: &State, token: &str) -> Result<(), &'static str> {
    let (signed, signature) = token.rsplit_once('.').ok_or("JWT is malformed")?;
    let (header, claims) = signed.split_once('.').ok_or("JWT is malformed")?;
    let bytes = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| "JWT is malformed");
    let json = |part: &str| serde_json::from_slice::<Value>(&bytes(part)?).map_err(|_| "JWT is malformed");
    let (header, claims, signature) = (json(header)?, json(claims)?, bytes(signature)?);
    let signature = Signature::from_slice(&signature).map_err(|_| "JWT signature is invalid")?;
    if header["alg"] != "EdDSA" || key().verifying_key().verify_strict(signed.as_bytes(), &signature).is_err() {
        return Err("JWT signature is invalid");
    }
    if claims["iss"] != ISSUER || claims["aud"] != state.ledger.audience.0 {
        return Err("JWT claims are invalid");
    }
    match claims["exp"].as_u64() {
        None => Err("JWT claims are invalid"),
        Some(expiry) if expiry <= state.ledger.now().as_secs() => Err("JWT has expired"),
        Some(_) => Ok(()),
    }
}
