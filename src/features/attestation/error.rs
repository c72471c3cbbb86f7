//! `AttestationError`: which check of an attestation failed, and why.

use std::fmt;

use super::level::AttestationCheck;
use super::tcb::TcbStatus;
use crate::runtime::error::{Error, ErrorKind};

/// A check that failed. From [`Error::attestation_error`], or from a check without a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttestationError {
    check: AttestationCheck,
    problem: String,
    tcb: Option<(TcbStatus, Vec<String>)>,
}

impl AttestationError {
    pub(super) fn new(check: AttestationCheck, problem: impl Into<String>) -> Self {
        Self { check, problem: problem.into(), tcb: None }
    }

    pub(super) fn with_tcb(mut self, status: TcbStatus, advisories: &[String]) -> Self {
        self.tcb = Some((status, advisories.to_vec()));
        self
    }

    /// The check that failed. Later checks were not made.
    pub fn check(&self) -> AttestationCheck {
        self.check
    }

    /// The TCB status that is not accepted.
    pub fn tcb_status(&self) -> Option<TcbStatus> {
        self.tcb.as_ref().map(|tcb| tcb.0)
    }

    /// Intel's advisories about the TCB that is not accepted, such as `INTEL-SA-00837`.
    pub fn advisories(&self) -> &[String] {
        self.tcb.as_ref().map_or(&[], |tcb| &tcb.1)
    }
}

impl fmt::Display for AttestationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.problem, self.check)
    }
}

impl std::error::Error for AttestationError {}

impl From<AttestationError> for Error {
    fn from(failed: AttestationError) -> Self {
        Self::new(ErrorKind::Attestation, failed.to_string()).attach(failed)
    }
}

impl Error {
    /// Which check of an attestation failed, if that is what the error is about. Nothing that depends on the attestation may go on then.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// use venice_ai::attestation::AttestationCheck;
    ///
    /// if error.attestation_error().is_some_and(|failed| failed.check() == AttestationCheck::TcbStatus) {
    ///     println!("the server needs updates: {:?}", error.attestation_error().map(|failed| failed.advisories()));
    /// }
    /// # }
    /// ```
    pub fn attestation_error(&self) -> Option<&AttestationError> {
        self.attached()
    }
}
