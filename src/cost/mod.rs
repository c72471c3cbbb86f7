//! What calls cost: exact amounts, as the replies tell them.
//!
//! | To | Call |
//! |---|---|
//! | see what an answer cost | [`ChatCompletion::cost`](crate::types::ChatCompletion::cost) |
//! | see it behind a stream | [`ChatStream::cost`](crate::stream::ChatStream::cost), [`TextStream::cost`](crate::stream::TextStream::cost), [`ChatAccumulator::cost`](crate::stream::ChatAccumulator::cost) |
//! | see what a blockchain call cost | [`Meta::cost`](crate::Meta::cost) |
//! | add amounts, to the last digit | [`Amount::checked_add`](crate::Amount::checked_add), [`Amount::checked_sum`](crate::Amount::checked_sum) |

mod spent;

pub use self::spent::Cost;
pub(crate) use self::spent::told;
