//! Characters: the public ones that a chat can play, and what people think of them.
//!
//! | To | Call |
//! |---|---|
//! | look through characters, however many there are | [`list`](Characters::list) |
//! | show one page of them | [`list_page`](Characters::list_page) |
//! | read about one | [`retrieve`](Characters::retrieve) |
//! | read what people wrote about it | [`reviews`](Characters::reviews), [`reviews_page`](Characters::reviews_page) |
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
//! All of it is free, and is repeated after failures that may pass. [`list`](Characters::list) and
//! [`reviews`](Characters::reviews) are [`Pages`]: a stream that fetches a page when its first item is asked for, 100 at a time. A page
//! is not the whole list: `list_page` gives 50 unless its `limit` says otherwise. The API calls this a preview.
//!
//! Refused before anything is sent: an empty slug or one with a slash, sizes of pages outside of 1 to 100, too many filters. A character
//! that is not there is [`NotFound`](crate::ErrorKind::NotFound).

pub use crate::api::generated::handles::Characters;
use crate::api::generated::operations;
pub use crate::api::generated::types::CharacterReviewsParams;
use crate::api::generated::types::{Character, CharacterReview, ListCharactersParams};
use crate::runtime::client::Client;
use crate::runtime::pages::{Batch, PageStart, Pages};

/// The most characters, and the most reviews, that a page holds.
const LARGEST_PAGE: i64 = 100;

impl Characters<'_> {
    /// All characters that the parameters fit, over all pages. The API does not say how many there are; the list ends with the
    /// first page that is not full.
    ///
    /// A `limit` is the size of a page, and not of the list; pages have 100 characters unless it is set. An `offset` is where the
    /// list begins.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::ListCharactersParams;
    ///
    /// let mut characters = venice.characters().list(ListCharactersParams::new().tags(["history"]));
    /// while let Some(character) = characters.next().await {
    ///     println!("{}", character?.name);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Pages`] and of [`list_page`](Self::list_page).
    pub fn list(&self, params: impl Into<ListCharactersParams>) -> Pages<Character> {
        let mut params = params.into();
        let page = *params.limit.get_or_insert(LARGEST_PAGE);
        let ask = move |client: &Client, place: &PageStart| {
            let mut params = params.clone();
            if let PageStart::Offset(offset) = place {
                params.offset = Some(*offset);
            }
            let offset = params.offset.unwrap_or_default();
            client.characters().list_page(params).map(move |characters| {
                let came = i64::try_from(characters.len()).unwrap_or(i64::MAX);
                let next = (came >= page).then(|| PageStart::Offset(offset.saturating_add(came)));
                Batch::new(characters, next).marked(|character| &character.id)
            })
        };
        Pages::new(self.client, &operations::LIST_CHARACTERS, Box::new(ask))
    }

    /// What people wrote about a character, over all pages.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let mut reviews = venice.characters().reviews("alan-watts");
    /// while let Some(review) = reviews.next().await {
    ///     let review = review?;
    ///     println!("{} of 5: {}", review.rating, review.message.unwrap_or_default());
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Pages`] and of [`retrieve`](Self::retrieve).
    pub fn reviews(&self, slug: impl Into<String>) -> Pages<CharacterReview> {
        let slug = slug.into();
        let ask = move |client: &Client, place: &PageStart| {
            let number = if let PageStart::Number(number) = place { *number } else { 1 };
            let params = CharacterReviewsParams::new().page(number).page_size(LARGEST_PAGE);
            client.characters().reviews_page(&slug, params).with_meta().map(move |reply| {
                let reviews = reply.value.data;
                let headers = reply.meta.pagination().and_then(|all| all.total_pages);
                let in_headers = headers.and_then(|pages| i64::try_from(pages).ok());
                let more = match reply.value.pagination.total_pages.filter(|pages| *pages > 0).or(in_headers) {
                    Some(pages) => number < pages,
                    None => i64::try_from(reviews.len()).is_ok_and(|came| came >= LARGEST_PAGE),
                };
                Batch::new(reviews, more.then(|| PageStart::Number(number.saturating_add(1))))
                    .marked(|review| &review.id)
            })
        };
        Pages::new(self.client, &operations::GET_CHARACTER_REVIEWS, Box::new(ask))
    }
}
