//! `Interceptor`: a program's hooks around each request of an attempt, without `tower`.

use std::pin::Pin;
use std::sync::Arc;

use super::{AttemptEnd, AttemptInfo, AttemptRequest, BoxError, ReplyHead};

/// Hooks around each request to the API: [`ClientBuilder::interceptor`](crate::ClientBuilder::interceptor).
///
/// Each method has a default that does nothing. An error or a panic is an error of the call
/// ([`ErrorKind::Middleware`](crate::ErrorKind::Middleware)), which is not retried. See [`middleware`](crate::middleware) for the order and
/// what is visible.
///
/// ```
/// use std::time::Instant;
/// use venice_ai::middleware::{AttemptEnd, AttemptInfo, AttemptRequest, BoxError, Interceptor};
///
/// struct Timing;
///
/// impl Interceptor for Timing {
///     async fn before_attempt(&self, attempt: &mut AttemptRequest) -> Result<(), BoxError> {
///         attempt.set_header("x-request-id", "7f3a")?;
///         attempt.extensions_mut().insert(Instant::now());
///         Ok(())
///     }
///
///     fn at_end(&self, attempt: &AttemptInfo, end: &AttemptEnd<'_>) {
///         let time = attempt.extensions().get().map(Instant::elapsed);
///         println!("{} #{}: {end:?} after {time:?}", attempt.operation(), attempt.attempt());
///     }
/// }
/// let venice = venice_ai::Client::builder().interceptor(Timing).build()?;
/// # Ok::<(), venice_ai::Error>(())
/// ```
pub trait Interceptor: Send + Sync {
    /// Before a request is sent. It may change headers, and wait: its time counts as time of the attempt. With an error the request is not
    /// sent.
    fn before_attempt(&self, attempt: &mut AttemptRequest) -> impl Future<Output = Result<(), BoxError>> + Send {
        let _ = attempt;
        std::future::ready(Ok(()))
    }

    /// After the headers of a reply, of any status. With an error the reply is not read; whether the request was executed is unknown then.
    fn after_headers(&self, attempt: &AttemptInfo, reply: &ReplyHead<'_>) -> Result<(), BoxError> {
        let _ = (attempt, reply);
        Ok(())
    }

    /// At the end of the reply's body, or when there will be none: once for each [`before_attempt`](Self::before_attempt) that succeeded.
    ///
    /// It must not block: it may run where a stream is dropped.
    fn at_end(&self, attempt: &AttemptInfo, end: &AttemptEnd<'_>) {
        let _ = (attempt, end);
    }
}

impl<I: Interceptor + ?Sized> Interceptor for Arc<I> {
    fn before_attempt(&self, attempt: &mut AttemptRequest) -> impl Future<Output = Result<(), BoxError>> + Send {
        (**self).before_attempt(attempt)
    }

    fn after_headers(&self, attempt: &AttemptInfo, reply: &ReplyHead<'_>) -> Result<(), BoxError> {
        (**self).after_headers(attempt, reply)
    }

    fn at_end(&self, attempt: &AttemptInfo, end: &AttemptEnd<'_>) {
        (**self).at_end(attempt, end);
    }
}

/// An interceptor of a client.
pub(super) type SharedInterceptor = Arc<dyn DynInterceptor>;

/// An [`Interceptor`] of any type.
pub(super) trait DynInterceptor: Send + Sync {
    fn before<'a>(
        &'a self,
        attempt: &'a mut AttemptRequest,
    ) -> Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send + 'a>>;

    fn headers(&self, attempt: &AttemptInfo, reply: &ReplyHead<'_>) -> Result<(), BoxError>;

    fn end(&self, attempt: &AttemptInfo, end: &AttemptEnd<'_>);
}

impl<I: Interceptor> DynInterceptor for I {
    fn before<'a>(
        &'a self,
        attempt: &'a mut AttemptRequest,
    ) -> Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send + 'a>> {
        Box::pin(self.before_attempt(attempt))
    }

    fn headers(&self, attempt: &AttemptInfo, reply: &ReplyHead<'_>) -> Result<(), BoxError> {
        self.after_headers(attempt, reply)
    }

    fn end(&self, attempt: &AttemptInfo, end: &AttemptEnd<'_>) {
        self.at_end(attempt, end);
    }
}
