//! `Amount`: an exact decimal amount of money.

mod arithmetic;
mod convert;
mod json;
mod read;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

pub use self::convert::NotAnAmount;
#[cfg(any(feature = "budget", feature = "jobs", feature = "wallet"))]
pub(crate) use self::convert::limit;

/// An exact decimal number: a cost, a balance, a price. The field that has it names the currency.
///
/// It has up to 38 digits, all of which may be decimal places, so the API's numbers are preserved: `0.0005813` is exactly that, not a
/// nearby binary fraction. There is no NaN and no infinity. Sums and differences are exact up to that number of digits; beyond, `+` and `-`
/// round and saturate, and [`checked_add`](Self::checked_add), [`checked_sub`](Self::checked_sub) and [`checked_mul`](Self::checked_mul)
/// are `None`.
///
/// The cargo feature `rust_decimal` adds conversions from and to `rust_decimal::Decimal`.
///
/// It compares by value (`0.10` equals `0.1`), prints with its original decimal places (`4.230000`), and is a number in JSON. A precision
/// in a format string rounds the output: `{:.2}`.
///
/// ```
/// use venice_ai::Amount;
///
/// let amount = |text: &str| text.parse::<Amount>();
/// assert_eq!(amount("0.1")? + amount("0.2")?, amount("0.3")?);
/// assert_eq!(amount("0.0005813")?.to_string(), "0.0005813");
/// assert_eq!(amount("1e-7")?.to_string(), "0.0000001");
/// assert_eq!(format!("${:.2}", amount("4.235000")?), "$4.24");
/// # Ok::<(), venice_ai::meta::NotAnAmount>(())
/// ```
#[derive(Clone, Copy, Default)]
pub struct Amount {
    digits: i128,
    /// The number of decimal places; at most [`MOST_PLACES`].
    places: u32,
}

/// The number of digits that always fit an `i128`.
const MOST_PLACES: u32 = 38;

impl Amount {
    /// Zero.
    ///
    /// ```
    /// use venice_ai::Amount;
    ///
    /// assert!(Amount::ZERO.is_zero());
    /// assert_eq!(Amount::ZERO, Amount::default());
    /// ```
    pub const ZERO: Self = Self { digits: 0, places: 0 };

    /// A whole number of units, `10^decimals` of which are one; with at least two decimal places: `5.00`.
    pub(crate) fn of_units(units: &str, decimals: usize) -> Option<Self> {
        const LEAST_PLACES: u32 = 2;
        if units.is_empty() || !units.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let mut amount = Self::read(units)?.divided_by_power(u32::try_from(decimals).ok()?)?;
        while amount.places > LEAST_PLACES && amount.digits % 10 == 0 {
            amount = Self { digits: amount.digits / 10, places: amount.places - 1 };
        }
        amount.at_places(amount.places.max(LEAST_PLACES))
    }

    /// Whether it is zero.
    ///
    /// ```
    /// assert!("0.00".parse::<venice_ai::Amount>()?.is_zero());
    /// # Ok::<(), venice_ai::meta::NotAnAmount>(())
    /// ```
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.digits == 0
    }

    /// Whether it is negative, as charges in a list of transactions are.
    ///
    /// ```
    /// assert!("-0.05".parse::<venice_ai::Amount>()?.is_negative());
    /// # Ok::<(), venice_ai::meta::NotAnAmount>(())
    /// ```
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.digits < 0
    }

    /// The nearest floating point number, for charts and rough checks.
    ///
    /// ```
    /// assert_eq!("0.25".parse::<venice_ai::Amount>()?.to_f64(), 0.25);
    /// # Ok::<(), venice_ai::meta::NotAnAmount>(())
    /// ```
    #[must_use]
    pub fn to_f64(self) -> f64 {
        // Through the text, as a division would round a second time.
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    /// The digits, and how many of them are decimal places: at most 38.
    #[cfg(feature = "rust_decimal")]
    pub(crate) fn parts(self) -> (i128, u32) {
        (self.digits, self.places)
    }

    /// The amount of these [`parts`](Self::parts).
    #[cfg(feature = "rust_decimal")]
    pub(crate) fn from_parts(digits: i128, places: u32) -> Self {
        Self { digits, places }
    }

    /// The whole part, and the fraction as a multiple of 10^-38. Neither can overflow.
    fn split(self) -> (i128, i128) {
        let one = power(self.places);
        (self.digits / one, self.digits % one * power(MOST_PLACES - self.places))
    }
}

/// A power of ten up to the 38th, the largest in an `i128`.
fn power(exponent: u32) -> i128 {
    10_i128.pow(exponent.min(MOST_PLACES))
}

impl PartialEq for Amount {
    fn eq(&self, other: &Self) -> bool {
        self.split() == other.split()
    }
}

impl Eq for Amount {}

impl PartialOrd for Amount {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Amount {
    fn cmp(&self, other: &Self) -> Ordering {
        self.split().cmp(&other.split())
    }
}

impl Hash for Amount {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.split().hash(state);
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown =
            f.precision().and_then(|places| u32::try_from(places).ok()).map_or(*self, |places| self.round(places));
        let one = power(shown.places).unsigned_abs();
        let digits = shown.digits.unsigned_abs();
        let mut text = (digits / one).to_string();
        let behind = digits % one;
        if shown.places > 0 {
            text.push_str(&format!(".{behind:0width$}", width = shown.places as usize));
        }
        // Additional places are zeros.
        for place in shown.places as usize..f.precision().unwrap_or(0) {
            text.push_str(if place == 0 { ".0" } else { "0" });
        }
        f.pad_integral(shown.digits >= 0, "", &text)
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_become_an_exact_decimal() {
        let cases = [
            ("5000000", "5.00"),
            ("5", "0.000005"),
            ("0", "0.00"),
            ("10500000", "10.50"),
            ("0005000000", "5.00"),
            ("123456789012345678901234567890", "123456789012345678901234.56789"),
        ];
        for (units, amount) in cases {
            assert_eq!(Amount::of_units(units, 6).unwrap().to_string(), amount);
        }
        assert_eq!(Amount::of_units("5", 0).unwrap().to_string(), "5.00");
        for wrong in ["", "-5", "5.0", "5e6", "0x5", " 5"] {
            assert_eq!(Amount::of_units(wrong, 6), None, "{wrong:?}");
        }
        assert_eq!(Amount::of_units("5", 1000), None);
    }
}
