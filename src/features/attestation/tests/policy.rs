//! Policy files.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::measurements::Measurements;
use super::super::{AttestationCheck, MeasurementPolicy, TcbStatus};
use crate::runtime::error::ErrorKind;

fn digit(digit: u8, length: usize) -> String {
    format!("{digit:02x}").repeat(length)
}

fn measured() -> Measurements {
    Measurements {
        mrtd: [1; 48],
        rtmr: [[2; 48], [3; 48], [4; 48], [5; 48]],
        mrconfigid: [6; 48],
        mrowner: [7; 48],
        mrownerconfig: [8; 48],
        mrseam: [9; 48],
        td_attributes: [0; 8],
        xfam: [0; 8],
    }
}

fn read(value: &Value) -> MeasurementPolicy {
    MeasurementPolicy::from_json(&value.to_string()).unwrap()
}

#[test]
fn each_field_is_compared_for_itself() {
    let names = ["mrtd", "rtmr0", "rtmr1", "rtmr2", "rtmr3", "mrconfigid"];
    for (name, value) in names.into_iter().zip(1..) {
        let accepted =
            [json!(digit(value, 48)), json!([digit(9, 48), format!("0x{}", digit(value, 48).to_uppercase())])];
        for accepted in accepted {
            assert_eq!(read(&json!({name: accepted})).check(&measured(), None), Ok(()), "{name}");
        }
        let failed = read(&json!({name: [digit(9, 48), digit(10, 48)]})).check(&measured(), None).unwrap_err();
        assert_eq!(failed.check(), AttestationCheck::Measurements);
        assert!(failed.to_string().contains(name) && failed.to_string().contains(&digit(value, 48)), "{failed}");
    }
}

#[test]
fn a_compose_hash_that_cannot_be_checked_fails() {
    let policy = read(&json!({"compose_hash": digit(3, 32)}));
    assert_eq!(policy.check(&measured(), Some(&[3; 32])), Ok(()));
    assert!(policy.check(&measured(), Some(&[4; 32])).is_err());
    assert!(policy.check(&measured(), None).unwrap_err().to_string().contains("pin mrconfigid"));
}

#[test]
fn statuses_are_named() {
    let policy = read(&json!({"mrtd": digit(1, 48), "tcb_status": ["OutOfDate", "SWHardeningNeeded"]}));
    assert!(policy.accepts_status(TcbStatus::OutOfDate) && policy.accepts_status(TcbStatus::SWHardeningNeeded));
    assert!(!policy.accepts_status(TcbStatus::ConfigurationNeeded));
}

#[test]
fn what_pins_nothing_or_is_misspelt_is_no_policy() {
    let mrtd = digit(1, 48);
    for text in [
        "",
        "[]",
        "{}",
        r#"{"tcb_status": ["UpToDate"]}"#,
        &json!({"mrtd": mrtd, "rmtr0": mrtd}).to_string(),
        &json!({"mrtd": []}).to_string(),
        &json!({"mrtd": ""}).to_string(),
        &json!({"mrtd": digit(1, 32)}).to_string(),
        &json!({"mrtd": "zz".repeat(48)}).to_string(),
        &json!({"mrtd": 7}).to_string(),
        &json!({"compose_hash": mrtd}).to_string(),
        &json!({"mrtd": mrtd, "tcb_status": "Fine"}).to_string(),
        &json!({"mrtd": mrtd, "tcb_status": "Revoked"}).to_string(),
        &format!(r#"{{"mrtd": "{mrtd}", "mrtd": "{}"}}"#, digit(2, 48)),
    ] {
        let refused = MeasurementPolicy::from_json(text).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Configuration, "{text}");
    }
}

#[test]
fn a_policy_of_measurements_accepts_them_and_goes_through_a_file() {
    let policy = MeasurementPolicy::of(&measured());
    assert_eq!(policy.check(&measured(), None), Ok(()));
    let path = std::env::temp_dir().join(format!("venice-policy-{}.json", std::process::id()));
    std::fs::write(&path, policy.to_json()).unwrap();
    assert_eq!(MeasurementPolicy::from_file(&path).unwrap(), policy);
    std::fs::write(&path, " ".repeat(1024 * 1024 + 1)).unwrap();
    assert_eq!(MeasurementPolicy::from_file(&path).unwrap_err().kind(), ErrorKind::Io);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(MeasurementPolicy::from_file(&path).unwrap_err().kind(), ErrorKind::Io);
}

proptest! {
    #[test]
    fn any_text_is_a_policy_or_an_error(text in ".{0,200}") {
        prop_assert!(MeasurementPolicy::from_json(&text).is_err());
    }
}
