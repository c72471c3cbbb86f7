//! `Versions`: the API version of the server, and of this crate.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::Compatibility;
use crate::api::generated::API_VERSION;
use crate::runtime::timestamp::Moment;

/// The age of the crate from which a warning is logged.
pub(super) const DEFAULT_WARNING_AGE: Duration = Duration::from_secs(90 * DAY);

const DAY: u64 = 24 * 60 * 60;

/// The versions of the server and the crate.
#[derive(Debug)]
pub(crate) struct Versions {
    /// The last version in a reply, in seconds since 1970; 0 before that.
    server: AtomicU64,
    /// How much newer a server must be for a warning.
    warning_age: Duration,
}

impl Versions {
    pub(crate) fn new(warning_age: Duration) -> Self {
        Self { server: AtomicU64::new(0), warning_age }
    }

    /// Records the version of a reply, and returns whether this crate is too old for it.
    pub(crate) fn see(&self, version: &str) -> bool {
        let Some(seconds) = moment(version) else { return false };
        if self.server.swap(seconds, Ordering::Relaxed) == seconds {
            return false;
        }
        matches!(self.compare(), Compatibility::ServerNewer(age) if age > self.warning_age)
    }

    pub(crate) fn compare(&self) -> Compatibility {
        let (Some(own), server) = (moment(API_VERSION), self.server.load(Ordering::Relaxed)) else {
            return Compatibility::Unknown;
        };
        match (server, Duration::from_secs(server.abs_diff(own))) {
            (0, _) => Compatibility::Unknown,
            (_, Duration::ZERO) => Compatibility::Same,
            (server, age) if server > own => Compatibility::ServerNewer(age),
            (_, age) => Compatibility::ServerOlder(age),
        }
    }
}

/// The time of a version, `20260821.193530`, in seconds since 1970.
fn moment(version: &str) -> Option<u64> {
    let (date, time) = version.trim().split_once('.')?;
    let digits = |text: &str, length: usize| {
        (text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse::<i64>().ok())?
    };
    let (date, time) = (digits(date, 8)?, digits(time, 6)?);
    let moment =
        Moment::new([date / 10_000, date / 100 % 100, date % 100], [time / 10_000, time / 100 % 100, time % 100]);
    u64::try_from(moment?.seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_a_time() {
        assert_eq!(moment("19700101.000000"), Some(0));
        assert_eq!(moment("20000229.235959"), Some(951_868_799));
        assert_eq!(moment("20260821.193530"), Some(1_787_340_930));
        for wrong in [
            "",
            "20260821",
            "2026.193530",
            "20261321.193530",
            "20260821.253530",
            "+0260821.193530",
            "2026082120260821202608212026.193530",
        ] {
            assert_eq!(moment(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_crate_knows_its_own_version() {
        let versions = Versions::new(DEFAULT_WARNING_AGE);
        assert_eq!(versions.compare(), Compatibility::Unknown);
        assert!(!versions.see(API_VERSION));
        assert_eq!(versions.compare(), Compatibility::Same);
    }
}
