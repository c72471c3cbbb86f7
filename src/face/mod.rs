//! Public modules that re-export items of several floors.

pub mod audio;
pub mod billing;
pub mod chat;
pub mod cost;
pub mod embeddings;
#[cfg(any(doc, doctest))]
pub mod guide;
#[cfg(feature = "jobs")]
pub mod jobs;
#[cfg(feature = "middleware")]
pub mod middleware;
pub mod models;
pub mod stream;
