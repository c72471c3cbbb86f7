//! `Documents`: the collateral of the test hierarchy, and its endpoints, which are those of a PCCS.

use rcgen::Error;
use serde_json::{Value, json};
use venice_ai::http::HeaderValue;

use super::AttestationFault;
use super::pki::{CPU_SVN, FMSPC, PCE_SVN, TestPki, pem};
use super::quote::{QE_PRODUCT, QE_SIGNER, QE_VERSION};
use crate::evm::to_hex;
use crate::reply::{JSON, Reply, TEXT};
use crate::time;

const DAY: i64 = 24 * 60 * 60;
const MONTH: i64 = 30 * DAY;

/// All of it at a time.
pub(super) struct Documents {
    pub(super) tcb_info: String,
    pub(super) qe_identity: String,
    pub(super) root_crl: Vec<u8>,
    pub(super) pck_crl: Vec<u8>,
}

impl Documents {
    pub(super) fn new(pki: &TestPki, fault: Option<AttestationFault>) -> Result<Self, Error> {
        let now = i64::try_from(time::now().as_secs()).unwrap_or_default();
        let issued = if fault == Some(AttestationFault::StaleCollateral) { now - 2 * MONTH } else { now - DAY };
        let is_revoked = fault == Some(AttestationFault::RevokedCertificate);
        Ok(Self {
            tcb_info: tcb_info(issued, fault).to_string(),
            qe_identity: qe_identity(issued).to_string(),
            root_crl: pki.root_crl(now)?,
            pck_crl: pki.pck_crl(now, is_revoked)?,
        })
    }

    /// In the form of `dcap-qvl`.
    pub(super) fn json(&self, pki: &TestPki) -> Value {
        let signature = |text: &str| to_hex(pki.tcb_key.raw_signature(text.as_bytes()));
        json!({
            "pck_crl_issuer_chain": chain(&[&pki.platform_ca, &pki.root]),
            "root_ca_crl": to_hex(&self.root_crl),
            "pck_crl": to_hex(&self.pck_crl),
            "tcb_info_issuer_chain": chain(&[&pki.tcb_signer, &pki.root]),
            "tcb_info": self.tcb_info,
            "tcb_info_signature": signature(&self.tcb_info),
            "qe_identity_issuer_chain": chain(&[&pki.tcb_signer, &pki.root]),
            "qe_identity": self.qe_identity,
            "qe_identity_signature": signature(&self.qe_identity),
        })
    }

    /// The reply of a PCCS, for a path below its root.
    pub(super) fn reply(&self, pki: &TestPki, path: &str, fmspc: Option<&str>) -> Option<Reply> {
        let document = |name: &str, text: &str| {
            let signature = to_hex(pki.tcb_key.raw_signature(text.as_bytes()));
            Reply::new(200, JSON, format!(r#"{{"{name}":{text},"signature":"{signature}"}}"#))
        };
        let signer = || encoded(&chain(&[&pki.tcb_signer, &pki.root]));
        Some(match path {
            "/sgx/certification/v4/rootcacrl" => Reply::new(200, TEXT, to_hex(&self.root_crl)),
            "/sgx/certification/v4/pckcrl" => {
                let issuer = encoded(&chain(&[&pki.platform_ca, &pki.root]));
                Reply::new(200, "application/pkix-crl", self.pck_crl.clone()).with("sgx-pck-crl-issuer-chain", issuer)
            }
            "/tdx/certification/v4/tcb" if fmspc.is_some_and(|fmspc| fmspc.eq_ignore_ascii_case(&to_hex(FMSPC))) => {
                document("tcbInfo", &self.tcb_info).with("tcb-info-issuer-chain", signer())
            }
            "/tdx/certification/v4/tcb" => Reply::text(404, "No cache data for this platform."),
            "/tdx/certification/v4/qe/identity" => {
                document("enclaveIdentity", &self.qe_identity).with("sgx-enclave-identity-issuer-chain", signer())
            }
            _ => return None,
        })
    }
}

fn chain(certificates: &[&Vec<u8>]) -> String {
    certificates.iter().map(|certificate| pem(certificate)).collect()
}

/// Percent-encoded, as a header has it.
fn encoded(text: &str) -> String {
    let text = percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
    debug_assert!(HeaderValue::from_str(&text).is_ok());
    text
}

fn iso(since_1970: i64) -> String {
    let text = time::iso(std::time::Duration::from_secs(since_1970.try_into().unwrap_or_default()));
    // Without fractions of a second.
    format!("{}Z", text.get(..19).unwrap_or_default())
}

fn tcb_info(issued: i64, fault: Option<AttestationFault>) -> Value {
    let components = |values: [u8; 16]| values.map(|svn| json!({"svn": svn}));
    let level = |sgx: [u8; 16], tdx: u8, status: &str, advisories: Value| {
        let mut tdx_components = [0; 16];
        tdx_components[2] = tdx;
        json!({
            "tcb": {"sgxtcbcomponents": components(sgx), "pcesvn": PCE_SVN, "tdxtcbcomponents": components(tdx_components)},
            "tcbDate": "2026-01-01T00:00:00Z", "tcbStatus": status, "advisoryIDs": advisories,
        })
    };
    let advisories = json!(["INTEL-SA-00837", "INTEL-SA-01036"]);
    let levels = match fault {
        // The current level needs a newer microcode than the platform has.
        Some(AttestationFault::OutdatedTcb) => {
            let mut newer = CPU_SVN;
            newer[0] += 1;
            json!([level(newer, 3, "UpToDate", json!([])), level(CPU_SVN, 3, "OutOfDate", advisories)])
        }
        Some(AttestationFault::RevokedTcb) => json!([level(CPU_SVN, 3, "Revoked", advisories)]),
        _ => json!([level(CPU_SVN, 3, "UpToDate", json!([]))]),
    };
    let (signer, zeros) = ("00".repeat(48), "00".repeat(8));
    json!({
        "id": "TDX", "version": 3, "issueDate": iso(issued), "nextUpdate": iso(issued + MONTH),
        "fmspc": to_hex(FMSPC).to_uppercase(), "pceId": "0000", "tcbType": 0, "tcbEvaluationDataNumber": 20,
        "tdxModule": {"mrsigner": signer, "attributes": zeros, "attributesMask": "FF".repeat(8)},
        "tdxModuleIdentities": [{
            "id": "TDX_01", "mrsigner": signer, "attributes": zeros, "attributesMask": "FF".repeat(8),
            "tcbLevels": [{"tcb": {"isvsvn": 4}, "tcbDate": "2026-01-01T00:00:00Z", "tcbStatus": "UpToDate"}],
        }],
        "tcbLevels": levels,
    })
}

fn qe_identity(issued: i64) -> Value {
    json!({
        "id": "TD_QE", "version": 2, "issueDate": iso(issued), "nextUpdate": iso(issued + MONTH), "tcbEvaluationDataNumber": 20,
        "miscselect": "00000000", "miscselectMask": "FFFFFFFF",
        "attributes": format!("05{}", "00".repeat(15)), "attributesMask": "FBFFFFFFFFFFFFFF0000000000000000",
        "mrsigner": to_hex(QE_SIGNER).to_uppercase(), "isvprodid": QE_PRODUCT,
        "tcbLevels": [{"tcb": {"isvsvn": QE_VERSION}, "tcbDate": "2026-01-01T00:00:00Z", "tcbStatus": "UpToDate"}],
    })
}
