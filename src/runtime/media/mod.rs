//! File uploads and multipart bodies.

pub(crate) mod base64;
pub(crate) mod data_url;
pub(crate) mod form;
mod form_body;
mod input;
pub(crate) mod limits;
pub(crate) mod off_thread;
pub(crate) mod open;
pub(crate) mod pieces;
pub(crate) mod pixels;
pub(crate) mod sniff;
mod upload;

pub use form::Form;
pub use input::FileInput;
pub use upload::Upload;
