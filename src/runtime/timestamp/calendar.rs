//! `Moment`: a point in time on the Gregorian calendar, and its texts in ISO 8601.

use std::time::{Duration, SystemTime};

const DAY: i64 = 24 * 60 * 60;

/// A point in time: whole seconds since 1970-01-01T00:00:00Z, and the nanoseconds after them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment {
    pub(crate) seconds: i64,
    pub(crate) nanoseconds: u32,
}

impl Moment {
    /// A time of a day in UTC, if it is a valid date and time.
    pub(crate) fn new(date: [i64; 3], time: [i64; 3]) -> Option<Self> {
        let ([year, month, day], [hour, minute, second]) = (date, time);
        let days = days_since_1970(year, month, day);
        // A day after the end of its month comes back as one of the next.
        let is_day = (1..=12).contains(&month) && date_of(days) == (year, month, day);
        let is_time = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second);
        let seconds = days * DAY + hour * 3600 + minute * 60 + second;
        (is_day && is_time).then_some(Self { seconds, nanoseconds: 0 })
    }

    /// Parses `YYYY-MM-DD`, or that with `THH:MM[:SS[.fraction]]` and `Z`, an offset such as `+02:00`, or nothing, which is UTC.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (date, rest) = text.split_at_checked(10)?;
        let date = numbers(date, '-', &[4, 2, 2])?;
        let Some(rest) = rest.strip_prefix(['T', 't', ' ']) else {
            return if rest.is_empty() { Self::new(date, [0; 3]) } else { None };
        };
        let end = rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len());
        let (time, zone) = rest.split_at(end);
        let (time, fraction) = time.split_once('.').map_or((time, ""), |(time, fraction)| (time, fraction));
        let time = match numbers(time, ':', &[2, 2, 2]) {
            Some(time) => time,
            None if fraction.is_empty() => numbers::<2>(time, ':', &[2, 2]).map(|[hour, minute]| [hour, minute, 0])?,
            None => return None,
        };
        if !fraction.bytes().all(|byte| byte.is_ascii_digit()) || rest.contains("..") {
            return None;
        }
        let nanoseconds = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
        let moment = Self::new(date, time)?;
        Some(Self { seconds: moment.seconds - offset(zone)?, nanoseconds })
    }

    pub(crate) fn of(time: SystemTime) -> Option<Self> {
        match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => {
                Some(Self { seconds: i64::try_from(after.as_secs()).ok()?, nanoseconds: after.subsec_nanos() })
            }
            Err(before) => {
                let before = before.duration();
                let borrowed = i64::from(before.subsec_nanos() > 0);
                let nanoseconds = (1_000_000_000 - before.subsec_nanos()) % 1_000_000_000;
                Some(Self { seconds: -i64::try_from(before.as_secs()).ok()? - borrowed, nanoseconds })
            }
        }
    }

    pub(crate) fn to_system_time(self) -> Option<SystemTime> {
        let whole = Duration::from_secs(self.seconds.unsigned_abs());
        let epoch = SystemTime::UNIX_EPOCH;
        let second = if self.seconds < 0 { epoch.checked_sub(whole) } else { epoch.checked_add(whole) };
        second?.checked_add(Duration::from_nanos(self.nanoseconds.into()))
    }

    /// The time in UTC, with the digits of its fraction, three at a time.
    pub(crate) fn to_text(self) -> String {
        let fraction = match self.nanoseconds {
            0 => String::new(),
            nanos if nanos % 1_000_000 == 0 => format!(".{:03}", nanos / 1_000_000),
            nanos if nanos % 1_000 == 0 => format!(".{:06}", nanos / 1_000),
            nanos => format!(".{nanos:09}"),
        };
        self.text(&fraction)
    }

    pub(crate) fn text(self, fraction: &str) -> String {
        let (year, month, day) = date_of(self.seconds.div_euclid(DAY));
        let second = self.seconds.rem_euclid(DAY);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
    }
}

/// The numbers between separators, each with a fixed number of digits.
fn numbers<const N: usize>(text: &str, separator: char, digits: &[usize; N]) -> Option<[i64; N]> {
    let (mut parts, mut found) = (text.split(separator), [0; N]);
    for (number, digits) in found.iter_mut().zip(digits) {
        let part =
            parts.next().filter(|part| part.len() == *digits && part.bytes().all(|byte| byte.is_ascii_digit()))?;
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(found)
}

/// The offset of a zone from UTC in seconds.
fn offset(zone: &str) -> Option<i64> {
    let (sign, zone) = match zone.split_at_checked(1) {
        None | Some(("Z" | "z", "")) => return Some(0),
        Some(("+", zone)) => (1, zone),
        Some(("-", zone)) => (-1, zone),
        Some(_) => return None,
    };
    let [hours, minutes] = numbers(zone, ':', &[2, 2]).or_else(|| {
        let (hours, minutes) = zone.split_at_checked(2)?;
        Some([numbers::<1>(hours, ':', &[2])?[0], numbers::<1>(minutes, ':', &[2])?[0]])
    })?;
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// The days before 1970 in a calendar that starts in the year 0 and whose years start in March, so that the leap day is the last.
const BEFORE_1970: i64 = 719_468;
const DAYS_OF_400_YEARS: i64 = 146_097;

fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - BEFORE_1970
}

fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + BEFORE_1970;
    let (era, day) = (days.div_euclid(DAYS_OF_400_YEARS), days.rem_euclid(DAYS_OF_400_YEARS));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, year) = (day - (153 * month + 2) / 5 + 1, year + era * 400);
    if month < 10 { (year, month + 3, day) } else { (year + 1, month - 9, day) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> Option<i64> {
        Moment::parse(text).map(|moment| moment.seconds)
    }

    #[test]
    fn days_and_times_are_read_with_any_zone() {
        for (text, expected) in [
            ("1970-01-01", 0),
            ("2026-12-15", 1_797_292_800),
            ("2026-12-15T00:00:01.000Z", 1_797_292_801),
            ("2000-02-29T23:59:59Z", 951_868_799),
            ("2026-08-21T19:35:30", 1_787_340_930),
            ("2026-08-21 21:35:30.5+02:00", 1_787_340_930),
            ("2026-08-21t17:35:30z", 1_787_333_730),
            ("2026-08-21T17:35:30-0200", 1_787_340_930),
            ("2026-08-21T19:35Z", 1_787_340_900),
            ("1969-12-31T23:59:59Z", -1),
            ("0001-01-01", -62_135_596_800),
        ] {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
        assert_eq!(
            Moment::parse("1970-01-01T00:00:00.1234567891Z").map(|moment| moment.nanoseconds),
            Some(123_456_789)
        );
    }

    #[test]
    fn invalid_dates_and_times_are_rejected() {
        for text in [
            "",
            "soon",
            "2026-13-01",
            "2026-02-29",
            "2026-00-10",
            "2026-1-1",
            "99999-01-01",
            "2026-12-15T25:00:00Z",
            "2026-12-15T10:60:00Z",
            "2026-12-15T10:00:60Z",
            "2026-12-15T€",
            "2026-12-15X",
            "2026-12-15T10:00:00+25:00",
            "2026-12-15T10:00:00.1.2Z",
            "2026-12-15T10:00:00ZZ",
            "+026-12-15",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    #[test]
    fn each_day_of_800_years_is_read_as_it_was_written() {
        for day in -146_097..146_097 {
            let moment = Moment { seconds: day * DAY + 3_661, nanoseconds: 0 };
            assert_eq!(Moment::parse(&moment.to_text()), Some(moment));
        }
    }

    #[test]
    fn a_fraction_is_written_with_the_digits_that_it_has_and_kept_before_1970() {
        for (nanoseconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (125_000_000, "1970-01-01T00:00:00.125Z"),
            (1_000, "1970-01-01T00:00:00.000001Z"),
            (1, "1970-01-01T00:00:00.000000001Z"),
        ] {
            assert_eq!(Moment { seconds: 0, nanoseconds }.to_text(), text);
        }
        for text in ["1969-12-31T23:59:59.250Z", "1969-12-31T23:59:58Z", "2026-08-21T19:35:30.125Z"] {
            let time = Moment::parse(text).and_then(Moment::to_system_time).unwrap();
            assert_eq!(Moment::of(time).map(Moment::to_text).as_deref(), Some(text));
        }
    }
}
