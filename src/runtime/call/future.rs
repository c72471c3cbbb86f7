//! `CallFuture`: a call in flight.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::{Call, Decode};
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::transport::{self, Outgoing, Reply, Trace};

impl<T> IntoFuture for Call<T> {
    type Output = Result<T, Error>;
    type IntoFuture = CallFuture<T>;

    fn into_future(self) -> CallFuture<T> {
        CallFuture { state: State::Waiting(self.core), decode: Some(self.decode) }
    }
}

/// A [`Call`] on its way. It sends nothing before it is polled; dropping it takes the request back as far as that is
/// possible, by closing the connection.
///
/// ```no_run
/// # async fn run(call: venice_ai::Call<String>) -> Result<(), venice_ai::Error> {
/// let future = call.into_future();
/// let reply = future.await?;
/// # Ok(()) }
/// ```
#[must_use = "a call is not sent until it is awaited"]
pub struct CallFuture<T> {
    state: State,
    decode: Option<Decode<T>>,
}

/// The part that does not depend on the type of the reply.
enum State {
    Waiting(Box<Outgoing>),
    Sent(Pin<Box<dyn Future<Output = Result<Reply, Error>> + Send>>, Trace),
    Done,
}

impl State {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(Reply, Trace), Error>> {
        if let Self::Waiting(_) = self {
            let Self::Waiting(mut outgoing) = std::mem::replace(self, Self::Done) else {
                return Poll::Pending;
            };
            in_runtime("a call").map_err(|error| error.with_operation(outgoing.scope.operation()))?;
            outgoing.prepare()?;
            let trace = Trace::begin(&outgoing);
            let within = trace.clone();
            let sending = async move { transport::send(&mut outgoing, &within).await };
            *self = Self::Sent(Box::pin(sending), trace);
        }
        let Self::Sent(sending, trace) = self else { return Poll::Pending };
        let outcome = {
            let _entered = trace.span().enter();
            ready!(sending.as_mut().poll(cx))
        };
        let trace = trace.clone();
        *self = Self::Done;
        Poll::Ready(outcome.map(|reply| (reply, trace)))
    }
}

impl<T> Future for CallFuture<T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let (reply, trace) = ready!(self.state.poll(cx))?;
        let Some(decode) = self.decode.take() else { return Poll::Pending };
        let _entered = trace.span().enter();
        let class = reply.scope.operation().retry();
        let outcome = decode(reply).map_err(|error| transport::unreadable(class, error));
        Poll::Ready(outcome.inspect_err(|error| trace.failed(error)))
    }
}

/// Timers and sockets would panic without a runtime.
pub(crate) fn in_runtime(what: &str) -> Result<(), Error> {
    if tokio::runtime::Handle::try_current().is_ok() {
        return Ok(());
    }
    let message = format!(
        "{what} was awaited outside a Tokio runtime and nothing was sent; use #[tokio::main], or `send_blocking()` \
         (feature `blocking`)"
    );
    Err(Error::new(ErrorKind::NoRuntime, message))
}

impl<T> fmt::Debug for CallFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            State::Waiting(_) => "not sent",
            State::Sent(..) => "sent",
            State::Done => "done",
        };
        f.debug_struct("CallFuture").field("state", &state).finish_non_exhaustive()
    }
}
