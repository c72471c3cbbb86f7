//! `citations`: the fuzz target of citation markers.

#![allow(missing_docs)]

use super::{CitationRenderer, CitationStyle, CitedText};
use crate::api::generated::types::WebSearchCitation;
use crate::features::splits::text_splits;

/// A text, and after a NUL its citations as JSON: pieces make no difference, and nothing of the text is lost.
pub fn citations(data: &[u8]) {
    let Ok(data) = std::str::from_utf8(data) else { return };
    let (text, pages) = data.split_once('\0').unwrap_or((data, "[]"));
    let pages: Vec<WebSearchCitation> = serde_json::from_str(pages).unwrap_or_default();
    let cited = CitedText::new(text, &pages);
    let plain: String = cited.segments().iter().map(|segment| segment.text.as_str()).collect();
    assert!(plain.len() <= text.len());
    assert!(!pages.is_empty() || plain == text);
    for style in [CitationStyle::Links, CitationStyle::Footnotes, CitationStyle::Plain, CitationStyle::Omitted] {
        let whole = cited.render(style);
        assert!(style != CitationStyle::Omitted || whole == plain);
        for pieces in text_splits(text) {
            let (mut early, mut late) = (CitationRenderer::new(style), CitationRenderer::new(style));
            early.set_citations(&pages);
            let (mut with_early, mut with_late) = (String::new(), String::new());
            for piece in pieces {
                with_early += &early.push(piece);
                with_late += &late.push(piece);
            }
            late.set_citations(&pages);
            assert_eq!(with_early + &early.finish(), whole);
            assert_eq!(with_late + &late.finish(), whole);
        }
    }
}
