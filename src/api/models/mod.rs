//! `Models`: the handle of models: lists, traits, other vendors' model ids.

pub use crate::api::generated::handles::Models;
