//! Conversions of `Amount` from and to `rust_decimal::Decimal`.

use rust_decimal::Decimal;

use crate::runtime::amount::Amount;

impl From<Decimal> for Amount {
    fn from(decimal: Decimal) -> Self {
        Self::from_parts(decimal.mantissa(), decimal.scale())
    }
}

/// Fails for more digits than a `Decimal` has: 28 or 29, of which at most 28 are decimal places. Zeros at the end do not count.
impl TryFrom<Amount> for Decimal {
    type Error = rust_decimal::Error;

    fn try_from(amount: Amount) -> Result<Self, rust_decimal::Error> {
        let (mut digits, mut places) = amount.parts();
        let exact = Self::try_from_i128_with_scale(digits, places);
        if exact.is_ok() {
            return exact;
        }
        while places > 0 && digits % 10 == 0 {
            (digits, places) = (digits / 10, places - 1);
        }
        Self::try_from_i128_with_scale(digits, places)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_decimals_round_trip() {
        for text in
            ["0", "0.10", "-4.230000", "0.0005813", "79228162514264337593543950335", "0.0000000000000000000000000001"]
        {
            let amount: Amount = text.parse().unwrap();
            let decimal = Decimal::try_from(amount).unwrap();
            assert_eq!(decimal.to_string(), text);
            assert_eq!(Amount::from(decimal).to_string(), text);
        }
    }

    #[test]
    fn zeros_at_the_end_do_not_count_and_other_digits_do() {
        let amount: Amount = "1.50000000000000000000000000000000000".parse().unwrap();
        assert_eq!(Decimal::try_from(amount).unwrap().to_string(), "1.5");
        for text in [
            "79228162514264337593543950336",
            "0.00000000000000000000000000001",
            "1.00000000000000000000000000000000001",
        ] {
            assert!(Decimal::try_from(text.parse::<Amount>().unwrap()).is_err(), "{text}");
        }
    }
}
