//! `Characters`: the handle of public characters and their reviews.
//!
//! | To | Call |
//! |---|---|
//! | list characters | [`list`](Characters::list) |
//! | get one page of them | [`list_page`](Characters::list_page) |
//! | get one | [`retrieve`](Characters::retrieve) |
//! | read its reviews | [`reviews`](Characters::reviews), [`reviews_page`](Characters::reviews_page) |
//! | chat with it | its `slug` in [`VeniceParameters::character_slug`](crate::types::VeniceParameters) |
//!
//! ```no_run
//! # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
//! use venice_ai::types::{ChatCompletionRequest, ListCharactersParams, VeniceParameters};
//!
//! let params = ListCharactersParams::new().search("philosophy");
//! if let Some(character) = venice.characters().list(params).next().await.transpose()? {
//!     let request = ChatCompletionRequest::new(&character.model_id, ["Who are you?"])
//!         .venice_parameters(VeniceParameters::new().character_slug(&character.slug));
//!     println!("{}: {}", character.name, venice.chat().create(request).await?.text());
//! }
//! # Ok(()) }
//! ```
//!
//! All of it is free, and retried after transient failures. [`list`](Characters::list) and [`reviews`](Characters::reviews) are [`Pages`](crate::Pages):
//! streams that fetch a page of 100 when its first item is polled. A page is not the whole list: the default `limit` of `list_page` is 50.
//! The API calls this a preview.
//!
//! Rejected before sending: an empty slug or one with a slash, page sizes outside of 1 to 100, too many filters. An unknown character is
//! [`NotFound`](crate::ErrorKind::NotFound).

pub use crate::api::generated::handles::Characters;
pub use crate::api::generated::types::CharacterReviewsParams;
