//! `Ticket`: a permit of the [`Pacer`](super::Pacer) for one request.

use std::sync::Arc;

use super::{Admission, Hold, LaneKey, Pacer, PermitRequest, Report};
use crate::runtime::client::Client;
use crate::runtime::transport::retry::jitter;

/// The permit to have one request in flight. Dropped, it counts as used.
#[derive(Debug)]
pub(in crate::features::many) struct Ticket {
    client: Client,
    pacer: Arc<Pacer>,
    run: u64,
    /// The requested permit, with the model's name as the request has it.
    wanted: PermitRequest,
    lane: LaneKey,
    admission: Admission,
    is_released: bool,
}

impl Ticket {
    /// Admits a request, or says why it has to wait.
    #[inline]
    pub(in crate::features::many) fn new(
        client: &Client,
        pacer: &Arc<Pacer>,
        run: (u64, usize),
        wanted: &PermitRequest,
    ) -> Result<Self, Hold> {
        let since = client.clock().now();
        let (lane, tokens) = pacer.admit(run, wanted, client.budget(), since)?;
        let admission = Admission { tokens, input: wanted.load.input, since };
        Ok(Self {
            client: client.clone(),
            pacer: Arc::clone(pacer),
            run: run.0,
            wanted: wanted.clone(),
            lane,
            admission,
            is_released: false,
        })
    }

    /// Returns the permit, with the result of the request.
    pub(in crate::features::many) fn release(mut self, report: &Report<'_>) {
        if let Some(model) = report.meta().and_then(|meta| meta.model_id()) {
            self.pacer.is_called(&self.wanted.lane, model);
        }
        self.release_with(report);
    }

    fn release_with(&mut self, report: &Report<'_>) {
        self.is_released = true;
        let clock = self.client.clock();
        let wanted = (self.run, &self.wanted);
        self.pacer.done(wanted, (&self.lane, self.admission), report, clock.now(), jitter(clock));
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if !self.is_released {
            self.release_with(&Report::Failed { meta: None });
        }
    }
}
