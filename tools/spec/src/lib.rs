//! What only developers do with the API's document: import it, check it, and write YAML. Users' builds read what is written.

#![allow(clippy::module_name_repetitions)]

mod check;
mod grammar;
pub mod import;
pub mod yaml_out;

pub use check::check;
