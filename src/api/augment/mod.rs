//! What a language model may need from outside: pages, search results, the text of documents.
//!
//! | To | Call |
//! |---|---|
//! | read a web page as Markdown | [`scrape`](Augment::scrape) |
//! | search the web | [`search`](Augment::search) |
//! | get the text of a PDF, an Office file, an e-book | [`parse_document`](Augment::parse_document) |
//!
//! ```no_run
//! # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
//! let found = venice.augment().search("acqua alta forecast").await?;
//! if let Some(best) = found.results.first() {
//!     let page = venice.augment().scrape(best.url.as_str()).await?;
//!     println!("{}\n\n{}", best.title, page.content);
//! }
//! # Ok(()) }
//! ```
//!
//! The API calls these experimental. Each costs about one US cent, and is repeated only when the API said that it did not run it. Refused
//! before anything is sent: an address that is not one of `http` or `https`, a blank search or one of more than 400 characters, a
//! document that is empty or too large.

mod document;

use crate::api::generated::types::{
    WebScrapeRequest, WebScrapeResponse, WebSearchRequest, WebSearchResponse, WebSearchResult,
};
use crate::runtime::call::Call;
use crate::runtime::client::Client;

/// Pages, search results, and the text of documents.
#[derive(Clone, Copy, Debug)]
pub struct Augment<'c> {
    client: &'c Client,
}

impl<'c> Augment<'c> {
    pub(super) fn new(client: &'c Client) -> Self {
        Self { client }
    }

    /// Reads a web page as Markdown.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let page = venice.augment().scrape("https://example.org/tides").await?;
    /// println!("{}", page.content);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// An address that is not one of `http` or `https` is refused before anything is sent. Pages that keep robots out are a 400,
    /// X and Reddit among them.
    pub fn scrape(&self, page: impl Into<WebScrapeRequest>) -> Call<WebScrapeResponse> {
        self.client.raw().web_scrape(&page.into())
    }

    /// Searches the web.
    ///
    /// The `content` of a result is a piece of the page in HTML, with tags and entities, as the search engine gives it: escape
    /// or strip it before showing it. Many results have no date; [`date`](WebSearchResult::date) tells.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::{SearchProvider, WebSearchRequest};
    ///
    /// let request = WebSearchRequest::new("acqua alta forecast").limit(5).search_provider(SearchProvider::Brave);
    /// for result in venice.augment().search(request).await?.results {
    ///     println!("{} {} ({})", result.title, result.url, result.date().unwrap_or("no date"));
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Refused before anything is sent: a blank search or one of more than 400 characters, and a limit that is not from 1 to 20.
    pub fn search(&self, search: impl Into<WebSearchRequest>) -> Call<WebSearchResponse> {
        self.client.raw().web_search(&search.into())
    }
}

impl WebSearchResult {
    /// When the page was written, as the search engine words it; `None` where it does not say.
    pub fn date(&self) -> Option<&str> {
        Some(self.date.trim()).filter(|date| !date.is_empty())
    }
}
