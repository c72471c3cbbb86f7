//! `Price`: the quoted price of a job.

use crate::api::generated::types::Quote;
use crate::runtime::amount::Amount;
use crate::runtime::error::Error;

/// What a job would cost, from [`Video::quote`](crate::Video::quote) and [`Audio::quote`](crate::Audio::quote).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Price {
    /// US dollars, exact to the last digit.
    pub usd: Amount,
}

impl Price {
    /// A reply without a price must not read as one of nothing, and one below nothing is within every limit.
    pub(crate) fn of(quote: Quote) -> Result<Self, Error> {
        match quote.quote {
            Some(usd) if usd.is_negative() => {
                Err(Error::decode(format!("the reply names a price of {usd} USD, which is none")))
            }
            Some(usd) => Ok(Self { usd }),
            None => Err(Error::decode("the reply names no price")),
        }
    }
}
