//! The same measurement in several processes. Where memory and threads happen to lie differs from one to the next, stays as it is within
//! one, and weighs about as much as what is measured.

use std::process::Command;

use serde::de::DeserializeOwned;

use crate::Failure;

/// Runs this program so many times, one after the other, and reads the JSON that each prints.
pub fn outcomes<T: DeserializeOwned>(args: &[&str], count: usize) -> Result<Vec<T>, Failure> {
    let program = std::env::current_exe()?;
    let outcome = |_| {
        let output = Command::new(&program).args(args).output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).trim().into());
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    };
    (0..count).map(outcome).collect()
}
