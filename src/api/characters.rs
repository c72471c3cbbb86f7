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
//! All of it is free, and retried after transient failures. [`list`](Characters::list) and [`reviews`](Characters::reviews) are [`Pages`]:
//! streams that fetch a page of 100 when its first item is polled. A page is not the whole list: the default `limit` of `list_page` is 50.
//! The API calls this a preview.
//!
//! Rejected before sending: an empty slug or one with a slash, page sizes outside of 1 to 100, too many filters. An unknown character is
//! [`NotFound`](crate::ErrorKind::NotFound).

pub use crate::api::generated::handles::Characters;
use crate::api::generated::operations;
pub use crate::api::generated::types::CharacterReviewsParams;
use crate::api::generated::types::{Character, CharacterReview, ListCharactersParams};
use crate::runtime::client::Client;
use crate::runtime::pages::{Batch, PageStart, Pages};

/// The largest page of characters or reviews.
const LARGEST_PAGE: i64 = 100;

impl Characters<'_> {
    /// All characters that match the parameters, over all pages. The API does not say how many there are; the list ends with the first page
    /// that is not full.
    ///
    /// `limit` is the page size, not a limit of the list. Default: 100. `offset` is the start of the list.
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

    /// The reviews of a character, over all pages.
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
