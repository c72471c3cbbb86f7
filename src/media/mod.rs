//! Files: what is sent, the bodies that carry it, and what is saved.

mod data_url;
pub(crate) mod durable;
pub(crate) mod form;
mod form_body;
mod input;
pub(crate) mod limits;
mod off_thread;
mod open;
mod pieces;
mod pixels;
mod sniff;
mod upload;

pub use input::FileInput;
pub use upload::Upload;
