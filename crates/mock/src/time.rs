//! Timestamps and dates in the formats of the API.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use venice_ai::Timestamp;

const DAY: u64 = 24 * 60 * 60;

/// The time since 1970.
pub(super) fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// `2026-01-31T12:00:00.000Z`.
pub(super) fn iso(since_1970: Duration) -> String {
    let second = Timestamp::from(UNIX_EPOCH + Duration::from_secs(since_1970.as_secs()));
    format!("{}.{:03}Z", second.trim_end_matches('Z'), since_1970.subsec_millis())
}

/// The next midnight in UTC, when an epoch begins.
pub(super) fn next_midnight(since_1970: Duration) -> Duration {
    Duration::from_secs((since_1970.as_secs() / DAY + 1) * DAY)
}

/// Parses `YYYY-MM-DDTHH:MM:SS[.mmm]Z` to the time since 1970.
#[cfg(feature = "wallet")]
pub(super) fn parse(text: &str) -> Option<Duration> {
    let time = Timestamp::from(text).to_system_time().filter(|_| is_with_seconds(text))?;
    time.duration_since(UNIX_EPOCH).ok()
}

/// The format of the header `Date`.
#[cfg(feature = "wallet")]
pub(super) fn http_date(since_1970: Duration) -> String {
    httpdate::fmt_http_date(UNIX_EPOCH + since_1970)
}

/// Whether `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SS[.mmm]Z` is a valid date and time.
pub(super) fn is_calendar(text: &str) -> bool {
    let has_form = text.len() == "YYYY-MM-DD".len() || is_with_seconds(text);
    has_form && Timestamp::from(text).to_system_time().is_some()
}

fn is_with_seconds(text: &str) -> bool {
    text.ends_with('Z') && text.len() >= "YYYY-MM-DDTHH:MM:SSZ".len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times_that_do_not_exist_are_found() {
        for text in ["2026-01-31", "2024-02-29", "2000-02-29", "2026-12-31T23:59:59.999Z", "2026-12-31T00:00:00Z"] {
            assert!(is_calendar(text), "{text}");
        }
        for text in [
            "2026-02-29",
            "1900-02-29",
            "2026-04-31",
            "2026-13-01",
            "2026-00-10",
            "2026-01-00",
            "2026-01",
            "",
            "x-y-z",
            "2026-01-31T24:00:00Z",
            "2026-01-31T10:60:00Z",
            "2026-01-31T10:00:60Z",
            "2026-01-31T10:00Z",
        ] {
            assert!(!is_calendar(text), "{text}");
        }
    }

    #[test]
    fn moments_read_as_the_calendar_has_them() {
        let cases = [
            (0, "1970-01-01T00:00:00.250Z"),
            (951_782_399, "2000-02-28T23:59:59.250Z"),
            (951_782_400, "2000-02-29T00:00:00.250Z"),
            (1_704_067_199, "2023-12-31T23:59:59.250Z"),
            (4_107_542_400, "2100-03-01T00:00:00.250Z"),
        ];
        for (seconds, text) in cases {
            assert_eq!(iso(Duration::from_millis(seconds * 1000 + 250)), text);
        }
    }

    #[test]
    fn an_epoch_begins_at_midnight() {
        assert_eq!(iso(next_midnight(Duration::from_secs(1_704_067_199))), "2024-01-01T00:00:00.000Z");
        assert_eq!(next_midnight(Duration::ZERO), Duration::from_secs(DAY));
    }

    #[cfg(feature = "wallet")]
    #[test]
    fn moments_are_read_as_they_are_written() {
        for seconds in [0, 951_782_399, 951_782_400, 1_704_067_199, 1_767_225_600, 4_107_542_400] {
            let moment = Duration::from_millis(seconds * 1000 + 250);
            assert_eq!(parse(&iso(moment)), Some(moment));
        }
        assert_eq!(parse("1970-01-02T00:00:01Z"), Some(Duration::from_secs(DAY + 1)));
        for text in [
            "2026-02-29T00:00:00Z",
            "2026-01-01T00:00:00",
            "2026-01-01",
            "1969-12-31T00:00:00Z",
            "2026-01-01T00:00:00.xZ",
            "",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(http_date(Duration::from_secs(784_111_777)), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
