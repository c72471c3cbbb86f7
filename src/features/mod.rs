//! What stands on the API: tools, structured outputs, batches, budgets, preflight, jobs.

pub mod cost;
pub mod jobs;
pub mod many;
pub mod preflight;
#[cfg(feature = "schemars")]
pub(crate) mod schema;
pub mod tools;
