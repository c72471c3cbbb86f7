//! Commands about `spec/`.

mod agreement;
pub mod bump;
pub mod check;
pub mod diff;
pub mod import;
pub mod replay;
pub mod road;
pub mod source;
