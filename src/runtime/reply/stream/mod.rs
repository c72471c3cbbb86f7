//! `Parts`: the parts of a streamed answer. Below it, `Events` reads events from a connection, and [`sse`] frames them.

mod events;
mod in_band;
mod parts;
pub mod sse;

pub(crate) use self::parts::{Parts, Protocol, Read};
