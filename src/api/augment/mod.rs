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

pub use crate::api::generated::handles::Augment;
use crate::api::generated::types::WebSearchResult;

impl WebSearchResult {
    /// When the page was written, as the search engine words it; `None` where it does not say.
    pub fn date(&self) -> Option<&str> {
        Some(self.date.trim()).filter(|date| !date.is_empty())
    }
}
