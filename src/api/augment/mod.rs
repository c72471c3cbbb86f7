//! `Augment`: the handle of web pages, web search, and the text of documents.
//!
//! | To | Call |
//! |---|---|
//! | get a web page as Markdown | [`scrape`](Augment::scrape) |
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
//! The API calls these experimental. Each costs about one US cent, and is retried only when it is known not to have been executed. Rejected
//! before sending: a URL that is not `http` or `https`, a blank query or one of more than 400 characters, a document that is empty or too
//! large.

mod document;

pub use crate::api::generated::handles::Augment;
use crate::api::generated::types::WebSearchResult;

impl WebSearchResult {
    /// The date of the page, as the search engine formats it; `None` if it does not say.
    pub fn date(&self) -> Option<&str> {
        Some(self.date.trim()).filter(|date| !date.is_empty())
    }
}
