//! Conversions of `Timestamp` from and to other types of time.

use std::fmt;
use std::time::SystemTime;

use super::{Moment, Timestamp};

/// A text that is no time, or one that the other type cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotATimestamp;

impl fmt::Display for NotATimestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a time of the calendar, or out of range")
    }
}

impl std::error::Error for NotATimestamp {}

impl From<&str> for Timestamp {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Timestamp {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&String> for Timestamp {
    fn from(text: &String) -> Self {
        Self(text.clone())
    }
}

impl From<&Timestamp> for Timestamp {
    fn from(time: &Timestamp) -> Self {
        time.clone()
    }
}

impl From<Timestamp> for String {
    fn from(time: Timestamp) -> Self {
        time.0
    }
}

/// The time in UTC: `2026-08-21T19:35:30.125Z`. A time that is too far away for any calendar gives an empty text.
impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        Self(Moment::of(time).map(Moment::to_text).unwrap_or_default())
    }
}

impl TryFrom<&Timestamp> for SystemTime {
    type Error = NotATimestamp;

    fn try_from(time: &Timestamp) -> Result<Self, NotATimestamp> {
        time.to_system_time().ok_or(NotATimestamp)
    }
}

#[cfg(feature = "jiff")]
impl TryFrom<&Timestamp> for jiff::Timestamp {
    type Error = NotATimestamp;

    fn try_from(time: &Timestamp) -> Result<Self, NotATimestamp> {
        let moment = time.moment().ok_or(NotATimestamp)?;
        let nanoseconds = i32::try_from(moment.nanoseconds).map_err(|_| NotATimestamp)?;
        Self::new(moment.seconds, nanoseconds).map_err(|_| NotATimestamp)
    }
}

#[cfg(feature = "jiff")]
impl From<jiff::Timestamp> for Timestamp {
    fn from(time: jiff::Timestamp) -> Self {
        SystemTime::from(time).into()
    }
}

#[cfg(feature = "chrono")]
impl TryFrom<&Timestamp> for chrono::DateTime<chrono::Utc> {
    type Error = NotATimestamp;

    fn try_from(time: &Timestamp) -> Result<Self, NotATimestamp> {
        let moment = time.moment().ok_or(NotATimestamp)?;
        Self::from_timestamp(moment.seconds, moment.nanoseconds).ok_or(NotATimestamp)
    }
}

#[cfg(feature = "chrono")]
impl<Z: chrono::TimeZone> From<chrono::DateTime<Z>> for Timestamp {
    fn from(time: chrono::DateTime<Z>) -> Self {
        // A leap second has more than its second of nanoseconds.
        let nanoseconds = time.timestamp_subsec_nanos().min(999_999_999);
        Self(Moment { seconds: time.timestamp(), nanoseconds }.to_text())
    }
}

#[cfg(feature = "time")]
impl TryFrom<&Timestamp> for time::OffsetDateTime {
    type Error = NotATimestamp;

    fn try_from(time: &Timestamp) -> Result<Self, NotATimestamp> {
        let moment = time.moment().ok_or(NotATimestamp)?;
        let nanoseconds = i128::from(moment.seconds) * 1_000_000_000 + i128::from(moment.nanoseconds);
        Self::from_unix_timestamp_nanos(nanoseconds).map_err(|_| NotATimestamp)
    }
}

#[cfg(feature = "time")]
impl From<time::OffsetDateTime> for Timestamp {
    fn from(time: time::OffsetDateTime) -> Self {
        Self(Moment { seconds: time.unix_timestamp(), nanoseconds: time.nanosecond() }.to_text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_system_time_comes_back() {
        let now = SystemTime::UNIX_EPOCH + Duration::new(1_787_340_930, 123_456_789);
        let time = Timestamp::from(now);
        assert_eq!(time.as_str(), "2026-08-21T19:35:30.123456789Z");
        assert_eq!(SystemTime::try_from(&time), Ok(now));
        assert_eq!(SystemTime::try_from(&Timestamp::from("soon")), Err(NotATimestamp));
        assert_eq!(String::from(time.clone()), time.as_str());
    }

    #[cfg(all(feature = "jiff", feature = "chrono", feature = "time"))]
    #[test]
    fn the_types_of_other_crates_come_back() {
        for text in ["2026-08-21T19:35:30.125Z", "1969-12-31T23:59:59.250Z"] {
            let time = Timestamp::from(text);
            assert_eq!(Timestamp::from(jiff::Timestamp::try_from(&time).unwrap()), time);
            assert_eq!(Timestamp::from(chrono::DateTime::<chrono::Utc>::try_from(&time).unwrap()), time);
            assert_eq!(Timestamp::from(time::OffsetDateTime::try_from(&time).unwrap()), time);
        }
        let none = Timestamp::from("never");
        assert!(jiff::Timestamp::try_from(&none).is_err() && time::OffsetDateTime::try_from(&none).is_err());
        assert!(chrono::DateTime::<chrono::Utc>::try_from(&none).is_err());
    }
}
