//! `TeeAttestation`: getters of an attestation.

use serde_json::Value;

use super::TeeNonce;
use crate::api::generated::types::TeeAttestation;
use crate::features::hex;
use crate::runtime::media::base64;

/// A key for end-to-end encryption.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TeePublicKey {
    /// Its id.
    pub id: Option<String>,
    /// Its algorithm, such as `secp256k1-aes-256-gcm-hkdf-sha256`.
    pub algorithm: Option<String>,
    /// The key, in hex.
    pub public_key: String,
}

impl TeeAttestation {
    /// Whether the API *claims* that it verified the attestation, for the nonce of this request.
    ///
    /// It believes the server's own flag and verifies nothing: a dishonest server says the same. `venice.tee().verify(model)` of the cargo
    /// feature `attestation` verifies the quote.
    ///
    /// ```
    /// use venice_ai::types::TeeAttestation;
    ///
    /// let reply = format!(r#"{{"verified": true, "nonce": "{}"}}"#, "AB".repeat(32));
    /// let attestation: TeeAttestation = serde_json::from_str(&reply)?;
    /// assert!(attestation.claims_to_be_verified_for([0xab; 32]));
    /// assert!(!attestation.claims_to_be_verified_for([0xac; 32]));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn claims_to_be_verified_for(&self, nonce: impl Into<TeeNonce>) -> bool {
        self.verified == Some(true) && self.echoes(nonce)
    }

    /// Whether the reply has this nonce.
    ///
    /// ```
    /// let attestation = venice_ai::types::TeeAttestation::default();
    /// assert!(!attestation.echoes([0; 32]));
    /// ```
    #[must_use]
    pub fn echoes(&self, nonce: impl Into<TeeNonce>) -> bool {
        let nonce = nonce.into();
        let echo = self.nonce.as_deref().map(without_prefix).unwrap_or_default();
        !echo.is_empty() && echo.eq_ignore_ascii_case(without_prefix(nonce.as_hex()))
    }

    /// The public key of the model's signatures, 65 bytes in hex that start with `04`. Backends use two field names, with or without the
    /// `04`; replies of the form `aci/1` have [`public_keys`](Self::public_keys) instead.
    ///
    /// ```
    /// use venice_ai::types::TeeAttestation;
    ///
    /// let reply = format!(r#"{{"signing_key": "0x{}"}}"#, "5e".repeat(64));
    /// let attestation: TeeAttestation = serde_json::from_str(&reply)?;
    /// assert_eq!(attestation.public_key(), Some(format!("04{}", "5e".repeat(64))));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    #[inline]
    pub fn public_key(&self) -> Option<String> {
        let key = self.signing_public_key.as_deref().or(self.signing_key.as_deref()).map(without_prefix)?;
        match key.len() {
            0 => None,
            128 => Some(format!("04{key}")),
            _ => Some(key.to_owned()),
        }
    }

    /// The keys of a reply of the form `aci/1`, which has several.
    ///
    /// ```
    /// # fn example(attestation: venice_ai::types::TeeAttestation) {
    /// let keys = attestation.public_keys();
    /// let key = keys.iter().find(|key| key.algorithm.as_deref().is_some_and(|name| name.starts_with("secp256k1")));
    /// # }
    /// ```
    #[must_use]
    #[inline]
    pub fn public_keys(&self) -> Vec<TeePublicKey> {
        let keys = self.attestation.as_ref().and_then(|proof| proof.pointer("/workload_keyset/e2ee_public_keys"));
        let text = |key: &Value, name: &str| key.get(name).and_then(Value::as_str).map(str::to_owned);
        let key = |key: &Value| {
            let public_key = text(key, "public_key")?;
            Some(TeePublicKey { id: text(key, "key_id"), algorithm: text(key, "algo"), public_key })
        };
        keys.and_then(Value::as_array).into_iter().flatten().filter_map(key).collect()
    }

    /// The Intel TDX quote, as bytes. It is sent as hex or as base64, at the top or inside the attestation; `None` if there is no valid
    /// one.
    ///
    /// ```
    /// use venice_ai::types::TeeAttestation;
    ///
    /// let attestation: TeeAttestation = serde_json::from_str(r#"{"intel_quote": "04000200"}"#)?;
    /// assert_eq!(attestation.quote(), Some(vec![4, 0, 2, 0]));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn quote(&self) -> Option<Vec<u8>> {
        let inside = || self.evidence("quote")?.as_str();
        let text = self.intel_quote.as_deref().or_else(inside)?.trim();
        let digits = without_prefix(text);
        if digits.is_empty() { None } else { hex::decode(digits).or_else(|| base64::decoded(text).ok()) }
    }

    /// The event log of the machine's boot, sent as a list or as JSON in a string.
    ///
    /// ```
    /// use venice_ai::types::TeeAttestation;
    ///
    /// let attestation: TeeAttestation = serde_json::from_str(r#"{"event_log": "[{\"imr\": 3}]"}"#)?;
    /// assert_eq!(attestation.events().map(|log| log[0]["imr"].clone()), Some(3.into()));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    #[inline]
    pub fn events(&self) -> Option<Value> {
        let log = self.event_log.as_ref().or_else(|| self.evidence("event_log"))?;
        match log {
            Value::String(text) => serde_json::from_str(text).ok(),
            other => Some(other.clone()),
        }
    }

    /// The evidence of the GPUs, as NVIDIA's attestation service accepts it.
    ///
    /// ```
    /// use venice_ai::types::TeeAttestation;
    ///
    /// let attestation: TeeAttestation = serde_json::from_str(r#"{"nvidia_payload": "{\"arch\": \"HOPPER\"}"}"#)?;
    /// assert_eq!(attestation.nvidia_evidence().map(|evidence| evidence["arch"].clone()), Some("HOPPER".into()));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    #[inline]
    pub fn nvidia_evidence(&self) -> Option<Value> {
        serde_json::from_str(self.nvidia_payload.as_deref()?).ok()
    }

    /// A field of the evidence in a reply of the form `aci/1`.
    fn evidence(&self, name: &str) -> Option<&Value> {
        self.attestation.as_ref()?.get("evidence")?.get(name)
    }
}

fn without_prefix(hex: &str) -> &str {
    hex.strip_prefix("0x").unwrap_or(hex)
}
