//! Replies that arrive in pieces.
//!
//! [`ChatStream`] is an answer of the chat endpoint while it is written, [`ChatAccumulator`] puts its chunks together,
//! `ParsedStream` (feature `schemars`) makes a value of them. Below them,
//! [`sse`] cuts the bytes of any `text/event-stream` body into events.

#[cfg(feature = "blocking")]
mod blocking;
mod chat;
mod hidden;
#[cfg(feature = "unstable")]
mod responses;
#[cfg(feature = "schemars")]
mod structured;

pub(crate) use self::chat::thinking;
pub use self::chat::{AnswerPiece, AnswerStream, ChatAccumulator, ChatStream, TextStream};
pub(crate) use self::hidden::Hidden;
#[cfg(feature = "unstable")]
#[cfg_attr(docsrs, doc(cfg(feature = "unstable")))]
pub use self::responses::{ResponseEvent, ResponseStream, ResponseTextStream};
#[cfg(feature = "schemars")]
#[cfg_attr(docsrs, doc(cfg(feature = "schemars")))]
pub use self::structured::{ParseEvent, ParsedStream, Partial};
#[cfg(feature = "blocking")]
pub use crate::runtime::blocking::BlockingIter;
pub use crate::runtime::reply::stream::sse;
