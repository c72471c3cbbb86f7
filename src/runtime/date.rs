//! Calendar arithmetic on Gregorian dates.

/// The days from 1970-01-01 to a day of the Gregorian calendar.
pub(crate) fn days_since_1970(year: u64, month: u64, day: u64) -> u64 {
    // A year begins in March here, so that the leap day is its last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year / 4 - year / 100 + year / 400;
    let before_1970 = 719_468;
    year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - before_1970
}
