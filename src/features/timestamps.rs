//! Conversions of `Timestamp` from and to the types of the crates `jiff`, `chrono` and `time`.

#[cfg(any(feature = "chrono", feature = "time"))]
use crate::runtime::timestamp::Moment;
use crate::runtime::timestamp::{NotATimestamp, Timestamp};

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
        std::time::SystemTime::from(time).into()
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
        // In a leap second, chrono's nanoseconds exceed one second.
        let nanoseconds = time.timestamp_subsec_nanos().min(999_999_999);
        Moment { seconds: time.timestamp(), nanoseconds }.to_text().into()
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
        Moment { seconds: time.unix_timestamp(), nanoseconds: time.nanosecond() }.to_text().into()
    }
}

#[cfg(all(test, feature = "jiff", feature = "chrono", feature = "time"))]
mod tests {
    use super::*;

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
