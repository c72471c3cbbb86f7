//! `Models`: the handle of the models: lists, traits, names of other vendors.

pub use crate::api::generated::handles::Models;
