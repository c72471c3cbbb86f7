//! `MeasurementPolicy`: the measurements and TCB statuses that are accepted, from a JSON file.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};

use super::error::AttestationError;
use super::level::AttestationCheck;
use super::measurements::Measurements;
use super::tcb::TcbStatus;
use crate::features::hex;
use crate::runtime::error::{Error, ErrorKind};

/// A policy file has a few hashes.
const MAX_BYTES: u64 = 1024 * 1024;
const COMPOSE_HASH: &str = "compose_hash";

/// The accepted measurements of a virtual machine, and TCB statuses of its platform.
///
/// In JSON, with any of these fields, each a hash in hex or a list of them; a field that is left out is not compared. An unknown field is an
/// error, as a misspelt one would pin nothing. Each field is compared for itself: for two versions of the software that must not be mixed,
/// use two policies.
///
/// ```
/// use venice_ai::attestation::MeasurementPolicy;
///
/// let policy = MeasurementPolicy::from_json(&format!(r#"{{
///     "mrtd": "{0}",
///     "rtmr0": "{0}", "rtmr1": "{0}", "rtmr2": "{0}", "rtmr3": ["{0}", "{1}"],
///     "mrconfigid": "{0}",
///     "compose_hash": "{2}",
///     "tcb_status": ["UpToDate", "SWHardeningNeeded"]
/// }}"#, "0a".repeat(48), "0b".repeat(48), "0c".repeat(32)))?;
/// # Ok::<(), venice_ai::Error>(())
/// ```
///
/// Where do the hashes come from? From a reproducible build of the provider's image, or from its publications. The measurements of a server
/// that one looked at ([`of`](Self::of)) only show later changes.
#[derive(Clone, PartialEq, Eq)]
pub struct MeasurementPolicy {
    /// The accepted values by field; none is empty.
    accepted: BTreeMap<&'static str, Vec<Vec<u8>>>,
    statuses: Vec<TcbStatus>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyFile {
    mrtd: Option<Accepted>,
    rtmr0: Option<Accepted>,
    rtmr1: Option<Accepted>,
    rtmr2: Option<Accepted>,
    rtmr3: Option<Accepted>,
    mrconfigid: Option<Accepted>,
    compose_hash: Option<Accepted>,
    tcb_status: Option<Accepted>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Accepted {
    One(String),
    AnyOf(Vec<String>),
}

impl Accepted {
    fn texts(self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text],
            Self::AnyOf(texts) => texts,
        }
    }
}

impl MeasurementPolicy {
    /// Reads a policy.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] for anything that is not a policy: an unknown or repeated field, an empty list, a hash of another
    /// length, an unknown status, or a policy that pins no measurement.
    pub fn from_json(json: &str) -> Result<Self, Error> {
        let wrong = |problem: String| Error::configuration(format!("the measurement policy is not valid: {problem}"));
        let file: PolicyFile = serde_json::from_str(json).map_err(|error| wrong(error.to_string()))?;
        let fields = [
            ("mrtd", file.mrtd, 48),
            ("rtmr0", file.rtmr0, 48),
            ("rtmr1", file.rtmr1, 48),
            ("rtmr2", file.rtmr2, 48),
            ("rtmr3", file.rtmr3, 48),
            ("mrconfigid", file.mrconfigid, 48),
            (COMPOSE_HASH, file.compose_hash, 32),
        ];
        let mut accepted = BTreeMap::new();
        for (name, field, length) in fields {
            let Some(field) = field else { continue };
            let digest = |text: String| {
                let bytes = hex::decode(text.strip_prefix("0x").unwrap_or(&text)).filter(|bytes| bytes.len() == length);
                bytes.ok_or_else(|| wrong(format!("`{name}` has {text:?}, which is not {} hex digits", 2 * length)))
            };
            let digests: Vec<_> = field.texts().into_iter().map(digest).collect::<Result<_, _>>()?;
            if digests.is_empty() {
                return Err(wrong(format!("`{name}` is an empty list, which nothing would match")));
            }
            accepted.insert(name, digests);
        }
        if accepted.is_empty() {
            return Err(wrong("it pins no measurement".to_owned()));
        }
        let status = |name: String| name.parse::<TcbStatus>().map_err(|error| wrong(error.to_string()));
        let statuses = file.tcb_status.map(Accepted::texts).unwrap_or_default();
        let statuses: Vec<_> = statuses.into_iter().map(status).collect::<Result<_, _>>()?;
        if statuses.contains(&TcbStatus::Revoked) {
            return Err(wrong("`tcb_status` has Revoked, which is never accepted".to_owned()));
        }
        Ok(Self { accepted, statuses })
    }

    /// Reads a policy from a file.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if the file cannot be read or has more than 1 MiB, and those of [`from_json`](Self::from_json).
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let mut text = String::new();
        let read = File::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_string(&mut text));
        let failed =
            |problem: String| Error::new(ErrorKind::Io, format!("the policy file {}: {problem}", path.display()));
        match read {
            Err(error) => Err(failed(error.to_string()).with_source(error)),
            Ok(length) if length as u64 > MAX_BYTES => Err(failed("it has more than 1 MiB".to_owned())),
            Ok(_) => Self::from_json(&text),
        }
    }

    /// A policy that accepts exactly these measurements, with an up-to-date TCB.
    pub fn of(measurements: &Measurements) -> Self {
        let accepted = measurements.named().map(|(name, digest)| (name, vec![digest.to_vec()]));
        Self { accepted: accepted.into(), statuses: Vec::new() }
    }

    /// The policy as JSON, for a file.
    #[must_use]
    pub fn to_json(&self) -> String {
        let hex = |digests: &Vec<Vec<u8>>| Value::from_iter(digests.iter().map(|digest| hex::encode(digest)));
        let mut fields: serde_json::Map<_, _> =
            self.accepted.iter().map(|(name, digests)| ((*name).to_owned(), hex(digests))).collect();
        if !self.statuses.is_empty() {
            let names = self.statuses.iter().map(|status| status.as_str());
            fields.insert("tcb_status".to_owned(), json!(names.collect::<Vec<_>>()));
        }
        format!("{:#}", Value::Object(fields))
    }

    /// The statuses that it accepts besides those of the verifier.
    pub(super) fn accepts_status(&self, status: TcbStatus) -> bool {
        self.statuses.contains(&status)
    }

    /// Compares what a verified quote has.
    pub(super) fn check(&self, found: &Measurements, compose_hash: Option<&[u8; 32]>) -> Result<(), AttestationError> {
        let failed = |problem| AttestationError::new(AttestationCheck::Measurements, problem);
        let measured = found.named().map(|(name, digest)| (name, digest.as_slice()));
        let compose_hash = compose_hash.map(|hash| (COMPOSE_HASH, hash.as_slice()));
        let found: BTreeMap<_, _> = measured.into_iter().chain(compose_hash).collect();
        for (name, accepted) in &self.accepted {
            match found.get(name) {
                Some(value) if accepted.iter().any(|accepted| accepted == value) => {}
                Some(value) => {
                    let value = hex::encode(value);
                    return Err(failed(format!("{name} is {value}, which the policy does not accept")));
                }
                None => {
                    return Err(failed(format!(
                        "the policy pins {name}, which cannot be checked for this attestation; pin mrconfigid instead"
                    )));
                }
            }
        }
        Ok(())
    }
}

impl fmt::Debug for MeasurementPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MeasurementPolicy {}", self.to_json())
    }
}
