//! JSON Web Tokens (RFC 7519) signed with ES384, and the key sets (RFC 7517) of their issuers.

use std::fmt;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p384::ecdsa::signature::Verifier as _;
use p384::ecdsa::{Signature, VerifyingKey};
use serde::Deserialize;
use serde_json::Value;

/// The longest token, in bytes. Those of NVIDIA have some kilobytes.
const MAX_TOKEN: usize = 256 * 1024;
/// The longest key set, in bytes, and its most keys.
const MAX_KEY_SET: usize = 1024 * 1024;
const MAX_KEYS: usize = 64;
/// How much clocks may differ.
const LEEWAY: Duration = Duration::from_secs(60);

/// Public keys of P-384, by their ids.
#[derive(Clone)]
pub(super) struct KeySet(Vec<(String, VerifyingKey)>);

#[derive(Deserialize)]
struct Jwks {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<Value>,
}

/// The claims that every token must have.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    exp: u64,
    nbf: Option<u64>,
    iat: Option<u64>,
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

impl KeySet {
    /// Reads the P-384 keys of a key set.
    pub(super) fn from_json(json: &str) -> Result<Self, String> {
        if json.len() > MAX_KEY_SET {
            return Err(format!("the key set has {} bytes, and at most {MAX_KEY_SET} are read", json.len()));
        }
        let set: Jwks = serde_json::from_str(json).map_err(|error| format!("the key set is not valid: {error}"))?;
        let coordinate = |key: &Value, name: &str| {
            let bytes = decode(key.get(name)?.as_str()?)?;
            (bytes.len() == 48).then_some(bytes)
        };
        let read = |key: &Value| {
            let is = |name: &str, wanted: &str| key.get(name).and_then(Value::as_str) == Some(wanted);
            if !is("kty", "EC") || !is("crv", "P-384") {
                return None;
            }
            let point = [&[4][..], &coordinate(key, "x")?, &coordinate(key, "y")?].concat();
            Some((key.get("kid")?.as_str()?.to_owned(), VerifyingKey::from_sec1_bytes(&point).ok()?))
        };
        let keys: Vec<_> = set.keys.iter().take(MAX_KEYS).filter_map(read).collect();
        if keys.is_empty() { Err("the key set has no key of P-384 with an id".to_owned()) } else { Ok(Self(keys)) }
    }

    /// Verifies a token: its signature by a key of this set, its issuer, and that it is valid at this time. Returns its claims.
    pub(super) fn verify(&self, token: &str, issuer: &str, now: SystemTime) -> Result<Value, String> {
        if token.len() > MAX_TOKEN {
            return Err(format!("the token has {} bytes, and at most {MAX_TOKEN} are read", token.len()));
        }
        let mut parts = token.split('.');
        let (Some(header), Some(claims), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err("the token does not have three parts".to_owned());
        };
        let signed = token.get(..header.len() + 1 + claims.len()).unwrap_or_default();
        let json = |part: &str| decode(part).ok_or_else(|| "a part of the token is not base64url".to_owned());
        let invalid = |error: serde_json::Error| format!("the token is not valid: {error}");
        let header: Header = serde_json::from_slice(&json(header)?).map_err(invalid)?;
        // No other algorithm: neither `none`, nor one that would take a public key for a secret.
        if header.alg != "ES384" {
            return Err(format!("the token is signed with {:?}, and only ES384 is accepted", header.alg));
        }
        if header.crit.is_some() {
            return Err("the token has critical extensions, and none is known".to_owned());
        }
        let id = header.kid.ok_or_else(|| "the token names no key".to_owned())?;
        let keys = self.0.iter().filter(|key| key.0 == id).map(|key| &key.1);
        let signature = decode(signature).and_then(|bytes| Signature::from_slice(&bytes).ok());
        let signature = signature.ok_or_else(|| "the token's signature is not one of ES384".to_owned())?;
        let mut keys = keys.peekable();
        if keys.peek().is_none() {
            return Err(format!("the token is signed with the key {id:?}, which the key set does not have"));
        }
        if !keys.any(|key| key.verify(signed.as_bytes(), &signature).is_ok()) {
            return Err("the token's signature is not valid".to_owned());
        }
        let claims: Value = serde_json::from_slice(&json(claims)?).map_err(invalid)?;
        let Claims { iss, exp, nbf, iat } = Claims::deserialize(&claims).map_err(invalid)?;
        if iss != issuer {
            return Err(format!("the token is of {iss:?}, and not of {issuer:?}"));
        }
        let now = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        if now > Duration::from_secs(exp).saturating_add(LEEWAY) {
            return Err("the token has expired".to_owned());
        }
        if [nbf, iat].into_iter().flatten().any(|from| Duration::from_secs(from) > now + LEEWAY) {
            return Err("the token is not valid yet".to_owned());
        }
        Ok(claims)
    }
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|key| &key.0)).finish()
    }
}
