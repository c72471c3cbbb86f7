//! Parser of `Amount`.

use super::{Amount, MOST_PLACES};

impl Amount {
    /// Parses a decimal number as headers and JSON have it, with or without an exponent. `None` if it is not a number, or has too many
    /// digits.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (negative, unsigned) = match text.as_bytes().first()? {
            b'-' => (true, text.get(1..)?),
            b'+' => (false, text.get(1..)?),
            _ => (false, text),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        // Trailing zeros of a fraction are kept if they fit.
        let amount = of_digits(whole, fraction, exponent)
            .or_else(|| of_digits(whole, fraction.trim_end_matches('0'), exponent))?;
        Some(if negative { Self { digits: -amount.digits, ..amount } } else { amount })
    }
}

fn of_digits(whole: &str, fraction: &str, exponent: i32) -> Option<Amount> {
    let mut digits: i128 = 0;
    for digit in whole.bytes().chain(fraction.bytes()) {
        digits = digits.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
    }
    if digits == 0 {
        let places = u32::try_from(fraction.len()).ok().filter(|places| *places <= MOST_PLACES);
        return Some(Amount { digits, places: places? });
    }
    let places = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
    match u32::try_from(places) {
        Ok(places) => Some(Amount { digits, places }).filter(|_| places <= MOST_PLACES),
        Err(_) => {
            let factor = 10_i128.checked_pow(places.unsigned_abs())?;
            Some(Amount { digits: digits.checked_mul(factor)?, places: 0 })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_preserved() {
        for text in ["0.0005813", "0.00012525000000000001", "4.230000", "0", "-0.5", "90.1234567890123456789", "170000"]
        {
            assert_eq!(Amount::read(text).unwrap().to_string(), text);
        }
        let places = format!("0.{}1", "0".repeat(37));
        assert_eq!(Amount::read(&places).unwrap().to_string(), places, "38 places");
    }

    #[test]
    fn exponents_signs_and_bare_points_are_read() {
        let cases = [
            ("1e-7", "0.0000001"),
            ("1.5E+3", "1500"),
            ("-2.5e-1", "-0.25"),
            ("+3", "3"),
            (".5", "0.5"),
            ("5.", "5"),
            (" 7 ", "7"),
            ("0e999", "0"),
            ("-0", "0"),
        ];
        for (text, shown) in cases {
            assert_eq!(Amount::read(text).unwrap().to_string(), shown, "{text}");
        }
    }

    #[test]
    fn zeros_that_do_not_fit_are_dropped() {
        let text = format!("1.5{}", "0".repeat(60));
        assert_eq!(Amount::read(&text), Amount::read("1.5"));
    }

    #[test]
    fn invalid_and_too_long_numbers_are_none() {
        let long = "9".repeat(40);
        for text in [
            "", " ", "-", ".", "e5", "NaN", "inf", "Infinity", "1e", "1e999", "1e-60", "0x1", "1,5", "5 USD", "1.2.3",
            &long,
        ] {
            assert_eq!(Amount::read(text), None, "{text:?}");
        }
    }
}
