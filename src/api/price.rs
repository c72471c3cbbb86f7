//! `Price`: the quoted price of a job.

use crate::runtime::amount::Amount;
use crate::runtime::error::Error;

/// The price of a job, from [`Video::quote`](crate::Video::quote), [`Audio::quote`](crate::Audio::quote) and
/// [`VoiceChanger::quote`](crate::VoiceChanger::quote).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Price {
    /// US dollars, exact to the last digit.
    pub usd: Amount,
}

impl Price {
    /// Fails for a negative price, which would be within every limit.
    pub(crate) fn of(usd: Amount) -> Result<Self, Error> {
        if usd.is_negative() {
            return Err(Error::decode(format!("the reply has a price of {usd} USD, which is negative")));
        }
        Ok(Self { usd })
    }
}
