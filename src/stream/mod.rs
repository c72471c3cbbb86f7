//! Replies that arrive in pieces.
//!
//! [`ChatStream`] is an answer of the chat endpoint while it is written, [`ChatAccumulator`] puts its chunks together. Below them,
//! [`sse`] cuts the bytes of any `text/event-stream` body into events.

mod accumulate;
#[cfg(feature = "blocking")]
mod blocking;
mod chat;
mod events;
mod in_band;
mod merge;
mod progress;
#[cfg(feature = "unstable")]
mod responses;
pub mod sse;
mod text;
mod tool_calls;
mod whole;

pub use self::accumulate::ChatAccumulator;
#[cfg(feature = "blocking")]
pub use self::blocking::BlockingIter;
pub use self::chat::ChatStream;
#[cfg(feature = "unstable")]
#[cfg_attr(docsrs, doc(cfg(feature = "unstable")))]
pub use self::responses::{ResponseEvent, ResponseStream, ResponseTextStream};
pub use self::text::TextStream;
