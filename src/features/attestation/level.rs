//! `AttestationLevel`: how much of an attestation was verified. `AttestationCheck`: one check of it.

use std::fmt;

/// How much of an attestation was verified. Each level includes those before it, so levels can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum AttestationLevel {
    /// No hardware was checked: the server says that it verified the attestation, its reply has the nonce, and the signing address is that
    /// of the public key. It proves nothing if the server is not honest. It is never the result of a quote that failed a check.
    Claimed,
    /// The TDX quote has a signature of a genuine Intel CPU that no CRL revokes, with an accepted TCB status and without the debug mode, and
    /// its report data has the signing address and the nonce. The key belongs to *some* confidential virtual machine that exists now. Which
    /// software runs in it was not compared with anything.
    QuoteVerified,
    /// As before, and the quote's measurements are those of the [`MeasurementPolicy`](super::MeasurementPolicy).
    MeasurementsPinned,
    /// As before, and NVIDIA's attestation service signed that it verified the evidence of the GPUs for the same nonce. The nonce is all
    /// that links the GPUs to the virtual machine: that it uses these GPUs follows from its measured software.
    GpuVerified,
}

impl AttestationLevel {
    /// The name of the level in snake case, such as `quote_verified`. Stable across releases.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Claimed => "claimed",
            Self::QuoteVerified => "quote_verified",
            Self::MeasurementsPinned => "measurements_pinned",
            Self::GpuVerified => "gpu_verified",
        }
    }
}

impl fmt::Display for AttestationLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A check of an attestation, of a GPU token, or of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AttestationCheck {
    /// The reply has the fields that are needed, in a form and size that can be read.
    Reply,
    /// The server says that it verified the attestation, and its reply has the nonce.
    ServerClaim,
    /// The signing address is that of the public key: the last 20 bytes of its Keccak-256.
    KeyAddress,
    /// The collateral is for this CPU model, complete, and valid at this time.
    Collateral,
    /// The signature of the quote, the certificates up to the trusted root, their CRLs, and the identity of the quoting enclave.
    Quote,
    /// The TCB status is accepted.
    TcbStatus,
    /// The debug and profiling bits of the virtual machine are clear.
    TdAttributes,
    /// The report data of the quote is the signing address and the nonce.
    ReportData,
    /// The events of the log, hashed in their order, result in the quote's RTMRs.
    EventLog,
    /// The compose file has the hash that the reply names and that the quote's MRCONFIGID has.
    Compose,
    /// The measurements are those of the policy.
    Measurements,
    /// NVIDIA's attestation service verified the GPUs for this nonce.
    Gpu,
    /// The level that the verifier requires was reached.
    Level,
    /// The attestation has a key for end-to-end encryption.
    PublicKey,
    /// The signature of an answer is of the attested key.
    Signature,
}

impl AttestationCheck {
    /// The name of the check in snake case, such as `report_data`. Stable across releases.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::ServerClaim => "server_claim",
            Self::KeyAddress => "key_address",
            Self::Collateral => "collateral",
            Self::Quote => "quote",
            Self::TcbStatus => "tcb_status",
            Self::TdAttributes => "td_attributes",
            Self::ReportData => "report_data",
            Self::EventLog => "event_log",
            Self::Compose => "compose",
            Self::Measurements => "measurements",
            Self::Gpu => "gpu",
            Self::Level => "level",
            Self::PublicKey => "public_key",
            Self::Signature => "signature",
        }
    }
}

impl fmt::Display for AttestationCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
