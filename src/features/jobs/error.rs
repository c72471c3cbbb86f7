//! `PriceAboveLimit`, and what an [`Error`] says about a job: its handle, its price, why it failed.

use serde_json::Value;

use super::JobHandle;
use crate::runtime::amount::Amount;
use crate::runtime::error::{ContentPolicy, Error, ErrorKind, text_field};

/// A quoted price above the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PriceAboveLimit {
    /// The quoted price in US dollars.
    pub price_usd: Amount,
    /// The limit in US dollars.
    pub limit_usd: Amount,
}

impl Error {
    /// The job of the error, if it was queued: it may still be running, or its result could not be downloaded or stored.
    /// [`Client::job`](crate::Client::job) resumes it, here or in another process.
    ///
    /// ```no_run
    /// # async fn run(venice: venice_ai::Client, error: venice_ai::Error) -> Result<(), venice_ai::Error> {
    /// if let Some(job) = error.job().filter(|_| error.is_timeout()) {
    ///     venice.job(job.clone()).save("video.mp4").await?;
    /// }
    /// # Ok(()) }
    /// ```
    pub fn job(&self) -> Option<&JobHandle> {
        self.attached()
    }

    /// The quoted price and the limit that it exceeded.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if let Some(price) = error.price_above_limit() {
    ///     println!("{} USD, not more than {} USD", price.price_usd, price.limit_usd);
    /// }
    /// # }
    /// ```
    pub fn price_above_limit(&self) -> Option<PriceAboveLimit> {
        self.attached().copied()
    }

    /// Adds the job's handle, so that the caller can resume the job.
    pub(crate) fn with_job(self, job: &JobHandle) -> Self {
        if self.job().is_some() { self } else { self.attach(job.clone()) }
    }

    pub(super) fn price_limit(price_usd: Amount, limit_usd: Amount) -> Self {
        let message = format!("the price of {price_usd} USD is above the limit of {limit_usd} USD; nothing was queued");
        Self::new(ErrorKind::PriceLimit, message).attach(PriceAboveLimit { price_usd, limit_usd })
    }

    /// The error of a failed job: the message of its last report, and whether it was refunded.
    pub(super) fn job_failed(report: &Value) -> Self {
        let reason = ["error", "message", "reason", "detail"].iter().find_map(|name| {
            let field = report.get(name)?;
            text_field(report, name).or_else(|| text_field(field, "message"))
        });
        let message = match reason {
            Some(reason) => format!("the job ended without a result: {reason}"),
            None => "the job ended without a result".to_owned(),
        };
        let error = Self::new(ErrorKind::JobFailed, message);
        let policy = ContentPolicy::from_body(report);
        if policy.is_empty() { error } else { error.attach(policy) }
    }
}
