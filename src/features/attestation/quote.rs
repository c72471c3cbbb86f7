//! `TdxQuote`: a TDX quote, and its verification with Intel's DCAP scheme (`dcap-qvl`).

use std::time::{Duration, SystemTime};

use dcap_qvl::QuotePolicy;
use dcap_qvl::config::PckCa;
use dcap_qvl::intel;
use dcap_qvl::quote::{AuthData, Header, Quote};
use dcap_qvl::verify::QuoteVerifier;
use sha2::{Digest as _, Sha256};

use super::collateral::{Collateral, Fmspc};
use super::crypto::Crypto;
use super::error::AttestationError;
use super::level::AttestationCheck;
use super::measurements::Measurements;
use super::tcb::TcbStatus;

/// Those of today have 5 KB.
const MAX_BYTES: usize = 64 * 1024;
const TDX: u32 = 0x81;
/// SHA-256 of the DER of the Intel SGX Root CA.
const INTEL_ROOT: [u8; 32] = [
    0x44, 0xa0, 0x19, 0x6b, 0x2b, 0x99, 0xf8, 0x89, 0xb8, 0xe1, 0x49, 0xe9, 0x5b, 0x80, 0x7a, 0x35, 0x0e, 0x74, 0x24,
    0x96, 0x43, 0x99, 0xe8, 0x85, 0xa7, 0xcb, 0xb8, 0xcc, 0xfa, 0xb6, 0x74, 0xd3,
];

/// The trusted root certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TrustedRoot {
    Intel,
    /// The DER of another one, for tests.
    Test(Vec<u8>),
}

impl TrustedRoot {
    fn trusts(&self, certificate: &[u8]) -> bool {
        match self {
            Self::Intel => <[u8; 32]>::from(Sha256::digest(certificate)) == INTEL_ROOT,
            Self::Test(trusted) => trusted == certificate,
        }
    }
}

/// A quote that was parsed and not verified yet. Nothing of it may be used but to look up its collateral.
pub(super) struct TdxQuote {
    bytes: Vec<u8>,
    fmspc: Fmspc,
    ca: PckCa,
    /// The last certificate of its chain.
    root: Vec<u8>,
}

/// What a verified quote has.
#[derive(Clone, Debug)]
pub(super) struct VerifiedQuote {
    pub(super) version: u16,
    pub(super) measurements: Measurements,
    pub(super) report_data: [u8; 64],
    pub(super) tcb_status: TcbStatus,
    pub(super) advisories: Vec<String>,
    pub(super) fmspc: Fmspc,
    /// When the first part of the collateral expires.
    pub(super) collateral_expires: SystemTime,
}

/// Compares the lengths and types that no signature covers with what was parsed, so that a quote has one form. Only zeros may follow it.
fn check_framing(quote: &Quote, bytes: &[u8]) -> Result<(), String> {
    let AuthData::V4(signed) = &quote.auth_data else { return Err("has signature data of another version".to_owned()) };
    let (outer, inner) = (&signed.certification_data, &signed.qe_report_data);
    // The QE's report and its signature, two lengths and a type.
    let inner_length = 384 + 64 + 2 + inner.qe_auth_data.data.len() + 2 + 4 + inner.certification_data.body.data.len();
    let length = 64 + 64 + 2 + 4 + inner_length;
    let rest = bytes.get(quote.signed_length()..).and_then(|rest| rest.split_first_chunk::<4>());
    let Some((written, rest)) = rest else { return Err("has no signature data".to_owned()) };
    // Certification data of type 6 has the QE's report.
    if outer.cert_type != 6 || outer.body.data.len() != inner_length || u32::from_le_bytes(*written) as usize != length
    {
        return Err("has signature data of another type or length".to_owned());
    }
    match rest.get(length..) {
        Some(padding) if padding.iter().all(|byte| *byte == 0) => Ok(()),
        _ => Err("is followed by something".to_owned()),
    }
}

impl TdxQuote {
    /// Parses a quote of version 4 or 5.
    pub(super) fn parse(bytes: Vec<u8>) -> Result<Self, AttestationError> {
        let broken = |problem: String| AttestationError::new(AttestationCheck::Quote, format!("the quote {problem}"));
        if bytes.len() > MAX_BYTES {
            return Err(broken(format!("has {} bytes, and at most {MAX_BYTES} are read", bytes.len())));
        }
        let quote = Quote::parse(&bytes).map_err(|error| broken(format!("cannot be parsed: {error:#}")))?;
        let Header { version, tee_type, .. } = quote.header;
        if tee_type != TDX || quote.report.as_td10().is_none() {
            return Err(broken("is not of TDX".to_owned()));
        }
        if !matches!(version, 4 | 5) {
            return Err(broken(format!("has version {version}, and TDX quotes have 4 or 5")));
        }
        check_framing(&quote, &bytes).map_err(broken)?;
        let certificates = |error| broken(format!("has no certificate of Intel: {error:#}"));
        let mut chain = intel::extract_cert_chain(&quote).map_err(certificates)?;
        let [leaf, ..] = &*chain else { return Err(broken("has no certificates".to_owned())) };
        let fmspc = intel::parse_pck_extension_with::<Crypto>(leaf).map_err(certificates)?.fmspc;
        let ca = intel::pck_ca_with::<Crypto>(leaf).map_err(certificates)?;
        let root = chain.pop().unwrap_or_default();
        Ok(Self { bytes, fmspc, ca, root })
    }

    /// The CPU model, to look up its collateral.
    pub(super) fn fmspc(&self) -> Fmspc {
        self.fmspc
    }

    /// The CA of its certificate, to look up its CRL.
    pub(super) fn ca(&self) -> &'static str {
        self.ca.as_id_str()
    }

    /// Verifies signatures, certificates, revocation and the TCB, and the debug bits. It takes some milliseconds.
    pub(super) fn verify(
        &self,
        collateral: &Collateral,
        root: &TrustedRoot,
        now: SystemTime,
    ) -> Result<VerifiedQuote, AttestationError> {
        let failed = |check, problem: String| AttestationError::new(check, problem);
        if !root.trusts(&self.root) {
            let problem = "the certificates of the quote do not end at the trusted root";
            return Err(failed(AttestationCheck::Quote, problem.to_owned()));
        }
        collateral.check_time(now)?;
        let seconds = now.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
        // The status is compared below, for an error with its details, and so is the debug bit.
        let verifier = QuoteVerifier::<Crypto>::new_with_config(self.root.clone()).allow_debug(true);
        let policy = QuotePolicy::claims_only(seconds);
        let claims =
            verifier.verify_with_policy(&self.bytes, collateral.parts(), seconds, &policy).map_err(|error| {
                let problem = format!("{error:#}");
                // The crate has no error type.
                match &*problem {
                    "TCB status is invalid: Revoked" => {
                        failed(AttestationCheck::TcbStatus, "the TCB status of the platform is Revoked".to_owned())
                            .with_tcb(TcbStatus::Revoked, &[])
                    }
                    "No matching TCB level found" => {
                        let problem = "the TCB of the platform is older than any that Intel lists: it has no status";
                        failed(AttestationCheck::TcbStatus, problem.to_owned())
                    }
                    _ => failed(AttestationCheck::Quote, format!("the quote is not valid: {problem}")),
                }
            })?;
        let Some(report) = claims.report.as_td10() else {
            return Err(failed(AttestationCheck::Quote, "the quote is not of TDX".to_owned()));
        };
        let [flags, ..] = report.td_attributes;
        if flags != 0 {
            let problem = format!(
                "the virtual machine runs in debug or profiling mode, in which its host reads its memory (attributes {flags:#04x})"
            );
            return Err(failed(AttestationCheck::TdAttributes, problem));
        }
        let mut advisories = claims.tcb.advisory_ids;
        let current = claims.platform.current_tcb_level.into_iter().flat_map(|level| level.advisory_ids);
        advisories.extend(current);
        advisories.sort();
        advisories.dedup();
        Ok(VerifiedQuote {
            version: claims.header.version,
            measurements: Measurements::of(report),
            report_data: report.report_data,
            tcb_status: TcbStatus::of(claims.tcb.status),
            advisories,
            fmspc: claims.platform.pck.fmspc,
            collateral_expires: SystemTime::UNIX_EPOCH
                .checked_add(Duration::from_secs(claims.earliest_expiration_date))
                .unwrap_or(now),
        })
    }
}
