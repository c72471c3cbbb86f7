//! Guide: who can read the content of a request, and what no policy protects.
#![doc = include_str!("guide.md")]
