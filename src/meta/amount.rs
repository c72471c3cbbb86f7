//! Money as the API writes it.

use std::fmt;

/// A decimal number exactly as the API sent it.
///
/// Balances come as text in headers, because a binary floating point number cannot hold most decimal fractions. Compare
/// or add them with a decimal type of your choice, made from [`as_str`](Self::as_str); [`to_f64`](Self::to_f64) is
/// for display and rough checks.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Amount(Box<str>);

impl Amount {
    pub(super) fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        text.parse::<f64>().ok().filter(|number| number.is_finite()).map(|_| Self(text.into()))
    }

    /// A whole number of units, of which `10^decimals` make one; with two decimal places at least: `5.00`.
    pub(crate) fn of_units(units: &str, decimals: usize) -> Option<Self> {
        const MOST: usize = 36;
        if decimals > MOST || units.is_empty() || !units.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let digits = format!("{units:0>width$}", width = decimals + 1);
        let (whole, fraction) = digits.split_at_checked(digits.len() - decimals)?;
        let whole = whole.trim_start_matches('0');
        let whole = if whole.is_empty() { "0" } else { whole };
        let fraction = fraction.trim_end_matches('0');
        Some(Self(format!("{whole}.{fraction:0<2}").into()))
    }

    /// The digits as they were sent: `"4.230000"`.
    ///
    /// ```no_run
    /// # async fn run(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// # let reply = venice.request::<serde_json::Value>(venice_ai::http::Method::GET, "/models").with_meta().await?;
    /// if let Some(dollars) = reply.meta.balances().usd {
    ///     println!("${}", dollars.as_str());
    /// }
    /// # Ok(()) }
    /// ```
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The nearest floating point number.
    ///
    /// ```no_run
    /// # async fn run(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// # let reply = venice.request::<serde_json::Value>(venice_ai::http::Method::GET, "/models").with_meta().await?;
    /// let low = reply.meta.balances().usd.is_some_and(|dollars| dollars.to_f64() < 1.0);
    /// # Ok(()) }
    /// ```
    pub fn to_f64(&self) -> f64 {
        self.0.parse().unwrap_or(f64::NAN)
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
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
            assert_eq!(Amount::of_units(units, 6).unwrap().as_str(), amount);
        }
        assert_eq!(Amount::of_units("5", 0).unwrap().as_str(), "5.00");
        for wrong in ["", "-5", "5.0", "5e6", "0x5", " 5"] {
            assert_eq!(Amount::of_units(wrong, 6), None, "{wrong:?}");
        }
        assert_eq!(Amount::of_units("5", 1000), None);
    }
}
