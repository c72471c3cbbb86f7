//! `Ticket`: a permit of the [`Pacer`](super::Pacer) for one request.

use std::sync::Arc;

use super::{Hold, LaneKey, Pacer, Passenger, Report, Visit};
use crate::runtime::client::Client;
use crate::runtime::transport::retry::jitter;

/// The right to have one request on its way. Dropped, it counts as used.
#[derive(Debug)]
pub(in crate::features::many) struct Ticket {
    client: Client,
    pacer: Arc<Pacer>,
    run: u64,
    /// What was asked for, by the name that the request gives the model.
    asked: Passenger,
    lane: LaneKey,
    visit: Visit,
    is_back: bool,
}

impl Ticket {
    /// Lets a request go, or says why not.
    #[inline]
    pub(in crate::features::many) fn new(
        client: &Client,
        pacer: &Arc<Pacer>,
        run: (u64, usize),
        asked: &Passenger,
    ) -> Result<Self, Hold> {
        let since = client.clock().now();
        let (lane, tokens) = pacer.admit(run, asked, client.budget(), since)?;
        let visit = Visit { tokens, input: asked.load.input, since };
        Ok(Self {
            client: client.clone(),
            pacer: Arc::clone(pacer),
            run: run.0,
            asked: asked.clone(),
            lane,
            visit,
            is_back: false,
        })
    }

    /// Gives it back, with what became of the request.
    pub(in crate::features::many) fn back(mut self, report: &Report<'_>) {
        if let Some(model) = report.meta().and_then(|meta| meta.model_id()) {
            self.pacer.is_called(&self.asked.lane, model);
        }
        self.give_back(report);
    }

    fn give_back(&mut self, report: &Report<'_>) {
        self.is_back = true;
        let clock = self.client.clock();
        let asked = (self.run, &self.asked);
        self.pacer.done(asked, (&self.lane, self.visit), report, clock.now(), jitter(clock));
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if !self.is_back {
            self.give_back(&Report::Failed { meta: None });
        }
    }
}
