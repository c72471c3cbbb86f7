//! `TcbStatus`: how current the firmware of a CPU is, by Intel's TCB info.

use std::fmt;
use std::str::FromStr;

use crate::runtime::validation::{ValidationError, unknown_value};

macro_rules! statuses {
    ($($(#[doc = $doc:literal])* $status:ident,)*) => {
        /// The status of a platform's trusted computing base (TCB): its CPU microcode, TDX module and quoting enclave. The names are Intel's.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum TcbStatus {
            $($(#[doc = $doc])* $status,)*
        }

        impl TcbStatus {
            const NAMES: &[&str] = &[$(stringify!($status)),*];

            /// Intel's name of the status, such as `UpToDate`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$status => stringify!($status),)*
                }
            }

            pub(super) fn of(status: dcap_qvl::TcbStatus) -> Self {
                match status {
                    $(dcap_qvl::TcbStatus::$status => Self::$status,)*
                }
            }
        }

        impl FromStr for TcbStatus {
            type Err = ValidationError;

            fn from_str(name: &str) -> Result<Self, ValidationError> {
                match name {
                    $(stringify!($status) => Ok(Self::$status),)*
                    _ => Err(unknown_value("TcbStatus", name, Self::NAMES)),
                }
            }
        }
    };
}

statuses! {
    /// Everything is current. The only status that is accepted by default.
    UpToDate,
    /// Current, and the software needs mitigations of its own against the advisories.
    SWHardeningNeeded,
    /// Current, and the platform needs another configuration, such as of the BIOS.
    ConfigurationNeeded,
    /// Both of these.
    ConfigurationAndSWHardeningNeeded,
    /// Updates against known attacks are missing.
    OutOfDate,
    /// Updates are missing, and the platform needs another configuration.
    OutOfDateConfigurationNeeded,
    /// The platform was updated while the virtual machine ran, which started without the updates.
    TDRelaunchAdvised,
    /// The same, and the platform needs another configuration.
    TDRelaunchAdvisedConfigurationNeeded,
    /// The platform's keys are known to be compromised. It is never accepted.
    Revoked,
}

impl fmt::Display for TcbStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
