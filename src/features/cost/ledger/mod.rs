//! `Ledger`: an interceptor that reserves and records the cost of calls.

mod entry;
mod priced_request;
pub(crate) mod reported;
mod request_price;

pub(crate) use self::entry::Charge;
use self::entry::Entry;
use self::priced_request::PricedRequest;
use self::request_price::RequestPrice;
use super::{Budget, Tally};
use crate::runtime::client::Client;
use crate::runtime::error::Error;
use crate::runtime::transport::Outgoing;
use crate::runtime::transport::interceptor::{CallInterceptor, CompletionObserver, Intercepting};

/// The accounting of a client. It is the last interceptor of a call, so it prices the request as it is sent.
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

impl CallInterceptor for Ledger {
    fn name(&self) -> &'static str {
        "ledger"
    }

    /// Last, so it prices the request as it is sent.
    fn order(&self) -> i8 {
        i8::MAX
    }

    fn validate(&self) -> Result<(), Error> {
        match self.budget.as_ref().is_some_and(Budget::is_invalid) {
            true => Err(Error::configuration(
                "the limit of the budget is not an amount or is negative, or an alert is not at 1 to 100 percent",
            )),
            false => Ok(()),
        }
    }

    /// Creates the entry of a call, unless it is free. The budget rejects a call that exceeds it.
    fn before_send<'a>(&'a self, outgoing: &'a mut Outgoing) -> Intercepting<'a> {
        Box::pin(async move {
            let Some(priced_request) = PricedRequest::of(outgoing) else { return Ok(None) };
            let price = match self.wants_prices() {
                true => request_price::of(&priced_request, &Client::of_call(outgoing)).await,
                false => RequestPrice::default(),
            };
            let reserved = match &self.budget {
                Some(budget) => {
                    let reserved = budget.reserve(price.at_most.as_ref()).await?;
                    Some((budget.clone(), reserved))
                }
                None => None,
            };
            let entry = Entry::new(reserved, self.tally.clone(), priced_request, price);
            Ok(Some(Box::new(entry) as Box<dyn CompletionObserver>))
        })
    }
}
