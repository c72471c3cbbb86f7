//! The parts of a client for any HTTP API: values, serialisation, errors, transport, replies, calls, the client.

pub(crate) mod amount;
pub(crate) mod attachments;
pub(crate) mod call;
pub(crate) mod client;
pub(crate) mod error;
pub(crate) mod json_cost;
pub(crate) mod lenient;
pub(crate) mod media;
pub mod meta;
pub(crate) mod operation;
pub(crate) mod random;
pub(crate) mod reply;
pub(crate) mod secret;
pub(crate) mod slots;
pub(crate) mod text;
pub(crate) mod timestamp;
pub(crate) mod transport;
pub(crate) mod url;
pub(crate) mod validation;
pub(crate) mod wallet;
pub(crate) mod wire;
