//! `CallInterceptor`: runs before the first attempt of a call, for features. `CompletionObserver`: receives the outcome.
//!
//! What a program adds around each attempt is [`middleware`](super::middleware).
//!
//! # Adding an interceptor
//!
//! 1. Implement [`CallInterceptor`]. [`CallInterceptor::before_send`] gets the request as it will be sent, with everything that `with_extra_body`
//!    added: it may change it ([`Outgoing::json`], [`Outgoing::set_json`]), reject it with an error, wait, and make its own calls with
//!    `Client::of_call`. Those calls run the interceptors too, so it must let them pass.
//! 2. The setter of a feature, of `ClientBuilder` for all calls of a client or of `CallOptions` for some, adds it to the [`CallInterceptors`].
//!    A call starts with a copy of the client's, and its own replaces the client's with the same name.
//! 3. A failed attempt whose cause it can remove: [`CallInterceptor::recover`].
//! 4. Outcomes are handled by a [`CompletionObserver`], which `before_send` returns.
//!
//! A call without interceptors allocates nothing for them, and `send` stays small.

use std::any::Any;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use super::{Outgoing, Reply, Trace, failure};
use crate::runtime::error::Error;
use crate::runtime::media::limits;

/// Runs before the first attempt of a call, after all checks that need no waiting.
pub(crate) trait CallInterceptor: Any + fmt::Debug + Send + Sync {
    /// Its name, unique within a call.
    #[cfg(interceptors)]
    fn name(&self) -> &'static str;

    /// They run in ascending order.
    #[cfg(interceptors)]
    fn order(&self) -> i8 {
        0
    }

    /// Whether a client can be built with it.
    fn validate(&self) -> Result<(), Error> {
        Ok(())
    }

    /// What a call uses in place of `known`, the client's interceptor with the same name. `None` is this one; an error rejects the call.
    #[cfg(any(feature = "preflight", feature = "privacy"))]
    fn in_place_of(&self, _known: &dyn CallInterceptor) -> Result<Option<Arc<dyn CallInterceptor>>, Error> {
        Ok(None)
    }

    /// Lets a call pass, changed or not, or rejects it.
    fn before_send<'a>(&'a self, outgoing: &'a mut Outgoing) -> Intercepting<'a>;

    /// Whether [`recover`](Self::recover) is to be asked about a failed attempt.
    fn recovers(&self, _failure: &Error) -> bool {
        false
    }

    /// Removes the cause of a failed attempt, after which the request is sent again, once: `Ok` with the failure. `Err` is the error to
    /// report instead.
    fn recover<'a>(&'a self, _outgoing: &'a mut Outgoing, failure: Error) -> Recovering<'a> {
        Box::pin(std::future::ready(Err(failure)))
    }
}

/// The future of [`CallInterceptor::recover`].
pub(crate) type Recovering<'a> = Pin<Box<dyn Future<Output = Result<Error, Error>> + Send + 'a>>;

/// The future of [`CallInterceptor::before_send`].
pub(crate) type Intercepting<'a> =
    Pin<Box<dyn Future<Output = Result<Option<Box<dyn CompletionObserver>>, Error>> + Send + 'a>>;

/// Receives the outcome of a call after all attempts. If it is dropped instead, the caller dropped the call, and its outcome is unknown.
pub(crate) trait CompletionObserver: Send {
    /// A successful reply, complete or only its headers ([`Body::Pieces`](super::Body)); nothing is decoded yet. An error rejects it, after
    /// all observers have seen it.
    fn succeeded(self: Box<Self>, reply: &mut Reply) -> Result<(), Error>;

    /// A failed call; without [`attempts`](Error::attempts) nothing was sent, as when a later interceptor rejected it.
    fn failed(self: Box<Self>, failure: Error) -> Error;
}

/// A change of a call's interceptors.
#[cfg(any(feature = "preflight", feature = "privacy"))]
#[derive(Clone, Debug)]
pub(crate) enum CallInterceptorChange {
    Set(Arc<dyn CallInterceptor>),
    /// Removes the one with this name.
    #[cfg(feature = "preflight")]
    Remove(&'static str),
}

/// The interceptors of a client or a call, in ascending order and with unique names. An empty list allocates nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallInterceptors(Vec<Arc<dyn CallInterceptor>>);

impl CallInterceptors {
    /// Changes the list for one call.
    #[cfg(any(feature = "preflight", feature = "privacy"))]
    pub(crate) fn apply(&mut self, change: CallInterceptorChange) -> Result<(), Error> {
        match change {
            CallInterceptorChange::Set(interceptor) => {
                let known = self.0.iter().find(|known| known.name() == interceptor.name());
                let instead = known.map_or(Ok(None), |known| interceptor.in_place_of(&**known))?;
                self.set(instead.unwrap_or(interceptor));
            }
            #[cfg(feature = "preflight")]
            CallInterceptorChange::Remove(name) => self.remove(name),
        }
        Ok(())
    }

    /// Adds an interceptor, or replaces one with the same name. Of those with the same order the new one comes first.
    #[cfg(interceptors)]
    pub(crate) fn set(&mut self, interceptor: Arc<dyn CallInterceptor>) {
        match self.0.iter_mut().find(|known| known.name() == interceptor.name()) {
            Some(known) => *known = interceptor,
            None => {
                let place = self.0.partition_point(|known| known.order() < interceptor.order());
                self.0.insert(place, interceptor);
            }
        }
    }

    #[cfg(any(feature = "batch", feature = "preflight"))]
    pub(crate) fn remove(&mut self, name: &str) {
        self.0.retain(|known| known.name() != name);
    }

    /// The interceptor of a type, if it was added.
    #[cfg(any(feature = "budget", feature = "keys", feature = "privacy"))]
    pub(crate) fn get<I: CallInterceptor>(&self) -> Option<&I> {
        self.0.iter().find_map(|interceptor| (&**interceptor as &dyn Any).downcast_ref())
    }

    /// Whether a client can be built with them.
    pub(crate) fn validate(&self) -> Result<(), Error> {
        self.0.iter().try_for_each(|interceptor| interceptor.validate())
    }
}

/// The observers of one call.
#[derive(Default)]
pub(super) struct CompletionObservers(Vec<Box<dyn CompletionObserver>>);

impl CompletionObservers {
    pub(super) fn ended(self, outcome: Result<Reply, Error>, trace: &Trace) -> Result<Reply, Error> {
        match outcome {
            Ok(mut reply) => {
                let seen = self.0.into_iter().map(|observer| observer.succeeded(&mut reply));
                let rejected = seen.fold(Ok(()), Result::and);
                rejected.map_err(|error| reply.scope.explained(error)).inspect_err(|error| trace.failed(error))?;
                Ok(reply)
            }
            Err(failure) => Err(self.failed(failure)),
        }
    }

    fn failed(self, failure: Error) -> Error {
        self.0.into_iter().fold(failure, |failure, watch| watch.failed(failure))
    }
}

/// Whether there is anything to run.
pub(super) fn are_there(outgoing: &Outgoing) -> bool {
    !outgoing.interceptors.0.is_empty() || !outgoing.file_checks.is_empty()
}

/// Runs the file checks of the request, then the interceptors of the client and of the call.
pub(super) async fn pass(outgoing: &mut Outgoing) -> Result<CompletionObservers, Error> {
    look_at_files(outgoing).await?;
    let mut watches = CompletionObservers::default();
    for interceptor in outgoing.interceptors.0.clone() {
        match interceptor.before_send(outgoing).await {
            Ok(watch) => watches.0.extend(watch),
            Err(refusal) => return Err(watches.failed(refusal)),
        }
    }
    Ok(watches)
}

/// Asks the interceptors that may remove the cause of a failure, until one does. `Ok` if the request is to be sent again.
pub(super) async fn recover(outgoing: &mut Outgoing, failure: Error) -> Result<Error, Error> {
    let mut failed = Err(failure);
    for interceptor in outgoing.interceptors.0.clone() {
        failed = match failed {
            Err(failure) if interceptor.recovers(&failure) => interceptor.recover(outgoing, failure).await,
            failed => failed,
        };
    }
    failed
}

async fn look_at_files(outgoing: &Outgoing) -> Result<(), Error> {
    if !outgoing.is_validated() || outgoing.file_checks.is_empty() {
        return Ok(());
    }
    let limit = outgoing.timeout();
    // A reader may never return a byte.
    let looking = tokio::time::timeout(limit, limits::check(&outgoing.file_checks)).await;
    looking.unwrap_or_else(|_| Err(failure::no_file(limit)))
}
