//! The account of one call.

use std::any::Any;

use super::ask::{Asked, Paid};
use super::estimate::{self, Priced};
use super::reported::ReportedUsage;
use crate::api::generated::types::{Model, Money};
use crate::api::usage::Cost;
use crate::features::cost::budget::Reserved;
use crate::features::cost::prices::{Prices, Tokens};
use crate::features::cost::{Budget, Tally};
use crate::runtime::error::{Delivery, Error};
use crate::runtime::transport::body::StreamObserver;
use crate::runtime::transport::interceptor::CompletionObserver;
use crate::runtime::transport::{Body, Reply};

/// The account of one call, from before it is sent until it is known what it cost. One that is dropped before that is of a call of which
/// nobody knows what became.
#[derive(Debug)]
pub(crate) struct Entry {
    reserved: Option<(Budget, Reserved)>,
    tally: Option<Tally>,
    asked: Asked,
    priced: Priced,
    told: ReportedUsage,
    is_closed: bool,
}

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It was not sent, or refused.
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
    /// What the reply told that it cost.
    pub(crate) told: Option<Cost>,
    /// What it cost by the list of models.
    pub(crate) listed: Option<Money>,
}

impl Entry {
    pub(super) fn new(
        reserved: Option<(Budget, Reserved)>,
        tally: Option<Tally>,
        asked: Asked,
        priced: Priced,
    ) -> Self {
        Self { reserved, tally, asked, priced, told: ReportedUsage::default(), is_closed: false }
    }

    /// A part of a stream told something.
    fn note(&mut self, told: ReportedUsage) {
        // The header knows better than the body which model it was.
        let model = self.told.model.take();
        self.told.add(told);
        self.told.model = model.or(self.told.model.take());
    }

    fn close(&mut self, fate: Fate) {
        if std::mem::replace(&mut self.is_closed, true) {
            return;
        }
        let (told, listed) = (self.told.cost, self.listed());
        if let Some((budget, reserved)) = self.reserved.take() {
            let cost = told.or_else(|| listed.as_ref().map(Cost::from));
            match fate {
                Fate::NotRun => budget.release(reserved),
                // It is known what it cost, however it ended.
                Fate::Unknown if told.is_none() => budget.keep(reserved),
                Fate::Unknown | Fate::Ran => budget.settle(reserved, cost),
            }
        }
        if let Some(tally) = self.tally.take().filter(|_| fate != Fate::NotRun) {
            let is_uncertain = fate == Fate::Unknown && told.is_none();
            let listed = if is_uncertain { None } else { listed.or_else(|| self.priced.at_most.clone()) };
            tally.count(self.name(), &Charge { is_uncertain, tokens: self.told.tokens, told, listed });
        }
    }

    /// What it cost by the list, where the reply tells what was used.
    fn listed(&self) -> Option<Money> {
        let prices = Prices::of(self.model()?);
        let by_tokens = self.told.tokens.and_then(|tokens| prices.tokens(tokens));
        by_tokens.or_else(|| prices.heard(self.told.seconds?))
    }

    /// The model that answered, or else the one that was asked.
    fn model(&self) -> Option<&Model> {
        let catalogue = self.priced.catalogue.as_ref()?;
        let find = |name: &str| estimate::model(catalogue, self.asked.paid, name);
        self.told.model.as_deref().and_then(find).or_else(|| find(self.asked.model()))
    }

    fn name(&self) -> &str {
        let asked = || {
            let known = self.model().map(|model| model.id.as_str());
            let named = self.asked.model().split(':').next().unwrap_or_default();
            known.unwrap_or(if named.is_empty() { &self.asked.name } else { named })
        };
        self.told.model.as_deref().unwrap_or_else(asked)
    }
}

impl StreamObserver for Entry {
    fn part(&mut self, part: &dyn Any) {
        self.note(ReportedUsage::of_part(part));
    }

    fn completed(mut self: Box<Self>) {
        self.close(Fate::Ran);
    }
}

impl CompletionObserver for Entry {
    fn succeeded(mut self: Box<Self>, reply: &mut Reply) {
        let meta = &reply.meta;
        let model = meta.model_id().map(str::to_owned);
        self.note(ReportedUsage { model, cost: meta.cost(), ..ReportedUsage::default() });
        match &mut reply.body {
            Body::Whole(body) => self.note(ReportedUsage::read(body)),
            // An answer on its way keeps the account until it tells the rest.
            Body::Pieces(body) if self.asked.paid == Paid::Chat => return body.set_observer(self),
            // Files tell nothing.
            Body::Pieces(_) => {}
        }
        // A reply that is given again is not paid again.
        self.close(if meta.is_idempotent_replay() { Fate::NotRun } else { Fate::Ran });
    }

    fn failed(mut self: Box<Self>, failure: Error) -> Error {
        self.close(match failure.delivery() {
            Delivery::NotSent | Delivery::Refused => Fate::NotRun,
            Delivery::Unknown => Fate::Unknown,
            Delivery::Answered => Fate::Ran,
        });
        failure
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.close(Fate::Unknown);
    }
}
