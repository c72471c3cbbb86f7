//! Commands about `spec/`.

pub mod check;
mod docs;
pub mod import;
pub mod road;
pub mod source;
