//! `TestPki`: a certificate hierarchy in the form of Intel's, under a root that only tests trust.

use std::time::Duration;

use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{DerSignature, Signature, SigningKey};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertificateRevocationListParams, CustomExtension, DnType, Error,
    IsCa, Issuer, KeyIdMethod, KeyUsagePurpose, PublicKeyData, RevokedCertParams, SerialNumber, SignatureAlgorithm,
};
use sha2::{Digest as _, Sha256};

/// A time of the crate `time`, which `rcgen` does not export.
macro_rules! date {
    ($since_1970:expr) => {
        rcgen::date_time_ymd(1970, 1, 1) + Duration::from_secs(u64::try_from($since_1970).unwrap_or_default())
    };
}

/// Intel's extension of PCK certificates: 1.2.840.113741.1.13.1.
const SGX_EXTENSION: &[u64] = &[1, 2, 840, 113_741, 1, 13, 1];
const SGX_OID: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01];
const DAY: i64 = 24 * 60 * 60;
/// How long certificates are valid.
const YEARS: i64 = 10 * 365 * DAY;

pub(super) const FMSPC: [u8; 6] = [0x90, 0xc0, 0x6f, 0x00, 0x00, 0x01];
pub(super) const CPU_SVN: [u8; 16] = [3, 3, 2, 2, 4, 1, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0];
pub(super) const PCE_SVN: u8 = 13;

/// A key pair of P-256. The same seed makes the same one: the keys of a mock are no secret.
pub(super) struct Key {
    secret: SigningKey,
    point: Vec<u8>,
}

impl Key {
    pub(super) fn of(seed: &str) -> Result<Self, Error> {
        let secret = SigningKey::from_slice(&Sha256::digest(seed)).map_err(|_| Error::CouldNotParseKeyPair)?;
        let point = secret.verifying_key().to_sec1_point(false).as_bytes().to_vec();
        Ok(Self { secret, point })
    }

    /// X and Y.
    pub(super) fn coordinates(&self) -> &[u8] {
        &self.point[1..]
    }

    /// R and S, as in quotes and in documents of Intel.
    pub(super) fn raw_signature(&self, message: &[u8]) -> Vec<u8> {
        let signature: Signature = self.secret.sign(message);
        signature.to_bytes().to_vec()
    }
}

impl PublicKeyData for Key {
    fn der_bytes(&self) -> &[u8] {
        &self.point
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &rcgen::PKCS_ECDSA_P256_SHA256
    }
}

impl rcgen::SigningKey for Key {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let signature: DerSignature = self.secret.sign(message);
        Ok(signature.as_bytes().to_vec())
    }
}

/// The certificates, as DER, and the keys that sign quotes and collateral.
pub(super) struct TestPki {
    pub(super) root: Vec<u8>,
    pub(super) platform_ca: Vec<u8>,
    pub(super) pck: Vec<u8>,
    pub(super) tcb_signer: Vec<u8>,
    pub(super) pck_key: Key,
    pub(super) tcb_key: Key,
    root_params: CertificateParams,
    platform_params: CertificateParams,
}

const PCK_SERIAL: u64 = 4;

impl TestPki {
    pub(super) fn new() -> Result<Self, Error> {
        let (root_key, platform_key) = (Key::of("root")?, Key::of("platform")?);
        let (pck_key, tcb_key) = (Key::of("pck")?, Key::of("tcb")?);
        let root_params = params("venice-ai-mock Test Root CA", 1, true);
        let platform_params = params("venice-ai-mock Test PCK Platform CA", 2, true);
        let mut pck_params = params("venice-ai-mock Test PCK Certificate", PCK_SERIAL, false);
        pck_params.custom_extensions = vec![CustomExtension::from_oid_content(SGX_EXTENSION, sgx_extension())];
        let root_certificate = root_params.self_signed(&root_key)?;
        let by_root = Issuer::from_params(&root_params, &root_key);
        let der = |certificate: Certificate| certificate.der().to_vec();
        let platform_ca = der(platform_params.signed_by(&platform_key, &by_root)?);
        let tcb_signer = der(params("venice-ai-mock Test TCB Signing", 3, false).signed_by(&tcb_key, &by_root)?);
        let pck = der(pck_params.signed_by(&pck_key, &Issuer::from_params(&platform_params, &platform_key))?);
        let root = der(root_certificate);
        Ok(Self { root, platform_ca, pck, tcb_signer, pck_key, tcb_key, root_params, platform_params })
    }

    /// The CRL of the root.
    pub(super) fn root_crl(&self, now: i64) -> Result<Vec<u8>, Error> {
        let key = Key::of("root")?;
        let crl = crl(now, Vec::new()).signed_by(&Issuer::from_params(&self.root_params, &key))?;
        Ok(crl.der().to_vec())
    }

    /// The CRL of the PCK CA, which has the PCK certificate if it is revoked.
    pub(super) fn pck_crl(&self, now: i64, revoked: bool) -> Result<Vec<u8>, Error> {
        let key = Key::of("platform")?;
        let revoked = revoked.then(|| RevokedCertParams {
            serial_number: SerialNumber::from(PCK_SERIAL),
            revocation_time: date!(now - DAY),
            reason_code: None,
            invalidity_date: None,
        });
        let crl = crl(now, revoked.into_iter().collect());
        Ok(crl.signed_by(&Issuer::from_params(&self.platform_params, &key))?.der().to_vec())
    }
}

/// A certificate as PEM.
pub(super) fn pem(der: &[u8]) -> String {
    use base64::Engine as _;

    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines = text.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned() + "\n");
    format!("-----BEGIN CERTIFICATE-----\n{}-----END CERTIFICATE-----\n", lines.collect::<String>())
}

fn params(name: &str, serial: u64, is_ca: bool) -> CertificateParams {
    let mut params = CertificateParams::default();
    // Fixed, so that each mock has the same root.
    let start = 1_700_000_000;
    (params.not_before, params.not_after) = (date!(start), date!(start + 3 * YEARS));
    params.serial_number = Some(SerialNumber::from(serial));
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.key_identifier_method = KeyIdMethod::PreSpecified(Sha256::digest(name)[..20].to_vec());
    params.use_authority_key_identifier_extension = true;
    if is_ca {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    } else {
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    }
    params
}

fn crl(now: i64, revoked_certs: Vec<RevokedCertParams>) -> CertificateRevocationListParams {
    CertificateRevocationListParams {
        this_update: date!(now - DAY),
        next_update: date!(now + 30 * DAY),
        crl_number: SerialNumber::from(1_u64),
        issuing_distribution_point: None,
        revoked_certs,
        key_identifier_method: KeyIdMethod::PreSpecified(Vec::new()),
    }
}

/// DER of a value shorter than 64 KiB.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap_or_default().to_be_bytes();
    let length = match content.len() {
        0..=127 => vec![length[1]],
        128..=255 => vec![0x81, length[1]],
        _ => vec![0x82, length[0], length[1]],
    };
    [&[tag][..], &length, content].concat()
}

/// An entry of Intel's extension: an OID below it, and a value.
fn entry(path: &[u8], value: Vec<u8>) -> Vec<u8> {
    let oid = der(0x06, &[&SGX_OID[..], path].concat());
    der(0x30, &[oid, value].concat())
}

fn sgx_extension() -> Vec<u8> {
    let integer = |value: u8| der(0x02, &[value]);
    let octets = |bytes: &[u8]| der(0x04, bytes);
    let components = (1..=16).zip(CPU_SVN).map(|(number, svn)| entry(&[2, number], integer(svn)));
    let tcb = components.chain([entry(&[2, 17], integer(PCE_SVN)), entry(&[2, 18], octets(&CPU_SVN))]);
    let entries = [
        entry(&[1], octets(&[0x11; 16])),
        entry(&[2], der(0x30, &tcb.collect::<Vec<_>>().concat())),
        entry(&[3], octets(&[0, 0])),
        entry(&[4], octets(&FMSPC)),
        entry(&[5], der(0x0a, &[1])),
    ];
    der(0x30, &entries.concat())
}
