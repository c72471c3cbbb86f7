//! `CitedText`, `CitationRenderer`: resolves the citation markers of an answer.

mod cited;
mod clean;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
mod marker;
mod position;
mod render;
mod stream;

pub use self::cited::{Citation, CitedSegment, CitedText};
pub use self::render::{CitationRenderer, CitationStyle};
