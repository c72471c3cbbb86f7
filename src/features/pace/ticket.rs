//! `Ticket`: a permit of the [`Pacer`](super::pacer::Pacer) for one request.

use std::sync::Arc;

#[cfg(feature = "keys")]
use super::pacer::NO_RUN;
use super::pacer::{Admission, Hold, Pacer, Report};
use super::permit::{LaneKey, PermitRequest};
use crate::runtime::client::Client;
use crate::runtime::meta::Meta;
use crate::runtime::transport::retry::jitter;

/// The permit to have one request in flight. Dropped, it counts as used.
#[derive(Debug)]
pub(crate) struct Ticket {
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
    pub(crate) fn new(
        client: &Client,
        pacer: &Arc<Pacer>,
        run: (u64, usize),
        wanted: &PermitRequest,
    ) -> Result<Self, Hold> {
        let since = client.clock().now();
        let (lane, tokens) = pacer.admit(run, wanted, client.budget(), since)?;
        let admission = Admission { tokens, input: wanted.load.input, since, is_answered: false };
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

    /// The permit of a request that does not wait: it is counted, so that others know what is left.
    #[cfg(feature = "keys")]
    pub(super) fn counted(client: &Client, wanted: PermitRequest) -> Self {
        let (pacer, since) = (client.pacer(), client.clock().now());
        let (lane, tokens) = pacer.count(&wanted, since);
        let admission = Admission { tokens, input: wanted.load.input, since, is_answered: false };
        Self { client: client.clone(), pacer, run: NO_RUN, wanted, lane, admission, is_released: false }
    }

    /// Returns the permit, with the result of the request.
    pub(crate) fn release(mut self, report: &Report<'_>) {
        self.learn_model(report.meta());
        self.release_with(report);
    }

    /// The reply has begun, and the rest of it is a stream.
    pub(super) fn begun(&mut self, meta: &Meta) {
        self.learn_model(Some(meta));
        let wanted = (self.run, &self.wanted);
        self.pacer.begun(wanted, (&self.lane, &mut self.admission), meta, self.client.clock().now());
    }

    fn learn_model(&self, meta: Option<&Meta>) {
        if let Some(model) = meta.and_then(Meta::model_id) {
            self.pacer.is_called(&self.wanted.lane, model);
        }
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
