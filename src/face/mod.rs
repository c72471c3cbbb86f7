//! The public modules whose items come from more than one floor.

pub mod audio;
pub mod chat;
pub mod cost;
pub mod jobs;
pub mod stream;
