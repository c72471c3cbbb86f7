//! Parsers of header values: times, flags, text.

use std::time::{Duration, SystemTime};

/// From here on a number is milliseconds since 1970; as seconds it would be the year 33658.
const EPOCH_MILLIS_FROM: f64 = 1e12;
/// From here on a number is seconds since 1970; as a wait it would be 31 years.
const EPOCH_SECONDS_FROM: f64 = 1e9;

/// The end of a rate limit window, relative to `now`.
///
/// The documentation calls one of these headers a Unix time and another a number of seconds; the servers were observed to send milliseconds
/// since 1970 in both. The magnitude of the number decides. A past time is a wait of zero.
pub(crate) fn reset_of(text: &str, now: SystemTime) -> Option<Duration> {
    let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite())?;
    let epoch_seconds = if number >= EPOCH_MILLIS_FROM {
        number / 1e3
    } else if number >= EPOCH_SECONDS_FROM {
        number
    } else {
        return Some(seconds(number));
    };
    let now = now.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs_f64();
    Some(seconds(epoch_seconds - now))
}

/// Like [`reset_of`], for a header in milliseconds: a number that is not a time since 1970 is a wait in milliseconds.
pub(crate) fn millis_reset_of(text: &str, now: SystemTime) -> Option<Duration> {
    let wait = reset_of(text, now)?;
    let number: f64 = text.trim().parse().ok()?;
    Some(if (1e3..EPOCH_SECONDS_FROM).contains(&number) { wait / 1000 } else { wait })
}

/// `Retry-After`: a number of seconds, possibly fractional, or an HTTP date.
pub(crate) fn retry_after_of(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    match text.parse::<f64>() {
        Ok(number) => number.is_finite().then(|| seconds(number)),
        Err(_) => {
            let date = httpdate::parse_http_date(text).ok()?;
            Some(date.duration_since(now).unwrap_or_default())
        }
    }
}

/// `true` and `false` as the API writes them; anything else is `None`.
pub(crate) fn bool_of(text: &str) -> Option<bool> {
    match text.trim() {
        text if text.eq_ignore_ascii_case("true") || text == "1" => Some(true),
        text if text.eq_ignore_ascii_case("false") || text == "0" => Some(false),
        _ => None,
    }
}

/// A media type without its parameters, in lower case.
pub(crate) fn essence_of(media: &str) -> String {
    media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Seconds as a duration; never negative, and never so large that adding it to a time would overflow.
pub(crate) fn seconds(number: f64) -> Duration {
    const A_THOUSAND_YEARS: f64 = 3.2e10;
    Duration::from_secs_f64(number.clamp(0.0, A_THOUSAND_YEARS))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_700_000_000;

    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(NOW)
    }

    #[test]
    fn a_reset_is_read_by_its_magnitude() {
        let thirty = Some(Duration::from_secs(30));
        assert_eq!(reset_of("1700000030000", now()), thirty, "milliseconds since 1970");
        assert_eq!(reset_of("1700000030", now()), thirty, "seconds since 1970");
        assert_eq!(reset_of("30", now()), thirty, "seconds to wait");
        assert_eq!(reset_of(" 0.5 ", now()), Some(Duration::from_millis(500)));
    }

    #[test]
    fn a_reset_in_milliseconds_may_be_a_time_or_a_wait() {
        let thirty = Some(Duration::from_secs(30));
        assert_eq!(millis_reset_of("1700000030000", now()), thirty);
        assert_eq!(millis_reset_of("1700000030", now()), thirty);
        assert_eq!(millis_reset_of("30000", now()), thirty);
        assert_eq!(millis_reset_of("30", now()), thirty);
        assert_eq!(millis_reset_of("soon", now()), None);
    }

    #[test]
    fn a_reset_in_the_past_is_not_a_wait() {
        assert_eq!(reset_of("-3", now()), Some(Duration::ZERO));
        assert_eq!(reset_of("1600000000", now()), Some(Duration::ZERO));
        assert_eq!(reset_of("1600000000000", now()), Some(Duration::ZERO));
    }

    #[test]
    fn invalid_resets_are_ignored() {
        for text in ["", "soon", "NaN", "inf", "1e400"] {
            assert_eq!(reset_of(text, now()), None, "{text}");
        }
    }

    #[test]
    fn retry_after_may_be_seconds_a_fraction_or_a_date() {
        assert_eq!(retry_after_of("7", now()), Some(Duration::from_secs(7)));
        assert_eq!(retry_after_of("0.25", now()), Some(Duration::from_millis(250)));
        let date = httpdate::fmt_http_date(now() + Duration::from_secs(90));
        assert_eq!(retry_after_of(&date, now()), Some(Duration::from_secs(90)));
        assert_eq!(retry_after_of("Wed, 21 Oct 2015 07:28:00 GMT", now()), Some(Duration::ZERO));
        assert_eq!(retry_after_of("-1", now()), Some(Duration::ZERO));
        assert_eq!(retry_after_of("later", now()), None);
    }

    #[test]
    fn huge_numbers_do_not_overflow() {
        let wait = retry_after_of("1e300", now()).unwrap();
        assert!(now().checked_add(wait).is_some());
        assert!(reset_of("9e300", now()).is_some());
    }

    #[test]
    fn flags_are_true_or_false() {
        assert_eq!(bool_of("true"), Some(true));
        assert_eq!(bool_of("False"), Some(false));
        assert_eq!(bool_of("maybe"), None);
    }
}
