//! Searching and reading the web for an answer.

use crate::api::generated::types::{ChatCompletionRequest, VeniceParameters, WebSearchMode};

impl ChatCompletionRequest {
    /// Lets the model search the web ([`On`](WebSearchMode::On): always, [`Auto`](WebSearchMode::Auto): when it thinks that it has to)
    /// and asks it to mark what it found where: read the answer with [`cited`](crate::types::ChatCompletion::cited) or
    /// [`ChatStream::cited`](crate::stream::ChatStream::cited). A search costs about a cent.
    ///
    /// Sets `enable_web_search` and `enable_web_citations` of [`venice_parameters`](Self::venice_parameters) and leaves the others as
    /// they are; call it after that setter, which replaces all of them. [`Off`](WebSearchMode::Off) turns both off.
    #[must_use]
    pub fn web_search(self, mode: WebSearchMode) -> Self {
        let is_on = mode != WebSearchMode::Off;
        self.with_parameters(|parameters| parameters.enable_web_search(mode).enable_web_citations(is_on))
    }

    /// Reads the pages (up to five) whose addresses stand in the latest message of the user, in place of a search, and asks the model to
    /// mark what it found where. Billed.
    ///
    /// Sets `enable_web_scraping` and `enable_web_citations` of [`venice_parameters`](Self::venice_parameters), as
    /// [`web_search`](Self::web_search) does.
    #[must_use]
    pub fn web_scraping(self) -> Self {
        self.with_parameters(|parameters| parameters.enable_web_scraping(true).enable_web_citations(true))
    }

    /// Changes the parameters that are Venice's own. Those without anything set are not sent.
    pub(crate) fn with_parameters(mut self, change: impl FnOnce(VeniceParameters) -> VeniceParameters) -> Self {
        let parameters = change(self.venice_parameters.take().unwrap_or_default());
        self.venice_parameters = (parameters != VeniceParameters::new()).then_some(parameters);
        self
    }
}
