//! `ChatStream::cited`: the text of a streamed answer with its citation markers resolved.

use super::{CitationRenderer, CitationStyle};
use crate::api::chat::stream::ChatStream;
use crate::api::generated::types::ChatCompletionChunk;
use crate::features::collect::{TextFilter, TextStream};
use crate::features::reasoning::AnswerFilter;

impl ChatStream {
    /// The [answer](Self::answer) with links in place of citation markers, as it arrives. For
    /// [`web_search`](crate::types::ChatCompletionRequest::web_search).
    ///
    /// If the citations arrive in the last chunk, the stream is held back from its first marker on.
    ///
    /// ```no_run
    /// # async fn run(stream: venice_ai::stream::ChatStream) -> Result<(), venice_ai::Error> {
    /// use venice_ai::chat::CitationStyle;
    ///
    /// let mut text = stream.cited(CitationStyle::Links);
    /// while let Some(piece) = text.next().await {
    ///     print!("{}", piece?);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn cited(self, style: CitationStyle) -> TextStream {
        let renderer = CitationRenderer::new(style);
        TextStream::filtered(self, Cited { answer: AnswerFilter::default(), renderer })
    }
}

/// `TextFilter`: the answer without reasoning, with links in place of citation markers.
#[derive(Debug)]
struct Cited {
    answer: AnswerFilter,
    renderer: CitationRenderer,
}

impl TextFilter for Cited {
    fn push(&mut self, mut chunk: ChatCompletionChunk) -> String {
        let parameters = chunk.venice_parameters.take();
        if let Some(citations) = parameters.and_then(|parameters| parameters.web_search_citations) {
            self.renderer.set_citations(&citations);
        }
        self.renderer.push(&self.answer.push(chunk))
    }

    fn held(&self) -> usize {
        self.renderer.held()
    }

    fn finish(&mut self) -> String {
        let mut text = self.renderer.push(&self.answer.finish());
        text.push_str(&self.renderer.rest());
        text
    }
}
