//! Conversions from other numbers to `Amount`.

use std::fmt;
use std::str::FromStr;

use super::Amount;

/// A text or a floating point number that is not an amount: not a number, infinite, or with more than 38 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotAnAmount;

impl fmt::Display for NotAnAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a decimal number of at most 38 digits")
    }
}

impl std::error::Error for NotAnAmount {}

/// A caller's limit: not negative.
#[cfg(any(feature = "budget", feature = "jobs", feature = "wallet"))]
pub(crate) fn limit(limit: impl TryInto<Amount>) -> Result<Amount, NotAnAmount> {
    let limit = limit.try_into().map_err(|_| NotAnAmount)?;
    if limit.is_negative() { Err(NotAnAmount) } else { Ok(limit) }
}

impl FromStr for Amount {
    type Err = NotAnAmount;

    fn from_str(text: &str) -> Result<Self, NotAnAmount> {
        Self::read(text).ok_or(NotAnAmount)
    }
}

impl TryFrom<&str> for Amount {
    type Error = NotAnAmount;

    fn try_from(text: &str) -> Result<Self, NotAnAmount> {
        text.parse()
    }
}

impl TryFrom<String> for Amount {
    type Error = NotAnAmount;

    fn try_from(text: String) -> Result<Self, NotAnAmount> {
        text.parse()
    }
}

/// The shortest decimal number for the float, which is what the source has: `0.1` is a tenth.
impl TryFrom<f64> for Amount {
    type Error = NotAnAmount;

    fn try_from(number: f64) -> Result<Self, NotAnAmount> {
        // Printed without an exponent; infinity and NaN have no digits.
        number.to_string().parse()
    }
}

macro_rules! from_whole_numbers {
    ($($number:ty),*) => {$(
        impl From<$number> for Amount {
            fn from(number: $number) -> Self {
                Self { digits: number.into(), places: 0 }
            }
        }
    )*};
}
from_whole_numbers!(u8, u16, u32, u64, i8, i16, i32, i64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_float_becomes_its_shortest_decimal() {
        for (float, text) in
            [(0.1, "0.1"), (1e-7, "0.0000001"), (0.1 + 0.2, "0.30000000000000004"), (-0.0, "0"), (5.0, "5")]
        {
            assert_eq!(Amount::try_from(float).unwrap().to_string(), text);
        }
        for float in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN_POSITIVE] {
            assert_eq!(Amount::try_from(float), Err(NotAnAmount), "{float}");
        }
    }
}
