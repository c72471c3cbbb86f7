//! Answers with their sources: from the markers in the text to links.

mod cited;
mod clean;
mod marker;
mod position;
mod render;
mod stream;

pub use self::cited::{Citation, CitedSegment, CitedText};
pub use self::render::{CitationRenderer, CitationStyle};
