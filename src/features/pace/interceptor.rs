//! `PaceInterceptor`: a call waits for its turn before it is sent.

use std::any::Any;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use super::exceeded::PaceExceeded;
use super::pacer::{Hold, Pacer, Report};
use super::permit::PermitRequest;
use super::queue::{Place, Queue, Queues};
use super::ticket::Ticket;
use super::wait::Wait;
use crate::api::generated::types::ChatCompletionChunk;
#[cfg(feature = "unstable")]
use crate::features::responses::stream::ResponseEvent;
use crate::runtime::client::Client;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::transport::body::StreamObserver;
use crate::runtime::transport::interceptor::{CallInterceptor, CompletionObserver, Intercepting, Recovering};
use crate::runtime::transport::{Body, Outgoing, Reply, fields};

/// The name of the interceptor.
pub(crate) const INTERCEPTOR: &str = "pace";

/// Waits for a permit of the pacer, up to a limit.
#[derive(Clone, Copy, Debug)]
pub(super) struct PaceInterceptor {
    limit: Duration,
}

impl PaceInterceptor {
    pub(super) fn new(limit: Duration) -> Self {
        Self { limit }
    }

    async fn wait(self, outgoing: &mut Outgoing) -> Result<Option<Box<dyn CompletionObserver>>, Error> {
        // A call that a paced one needs must not wait for it. Limits of other hosts are not the API's.
        if outgoing.options.paced || !outgoing.is_of_api() {
            return Ok(None);
        }
        let client = Client::of_call(outgoing);
        let pacer = client.pacer();
        let wanted = PermitRequest::of(outgoing, &client, &pacer);
        let place = client.shared().slots.get_or(Queues::default).join(&pacer, &wanted);
        let queue = Arc::clone(&place.queue);
        let begun = client.clock().now();
        let mut turn = Turn { place, wanted, begun, limit: self.limit, timer: None, client, pacer };
        let begun_waiting = tokio::time::Instant::now();
        // Again only while others share the limits.
        #[cfg_attr(not(feature = "redis"), expect(clippy::never_loop))]
        let ticket = loop {
            let left = self.limit.saturating_sub(begun_waiting.elapsed());
            let outcome = tokio::time::timeout(left, std::future::poll_fn(|cx| turn.poll(cx))).await;
            let ticket = outcome.ok().flatten().ok_or_else(|| turn.exceeded())?;
            #[cfg(not(feature = "redis"))]
            break ticket;
            #[cfg(feature = "redis")]
            match ticket.share().await? {
                Ok(ticket) => break ticket,
                Err(hold) => {
                    turn.place.held(hold);
                    if turn.is_too_long(hold) {
                        return Err(turn.exceeded());
                    }
                }
            }
        };
        outgoing.options.paced = true;
        Ok(Some(Box::new(PacedCall { ticket, _queue: Some(queue) })))
    }
}

impl CallInterceptor for PaceInterceptor {
    fn name(&self) -> &'static str {
        INTERCEPTOR
    }

    /// Just before the ledger, which reserves money: nothing is reserved for a call that waits.
    fn order(&self) -> i8 {
        i8::MAX - 1
    }

    fn before_send<'a>(&'a self, outgoing: &'a mut Outgoing) -> Intercepting<'a> {
        Box::pin(self.wait(outgoing))
    }

    fn recovers(&self, failure: &Error) -> bool {
        is_refusal(failure) && !failure.is_abuse_block() && !failure.is_concurrency_limit()
    }

    /// Removes no cause: the other calls of the model wait, too, while this one waits for its retry.
    fn recover<'a>(&'a self, outgoing: &'a mut Outgoing, failure: Error) -> Recovering<'a> {
        let client = Client::of_call(outgoing);
        let pacer = client.pacer();
        let wanted = PermitRequest::of(outgoing, &client, &pacer);
        let is_overloaded = failure.kind() == ErrorKind::Overloaded;
        pacer.refused(&wanted.lane, failure.retry_after(), is_overloaded, client.clock());
        #[cfg(feature = "redis")]
        {
            let refusal = (failure.retry_after(), is_overloaded);
            let model = pacer.model_of(&wanted.lane);
            super::shared::SharedPace::of(&client).refused(&wanted, &model, refusal, client.clock());
        }
        Box::pin(std::future::ready(Err(failure)))
    }
}

/// Whether the API rejected a request because there are too many of them.
fn is_refusal(failure: &Error) -> bool {
    matches!(failure.kind(), ErrorKind::RateLimited | ErrorKind::Overloaded) && failure.meta().is_some()
}

type Timer = (Instant, Pin<Box<dyn Future<Output = ()> + Send>>);

/// A call that waits for its turn. Dropped, it leaves nothing behind.
struct Turn {
    place: Place,
    wanted: PermitRequest,
    begun: Instant,
    limit: Duration,
    timer: Option<Timer>,
    client: Client,
    pacer: Arc<Pacer>,
}

impl Turn {
    /// `None` if it would not be sent in time.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Ticket>> {
        if self.place.poll_front(cx).is_pending() {
            return if self.limit.is_zero() { Poll::Ready(None) } else { Poll::Pending };
        }
        // Before it asks, so that no change is missed.
        let run = self.place.queue.run;
        self.pacer.watch(run, cx.waker());
        let hold = match Ticket::new(&self.client, &self.pacer, (run, usize::MAX), &self.wanted) {
            Ok(ticket) => return Poll::Ready(Some(ticket)),
            Err(hold) => hold,
        };
        self.place.held(hold);
        if self.is_too_long(hold) {
            return Poll::Ready(None);
        }
        let Some(until) = hold.until else { return Poll::Pending };
        let clock = self.client.clock();
        let (_, timer) = match &mut self.timer {
            Some(timer) if timer.0 == until => timer,
            timer => timer.insert((until, clock.sleep(until.saturating_duration_since(clock.now())))),
        };
        if timer.as_mut().poll(cx).is_ready() {
            self.timer = None;
            // Others are polled in between: replies that have arrived count.
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }

    /// Whether it will not be sent in time. Those behind it have more.
    fn is_too_long(&self, hold: Hold) -> bool {
        let latest = self.begun.checked_add(self.limit);
        // A turn may come before its time is over.
        let until = hold.until.filter(|_| hold.why != Wait::Queue);
        self.limit.is_zero() || latest.is_some_and(|latest| until.is_some_and(|until| until > latest))
    }

    fn exceeded(&self) -> Error {
        let now = self.client.clock().now();
        let hold = self.place.hold().unwrap_or(Hold { why: Wait::Queue, until: None });
        let until = hold.until.filter(|until| *until > now && hold.why != Wait::Queue);
        Error::pace_exceeded_by(PaceExceeded {
            waits_for: hold.why,
            waited: now.saturating_duration_since(self.begun),
            remaining: until.map(|until| until.saturating_duration_since(now)),
            max_wait: self.limit,
        })
    }
}

/// A call with a permit. Its queue takes turns with batches as long as it is in flight.
#[derive(Debug)]
struct PacedCall {
    ticket: Ticket,
    _queue: Option<Arc<Queue>>,
}

/// Counts a call that does not wait for its turn; `None` if another does.
#[cfg(feature = "keys")]
pub(crate) fn counted(outgoing: &Outgoing, client: &Client) -> Option<Box<dyn CompletionObserver>> {
    let is_counted = outgoing.options.paced || outgoing.interceptors.get::<PaceInterceptor>().is_some();
    (!is_counted).then(|| -> Box<dyn CompletionObserver> {
        let wanted = PermitRequest::of(outgoing, client, &client.pacer());
        Box::new(PacedCall { ticket: Ticket::counted(client, wanted), _queue: None })
    })
}

impl CompletionObserver for PacedCall {
    fn succeeded(mut self: Box<Self>, reply: &mut Reply) -> Result<(), Error> {
        match &mut reply.body {
            Body::Whole(body) => {
                let report = Report::Success { meta: Some(reply.meta.clone()), used: tokens_in(body) };
                self.ticket.release(&report);
            }
            Body::Pieces(body) => {
                self.ticket.begun(&reply.meta);
                body.add_observer(Box::new(OpenStream { call: Some(*self), used: None }));
            }
        }
        Ok(())
    }

    fn failed(self: Box<Self>, failure: Error) -> Error {
        let meta = failure.meta().cloned();
        self.ticket.release(&match failure.kind() {
            ErrorKind::Connect => Report::Unreached,
            _ if failure.attempts() == 0 => Report::Unsent,
            _ if failure.is_abuse_block() => Report::Blocked { meta },
            _ if is_refusal(&failure) => Report::of_refusal(&failure),
            _ => Report::Failed { meta },
        });
        failure
    }
}

/// A stream that is being read. Dropped, it gives back its permit.
struct OpenStream {
    call: Option<PacedCall>,
    used: Option<u64>,
}

impl StreamObserver for OpenStream {
    fn part(&mut self, part: &dyn Any) -> Result<(), Error> {
        if let Some(usage) = part.downcast_ref::<ChatCompletionChunk>().and_then(|chunk| chunk.usage.as_ref()) {
            self.used = Some(usage.total_tokens.into());
        }
        #[cfg(feature = "unstable")]
        if let Some(event) = part.downcast_ref::<ResponseEvent>().filter(|event| event.is_terminal()) {
            self.used = event.data.pointer("/response/usage").and_then(tokens_of);
        }
        Ok(())
    }

    fn completed(self: Box<Self>) {}
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        if let Some(PacedCall { ticket, .. }) = self.call.take() {
            ticket.release(&Report::Success { meta: None, used: self.used });
        }
    }
}

/// The tokens that a whole reply says it used.
fn tokens_in(body: &[u8]) -> Option<u64> {
    tokens_of(fields(body, &["usage"])?.get("usage")?)
}

fn tokens_of(usage: &serde_json::Value) -> Option<u64> {
    let count = |name: &str| usage.get(name)?.as_u64();
    let both = |input: &str, output: &str| Some(count(input)?.saturating_add(count(output)?));
    count("total_tokens")
        .or_else(|| both("prompt_tokens", "completion_tokens"))
        .or_else(|| both("input_tokens", "output_tokens"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn used_tokens_are_read_from_replies() {
        assert_eq!(tokens_in(br#"{"usage": {"total_tokens": 7, "prompt_tokens": 1}}"#), Some(7));
        assert_eq!(tokens_in(br#"{"usage": {"input_tokens": 3, "output_tokens": 4}}"#), Some(7));
        assert_eq!(tokens_in(br#"{"usage": null}"#), None);
        assert_eq!(tokens_in(b"file"), None);
    }
}
