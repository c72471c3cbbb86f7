//! `Amount` arithmetic: exact, or `None` if it cannot be.

use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub, SubAssign};

use super::{Amount, MOST_PLACES, power};

impl Amount {
    /// The sum; `None` if it has more than 38 digits.
    ///
    /// ```
    /// use venice_ai::Amount;
    ///
    /// let (one, other): (Amount, Amount) = ("0.1".parse()?, "0.2".parse()?);
    /// assert_eq!(one.checked_add(other), Some("0.3".parse()?));
    /// # Ok::<(), venice_ai::meta::NotAnAmount>(())
    /// ```
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let (one, other, places) = self.aligned(other)?;
        Some(Self { digits: one.checked_add(other)?, places })
    }

    /// The difference; `None` if it has more than 38 digits.
    ///
    /// ```
    /// use venice_ai::Amount;
    ///
    /// let (before, after): (Amount, Amount) = ("4.23".parse()?, "4.2287".parse()?);
    /// assert_eq!(before.checked_sub(after), Some("0.0013".parse()?));
    /// # Ok::<(), venice_ai::meta::NotAnAmount>(())
    /// ```
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        let (one, other, places) = self.aligned(other)?;
        Some(Self { digits: one.checked_sub(other)?, places })
    }

    /// The product; `None` if it has more than 38 digits.
    ///
    /// ```
    /// use venice_ai::Amount;
    ///
    /// let second: Amount = "0.0001".parse()?;
    /// assert_eq!(second.checked_mul(90.into()), Some("0.009".parse()?));
    /// # Ok::<(), venice_ai::meta::NotAnAmount>(())
    /// ```
    #[must_use]
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        let product = |one: Self, other: Self| {
            let product = Self { digits: one.digits.checked_mul(other.digits)?, places: one.places + other.places };
            Some(product).filter(|product| product.places <= MOST_PLACES)
        };
        product(self, other).or_else(|| product(self.shortest(), other.shortest()))
    }

    /// The sum of all; `None` if it has more than 38 digits. Zero for none.
    ///
    /// ```
    /// use venice_ai::Amount;
    ///
    /// let costs: [Amount; 3] = ["0.1".parse()?, "0.2".parse()?, "0.3".parse()?];
    /// assert_eq!(Amount::checked_sum(costs), Some("0.6".parse()?));
    /// # Ok::<(), venice_ai::meta::NotAnAmount>(())
    /// ```
    #[must_use]
    pub fn checked_sum(amounts: impl IntoIterator<Item = Self>) -> Option<Self> {
        amounts.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }

    /// Rounded to at most this many decimal places, half away from zero.
    ///
    /// ```
    /// use venice_ai::Amount;
    ///
    /// assert_eq!("0.125".parse::<Amount>()?.round(2).to_string(), "0.13");
    /// # Ok::<(), venice_ai::meta::NotAnAmount>(())
    /// ```
    #[must_use]
    pub fn round(self, places: u32) -> Self {
        if places >= self.places {
            return self;
        }
        let unit = power(self.places - places);
        let (whole, rest) = (self.digits / unit, self.digits % unit);
        let up = if rest.abs() >= unit - rest.abs() { rest.signum() } else { 0 };
        Self { digits: whole + up, places }
    }

    /// Divided by a power of ten, exactly: a price per million tokens becomes that of one.
    pub(crate) fn divided_by_power(self, exponent: u32) -> Option<Self> {
        let divided = |amount: Self| {
            let places = amount.places.checked_add(exponent)?;
            Some(Self { places, ..amount }).filter(|_| places <= MOST_PLACES)
        };
        divided(self).or_else(|| divided(self.shortest()))
    }

    /// The nearest result if it has too many digits: with fewer decimal places, or saturated.
    #[cold]
    fn nearest(self, other: Self, operation: fn(Self, Self) -> Option<Self>) -> Self {
        let most = self.places.max(other.places);
        let rounded = (0..most).rev().find_map(|places| operation(self.round(places), other.round(places)));
        let end = if self.is_negative() { i128::MIN } else { i128::MAX };
        rounded.unwrap_or(Self { digits: end, places: 0 })
    }

    /// The same value with exactly this many decimal places, if it has no more.
    pub(super) fn at_places(self, places: u32) -> Option<Self> {
        let more = places.checked_sub(self.places)?;
        Some(Self { digits: self.digits.checked_mul(power(more))?, places })
    }

    /// Both with the larger number of decimal places.
    fn aligned(self, other: Self) -> Option<(i128, i128, u32)> {
        let at_same = |one: Self, other: Self| {
            let places = one.places.max(other.places);
            Some((one.at_places(places)?.digits, other.at_places(places)?.digits, places))
        };
        at_same(self, other).or_else(|| at_same(self.shortest(), other.shortest()))
    }

    /// The same value without trailing zeros.
    fn shortest(mut self) -> Self {
        while self.places > 0 && self.digits % 10 == 0 {
            self = Self { digits: self.digits / 10, places: self.places - 1 };
        }
        self
    }
}

/// The sum, exact up to 38 digits, which covers all money. Beyond that it is rounded, and saturates: it never panics. See
/// [`checked_add`](Amount::checked_add).
///
/// ```
/// use venice_ai::Amount;
///
/// let costs: [Amount; 3] = ["0.1".parse()?, "0.2".parse()?, "0.3".parse()?];
/// assert_eq!(costs[0] + costs[1], costs[2]);
/// assert_eq!(costs.into_iter().sum::<Amount>() - costs[0], "0.5".parse()?);
/// # Ok::<(), venice_ai::meta::NotAnAmount>(())
/// ```
impl Add for Amount {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        self.checked_add(other).unwrap_or_else(|| self.nearest(other, Self::checked_add))
    }
}

/// The difference, as exact as the sum.
impl Sub for Amount {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self.checked_sub(other).unwrap_or_else(|| self.nearest(other, Self::checked_sub))
    }
}

impl AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Amount {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

/// The sum of all, as exact as that of two; [`Amount::ZERO`] for none. [`checked_sum`](Amount::checked_sum) is always exact.
impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Self::add)
    }
}

impl<'a> Sum<&'a Self> for Amount {
    fn sum<I: Iterator<Item = &'a Self>>(amounts: I) -> Self {
        amounts.copied().sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Amount {
        Amount::read(text).unwrap()
    }

    #[test]
    fn sums_and_products_are_exact() {
        assert_eq!(read("0.1").checked_add(read("0.2")), Some(read("0.3")));
        assert_eq!(read("1e-38").checked_add(read("0.5")).unwrap().to_string(), format!("0.5{}1", "0".repeat(36)));
        assert_eq!(read("0.15").checked_mul(read("1234567")).unwrap().to_string(), "185185.05");
        assert_eq!(read("0.15").divided_by_power(6).unwrap().to_string(), "0.00000015");
        let ten_thousand = std::iter::repeat_n(read("0.0001"), 10_000);
        assert_eq!(Amount::checked_sum(ten_thousand), Some(Amount::from(1)));
    }

    #[test]
    fn results_with_too_many_digits_are_none() {
        let largest = Amount { digits: i128::MAX, places: 0 };
        let smallest = Amount { digits: i128::MIN, places: 0 };
        assert_eq!(largest.checked_add(1.into()), None);
        assert_eq!(smallest.checked_sub(1.into()), None);
        assert_eq!(smallest.checked_mul((-1).into()), None);
        assert_eq!(Amount::ZERO.checked_sub(smallest), None);
        assert_eq!(largest.checked_add(read("0.1")), None);
        assert_eq!(read("1e-20").checked_mul(read("1e-20")), None);
        assert_eq!(read("1e-38").divided_by_power(1), None);
        assert_eq!(Amount::read(&largest.to_string()), Some(largest));
        assert!(smallest.round(1).to_f64().is_finite() && smallest < largest);
    }

    #[test]
    fn operators_are_exact_or_saturate() {
        let largest = Amount { digits: i128::MAX, places: 0 };
        let smallest = Amount { digits: i128::MIN, places: 0 };
        assert_eq!(read("0.1") + read("0.2") - read("0.3"), Amount::ZERO);
        assert_eq!([read("0.1"), read("0.25")].iter().sum::<Amount>(), read("0.35"));
        assert_eq!((largest + 1.into(), smallest - 1.into()), (largest, smallest));
        assert_eq!((largest - smallest, smallest - largest), (largest, smallest));
        assert_eq!((smallest - smallest, smallest + largest), (Amount::ZERO, (-1).into()));
        // The fraction does not fit with so many digits.
        let most = read("99999999999999999999999999999999999999");
        assert_eq!((most + read("0.1"), most + read("0.5")), (most, most.checked_add(1.into()).unwrap()));
        let mut spent = read("1.5");
        spent += read("0.25");
        spent -= read("0.5");
        assert_eq!(spent, read("1.25"));
    }

    #[test]
    fn rounding_is_half_away_from_zero() {
        for (text, places, rounded) in [
            ("0.125", 2, "0.13"),
            ("-0.125", 2, "-0.13"),
            ("0.1249", 2, "0.12"),
            ("0.5", 0, "1"),
            ("0.4999", 0, "0"),
            ("9.995", 2, "10.00"),
            ("1.5", 3, "1.5"),
        ] {
            assert_eq!(read(text).round(places).to_string(), rounded, "{text}");
        }
    }

    fn amounts() -> impl Strategy<Value = Amount> {
        (any::<i64>(), 0..=18_u32).prop_map(|(digits, places)| Amount { digits: digits.into(), places })
    }

    proptest! {
        #[test]
        fn text_and_value_round_trip(amount in amounts()) {
            prop_assert_eq!(Amount::read(&amount.to_string()), Some(amount));
            prop_assert_eq!(Amount::read(&amount.to_string()).unwrap().to_string(), amount.to_string());
        }

        #[test]
        fn no_text_panics(text in "[-+0-9.eE]{0,60}") {
            if let Some(amount) = Amount::read(&text) {
                let _ = (amount.to_string(), amount.to_f64(), amount.round(3), amount.checked_mul(amount));
                prop_assert_eq!(Amount::read(&amount.to_string()), Some(amount));
            }
        }

        #[test]
        fn addition_is_that_of_whole_numbers(a in any::<i64>(), b in any::<i64>(), places in 0..=18_u32) {
            let (one, other) = (Amount { digits: a.into(), places }, Amount { digits: b.into(), places });
            let sum = Amount { digits: i128::from(a) + i128::from(b), places };
            prop_assert_eq!(one.checked_add(other), Some(sum));
            prop_assert_eq!(sum.checked_sub(other), Some(one));
        }

        #[test]
        fn the_order_of_a_sum_does_not_matter(a in amounts(), b in amounts(), c in amounts()) {
            let one = a.checked_add(b).and_then(|sum| sum.checked_add(c));
            let other = c.checked_add(b).and_then(|sum| sum.checked_add(a));
            prop_assert!(one.is_some());
            prop_assert_eq!(one, other);
        }

        #[test]
        fn a_product_is_a_sum(a in amounts(), count in 0..50_i64) {
            let sum = Amount::checked_sum(std::iter::repeat_n(a, count as usize));
            prop_assert_eq!(a.checked_mul(count.into()), sum);
        }

        #[test]
        fn order_and_equality_follow_the_value(a in amounts(), b in amounts()) {
            let difference = a.checked_sub(b).unwrap();
            prop_assert_eq!(a.cmp(&b), difference.digits.cmp(&0));
            prop_assert_eq!(a == b, difference.is_zero());
            let longer = a.at_places(a.places + 1).unwrap();
            prop_assert_eq!(a, longer);
        }

        #[test]
        fn every_finite_float_that_fits_keeps_its_digits(float in -1e15..1e15_f64) {
            if let Ok(amount) = Amount::try_from(float) {
                prop_assert_eq!(amount.to_f64(), float);
            }
        }
    }
}
