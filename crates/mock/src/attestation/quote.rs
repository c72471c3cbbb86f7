//! `quote`: a TDX quote of version 4, signed by the test hierarchy.

use rcgen::Error;
use sha2::{Digest as _, Sha256, Sha384};

use super::pki::{CPU_SVN, Key, TestPki, pem};

/// Intel's quoting enclave, as the identity of the collateral names it.
pub(super) const QE_SIGNER: [u8; 32] = [0xdc; 32];
pub(super) const QE_PRODUCT: u16 = 2;
pub(super) const QE_VERSION: u16 = 4;
/// The vendor id of Intel's quoting enclave.
const VENDOR: [u8; 16] =
    [0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9, 0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07];
/// The TDX module: its version, and that of its identity.
const TEE_TCB_SVN: [u8; 16] = [6, 1, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/// The compose file of the virtual machine.
pub(super) const COMPOSE: &str = "services:\n  vllm:\n    image: vllm/vllm-openai\n";

/// The events of its boot: register and name.
const EVENTS: [(usize, &str); 6] =
    [(0, "firmware"), (1, "kernel"), (2, "initrd"), (3, "app-id"), (3, "compose-hash"), (3, "boot-mr-done")];

/// A register, the digest, and the name of each event.
pub(super) fn events() -> impl Iterator<Item = (usize, [u8; 48], &'static str)> {
    EVENTS.into_iter().map(|(register, name)| (register, Sha384::digest(name).into(), name))
}

fn registers() -> [[u8; 48]; 4] {
    let mut registers = [[0; 48]; 4];
    for (register, digest, _) in events() {
        registers[register] = Sha384::digest([registers[register], digest].concat()).into();
    }
    registers
}

/// A quote for this report data. The attributes have the debug bit or not.
pub(super) fn quote(pki: &TestPki, report_data: &[u8], debug: bool) -> Result<Vec<u8>, Error> {
    let mut attributes = [0_u8; 8];
    // SEPT_VE_DISABLE, which a verifier requires.
    attributes[3] = 0x10;
    attributes[0] = u8::from(debug);
    let compose = Sha256::digest(COMPOSE);
    let mrtd = Sha384::digest("venice-ai-mock: firmware");
    let signed = [
        // The header: version, key type, TDX, and the versions of enclaves.
        &[4, 0, 2, 0, 0x81, 0, 0, 0, 0, 0, 0, 0][..],
        &VENDOR,
        &[0; 20],
        // The body: the module, attributes, measurements.
        &TEE_TCB_SVN,
        &[0; 48 + 48 + 8],
        &attributes,
        &[0xe7, 0x02, 0x06, 0, 0, 0, 0, 0],
        &mrtd,
        &[1],
        &compose,
        &[0; 15],
        &[0; 48 + 48],
        &registers().concat(),
        report_data,
    ]
    .concat();
    let attestation_key = Key::of("attestation")?;
    let authentication = [0x5a; 32];
    let bound = Sha256::digest([attestation_key.coordinates(), &authentication].concat());
    let enclave_report = [
        &CPU_SVN[..],
        &[0; 4 + 28],
        // INIT and MODE64BIT.
        &[0x05, 0, 0, 0, 0, 0, 0, 0, 0xe7, 0, 0, 0, 0, 0, 0, 0],
        &[0x22; 32],
        &[0; 32],
        &QE_SIGNER,
        &[0; 96],
        &QE_PRODUCT.to_le_bytes(),
        &QE_VERSION.to_le_bytes(),
        &[0; 60],
        &bound,
        &[0; 32],
    ]
    .concat();
    let chain = [&pki.pck, &pki.platform_ca, &pki.root].map(|certificate| pem(certificate)).concat();
    let certification = [
        &enclave_report[..],
        &pki.pck_key.raw_signature(&enclave_report),
        &[32, 0],
        &authentication,
        // The chain of the PCK certificate, as PEM.
        &[5, 0],
        &length(&chain),
        chain.as_bytes(),
    ]
    .concat();
    let signature_data = [
        &attestation_key.raw_signature(&signed)[..],
        attestation_key.coordinates(),
        // The certification of the attestation key by the quoting enclave.
        &[6, 0],
        &length(&certification),
        &certification,
    ]
    .concat();
    Ok([&signed[..], &length(&signature_data), &signature_data].concat())
}

fn length(bytes: impl AsRef<[u8]>) -> [u8; 4] {
    u32::try_from(bytes.as_ref().len()).unwrap_or_default().to_le_bytes()
}
