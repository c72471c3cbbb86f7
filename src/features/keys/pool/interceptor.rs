//! `PoolInterceptor`: chooses the key of a call, and another one if that is rejected.

use std::cmp::Reverse;
use std::time::Instant;

use reqwest::header::AUTHORIZATION;

use super::KeyPool;
use super::state::is_about_key;
use crate::features::pace::{self, PermitRequest};
use crate::runtime::client::Client;
use crate::runtime::error::{Delivery, Error, ErrorKind};
use crate::runtime::operation::AuthScheme;
use crate::runtime::transport::interceptor::{CallInterceptor, CompletionObserver, Intercepting, Recovering};
use crate::runtime::transport::{ApiKey, Outgoing, Reply, fields};

/// Chooses the key of each call.
#[derive(Debug)]
pub(crate) struct PoolInterceptor {
    pool: KeyPool,
}

/// How soon a key may be used, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// So many requests may be sent.
    Free(Reverse<u64>),
    /// A limit is reached until then; unknown: until another request completes.
    Full(Option<Instant>),
    Skipped(Instant),
}

/// The job of a request.
enum JobOfCall {
    /// It queues one, or has none.
    New,
    /// The key that queued it.
    Known(usize),
    /// Queued by another process, or long ago.
    Unknown,
}

impl PoolInterceptor {
    pub(super) fn new(pool: KeyPool) -> Self {
        Self { pool }
    }

    fn keys(&self) -> &[ApiKey] {
        &self.pool.data.keys
    }

    /// Whether the pool chooses the key of the call.
    fn chooses(&self, outgoing: &Outgoing) -> bool {
        outgoing.pooled.is_pooled
            && outgoing.scope.operation().facts().auth == AuthScheme::BearerOrWallet
            && outgoing.header(&AUTHORIZATION) == outgoing.scope.key().map(ApiKey::header)
    }

    /// Chooses the key of a batched request before it waits for its turn.
    #[cfg(feature = "batch")]
    pub(crate) fn assign(&self, outgoing: &mut Outgoing) {
        outgoing.pooled.assigned = None;
        if self.chooses(outgoing) {
            let index = self.choose(outgoing);
            self.set(outgoing, index);
            outgoing.pooled.assigned = Some(index);
        }
    }

    fn set(&self, outgoing: &mut Outgoing, index: usize) {
        if let Some(key) = self.keys().get(index)
            && outgoing.scope.key().map(ApiKey::header) != Some(key.header())
        {
            outgoing.set_key(key.clone());
        }
    }

    fn choose(&self, outgoing: &Outgoing) -> usize {
        let index = match self.job(outgoing) {
            JobOfCall::Known(index) => index,
            JobOfCall::Unknown => outgoing.pooled.restarts as usize,
            JobOfCall::New => {
                let ranks = self.ranks(outgoing);
                let state = self.pool.lock();
                let ranks = ranks.into_iter().enumerate();
                let best = ranks.min_by_key(|(index, rank)| (*rank, state.last_use(*index)));
                best.map_or(0, |(index, _)| index)
            }
        };
        self.pool.lock().used(index);
        index
    }

    /// How soon each key may be used for the call.
    fn ranks(&self, outgoing: &Outgoing) -> Vec<Rank> {
        let client = Client::of_call(outgoing);
        let (pacer, now) = (client.pacer(), client.clock().now());
        let wanted = PermitRequest::of(outgoing, &client, &pacer);
        let rank = |(index, key): (usize, &ApiKey)| {
            if let Some(until) = self.pool.lock().skipped_until(index, now) {
                return Rank::Skipped(until);
            }
            let wanted = wanted.with_credential(key.header(), &client, &pacer);
            match pacer.room(&wanted, client.budget(), now) {
                Ok(room) => Rank::Free(Reverse(room)),
                Err(hold) => Rank::Full(hold.until),
            }
        };
        self.keys().iter().enumerate().map(rank).collect()
    }

    /// The number of the key that the request has.
    fn current(&self, outgoing: &Outgoing) -> usize {
        let key = outgoing.scope.key().map(ApiKey::header);
        self.keys().iter().position(|known| Some(known.header()) == key).unwrap_or_default()
    }

    fn job(&self, outgoing: &Outgoing) -> JobOfCall {
        match queue_id(outgoing) {
            None => JobOfCall::New,
            Some(id) => self.pool.lock().of_job(&id).map_or(JobOfCall::Unknown, JobOfCall::Known),
        }
    }

    /// Whether the call is to be made with another key.
    fn begins_again(&self, outgoing: &Outgoing, failure: &Error) -> bool {
        let is_refused = failure.delivery() == Delivery::Refused && !outgoing.may_have_run;
        if !is_refused || !self.chooses(outgoing) || outgoing.pooled.restarts as usize + 1 >= self.keys().len() {
            return false;
        }
        match self.job(outgoing) {
            JobOfCall::Known(_) => return false,
            JobOfCall::Unknown => return is_about_key(failure) || is_unknown_job(failure),
            JobOfCall::New => {}
        }
        // A batch waits for its own permits.
        if !is_about_key(failure) && (!is_rate_limit(failure) || outgoing.pooled.assigned.is_some()) {
            return false;
        }
        let current = self.current(outgoing);
        let ranks = self.ranks(outgoing);
        ranks.into_iter().enumerate().any(|(index, rank)| match rank {
            Rank::Free(_) => index != current,
            Rank::Full(_) => index != current && is_about_key(failure),
            Rank::Skipped(_) => false,
        })
    }
}

impl CallInterceptor for PoolInterceptor {
    fn name(&self) -> &'static str {
        "keys"
    }

    /// Before all that depends on the key: catalogue, queues.
    fn order(&self) -> i8 {
        i8::MIN
    }

    fn validate(&self) -> Result<(), Error> {
        self.pool.data.refused.clone().map_or(Ok(()), Err)
    }

    fn before_send<'a>(&'a self, outgoing: &'a mut Outgoing) -> Intercepting<'a> {
        if !self.chooses(outgoing) {
            return Box::pin(std::future::ready(Ok(None)));
        }
        let index = outgoing.pooled.assigned.unwrap_or_else(|| self.choose(outgoing));
        self.set(outgoing, index);
        let client = Client::of_call(outgoing);
        let call = PooledCall {
            pool: self.pool.clone(),
            index,
            restarts: outgoing.pooled.restarts,
            job: queue_id(outgoing),
            queues: outgoing.scope.operation().facts().path.ends_with("/queue"),
            counted: pace::counted(outgoing, &client),
            client,
        };
        Box::pin(std::future::ready(Ok(Some(Box::new(call) as Box<dyn CompletionObserver>))))
    }

    fn recovers(&self, failure: &Error) -> bool {
        is_about_key(failure) || is_rate_limit(failure) || is_unknown_job(failure)
    }

    /// Removes no cause: the call begins again, with another key.
    fn recover<'a>(&'a self, outgoing: &'a mut Outgoing, failure: Error) -> Recovering<'a> {
        if self.begins_again(outgoing, &failure) {
            outgoing.pooled.begins_again = true;
            outgoing.pooled.assigned = None;
        }
        Box::pin(std::future::ready(Err(failure)))
    }
}

/// A call with a key of the pool.
struct PooledCall {
    pool: KeyPool,
    index: usize,
    /// The keys that were tried before.
    restarts: u32,
    job: Option<String>,
    /// It queues a job.
    queues: bool,
    /// If it does not wait for its turn, it is counted for the limits here.
    counted: Option<Box<dyn CompletionObserver>>,
    client: Client,
}

impl CompletionObserver for PooledCall {
    fn succeeded(self: Box<Self>, reply: &mut Reply) -> Result<(), Error> {
        let queued = || {
            let id = fields(reply.bytes(), &["queue_id"])?.remove("queue_id")?;
            id.as_str().map(str::to_owned)
        };
        let job = if self.queues { queued() } else { self.job };
        let mut state = self.pool.lock();
        state.works(self.index);
        if let Some(job) = job {
            state.queued(&job, self.index);
        }
        drop(state);
        self.counted.map_or(Ok(()), |counted| counted.succeeded(reply))
    }

    fn failed(self: Box<Self>, failure: Error) -> Error {
        let clock = self.client.clock();
        self.pool.lock().failed(self.index, &failure, clock.now(), clock.system_time());
        let failure = match self.restarts {
            0 => failure,
            before => failure.with_note(format!(
                "key {} of the pool; {before} of its {} keys before it were rejected",
                self.index,
                self.pool.data.keys.len()
            )),
        };
        match self.counted {
            Some(counted) => counted.failed(failure),
            None => failure,
        }
    }
}

fn is_rate_limit(failure: &Error) -> bool {
    failure.kind() == ErrorKind::RateLimited && !failure.is_abuse_block() && !failure.is_concurrency_limit()
}

/// Another account does not know a job.
fn is_unknown_job(failure: &Error) -> bool {
    failure.kind() == ErrorKind::NotFound || failure.code() == Some("REQUEST_ID_NOT_FOUND")
}

/// The job that a request asks for.
fn queue_id(outgoing: &Outgoing) -> Option<String> {
    let path = outgoing.scope.operation().facts().path;
    let asks = path.ends_with("/retrieve") || path.ends_with("/complete");
    let id = fields(outgoing.body().filter(|_| asks)?, &["queue_id"])?.remove("queue_id")?;
    id.as_str().map(str::to_owned)
}
