//! `Timestamp`: a time as the API writes it.

mod calendar;
mod convert;

use std::cmp::Ordering;
use std::fmt;
use std::ops::Deref;
use std::time::SystemTime;

pub(crate) use self::calendar::Moment;
pub use self::convert::NotATimestamp;

/// A time in the API's format, such as `2026-08-21T19:35:30.125Z` or `2026-12-31`.
///
/// The text is kept unchanged, also if it is not a valid time. [`to_system_time`](Self::to_system_time) parses it; the cargo features
/// `jiff`, `chrono` and `time` add conversions from and to the types of these crates. A date is the start of the day in UTC, and a time
/// without a zone is in UTC.
///
/// Timestamps are ordered by time; invalid ones come first. Two are equal if their texts are.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use venice_ai::Timestamp;
///
/// let created = Timestamp::from("2026-08-21T19:35:30Z");
/// assert_eq!(created.to_system_time(), Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_787_340_930)));
/// assert!(created < Timestamp::from("2026-08-21T19:00:00-05:00"));
/// assert_eq!(created.as_str(), "2026-08-21T19:35:30Z");
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Timestamp(String);

impl Timestamp {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The time; `None` if it is not a valid date or time.
    #[must_use]
    pub fn to_system_time(&self) -> Option<SystemTime> {
        self.moment().and_then(Moment::to_system_time)
    }

    /// The time.
    pub(crate) fn moment(&self) -> Option<Moment> {
        Moment::parse(self.0.trim())
    }
}

impl Ord for Timestamp {
    fn cmp(&self, other: &Self) -> Ordering {
        self.moment().cmp(&other.moment()).then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for Timestamp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Deref for Timestamp {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Timestamp {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for Timestamp {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for Timestamp {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_that_of_time_and_agrees_with_equality() {
        let texts =
            ["never", "2026-08-21T08:00:00Z", "2026-08-21T10:00:00+02:00", "2026-08-21T09:00:00Z", "2026-08-22"];
        let mut sorted: Vec<_> = texts.map(Timestamp::from).into();
        sorted.reverse();
        sorted.sort();
        assert_eq!(sorted, texts.map(Timestamp::from));
        let (one, same) = (Timestamp::from(texts[1]), Timestamp::from(texts[2]));
        assert_eq!(one.to_system_time(), same.to_system_time());
        assert_ne!(one, same, "their texts differ");
        assert_ne!(one.cmp(&same), Ordering::Equal);
    }

    #[test]
    fn the_text_stays_and_is_json() {
        for text in ["2026-08-21T19:35:30.125Z", "soon", ""] {
            let time: Timestamp = serde_json::from_value(text.into()).unwrap();
            assert_eq!(serde_json::to_value(&time).unwrap(), text);
            assert_eq!((time.as_str(), &*time.to_string()), (text, text));
            assert_eq!(format!("{time:?}"), format!("{text:?}"));
        }
        assert!(serde_json::from_str::<Timestamp>("1787340930").is_err());
    }
}
