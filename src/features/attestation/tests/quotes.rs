//! Real quotes, with Intel's root certificate.

use std::time::{Duration, SystemTime};

use super::super::collateral::Collateral;
use super::super::quote::{TdxQuote, TrustedRoot, VerifiedQuote};
use super::super::{AttestationCheck, AttestationError, TcbStatus};
use crate::features::hex;
use crate::runtime::timestamp::Timestamp;

const GOOD: &[u8] = include_bytes!("../../../../tests/fixtures/attestation/tdx_quote");
const GOOD_COLLATERAL: &str = include_str!("../../../../tests/fixtures/attestation/tdx_quote_collateral.json");
const OUTDATED: &[u8] = include_bytes!("../../../../tests/fixtures/attestation/tdx_quote_outdated");
const OUTDATED_COLLATERAL: &str =
    include_str!("../../../../tests/fixtures/attestation/tdx_quote_outdated_collateral.json");
const DSTACK: &str = include_str!("../../../../tests/fixtures/attestation/quote-from-tappd.hex");

/// The header and the body of a quote of version 4.
const SIGNED_BODY: usize = 632;

fn time(text: &str) -> SystemTime {
    Timestamp::from(text).to_system_time().unwrap()
}

fn verify(quote: &[u8], collateral: &str, now: SystemTime) -> Result<VerifiedQuote, AttestationError> {
    let collateral = Collateral::from_json(collateral)?;
    TdxQuote::parse(quote.to_vec())?.verify(&collateral, &TrustedRoot::Intel, now)
}

fn check(outcome: Result<VerifiedQuote, AttestationError>) -> AttestationCheck {
    outcome.unwrap_err().check()
}

fn in_time() -> SystemTime {
    time("2025-06-25T00:00:00Z")
}

#[test]
fn a_real_quote_is_valid_within_the_time_of_its_collateral() {
    let found = verify(GOOD, GOOD_COLLATERAL, in_time()).unwrap();
    assert_eq!((found.tcb_status, &*found.advisories, found.version), (TcbStatus::UpToDate, &[][..], 4));
    assert_eq!(found.fmspc, [0xb0, 0xc0, 0x6f, 0, 0, 0]);
    // Offsets of a quote of version 4.
    assert_eq!(found.report_data, GOOD[568..632]);
    assert_eq!(found.measurements.mrtd, GOOD[184..232]);
    assert_eq!(found.measurements.mrconfigid, GOOD[232..280]);
    assert_eq!(found.measurements.rtmr.concat(), GOOD[376..568]);
    let until = found.collateral_expires;
    assert!(until > in_time() && until <= time("2025-07-19T10:16:03Z"), "{until:?}");
}

#[test]
fn collateral_is_valid_from_its_issue_until_its_first_part_expires() {
    let until = verify(GOOD, GOOD_COLLATERAL, in_time()).unwrap().collateral_expires;
    assert!(verify(GOOD, GOOD_COLLATERAL, until - Duration::from_secs(1)).is_ok());
    for (now, expected) in [
        (time("2025-06-19T10:32:26Z"), AttestationCheck::Collateral),
        (time("2025-07-19T10:16:04Z"), AttestationCheck::Collateral),
        (time("2035-01-01T00:00:00Z"), AttestationCheck::Collateral),
        (SystemTime::UNIX_EPOCH, AttestationCheck::Collateral),
    ] {
        assert_eq!(check(verify(GOOD, GOOD_COLLATERAL, now)), expected, "{now:?}");
    }
}

#[test]
fn a_tcb_below_every_level_has_no_status_and_is_refused() {
    let failed = verify(OUTDATED, OUTDATED_COLLATERAL, time("2026-03-01T00:00:00Z")).unwrap_err();
    assert_eq!((failed.check(), failed.tcb_status()), (AttestationCheck::TcbStatus, None), "{failed}");
}

#[test]
fn collateral_of_another_cpu_model_does_not_fit() {
    let failed = verify(GOOD, OUTDATED_COLLATERAL, time("2026-03-01T00:00:00Z")).unwrap_err();
    assert_eq!(failed.check(), AttestationCheck::Quote, "{failed}");
}

#[test]
fn a_flipped_byte_fails() {
    // The certificates are PEM, so that a flipped line break may not matter.
    let signature_data = SIGNED_BODY..1258;
    let positions = (0..SIGNED_BODY).step_by(37).chain(signature_data.step_by(23)).chain([4937, 5005]);
    for position in positions {
        let mut quote = GOOD.to_vec();
        quote[position] ^= 1;
        let outcome = verify(&quote, GOOD_COLLATERAL, in_time());
        assert!(outcome.is_err(), "byte {position} of the quote has no effect");
    }
}

#[test]
fn changed_collateral_fails() {
    for (from, to) in [
        (r#"\"tcbStatus\":\"OutOfDate\""#, r#"\"tcbStatus\":\"UpToDate\""#),
        (r#"\"isvsvn\":4"#, r#"\"isvsvn\":1"#),
        ("2025-07-19T10:16:03Z", "2035-07-19T10:16:03Z"),
        ("2025-07-19T10:32:27Z", "2035-07-19T10:32:27Z"),
    ] {
        let changed = GOOD_COLLATERAL.replace(from, to);
        assert_ne!(changed, GOOD_COLLATERAL, "{from}");
        assert!(verify(GOOD, &changed, in_time()).is_err(), "{from} may be {to}");
    }
    let parts: serde_json::Value = serde_json::from_str(GOOD_COLLATERAL).unwrap();
    for name in ["root_ca_crl", "pck_crl", "tcb_info_signature", "qe_identity_signature"] {
        let mut changed = parts.clone();
        let mut bytes = hex::decode(changed[name].as_str().unwrap()).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        changed[name] = hex::encode(&bytes).into();
        assert!(verify(GOOD, &changed.to_string(), in_time()).is_err(), "{name}");
    }
}

#[test]
fn another_root_is_not_trusted() {
    let quote = TdxQuote::parse(GOOD.to_vec()).unwrap();
    let collateral = Collateral::from_json(GOOD_COLLATERAL).unwrap();
    let outcome = quote.verify(&collateral, &TrustedRoot::Test(b"a certificate".to_vec()), in_time());
    assert_eq!(check(outcome), AttestationCheck::Quote);
}

#[test]
fn a_quote_of_a_dstack_guest_is_genuine_and_its_tcb_is_too_old() {
    let bytes = hex::decode(DSTACK.trim()).unwrap();
    let quote = TdxQuote::parse(bytes.clone()).unwrap();
    assert_eq!((quote.fmspc(), quote.ca()), ([0xb0, 0xc0, 0x6f, 0, 0, 0], "platform"));
    let failed = verify(&bytes, GOOD_COLLATERAL, in_time()).unwrap_err();
    assert_eq!((failed.check(), failed.tcb_status()), (AttestationCheck::TcbStatus, None), "{failed}");
    // Its signatures are compared before its TCB.
    let mut changed = bytes;
    changed[600] ^= 1;
    assert_eq!(check(verify(&changed, GOOD_COLLATERAL, in_time())), AttestationCheck::Quote);
}

#[test]
fn what_is_no_tdx_quote_is_rejected_before_it_is_verified() {
    let changed = |offset: usize, bytes: &[u8]| {
        let mut quote = GOOD.to_vec();
        quote[offset..offset + bytes.len()].copy_from_slice(bytes);
        quote
    };
    let longer = |length: usize| [GOOD, &vec![0; length]].concat();
    for (what, quote) in [
        ("nothing", Vec::new()),
        ("a header", GOOD[..48].to_vec()),
        ("a body without a signature", GOOD[..SIGNED_BODY].to_vec()),
        ("SGX", changed(4, &[0, 0, 0, 0])),
        ("version 3", changed(0, &[3, 0])),
        ("version 6", changed(0, &[6, 0])),
        ("a signature of 4 GiB", changed(SIGNED_BODY, &[0xff; 4])),
        ("a long one", longer(64 * 1024)),
    ] {
        let outcome = TdxQuote::parse(quote);
        assert_eq!(outcome.map(|_| ()).unwrap_err().check(), AttestationCheck::Quote, "{what}");
    }
}
