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

use super::envelope::present;
use crate::api::generated::operations;
use crate::api::generated::types::{Character, CharacterReview, CharacterReviewList, ListCharactersParams};
use crate::runtime::call::Call;
use crate::runtime::client::Client;
use crate::runtime::pages::{Batch, PageStart, Pages};

/// The public characters that a chat can play. A preview: it may change.
///
/// To find one, search the [`list`](Self::list) or a page of it ([`list_page`](Self::list_page)); to chat with one, put its `slug` into
/// [`VeniceParameters::character_slug`](crate::types::VeniceParameters).
#[derive(Clone, Copy, Debug)]
pub struct Characters<'c> {
    client: &'c Client,
}

/// The most characters, and the most reviews, that a page holds.
const LARGEST_PAGE: i64 = 100;

impl<'c> Characters<'c> {
    pub(super) fn new(client: &'c Client) -> Self {
        Self { client }
    }

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

    /// One page of characters. Unless the parameters say otherwise it is the first, with 50 of them; 100 are the most.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::{CharacterSort, ListCharactersParams};
    ///
    /// let params = ListCharactersParams::new().search("philosophy").sort_by(CharacterSort::HighestRating).limit(10);
    /// for character in venice.characters().list_page(params).await? {
    ///     println!("{}: {}", character.slug, character.name);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Refused before anything is sent: a `limit` outside of 1 to 100, a negative `offset`, more than 20 categories, tags or models, a
    /// search of more than 200 characters.
    pub fn list_page(&self, params: impl Into<ListCharactersParams>) -> Call<Vec<Character>> {
        self.client.raw().list_characters(&params.into()).map(|reply| reply.data)
    }

    /// One character, by its slug.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let character = venice.characters().retrieve("alan-watts").await?;
    /// println!("{} speaks through {}", character.name, character.model_id);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// A slug that is empty or has a slash in it is refused before anything is sent; an unknown one is
    /// [`NotFound`](crate::ErrorKind::NotFound).
    pub fn retrieve(&self, slug: impl AsRef<str>) -> Call<Character> {
        let call = self.client.raw().get_character_by_slug(slug.as_ref());
        call.and_then(|reply| present(reply.data, "character"))
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
            let params = CharacterReviewsParams { page: Some(number), page_size: Some(LARGEST_PAGE) };
            client.characters().reviews_page(&slug, params).with_meta().map(move |reply| {
                let reviews = reply.value.data;
                let headers = reply.meta.pagination().and_then(|all| all.total_pages);
                let in_headers = headers.and_then(|pages| i64::try_from(pages).ok());
                let more = match Some(reply.value.pagination.total_pages).filter(|pages| *pages > 0).or(in_headers) {
                    Some(pages) => number < pages,
                    // The reply does not say how many pages there are.
                    None => i64::try_from(reviews.len()).is_ok_and(|came| came >= LARGEST_PAGE),
                };
                Batch::new(reviews, more.then(|| PageStart::Number(number.saturating_add(1))))
                    .marked(|review| &review.id)
            })
        };
        Pages::new(self.client, &operations::GET_CHARACTER_REVIEWS, Box::new(ask))
    }

    /// One page of what people wrote about a character, with the average and the number of all. The page's place in the list also
    /// stands in [`Meta::pagination`](crate::Meta::pagination).
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::characters::CharacterReviewsParams;
    ///
    /// let params = CharacterReviewsParams::new().page(2).page_size(50);
    /// let page = venice.characters().reviews_page("alan-watts", params).await?;
    /// println!("{} of {} reviews, {} on average", page.data.len(), page.summary.total_reviews, page.summary.average_rating);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Refused before anything is sent: an empty slug or one with a slash, a `page` below 1, a `page_size` outside of 1 to 100.
    pub fn reviews_page(&self, slug: impl AsRef<str>, params: CharacterReviewsParams) -> Call<CharacterReviewList> {
        self.client.raw().get_character_reviews(slug.as_ref(), params.page, params.page_size)
    }
}

/// Which page of a character's reviews to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CharacterReviewsParams {
    /// The number of the page, from 1; the first unless set.
    pub page: Option<i64>,
    /// How many reviews a page holds, from 1 to 100; 20 unless set.
    pub page_size: Option<i64>,
}

impl CharacterReviewsParams {
    /// The first page.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of the page, from 1.
    #[must_use]
    pub fn page(mut self, page: i64) -> Self {
        self.page = Some(page);
        self
    }

    /// How many reviews a page holds, from 1 to 100.
    #[must_use]
    pub fn page_size(mut self, page_size: i64) -> Self {
        self.page_size = Some(page_size);
        self
    }
}
