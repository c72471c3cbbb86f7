//! Turns the Venice.ai OpenAPI document into the types and methods of the `venice-ai` crate.
//!
//! Pure functions: a document goes in, Rust code comes out; reading and writing files is the caller's part. The road is
//! `yaml` -> `overlay` -> `lower` -> `generate` (progenitor) -> `emit`.

pub mod docs;
pub mod document;
pub mod emit;
pub mod error;
pub mod generate;
pub mod lower;
pub mod model;
pub mod names;
pub mod overlay;
mod road;
pub mod yaml;

pub use error::Error;
pub use road::{Generated, Inputs, correct, generate, generate_corrected};
pub use serde_json::Value;
