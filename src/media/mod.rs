//! Files that are sent, and the bodies that carry them.

pub(crate) mod form;
mod upload;

pub use upload::{FileInput, Upload};
