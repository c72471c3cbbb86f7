//! `Gate`: an interceptor that runs before the first attempt; `Watch`: an observer of completion.
//!
//! # Adding a gate
//!
//! 1. Implement [`Gate`]. [`Gate::enter`] sees the request as it will be sent, with everything that `with_extra_body` added: it may
//!    change it ([`Outgoing::json`], [`Outgoing::set_json`]), refuse it with an error, wait, and make calls of its own with
//!    `Client::of_call`. Calls of its own pass the gates too, so it must let those through that it makes.
//! 2. Where a client has it, the feature's setter of `ClientBuilder` calls `ClientBuilder::set_gate`, and each call begins with a copy
//!    of the client's list. Where a call has it, `Call::…` uses [`Outgoing::set_gate`], which takes the place of the client's gate with the same name.
//! 3. What has to be known afterwards goes into a [`Watch`], which `enter` returns.
//!
//! A call without gates allocates nothing for them, and `send` stays as small as it is.

use std::any::Any;
use std::fmt;
use std::pin::Pin;

use super::{Outgoing, Reply, failure};
use crate::runtime::error::Error;
use crate::runtime::media::limits;

/// Something that a call passes before its first attempt, after all that is checked without waiting.
pub(crate) trait Gate: Any + fmt::Debug + Send + Sync {
    /// What it is called: a call has one gate of a name.
    fn name(&self) -> &'static str;

    /// Gates are passed in ascending order.
    fn order(&self) -> i8 {
        0
    }

    /// Whether a client can be built with it.
    fn validate(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Lets a call pass, as it is or changed, or refuses it.
    fn enter<'a>(&'a self, outgoing: &'a mut Outgoing) -> Entering<'a>;
}

/// A call on its way through a gate.
pub(crate) type Entering<'a> = Pin<Box<dyn Future<Output = Result<Option<Box<dyn Watch>>, Error>> + Send + 'a>>;

/// Somebody who wants to know how a call that passed a gate ended, after all of its attempts. Dropped without a word: the caller gave
/// up on the call, and nobody knows what became of it.
pub(crate) trait Watch: Send {
    /// The reply is a success. It is here as a whole, or its headers are ([`Body::Pieces`](super::Body)); nothing is decoded yet.
    fn succeeded(self: Box<Self>, reply: &mut Reply);

    /// The call failed; without [`attempts`](Error::attempts) nothing was sent, as when a later gate refused it.
    fn failed(self: Box<Self>, failure: Error) -> Error;
}

/// Those who want to know how a call ended.
#[derive(Default)]
pub(super) struct Watches(Vec<Box<dyn Watch>>);

impl Watches {
    pub(super) fn ended(self, outcome: Result<Reply, Error>) -> Result<Reply, Error> {
        match outcome {
            Ok(mut reply) => {
                self.0.into_iter().for_each(|watch| watch.succeeded(&mut reply));
                Ok(reply)
            }
            Err(failure) => Err(self.failed(failure)),
        }
    }

    fn failed(self, failure: Error) -> Error {
        self.0.into_iter().fold(failure, |failure, watch| watch.failed(failure))
    }
}

/// Whether there is anything to pass.
pub(super) fn are_there(outgoing: &Outgoing) -> bool {
    !outgoing.gates.is_empty() || !outgoing.file_checks.is_empty()
}

/// Passes all gates: first the files of the request are looked at, then come the gates of the client and of the call.
pub(super) async fn pass(outgoing: &mut Outgoing) -> Result<Watches, Error> {
    look_at_files(outgoing).await?;
    let mut watches = Watches::default();
    for gate in outgoing.gates.clone() {
        match gate.enter(outgoing).await {
            Ok(watch) => watches.0.extend(watch),
            Err(refusal) => return Err(watches.failed(refusal)),
        }
    }
    Ok(watches)
}

async fn look_at_files(outgoing: &Outgoing) -> Result<(), Error> {
    if !outgoing.validated || outgoing.file_checks.is_empty() {
        return Ok(());
    }
    let limit = outgoing.timeout.unwrap_or(outgoing.shared.timeout);
    // A reader may never give a byte.
    let looking = tokio::time::timeout(limit, limits::check(&outgoing.file_checks)).await;
    looking.unwrap_or_else(|_| Err(failure::no_file(limit)))
}
