//! Commands about `spec/`.

pub mod bump;
pub mod check;
pub mod diff;
mod docs;
pub mod import;
mod names;
pub mod replay;
pub mod road;
pub mod source;
mod wire_test;
