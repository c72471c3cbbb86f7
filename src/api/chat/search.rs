//! `web_search`, `web_scraping`: web access for an answer.

use crate::api::generated::types::{ChatCompletionRequest, VeniceParameters, WebSearchMode};

impl ChatCompletionRequest {
    /// Lets the model search the web ([`On`](WebSearchMode::On): always, [`Auto`](WebSearchMode::Auto): when it decides to) and asks it for
    /// citation markers: read the answer with [`cited`](crate::types::ChatCompletion::cited) or
    /// [`ChatStream::cited`](crate::stream::ChatStream::cited). A search costs about a cent.
    ///
    /// Sets `enable_web_search` and `enable_web_citations` of [`venice_parameters`](Self::venice_parameters) and keeps the others; call it
    /// after that setter, which replaces all of them. [`Off`](WebSearchMode::Off) turns both off.
    #[must_use]
    pub fn web_search(self, mode: WebSearchMode) -> Self {
        let is_on = mode != WebSearchMode::Off;
        self.with_parameters(|parameters| parameters.enable_web_search(mode).enable_web_citations(is_on))
    }

    /// Reads the pages (up to five) whose URLs are in the latest user message, instead of a search, and asks the model for citation
    /// markers. Billed.
    ///
    /// Sets `enable_web_scraping` and `enable_web_citations` of [`venice_parameters`](Self::venice_parameters), like
    /// [`web_search`](Self::web_search).
    #[must_use]
    pub fn web_scraping(self) -> Self {
        self.with_parameters(|parameters| parameters.enable_web_scraping(true).enable_web_citations(true))
    }

    /// Changes Venice's own parameters. If none is set, they are not sent.
    pub(crate) fn with_parameters(mut self, change: impl FnOnce(VeniceParameters) -> VeniceParameters) -> Self {
        let parameters = change(self.venice_parameters.take().unwrap_or_default());
        self.venice_parameters = (parameters != VeniceParameters::new()).then_some(parameters);
        self
    }
}
