//! File uploads, multipart bodies, and durable downloads.

pub(crate) mod base64;
pub(crate) mod data_url;
pub(crate) mod durable;
pub(crate) mod form;
mod form_body;
mod input;
pub(crate) mod limits;
pub(crate) mod off_thread;
mod open;
mod pieces;
mod pixels;
pub(crate) mod sniff;
mod upload;
mod whole;

pub use input::FileInput;
pub use upload::Upload;
pub(crate) use whole::WholeFile;
