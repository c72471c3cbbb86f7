//! `VerifiedAttestation` as a report.

use std::fmt;

use super::verified::VerifiedAttestation;
use crate::features::hex;
use crate::runtime::timestamp::Timestamp;

impl fmt::Display for VerifiedAttestation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = |name: &str, value: &dyn fmt::Display| writeln!(f, "{name:<18} {value}");
        line("model", &self.model())?;
        line("level", &self.level())?;
        line("verified at", &Timestamp::from(self.verified_at()))?;
        line("nonce", &hex::encode(self.nonce()))?;
        line("signing address", &self.signing_address())?;
        match &self.0.public_key {
            Ok(key) => line("public key", &hex::encode(key))?,
            Err(reason) => line("public key", &format_args!("none: {reason}"))?,
        }
        if let Some(status) = self.tcb_status() {
            line("tcb status", &status)?;
            line(
                "advisories",
                &if self.advisories().is_empty() { "none".to_owned() } else { self.advisories().join(", ") },
            )?;
        }
        if let Some(expires) = self.collateral_expires() {
            line("collateral until", &Timestamp::from(expires))?;
        }
        for (name, digest) in self.measurements().map(|found| found.named()).into_iter().flatten() {
            line(name, &hex::encode(digest))?;
        }
        if let Some(hash) = self.compose_hash() {
            line("compose_hash", &hex::encode(hash))?;
        }
        if let Some(gpu) = self.gpu() {
            line("gpus", &gpu.gpus.join(", "))?;
        }
        let passed = self.passed().iter().map(|check| check.as_str()).collect::<Vec<_>>();
        line("checked", &passed.join(", "))?;
        for missing in self.unavailable() {
            line("not checked", &format_args!("{}: {}", missing.check, missing.reason))?;
        }
        Ok(())
    }
}
