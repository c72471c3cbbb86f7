//! `Parts`: the parts of a streamed answer. Below it, [`sse`] frames the events.

mod parts;
pub mod sse;

pub(crate) use self::parts::{Parts, Protocol, Read};
