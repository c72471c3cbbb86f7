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
    /// A reply without a price must not read as one of nothing, and one below nothing is within every limit.
    pub(crate) fn of(quote: Quote) -> Result<Self, String> {
        match quote.quote {
            Some(usd) if usd >= 0.0 => Ok(Self { usd }),
            Some(usd) => Err(format!("the reply names a price of {usd} USD, which is none")),
            None => Err("the reply names no price".to_owned()),
        }
    }
}
