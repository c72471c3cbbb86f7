//! How much a model reasons before it answers, and reading what it reasoned.

mod control;
mod read;
mod support;

pub use self::control::ReasoningControl;
pub use self::support::ReasoningSupport;
