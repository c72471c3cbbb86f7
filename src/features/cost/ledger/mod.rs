//! What a client keeps account of, and what that has to do with a call.

mod ask;
mod entry;
mod estimate;
pub(crate) mod reported;

use self::ask::Asked;
pub(crate) use self::entry::Charge;
use self::entry::Entry;
use self::estimate::Priced;
use super::{Budget, Tally};
use crate::runtime::client::Client;
use crate::runtime::error::Error;
use crate::runtime::transport::Outgoing;
use crate::runtime::transport::interceptor::{CompletionObserver, Intercepting, Interceptor};

/// The account of a client. It is the last interceptor of a call, so that what it reserves is for the request as it is sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    pub(super) budget: Option<Budget>,
    pub(super) tally: Option<Tally>,
}

impl Ledger {
    fn wants_prices(&self) -> bool {
        self.budget.is_some() || self.tally.as_ref().is_some_and(Tally::lists_prices)
    }
}

impl Interceptor for Ledger {
    fn name(&self) -> &'static str {
        "ledger"
    }

    /// What it sets aside is for the request as it is sent.
    fn order(&self) -> i8 {
        i8::MAX
    }

    fn validate(&self) -> Result<(), Error> {
        match self.budget.as_ref().is_some_and(Budget::is_invalid) {
            true => Err(Error::configuration("the limit of the budget is no amount, or below nothing")),
            false => Ok(()),
        }
    }

    /// Opens the account of a call, unless it is free. The budget refuses it if there is not enough left.
    fn before_send<'a>(&'a self, outgoing: &'a mut Outgoing) -> Intercepting<'a> {
        Box::pin(async move {
            let Some(asked) = Asked::of(outgoing) else { return Ok(None) };
            let priced = match self.wants_prices() {
                true => estimate::of(&asked, &Client::of_call(outgoing)).await,
                false => Priced::default(),
            };
            let reserved = match &self.budget {
                Some(budget) => {
                    let reserved = budget.reserve(priced.at_most.as_ref())?;
                    Some((budget.clone(), reserved))
                }
                None => None,
            };
            let entry = Entry::new(reserved, self.tally.clone(), asked, priced);
            Ok(Some(Box::new(entry) as Box<dyn CompletionObserver>))
        })
    }
}
