//! What stands on the API: tools, structured outputs, batches, budgets, preflight, jobs.

pub(crate) mod citations;
pub mod cost;
pub mod jobs;
pub(crate) mod long_speech;
pub mod many;
pub mod preflight;
#[cfg(feature = "schemars")]
pub mod structured;
pub mod tools;
