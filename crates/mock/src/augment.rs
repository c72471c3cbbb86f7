//! Handlers of web scraping, web search and text extraction, with made-up results.

use serde_json::{Value, json};

use super::errors::error;
use super::parsed_request::ParsedRequest;
use super::reply::Reply;
use super::state::State;

const USD_A_CALL: f64 = 0.01;

pub(super) fn scrape(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let text = request.body["url"].as_str().unwrap_or_default();
    let url = venice_ai::reqwest::Url::parse(text).map_err(|_| error(400, "url: Invalid url"))?;
    let host = url.host_str().unwrap_or_default().trim_start_matches("www.");
    if ["x.com", "twitter.com", "reddit.com"].contains(&host) {
        return Err(error(400, &format!("Scraping {host} is not supported")));
    }
    state.balance_usd -= USD_A_CALL;
    let content = format!("# {host}\n\nThis is what the mock has to say of `{}`.\n\n- [Home]({text})\n", url.path());
    Ok(Reply::json(200, &json!({"url": text, "content": content, "format": "markdown"})))
}

pub(super) fn search(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let query = request.body["query"].as_str().unwrap_or_default();
    state.balance_usd -= USD_A_CALL;
    let escaped = query.replace('&', "&amp;").replace('<', "&lt;");
    let result = |number: u64| {
        // Search engines know the date of only some pages.
        let date = if number % 2 == 1 { format!("2026-08-{:02}T06:00:00", number % 28 + 1) } else { String::new() };
        json!({
            "title": format!("Page {number} about {query}"),
            "url": format!("https://example.org/pages/{number}"),
            "content": format!("All there is to know about <strong>{escaped}</strong> &amp; more"),
            "date": date,
        })
    };
    let results: Vec<Value> = (1..=request.body["limit"].as_u64().unwrap_or(10)).map(result).collect();
    Ok(Reply::json(200, &json!({"query": query, "results": results})))
}

/// The content of text files; for others a text with their name.
pub(super) fn parse(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let file = request.file("file")?;
    let name = file.file_name.as_deref().unwrap_or("the file");
    let text = match std::str::from_utf8(&file.bytes) {
        Ok(text) if !text.starts_with("%PDF") => text.to_owned(),
        _ => format!("This is the text of {name}, as far as the mock can read."),
    };
    if text.trim().is_empty() {
        return Err(error(400, "No text content could be extracted from the file."));
    }
    state.balance_usd -= USD_A_CALL;
    if request.body["response_format"] == "text" {
        return Ok(Reply::text(200, text));
    }
    let tokens = text.chars().count().div_ceil(4);
    Ok(Reply::json(200, &json!({"text": text, "tokens": tokens})))
}
