//! Timestamps and dates in the formats of the API.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAY: u64 = 24 * 60 * 60;

/// The time since 1970.
pub(super) fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// `2026-01-31T12:00:00.000Z`.
pub(super) fn iso(since_1970: Duration) -> String {
    let seconds = since_1970.as_secs();
    let (year, month, day) = date(seconds / DAY);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let millis = since_1970.subsec_millis();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}

/// The next midnight in UTC, when an epoch begins.
pub(super) fn next_midnight(since_1970: Duration) -> Duration {
    Duration::from_secs((since_1970.as_secs() / DAY + 1) * DAY)
}

/// The date of a day counted from 1970-01-01, in the Gregorian calendar: 400 years have 146,097 days, and a year that starts in March has
/// its leap day at its end.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}

/// Parses `YYYY-MM-DDTHH:MM:SS[.mmm]Z` to the time since 1970.
#[cfg(feature = "wallet")]
pub(super) fn parse(text: &str) -> Option<Duration> {
    let (day, time) = text.strip_suffix('Z')?.split_once('T')?;
    let [year, month, date] = numbers(day, '-')?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let [hour, minute, second] = numbers(time, ':')?;
    let is_digits = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    if !is_calendar(text) || year < 1970 || !is_digits {
        return None;
    }
    // As in `date`: the year begins in March.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + date - 1 - 719_468;
    let seconds = u64::from(days) * DAY + u64::from(hour * 3600 + minute * 60 + second);
    let nanos: u64 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    Some(Duration::from_secs(seconds) + Duration::from_nanos(nanos))
}

/// `Mon, 30 Nov 2026 14:54:21 GMT`, the format of the header `Date`.
#[cfg(feature = "wallet")]
pub(super) fn http_date(since_1970: Duration) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (seconds, days) = (since_1970.as_secs(), since_1970.as_secs() / DAY);
    let (year, month, day) = date(days);
    let name = |names: &[&'static str], index: u64| {
        usize::try_from(index).ok().and_then(|index| names.get(index)).copied().unwrap_or_default()
    };
    let (weekday, month) = (name(&DAYS, days % 7), name(&MONTHS, month - 1));
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
}

/// Whether `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SS[.mmm]Z` is a valid date and time.
pub(super) fn is_calendar(text: &str) -> bool {
    let (day, time) = text.split_once('T').unwrap_or((text, "0:0:0"));
    let Some([year, month, date]) = numbers(day, '-') else { return false };
    let Some([hour, minute, second]) = numbers(time.trim_end_matches('Z').split('.').next().unwrap_or_default(), ':')
    else {
        return false;
    };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&date) && hour < 24 && minute < 60 && second < 60
}

fn numbers(text: &str, separator: char) -> Option<[u32; 3]> {
    let numbers: Option<Vec<u32>> = text.split(separator).map(|number| number.parse().ok()).collect();
    numbers?.try_into().ok()
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
