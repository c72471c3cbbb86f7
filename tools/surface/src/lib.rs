//! Reads the modules of a crate as the compiler does, without compiling it, and lists its public items.

mod list;
mod source;
#[cfg(test)]
mod tests;
mod text;

pub use list::{Line, differences, list};
pub use source::{Conditions, Crate, Module, Placed, Target, is_left_out};
