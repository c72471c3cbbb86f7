//! What only developers do with the API's document and the code that is generated from it: import it, check it, compare it with another
//! version, fit the overlay to it, write YAML, list the public surface. Users' builds read what is written.

#![allow(clippy::module_name_repetitions)]

pub mod adapt;
pub mod changelog;
mod check;
pub mod content;
pub mod diff;
pub mod docs;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod generate;
mod grammar;
pub mod import;
pub mod names;
mod operation_ids;
pub mod overlay;
mod pointer;
mod rules;
mod share;
mod surface;
pub mod version;
pub mod wire_test;
pub mod yaml_out;

pub use check::check;
pub use generate::{Generated, generate, unchecked};
pub use overlay::Mode;
pub use rules::hold as rules_hold;
pub use share::Share;
