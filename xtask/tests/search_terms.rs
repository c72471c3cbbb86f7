//! The words by which users of other SDKs search: each is an alias in the documentation, or the name of an item.

#![allow(clippy::unwrap_used)]

use std::path::Path;

const TERMS: &[&str] = &[
    "api_base",
    "async_openai",
    "axum",
    "backoff",
    "batch",
    "chat_completion",
    "create_stream",
    "function_calling",
    "json_schema",
    "middleware",
    "migration",
    "ollama",
    "openai",
    "opentelemetry",
    "proxy",
    "rate limit",
    "rate_limit",
    "retry",
    "structured_output",
    "timeout",
    "tool_calling",
    "tracing",
    "transcription",
    "tts",
    "usage",
];

/// The text of all sources below a folder.
fn sources(folder: &Path, text: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_search_term_is_an_alias_or_a_name() {
    let mut text = String::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../src"), &mut text);
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let aliases: Vec<&str> =
        flat.split("doc(alias").skip(1).filter_map(|rest| rest.split_once(']')).map(|(list, _)| list).collect();
    let missing: Vec<&&str> = TERMS
        .iter()
        .filter(|term| {
            let is_alias = aliases.iter().any(|list| list.contains(&format!("\"{term}\"")));
            let is_name = ["pub fn ", "pub mod "].iter().any(|item| {
                flat.contains(&format!("{item}{term}("))
                    || flat.contains(&format!("{item}{term} {{"))
                    || flat.contains(&format!("{item}{term};"))
            });
            !is_alias && !is_name
        })
        .collect();
    assert!(missing.is_empty(), "no page is found by {missing:?}");
}
