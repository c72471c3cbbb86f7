//! [`caught`]: turns a panic of the caller's code into an error.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

/// The output of a future of the caller's, or the message of its panic.
pub(crate) async fn caught<T>(future: impl Future<Output = T>) -> Result<T, String> {
    let mut future = pin!(future);
    std::future::poll_fn(|cx| match caught_now(|| future.as_mut().poll(cx)) {
        Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
        Ok(Poll::Pending) => Poll::Pending,
        // It is not polled again.
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}

/// What a function of the caller's returns, or the message of its panic.
pub(crate) fn caught_now<T>(function: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(function)).map_err(|panic| message_of(&*panic))
}

fn message_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_becomes_its_message() {
        assert_eq!(caught(async { 1 }).await, Ok(1));
        assert_eq!(
            caught(async {
                if true {
                    panic!("one {}", 2)
                }
            })
            .await,
            Err("one 2".to_owned())
        );
        assert_eq!(
            caught_now(|| if true {
                panic!("plain")
            }),
            Err("plain".to_owned())
        );
        assert_eq!(
            caught_now(|| if true {
                std::panic::panic_any(7)
            }),
            Err("no message".to_owned())
        );
    }
}
