//! Rate limiting of single calls: they wait for their turn within the limits that the API reports.
//!
//! [`ClientBuilder::pace`](crate::ClientBuilder::pace) turns it on. [Batches](crate::many) always have it, and share the limits with the calls
//! of their client, which take turns with them.
//!
//! ```
//! use std::time::Duration;
//!
//! let venice = venice_ai::Client::builder().pace(Duration::from_secs(30)).build()?;
//! # Ok::<(), venice_ai::Error>(())
//! ```
//!
//! # What a call waits for
//!
//! | [`Wait`] | Until |
//! |---|---|
//! | `RequestLimit`, `TokenLimit` | the window of the model's limit ends, as the headers of replies report it |
//! | `Refused`, `Overloaded` | the end of a 429's or 503's `Retry-After`, or of a pause that grows with each of them |
//! | `Replies` | a request in flight is answered. Four are sent at first, one more after each success, half as many after each 429 |
//! | `Failures`, `Blocked` | failed requests leave the [window of the API's error limit](crate::Meta::error_budget) |
//! | `Unreachable` | one request has found a connection again |
//! | `Queue` | the calls before it are sent |
//!
//! Limits are those of a model and an API key, and are shared by clones of the client and by clients from
//! [`with_api_key`](crate::Client::with_api_key). Calls of the same model and key are sent in the order in which they were awaited; other
//! models do not wait for them. A call that is dropped leaves the queue. One that waits must be polled: in a `select!` that does not poll it
//! for a while, it holds up those behind it.
//!
//! A stream counts as answered when its headers arrive; its tokens, and its place among the five requests of a wallet, are in use until it is
//! read or dropped. Retries of a call are part of it: they wait as the [`RetryPolicy`](crate::RetryPolicy) says, and other calls of the model
//! wait, too.
//!
//! A call that would have to wait longer than allowed fails without being sent: [`Error::pace_exceeded`](crate::Error::pace_exceeded) says
//! what it waited for. Nothing runs in the background.

mod builder;
mod exceeded;
mod interceptor;
mod lane;
mod line;
mod pacer;
mod permit;
mod queue;
#[cfg(feature = "redis")]
mod shared;
mod ticket;
mod wait;
mod window;

pub use self::exceeded::PaceExceeded;
#[cfg(feature = "batch")]
pub(crate) use self::interceptor::INTERCEPTOR;
#[cfg(feature = "keys")]
pub(crate) use self::interceptor::counted;
#[cfg(feature = "batch")]
pub(crate) use self::pacer::{Hold, Pacer, Report};
#[cfg(feature = "batch")]
pub(crate) use self::permit::LaneKey;
#[cfg(any(feature = "batch", feature = "keys"))]
pub(crate) use self::permit::PermitRequest;
#[cfg(feature = "batch")]
pub(crate) use self::ticket::Ticket;
pub use self::wait::Wait;
