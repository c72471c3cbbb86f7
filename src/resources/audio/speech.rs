//! Speech from text.
