//! The API: generated types, operations and handles, and their handwritten behaviour.

pub mod api_keys;
pub mod audio;
pub mod augment;
pub mod billing;
pub(crate) mod capture;
pub mod characters;
pub mod chat;
pub mod decisions;
pub mod embeddings;
pub(crate) mod generated;
pub mod images;
pub mod models;
pub(crate) mod price;
mod text_reply;
pub(crate) mod usage;
pub mod video;
pub mod voice_changer;
pub mod x402;

pub use self::api_keys::ApiKeys;
pub use self::audio::Audio;
pub use self::augment::Augment;
pub use self::billing::Billing;
pub use self::characters::Characters;
pub use self::chat::Chat;
pub use self::decisions::Decisions;
pub use self::embeddings::Embeddings;
pub use self::images::Images;
pub use self::models::Models;
pub use self::video::Video;
pub use self::voice_changer::VoiceChanger;
pub use self::x402::X402;
