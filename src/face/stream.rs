//! Streamed replies.
//!
//! [`ChatStream`] is a streamed answer of the chat endpoint, [`ChatAccumulator`] assembles its chunks, `ParsedStream` (feature
//! `structured`) makes a value of them. [`sse`] splits any `text/event-stream` body into events.

pub use crate::api::chat::stream::ChatStream;
#[cfg(feature = "collect")]
#[cfg_attr(docsrs, doc(cfg(feature = "collect")))]
pub use crate::features::collect::{ChatAccumulator, TextStream};
#[cfg(feature = "reasoning")]
#[cfg_attr(docsrs, doc(cfg(feature = "reasoning")))]
pub use crate::features::reasoning::{AnswerPiece, AnswerStream};
#[cfg(feature = "unstable")]
#[cfg_attr(docsrs, doc(cfg(feature = "unstable")))]
pub use crate::features::responses::stream::{ResponseEvent, ResponseStream, ResponseTextStream};
#[cfg(feature = "structured")]
#[cfg_attr(docsrs, doc(cfg(feature = "structured")))]
pub use crate::features::structured::{ParseEvent, ParsedStream, Partial};
pub use crate::runtime::reply::stream::sse;
