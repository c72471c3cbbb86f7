//! `CitedText`: an answer in segments, each with its citations.

use std::fmt;
use std::sync::Arc;

use super::marker::{Scanner, Token};
use super::position::Counting;
use super::render::{CitationRenderer, CitationStyle};
use crate::api::generated::types::{ChatCompletion, WebSearchCitation};
use crate::features::reasoning::Hidden;

/// A text and its citations; from [`ChatCompletion::cited`].
///
/// ```
/// use venice_ai::chat::{CitationStyle, CitedText};
/// use venice_ai::types::WebSearchCitation;
/// # let pages = r#"[{"title": "Tides", "url": "https://tides.example"}, {"title": "Moon", "url": "https://moon.example"}]"#;
/// # let pages: Vec<WebSearchCitation> = serde_json::from_str(pages)?;
///
/// let cited = CitedText::new("High water is at 10:40^1,2^.", &pages);
/// assert_eq!(cited.segments()[0].text, "High water is at 10:40");
/// assert_eq!(cited.segments()[0].citations[1].title, "Moon");
/// assert_eq!(cited.render(CitationStyle::Omitted), "High water is at 10:40.");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct CitedText {
    text: Hidden,
    sources: Vec<WebSearchCitation>,
    segments: Vec<CitedSegment>,
}

/// A segment of an answer and its citations. Its `Debug` does not show the text.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CitedSegment {
    /// The text before the marker. Empty between consecutive markers.
    pub text: String,
    /// Its citations; empty after the last marker. Segments with the same citation share it.
    pub citations: Vec<Arc<Citation>>,
}

impl fmt::Debug for CitedSegment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format_args!("{} bytes", self.text.len());
        f.debug_struct("CitedSegment").field("text", &text).field("citations", &self.citations).finish()
    }
}

/// A page cited by an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Citation {
    /// Its position in [`citations`](ChatCompletion::citations), from 1.
    pub number: usize,
    /// The title as plain text; the URL if there is none.
    pub title: String,
    /// The URL, as the search returned it.
    pub url: String,
    /// The excerpt, as plain text.
    pub content: Option<String>,
    /// The date of the page, if the search knows it.
    pub date: Option<String>,
}

impl Citation {
    #[inline]
    pub(super) fn of(place: usize, source: &WebSearchCitation) -> Self {
        Self {
            number: place + 1,
            title: source.plain_title(),
            url: source.url.clone(),
            content: source.plain_content(),
            date: source.date.clone().filter(|date| !date.is_empty()),
        }
    }
}

impl ChatCompletion {
    /// The [answer](Self::answer) of the first choice with its markers resolved. Without citations it is one segment.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::chat::CitationStyle;
    /// use venice_ai::types::{ChatCompletionRequest, WebSearchMode};
    ///
    /// let request = ChatCompletionRequest::new("default", ["When is high water?"]).web_search(WebSearchMode::On);
    /// let reply = venice.chat().create(request).await?;
    /// println!("{}", reply.cited().render(CitationStyle::Links));
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn cited(&self) -> CitedText {
        CitedText::new(self.answer(), self.citations())
    }
}

impl CitedText {
    /// Resolves the markers of a text: `^1^`, `^1,2^`, `^1,2,3` and `[REF]0[/REF]`.
    ///
    /// The base of the numbers is undocumented. It is inferred from the vendor's examples: `^1^` starts at 1, `[REF]` at 0; after a number
    /// that fits only the other base (`^0^`), the other base is used.
    ///
    /// Other text is unchanged: everything if there are no citations, numbers without a citation, code, text after a backslash, and
    /// exponents, such as `x^2^`, `10^3` and `(a+b)^2`. Of a marker with several numbers those without a citation are dropped.
    ///
    /// ```
    /// use venice_ai::chat::CitedText;
    /// let cited = CitedText::new("E = mc^2^", &[]);
    /// assert_eq!(cited.segments()[0].text, "E = mc^2^");
    /// ```
    #[must_use]
    pub fn new(text: impl Into<String>, citations: &[WebSearchCitation]) -> Self {
        let text = text.into();
        let segments = segments(&text, citations);
        Self { text: Hidden(text), sources: citations.to_vec(), segments }
    }

    /// The segments in order. Their texts concatenate to the text without markers.
    ///
    /// ```
    /// # fn example(cited: venice_ai::chat::CitedText) {
    /// for segment in cited.segments() {
    ///     println!("{} {:?}", segment.text, segment.citations);
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn segments(&self) -> &[CitedSegment] {
        &self.segments
    }

    /// The citations of the text by number, without duplicates.
    ///
    /// ```
    /// # fn example(cited: venice_ai::chat::CitedText) {
    /// for citation in cited.citations() {
    ///     println!("{}: {} {}", citation.number, citation.title, citation.url);
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn citations(&self) -> Vec<&Citation> {
        let cited = self.segments.iter().flat_map(|segment| &segment.citations);
        let mut citations: Vec<&Citation> = cited.map(|citation| &**citation).collect();
        citations.sort_by_key(|citation| citation.number);
        citations.dedup_by_key(|citation| citation.number);
        citations
    }

    /// Renders the text with its citations.
    #[must_use]
    pub fn render(&self, style: CitationStyle) -> String {
        let mut renderer = CitationRenderer::new(style);
        renderer.set_citations(&self.sources);
        let mut text = renderer.push(&self.text);
        text.push_str(&renderer.finish());
        text
    }
}

#[inline]
fn segments(text: &str, sources: &[WebSearchCitation]) -> Vec<CitedSegment> {
    let (mut scanner, mut counting) = (Scanner::default(), Counting::default());
    let citations = sources.iter().enumerate().map(|(place, source)| Arc::new(Citation::of(place, source)));
    let citations: Vec<Arc<Citation>> = citations.collect();
    let mut segments = Vec::new();
    let mut segment = CitedSegment::default();
    let mut rest = text;
    while let Some(token) = scanner.next(rest, true) {
        let bytes = match token {
            Token::Text(bytes) => {
                segment.text.push_str(&rest[..bytes]);
                bytes
            }
            Token::Marker { bytes, form, numbers } => {
                let places = counting.places(form, &numbers, sources.len());
                if places.is_empty() {
                    segment.text.push_str(&rest[..bytes]);
                } else {
                    segment.citations = places.into_iter().filter_map(|place| citations.get(place).cloned()).collect();
                    segments.push(std::mem::take(&mut segment));
                }
                bytes
            }
        };
        rest = &rest[bytes..];
    }
    if !segment.text.is_empty() || segments.is_empty() {
        segments.push(segment);
    }
    segments
}
