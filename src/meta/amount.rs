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
