//! `CitationRenderer`: replaces markers by links, for whole or streamed text.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::cited::Citation;
use super::marker::{Scanner, Token};
use super::position::Counting;
use crate::api::generated::types::WebSearchCitation;
use crate::features::reasoning::Hidden;

/// What replaces the markers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CitationStyle {
    /// Markdown links: `[[1]](https://…)`. `[1]` for URLs that are not web URLs, and once repeated URLs are 16 times as long as the text.
    #[default]
    Links,
    /// Markdown footnotes: `[^1]`, and a list of citations at the end.
    Footnotes,
    /// Plain text: `[1]`, and a list of citations at the end.
    Plain,
    /// Nothing, for text-to-speech.
    Omitted,
}

/// Replaces markers by links while the text arrives; [`ChatStream::cited`](crate::stream::ChatStream::cited) does the same for a stream.
///
/// Pieces may be split anywhere, also within a marker: the result is that of the whole text. A possible start of a marker is held back, and
/// from the first marker on everything is until the citations arrive. They arrive in the first chunk of a stream or in its last one.
///
/// ```
/// use venice_ai::chat::{CitationRenderer, CitationStyle};
/// # let pages = r#"[{"title": "Tides", "url": "https://tides.example"}]"#;
/// # let pages: Vec<venice_ai::types::WebSearchCitation> = serde_json::from_str(pages)?;
///
/// let mut renderer = CitationRenderer::new(CitationStyle::Links);
/// renderer.set_citations(&pages);
/// let mut text = renderer.push("At 10:40^");
/// text += &renderer.push("1^.");
/// text += &renderer.finish();
/// assert_eq!(text, "At 10:40[[1]](https://tides.example).");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug)]
pub struct CitationRenderer {
    style: CitationStyle,
    citations: Vec<Citation>,
    scanner: Scanner,
    counting: Counting,
    /// A marker that waits for the citations.
    waiting: Option<Token>,
    /// Text that was not rendered yet.
    held: Hidden,
    cited: BTreeSet<usize>,
    /// The bytes of text that were rendered, and those of the URLs in links.
    read: usize,
    linked: usize,
}

/// The bytes of URLs in links that a text may have, and how many more for each of its bytes. Each marker repeats a URL, so a long one would
/// make the text grow without limit.
const LINKS: usize = 64 * 1024;
const LINKS_A_BYTE: usize = 16;

impl CitationRenderer {
    /// A renderer without text.
    #[must_use]
    pub fn new(style: CitationStyle) -> Self {
        Self {
            style,
            citations: Vec::new(),
            scanner: Scanner::default(),
            counting: Counting::default(),
            waiting: None,
            held: Hidden::default(),
            cited: BTreeSet::new(),
            read: 0,
            linked: 0,
        }
    }

    /// Sets the citations. An empty list is ignored; a later one replaces an earlier one.
    ///
    /// ```
    /// # fn example(renderer: &mut venice_ai::chat::CitationRenderer, chunk: venice_ai::types::ChatCompletionChunk) {
    /// if let Some(citations) = chunk.venice_parameters.and_then(|parameters| parameters.web_search_citations) {
    ///     renderer.set_citations(&citations);
    /// }
    /// # }
    /// ```
    pub fn set_citations(&mut self, citations: &[WebSearchCitation]) {
        if !citations.is_empty() {
            self.citations = citations.iter().enumerate().map(|(place, source)| Citation::of(place, source)).collect();
        }
    }

    /// Adds a piece of the text, and returns the rendered part, which may be empty.
    #[must_use = "this is the text"]
    pub fn push(&mut self, piece: &str) -> String {
        self.held.push_str(piece);
        self.render(false)
    }

    /// Returns the rest, and the list of citations if the style has one. Without citations markers are unchanged.
    #[must_use = "this is the text"]
    pub fn finish(mut self) -> String {
        self.rest()
    }

    /// The bytes that are held back.
    pub(crate) fn held(&self) -> usize {
        self.held.len()
    }

    pub(crate) fn rest(&mut self) -> String {
        let mut text = self.render(true);
        let cited = std::mem::take(&mut self.cited);
        let listed = cited.into_iter().filter_map(|number| self.citations.get(number - 1));
        for (n, line) in listed.filter_map(|citation| self.style.line(citation)).enumerate() {
            text.push_str(if n == 0 { "\n\n" } else { "\n" });
            text.push_str(&line);
        }
        text
    }

    fn render(&mut self, ended: bool) -> String {
        let mut text = String::new();
        let mut at = 0;
        while let Some(token) = self.waiting.take().or_else(|| self.scanner.next(&self.held[at..], ended)) {
            let rest = &self.held[at..];
            match token {
                Token::Text(bytes) => {
                    text.push_str(&rest[..bytes]);
                    self.read += bytes;
                    at += bytes;
                }
                Token::Marker { .. } if self.citations.is_empty() && !ended => {
                    self.waiting = Some(token);
                    break;
                }
                Token::Marker { bytes, form, numbers } => {
                    let places = self.counting.places(form, &numbers, self.citations.len());
                    if places.is_empty() {
                        text.push_str(&rest[..bytes]);
                    }
                    self.read += bytes;
                    for citation in places.into_iter().filter_map(|place| self.citations.get(place)) {
                        let linked = self.linked.saturating_add(citation.url.len());
                        let is_linked =
                            self.style == CitationStyle::Links && linked <= LINKS + LINKS_A_BYTE * self.read;
                        if is_linked {
                            self.linked = linked;
                        }
                        self.style.mark(citation, is_linked, &mut text);
                        self.cited.insert(citation.number);
                    }
                    at += bytes;
                }
            }
        }
        self.held.drain(..at);
        text
    }
}

impl CitationStyle {
    fn mark(self, Citation { number, url, .. }: &Citation, is_linked: bool, text: &mut String) {
        // Writing to a string cannot fail.
        let _ = match (self, Some(url).filter(|_| is_linked).and_then(|url| link(url))) {
            (Self::Links, Some(url)) => write!(text, "[[{number}]]({url})"),
            (Self::Footnotes, _) => write!(text, "[^{number}]"),
            (Self::Links | Self::Plain, _) => write!(text, "[{number}]"),
            (Self::Omitted, _) => Ok(()),
        };
    }

    /// A line of the list at the end, if there is one.
    fn line(self, Citation { number, title, url, .. }: &Citation) -> Option<String> {
        match (self, link(url)) {
            (Self::Footnotes, Some(url)) => Some(format!("[^{number}]: [{}]({url})", escaped(title))),
            (Self::Footnotes, None) => Some(format!("[^{number}]: {}", escaped(title))),
            (Self::Plain, _) if title == url => Some(format!("[{number}] {url}")),
            (Self::Plain, _) => Some(format!("[{number}] {title}, {url}")),
            (Self::Links | Self::Omitted, _) => None,
        }
    }
}

/// A URL for a link. Anything but a web URL is never a link: search results are untrusted.
fn link(url: &str) -> Option<String> {
    let is_web = crate::runtime::media::data_url::is_web_url(url);
    is_web.then(|| {
        let mut link = String::with_capacity(url.len());
        for letter in url.chars() {
            match letter {
                '(' | ')' | '<' | '>' | '"' | '\\' | ' ' | '\t' | '\n' | '\r' => {
                    let _ = write!(link, "%{:02X}", u32::from(letter));
                }
                letter if letter.is_control() => {}
                letter => link.push(letter),
            }
        }
        link
    })
}

/// A title with Markdown escaped.
fn escaped(title: &str) -> String {
    let mut text = String::with_capacity(title.len());
    for letter in title.chars() {
        if "\\`*_[]<>#|~^!&".contains(letter) {
            text.push('\\');
        }
        text.push(letter);
    }
    text
}
