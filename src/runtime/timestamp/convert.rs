//! Conversions of `Timestamp` from and to other types of time.

use std::fmt;
use std::time::SystemTime;

use super::{Moment, Timestamp};

/// A text that is not a time, or one out of the other type's range.
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

/// The time in UTC: `2026-08-21T19:35:30.125Z`. A time beyond the calendar becomes an empty text.
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_system_time_round_trips() {
        let now = SystemTime::UNIX_EPOCH + Duration::new(1_787_340_930, 123_456_789);
        let time = Timestamp::from(now);
        assert_eq!(time.as_str(), "2026-08-21T19:35:30.123456789Z");
        assert_eq!(SystemTime::try_from(&time), Ok(now));
        assert_eq!(SystemTime::try_from(&Timestamp::from("soon")), Err(NotATimestamp));
        assert_eq!(String::from(time.clone()), time.as_str());
    }
}
