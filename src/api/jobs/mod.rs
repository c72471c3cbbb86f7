//! `JobHandle`, `Price`, `Retrieved`: what the operations of the queues for video and audio take and return.

mod handle;
mod price;
mod retrieved;

pub use self::handle::{JobHandle, JobKind};
pub use self::price::Price;
pub use self::retrieved::Retrieved;
