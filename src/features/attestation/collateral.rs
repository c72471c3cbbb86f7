//! `Collateral`: what Intel signs about a CPU model: TCB info, identity of the quoting enclave, CRLs.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use dcap_qvl::QuoteCollateralV3;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::error::AttestationError;
use super::level::AttestationCheck;
use crate::features::hex;
use crate::runtime::timestamp::Timestamp;

/// The longest collateral, in bytes of JSON. Those seen have 20 KiB.
pub(super) const MAX_BYTES: usize = 1024 * 1024;

/// The identifier of a CPU model (family, model, stepping, platform, customer SKU).
pub type Fmspc = [u8; 6];

/// The collateral of one CPU model, for verification without a network.
///
/// Everything in it is signed by Intel, and is verified together with a quote: it may come from anywhere.
#[derive(Clone)]
pub struct Collateral {
    parts: Arc<QuoteCollateralV3>,
    fmspc: Fmspc,
    issued: SystemTime,
    expires: SystemTime,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Dates {
    issue_date: Timestamp,
    next_update: Timestamp,
    fmspc: Option<String>,
}

/// A document of Intel with its signature, which is of the document's exact text.
#[derive(Deserialize)]
pub(super) struct Signed<'a> {
    #[serde(borrow, alias = "tcbInfo", alias = "enclaveIdentity")]
    pub(super) document: &'a RawValue,
    pub(super) signature: String,
}

impl Collateral {
    /// Reads collateral in the JSON form of `dcap-qvl`, version 3: the issuer chains as PEM, `tcb_info` and `qe_identity` as texts, CRLs
    /// and signatures in hex.
    ///
    /// # Errors
    /// With the check [`Collateral`](AttestationCheck::Collateral): more than 1 MiB, other JSON, or no dates.
    pub fn from_json(json: &str) -> Result<Self, AttestationError> {
        if json.len() > MAX_BYTES {
            return Err(broken(format!("it has {} bytes, and at most {MAX_BYTES} are read", json.len())));
        }
        let parts: QuoteCollateralV3 = serde_json::from_str(json).map_err(|error| broken(error.to_string()))?;
        Self::of(parts)
    }

    pub(super) fn of(mut parts: QuoteCollateralV3) -> Result<Self, AttestationError> {
        // The certificates are those in the quote.
        parts.pck_certificate_chain = None;
        let dates = |text: &str| serde_json::from_str::<Dates>(text).map_err(|error| broken(error.to_string()));
        let time = |time: &Timestamp| time.to_system_time().ok_or_else(|| broken("a date is not one".to_owned()));
        let (info, identity) = (dates(&parts.tcb_info)?, dates(&parts.qe_identity)?);
        let fmspc = info.fmspc.as_deref().and_then(hex::decode_array);
        let fmspc = fmspc.ok_or_else(|| broken("its TCB info has no FMSPC".to_owned()))?;
        let issued = time(&info.issue_date)?.max(time(&identity.issue_date)?);
        let expires = time(&info.next_update)?.min(time(&identity.next_update)?);
        Ok(Self { parts: Arc::new(parts), fmspc, issued, expires })
    }

    /// The CPU model. It is not verified before a quote is.
    pub fn fmspc(&self) -> Fmspc {
        self.fmspc
    }

    /// When the newer of the TCB info and the identity was issued.
    pub fn issued(&self) -> SystemTime {
        self.issued
    }

    /// When the TCB info or the identity expires. A CRL or a certificate may expire before.
    pub fn expires(&self) -> SystemTime {
        self.expires
    }

    pub(super) fn parts(&self) -> &QuoteCollateralV3 {
        &self.parts
    }

    pub(super) fn check_time(&self, now: SystemTime) -> Result<(), AttestationError> {
        let shown = |time| Timestamp::from(time).to_string();
        if now > self.expires {
            let problem = format!("it expired at {}", shown(self.expires));
            return Err(broken(problem));
        }
        if now < self.issued {
            return Err(broken(format!("it was issued at {}, which is in the future", shown(self.issued))));
        }
        Ok(())
    }
}

fn broken(problem: String) -> AttestationError {
    AttestationError::new(AttestationCheck::Collateral, format!("the collateral is not usable: {problem}"))
}

impl fmt::Debug for Collateral {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = f.debug_struct("Collateral");
        fields.field("fmspc", &format_args!("{}", hex::encode(&self.fmspc))).field("issued", &self.issued);
        fields.field("expires", &self.expires).finish_non_exhaustive()
    }
}
