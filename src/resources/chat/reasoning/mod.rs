//! How much a model reasons before it answers, and reading what it reasoned.

mod control;
mod read;

pub use self::control::ReasoningControl;
