//! Handlers of API keys for wallets.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::errors::error;
use super::keys::Key;
use super::parsed_request::ParsedRequest;
use super::reply::Reply;
use super::state::State;
use super::time;

/// The lifetime of a token.
const LIFETIME: Duration = Duration::from_secs(15 * 60);

pub(super) fn token(state: &mut State, _: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let now = time::now();
    let header = URL_SAFE_NO_PAD.encode(br#"{"alg":"HS256","typ":"JWT"}"#);
    let claims = json!({"iat": now.as_secs(), "exp": (now + LIFETIME).as_secs(), "jti": state.next_uuid()});
    let claims = URL_SAFE_NO_PAD.encode(claims.to_string().as_bytes());
    let seal: Vec<u8> = (0..4).flat_map(|_| state.next_id().to_be_bytes()).collect();
    let token = format!("{header}.{claims}.{}", URL_SAFE_NO_PAD.encode(&seal));
    state.web3_tokens.push((token.clone(), now));
    Ok(Reply::json(200, &json!({"success": true, "data": {"token": token}})))
}

/// Creates a key for any wallet: the signature must have the right form, and is not verified.
pub(super) fn create(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let text = |name: &str| request.body[name].as_str().unwrap_or_default();
    if !is_hex(text("address"), 20) {
        return Err(error(400, "Invalid wallet address"));
    }
    let given = state.web3_tokens.iter().find(|(token, _)| token == text("token"));
    let Some((_, since)) = given else {
        return Err(error(400, "JWT is malformed"));
    };
    if time::now().saturating_sub(*since) > LIFETIME {
        return Err(error(400, "JWT has expired"));
    }
    if !is_hex(text("signature"), 65) {
        return Err(error(400, "Wallet signature does not match"));
    }
    Ok(created(state, request))
}

/// Creates the key that was asked for.
pub(super) fn created(state: &mut State, request: &ParsedRequest<'_>) -> Reply {
    let mut body = request.body.clone();
    if body.get("description").is_none() {
        body["description"] = "Web3 API Key".into();
    }
    let key = Key::new(state, &body);
    let reply = Reply::json(200, &json!({"success": true, "data": key.created()}));
    state.keys.push(key);
    reply
}

/// `0x` and this many bytes.
fn is_hex(text: &str, bytes: usize) -> bool {
    text.strip_prefix("0x")
        .is_some_and(|hex| hex.len() == 2 * bytes && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
