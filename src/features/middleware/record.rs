//! `SendRecord`: what became of the requests that an attempt handed to the HTTP client, for the delivery of its error.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reqwest::{Request, Response, StatusCode, Url};

use crate::runtime::error::{Delivery, Error, ErrorKind};
use crate::runtime::operation::RetryClass;
use crate::runtime::secret::Secret;
use crate::runtime::transport::{Outgoing, Shared};

/// The requests of one exchange. A layer may send none, or several.
pub(super) struct SendRecord {
    shared: Arc<Shared>,
    class: RetryClass,
    state: Mutex<RecordState>,
}

#[derive(Debug, Default)]
struct RecordState {
    begun: u32,
    /// Those that did not leave this machine.
    unsent: u32,
    /// Those that the API rejected without executing them.
    refused: u32,
    /// Where the last reply came from.
    url: Option<Url>,
    /// Values of headers that a layer set, which may be credentials.
    secrets: Vec<Secret>,
}

impl RecordState {
    /// Those that may have been executed.
    fn unsettled(&self) -> u32 {
        self.begun.saturating_sub(self.unsent + self.refused)
    }
}

impl SendRecord {
    pub(super) fn new(outgoing: &Outgoing) -> Self {
        let class = outgoing.scope.operation().retry();
        Self { shared: Arc::clone(&outgoing.shared), class, state: Mutex::default() }
    }

    /// Sends a request.
    pub(super) async fn execute(&self, http: &reqwest::Client, request: Request) -> Result<Response, Error> {
        self.begin()?;
        let outcome = http.execute(request).await.map_err(|error| self.shared.http.failed(error));
        let mut state = self.lock();
        match &outcome {
            Ok(response) => {
                state.url = Some(response.url().clone());
                state.refused += u32::from(is_refusal(response.status()));
            }
            Err(error) => state.unsent += u32::from(error.delivery() == Delivery::NotSent),
        }
        drop(state);
        outcome
    }

    /// A request that may cost something is not sent twice.
    fn begin(&self) -> Result<(), Error> {
        let mut state = self.lock();
        if self.class != RetryClass::Safe && state.unsettled() > 0 {
            let message = "a layer sent the request again although it may have been executed and charged; the second request was not sent. \
                           Leave retries to `RetryPolicy`";
            return Err(Error::new(ErrorKind::Middleware, message).with_delivery(Delivery::Unknown));
        }
        state.begun += 1;
        Ok(())
    }

    /// The error of the exchange, with the delivery of all its requests.
    pub(super) fn judged(&self, error: Error) -> Error {
        let state = self.lock();
        let delivery = match error.status() {
            _ if state.begun == 0 => Delivery::NotSent,
            // It is about the body of the request, which the API did not receive whole.
            None if error.kind() == ErrorKind::Io && state.unsettled() <= 1 => return error,
            // A reply counts for itself. Those that a layer kept back count, too.
            Some(status) if state.unsettled() <= u32::from(!is_refusal(status)) => return error,
            Some(_) => Delivery::Unknown,
            None if state.unsettled() > 0 => Delivery::Unknown,
            None if state.refused > 0 => Delivery::Refused,
            None => Delivery::NotSent,
        };
        let is_right = error.delivery() == delivery || error.delivery().may_have_run() && delivery.may_have_run();
        if is_right { error } else { error.with_delivery(delivery) }
    }

    /// Where the last reply came from.
    #[cfg(feature = "tower")]
    pub(super) fn url(&self) -> Option<Url> {
        self.lock().url.clone()
    }

    /// Keeps what a layer added out of errors.
    #[cfg(feature = "tower")]
    pub(super) fn hide(&self, secrets: impl IntoIterator<Item = Secret>) {
        self.lock().secrets.extend(secrets);
    }

    /// What a layer added.
    pub(super) fn secrets(&self) -> Vec<Secret> {
        std::mem::take(&mut self.lock().secrets)
    }

    fn lock(&self) -> MutexGuard<'_, RecordState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a reply with this status says that the request was not executed, whatever its body says. A 409 and a 408 may follow an execution.
fn is_refusal(status: StatusCode) -> bool {
    status.is_redirection() || status.is_client_error() && !matches!(status.as_u16(), 408 | 409)
}
