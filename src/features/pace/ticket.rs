//! `Ticket`: a permit of the [`Pacer`](super::pacer::Pacer) for one request.

use std::sync::Arc;
#[cfg(feature = "redis")]
use std::time::Instant;

#[cfg(feature = "keys")]
use super::pacer::NO_RUN;
use super::pacer::{Admission, Hold, Pacer, Report};
use super::permit::{LaneKey, PermitRequest};
#[cfg(feature = "redis")]
use super::shared::{SharedPace, SharedPermit};
use crate::runtime::client::Client;
#[cfg(feature = "redis")]
use crate::runtime::error::Error;
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
    /// The most requests in flight of its run, and its place among the requests of all processes.
    #[cfg(feature = "redis")]
    most: usize,
    #[cfg(feature = "redis")]
    shared: Option<SharedPermit>,
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
            #[cfg(feature = "redis")]
            most: run.1,
            #[cfg(feature = "redis")]
            shared: None,
        })
    }

    /// The permit of a request that does not wait: it is counted, so that others know what is left.
    #[cfg(feature = "keys")]
    pub(super) fn counted(client: &Client, wanted: PermitRequest) -> Self {
        let (pacer, since) = (client.pacer(), client.clock().now());
        let (lane, tokens) = pacer.count(&wanted, since);
        let admission = Admission { tokens, input: wanted.load.input, since, is_answered: false };
        Self {
            client: client.clone(),
            pacer,
            run: NO_RUN,
            wanted,
            lane,
            admission,
            is_released: false,
            #[cfg(feature = "redis")]
            most: usize::MAX,
            #[cfg(feature = "redis")]
            shared: None,
        }
    }

    /// Whether it has to be admitted among the requests of all processes, too.
    #[cfg(feature = "redis")]
    pub(crate) fn is_shared(&self) -> bool {
        !self.wanted.account.is_empty()
    }

    /// Admits the request among those of all processes. `Err`: it has to wait, and the lane with it, or Redis is lost.
    #[cfg(feature = "redis")]
    pub(crate) async fn share(mut self) -> Result<Result<Self, Hold>, Error> {
        if !self.is_shared() {
            return Ok(Ok(self));
        }
        let pace = SharedPace::of(&self.client);
        let admitted = pace.admit(&self.wanted, (&self.lane.name, self.most), self.admission).await;
        match admitted {
            Ok(Ok(permit)) => {
                self.shared = permit;
                Ok(Ok(self))
            }
            Ok(Err(hold)) => {
                let wait = hold.until.map(|until| until.saturating_duration_since(Instant::now()));
                let hold = Hold { until: wait.and_then(|wait| self.client.clock().now().checked_add(wait)), ..hold };
                self.pacer.hold(&self.lane, hold);
                self.release_with(&Report::Unsent);
                Ok(Err(hold))
            }
            Err(error) => {
                self.release_with(&Report::Unsent);
                Err(error)
            }
        }
    }

    /// Returns the permit, with the result of the request.
    pub(crate) fn release(mut self, report: &Report) {
        self.learn_model(report.meta());
        self.release_with(report);
    }

    /// The reply has begun, and the rest of it is a stream.
    pub(super) fn begun(&mut self, meta: &Meta) {
        self.learn_model(Some(meta));
        #[cfg(feature = "redis")]
        if let Some(shared) = &self.shared {
            shared.begun(self.admission.tokens, meta);
        }
        let wanted = (self.run, &self.wanted);
        self.pacer.begun(wanted, (&self.lane, &mut self.admission), meta, self.client.clock().now());
    }

    fn learn_model(&self, meta: Option<&Meta>) {
        if let Some(model) = meta.and_then(Meta::model_id) {
            self.pacer.is_called(&self.wanted.lane, model);
        }
    }

    fn release_with(&mut self, report: &Report) {
        self.is_released = true;
        let clock = self.client.clock();
        #[cfg(feature = "redis")]
        if let Some(shared) = self.shared.take() {
            let counts = self.client.budget().counts(&self.wanted.bucket);
            shared.leave(self.admission, report, counts, jitter(clock));
        }
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
