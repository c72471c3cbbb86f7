//! What a job would cost.

use crate::types::Quote;

/// What a job would cost, from [`Video::quote`](crate::Video::quote) and [`Audio::quote`](crate::Audio::quote).
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
#[non_exhaustive]
pub struct Price {
    /// US dollars.
    pub usd: f64,
}

impl Price {
    /// A reply without a price must not read as one of nothing.
    pub(crate) fn of(quote: Quote) -> Result<Self, String> {
        quote.quote.map(|usd| Self { usd }).ok_or_else(|| "the reply names no price".to_owned())
    }
}
