//! `Entry`: the accounting of one call.

use std::any::Any;

use super::priced_request::{Paid, PricedRequest};
use super::reported::ReportedUsage;
use super::request_price::{self, RequestPrice};
use crate::api::generated::types::{Model, Money};
use crate::api::usage::Cost;
use crate::features::cost::budget::Reserved;
use crate::features::cost::prices::{Prices, Tokens};
use crate::features::cost::{Budget, Tally};
use crate::runtime::error::{Delivery, Error};
use crate::runtime::transport::body::StreamObserver;
use crate::runtime::transport::interceptor::CompletionObserver;
use crate::runtime::transport::{Body, Reply};

/// The accounting of one call, from before it is sent until its cost is known. If it is dropped earlier, the outcome of the call is
/// unknown.
#[derive(Debug)]
pub(crate) struct Entry {
    reserved: Option<(Budget, Reserved)>,
    tally: Option<Tally>,
    priced_request: PricedRequest,
    price: RequestPrice,
    reported: ReportedUsage,
    is_closed: bool,
}

/// The outcome of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// Not sent, or rejected.
    NotRun,
    Ran,
    /// It may have run.
    Unknown,
}

/// What a call adds to a tally.
#[derive(Debug, Default)]
pub(crate) struct Charge {
    pub(crate) is_uncertain: bool,
    pub(crate) tokens: Option<Tokens>,
    /// The cost reported by the reply.
    pub(crate) reported: Option<Cost>,
    /// The cost by the list of models.
    pub(crate) listed: Option<Money>,
}

impl Entry {
    pub(super) fn new(
        reserved: Option<(Budget, Reserved)>,
        tally: Option<Tally>,
        priced_request: PricedRequest,
        price: RequestPrice,
    ) -> Self {
        Self { reserved, tally, priced_request, price, reported: ReportedUsage::default(), is_closed: false }
    }

    /// Adds the usage that a part of a stream reports.
    fn note(&mut self, reported: ReportedUsage) {
        // The model in a header takes precedence over the one in the body.
        let model = self.reported.model.take();
        self.reported.add(reported);
        self.reported.model = model.or(self.reported.model.take());
    }

    fn close(&mut self, outcome: Outcome) {
        if std::mem::replace(&mut self.is_closed, true) {
            return;
        }
        let (reported, listed) = (self.reported.cost, self.listed());
        if let Some((budget, reserved)) = self.reserved.take() {
            let cost = reported.or_else(|| listed.as_ref().map(Cost::from));
            match outcome {
                Outcome::NotRun => budget.release(reserved),
                // The cost is known, whatever the outcome.
                Outcome::Unknown if reported.is_none() => budget.keep(reserved),
                Outcome::Unknown | Outcome::Ran => budget.settle(reserved, cost),
            }
        }
        if let Some(tally) = self.tally.take().filter(|_| outcome != Outcome::NotRun) {
            let is_uncertain = outcome == Outcome::Unknown && reported.is_none();
            let listed = if is_uncertain { None } else { listed.or_else(|| self.price.at_most.clone()) };
            tally.count(self.name(), &Charge { is_uncertain, tokens: self.reported.tokens, reported, listed });
        }
    }

    /// The list price, if the reply reports the usage.
    fn listed(&self) -> Option<Money> {
        let prices = Prices::of(self.model()?);
        let by_tokens = self.reported.tokens.and_then(|tokens| prices.tokens(tokens));
        by_tokens.or_else(|| prices.transcribed_seconds(self.reported.seconds?))
    }

    /// The model that answered, or the requested one.
    fn model(&self) -> Option<&Model> {
        let catalogue = self.price.catalogue.as_ref()?;
        let find = |name: &str| request_price::model(catalogue, self.priced_request.paid, name);
        self.reported.model.as_deref().and_then(find).or_else(|| find(self.priced_request.model()))
    }

    fn name(&self) -> &str {
        let requested = || {
            let known = self.model().map(|model| model.id.as_str());
            let named = self.priced_request.model().split(':').next().unwrap_or_default();
            known.unwrap_or(if named.is_empty() { &self.priced_request.name } else { named })
        };
        self.reported.model.as_deref().unwrap_or_else(requested)
    }
}

impl StreamObserver for Entry {
    fn part(&mut self, part: &dyn Any) -> Result<(), Error> {
        self.note(ReportedUsage::of_part(part));
        Ok(())
    }

    fn completed(mut self: Box<Self>) {
        self.close(Outcome::Ran);
    }
}

impl CompletionObserver for Entry {
    fn succeeded(mut self: Box<Self>, reply: &mut Reply) -> Result<(), Error> {
        let meta = &reply.meta;
        let model = meta.model_id().map(str::to_owned);
        self.note(ReportedUsage { model, cost: meta.cost(), ..ReportedUsage::default() });
        match &mut reply.body {
            Body::Whole(body) => self.note(ReportedUsage::read(body)),
            // A stream in progress keeps the entry until it reports the rest.
            Body::Pieces(body) if self.priced_request.paid == Paid::Chat => {
                body.add_observer(self);
                return Ok(());
            }
            // Files report no usage.
            Body::Pieces(_) => {}
        }
        // A replayed reply is not charged again.
        self.close(if meta.is_idempotent_replay() { Outcome::NotRun } else { Outcome::Ran });
        Ok(())
    }

    fn failed(mut self: Box<Self>, failure: Error) -> Error {
        self.close(match failure.delivery() {
            Delivery::NotSent | Delivery::Refused => Outcome::NotRun,
            Delivery::Unknown => Outcome::Unknown,
            Delivery::Answered => Outcome::Ran,
        });
        failure
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.close(Outcome::Unknown);
    }
}
