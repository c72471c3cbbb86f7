//! Web pages, web search, and the text of documents.

use serde_json::json;
use venice_ai::types::{
    ParsedText, SearchProvider, TextParserRequest, TextReplyFormat, WebScrapeRequest, WebSearchRequest,
};
use venice_ai::{Error, ErrorKind, Upload};

use crate::support::refused::refused;
use crate::support::replying;
use crate::support::{Answer, Server, TestClock, client, once};
use crate::uploads::parts;

const FOUND: &str = include_str!("../fixtures/replies/web_search.json");

#[tokio::test]
async fn a_page_is_read() {
    let body = r##"{"url": "https://example.org/tides", "content": "# Tides\n\nHigh at noon.", "format": "markdown"}"##;
    let (server, venice) = replying(Answer::json(200, body));
    let page = venice.augment().scrape("https://example.org/tides").await.unwrap();
    assert_eq!((&*page.url, &*page.format), ("https://example.org/tides", "markdown"));
    assert_eq!(page.content, "# Tides\n\nHigh at noon.");
    let request = server.only();
    assert_eq!((&*request.method, &*request.target), ("POST", "/api/v1/augment/scrape"));
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.json(), json!({"url": "https://example.org/tides"}));
}

#[tokio::test]
async fn a_page_without_what_is_not_needed_is_read() {
    let (_, venice) = replying(Answer::json(200, r#"{"content": "x", "url": null, "robots": {"a": 1}}"#));
    assert_eq!(venice.augment().scrape(WebScrapeRequest::new("http://example.org")).await.unwrap().content, "x");
}

#[tokio::test]
async fn addresses_that_are_none_are_rejected() {
    for url in
        ["", " ", "example.org", "/tides", "ftp://example.org/x", "file:///etc/hosts", "data:text/html,x", "http://"]
    {
        refused(|venice| venice.augment().scrape(url), "webScrape", "url").await;
        refused(|venice| venice.raw().web_scrape(&url.into()), "webScrape", "url").await;
    }
    let (server, venice) = replying(Answer::json(200, r##"{"content": "# Tides"}"##));
    for url in ["HTTPS://Example.org", "http://127.0.0.1:8080/?q=a b#c", "https://bücher.example/ü"] {
        venice.augment().scrape(url).await.unwrap();
        assert_eq!(server.requests().pop().unwrap().json()["url"], url, "as it was given");
    }
}

#[tokio::test]
async fn the_web_is_searched() {
    let (server, venice) = replying(Answer::json(200, FOUND));
    let found = venice.augment().search("acqua alta").await.unwrap();
    assert_eq!((&*found.query, found.results.len()), ("acqua alta", 3));
    let first = &found.results[0];
    assert_eq!((&*first.title, &*first.url), ("Tide forecast", "https://example.org/forecast"));
    assert_eq!(first.content, "High water at <strong>noon</strong> &amp; again at night");
    let dates: Vec<_> = found.results.iter().map(|result| result.date()).collect();
    assert_eq!(dates, [Some("2026-08-20T06:00:00"), None, None]);
    let request = server.only();
    assert_eq!((&*request.method, &*request.target), ("POST", "/api/v1/augment/search"));
    assert_eq!(request.json(), json!({"query": "acqua alta"}));
}

#[tokio::test]
async fn a_search_with_everything_sends_everything() {
    let (server, venice) = replying(Answer::json(200, r#"{"query": "x", "results": []}"#));
    for (limit, provider, name) in [
        (1, SearchProvider::Brave, "brave"),
        (20, SearchProvider::Google, "google"),
        (7, SearchProvider::Unknown("gondola".into()), "gondola"),
    ] {
        let request = WebSearchRequest::new("q".repeat(400)).limit(limit).search_provider(provider);
        assert!(venice.augment().search(request).await.unwrap().results.is_empty());
        let body = json!({"query": "q".repeat(400), "limit": limit, "search_provider": name});
        assert_eq!(server.requests().pop().unwrap().json(), body);
    }
}

#[tokio::test]
async fn searches_that_cannot_be_are_rejected() {
    for query in ["".to_owned(), " \t".to_owned(), "q".repeat(401)] {
        refused(|venice| venice.augment().search(query), "webSearch", "query").await;
    }
    for limit in [0, -1, 21] {
        refused(|venice| venice.augment().search(WebSearchRequest::new("q").limit(limit)), "webSearch", "limit").await;
    }
}

fn pdf() -> Upload {
    Upload::bytes("tides.pdf", "%PDF-1.7 and so on")
}

async fn parsed(answer: Answer, request: impl Into<TextParserRequest>) -> Result<ParsedText, Error> {
    replying(answer).1.augment().parse_document(request).await
}

fn plain(body: &str) -> Answer {
    Answer::new(200, &[("content-type", "text/plain; charset=utf-8")], body)
}

#[tokio::test]
async fn the_text_of_a_document_is_read_with_its_tokens() {
    let (server, venice) = replying(Answer::json(200, r#"{"text": "High at noon.", "tokens": 4}"#));
    let document = venice.augment().parse_document(pdf()).await.unwrap();
    assert_eq!((&*document.text, document.tokens), ("High at noon.", Some(4)));
    let request = server.only();
    assert_eq!((&*request.method, &*request.target), ("POST", "/api/v1/augment/text-parser"));
    assert_eq!(request.header("accept"), Some("application/json, text/plain"));
    let head = "Content-Disposition: form-data; name=\"file\"; filename=\"tides.pdf\"\r\nContent-Type: application/pdf";
    assert_eq!(parts(&request), [(head.to_owned(), b"%PDF-1.7 and so on".to_vec())]);
}

#[tokio::test]
async fn plain_text_is_the_same_type_without_tokens() {
    let (server, venice) = replying(plain("{\"a\": 1}"));
    let request = TextParserRequest::new(pdf()).response_format(TextReplyFormat::Text);
    let document = venice.augment().parse_document(request).await.unwrap();
    assert_eq!((&*document.text, document.tokens), ("{\"a\": 1}", None), "a document of JSON is text like any other");
    let parts = parts(&server.only());
    assert_eq!(parts[1].0, "Content-Disposition: form-data; name=\"response_format\"");
    assert_eq!(parts[1].1, b"text");
    assert_eq!(parsed(plain("High at noon."), pdf()).await.unwrap().text, "High at noon.");
}

#[tokio::test]
async fn counts_that_are_missing_or_odd_do_not_hide_the_text() {
    for (tokens, read) in [("null", None), ("4.0", Some(4)), ("\"4\"", Some(4)), ("[]", None)] {
        let body = format!(r#"{{"text": "High at noon.", "tokens": {tokens}, "pages": 2}}"#);
        let document = parsed(Answer::json(200, &body), pdf()).await.unwrap();
        assert_eq!((&*document.text, document.tokens), ("High at noon.", read), "{body}");
    }
}

#[tokio::test]
async fn a_reply_without_text_is_an_error_that_keeps_it() {
    for answer in [Answer::json(200, r#"{"tokens": 4}"#), Answer::html(200, "<html>"), Answer::json(200, "7")] {
        let error = parsed(answer, pdf()).await.unwrap_err();
        assert!(error.kind() == ErrorKind::Decode && error.body().is_some(), "{error}");
        assert_eq!(error.operation(), Some("createTextParser"));
    }
}

#[tokio::test]
async fn documents_that_are_none_are_rejected() {
    let files: [(&str, &[u8]); 5] = [
        ("a.pdf", b""),
        ("a.pdf", b"\x89PNG\r\n\x1a\n"),
        ("a.txt", b"RIFF\0\0\0\0WAVEfmt "),
        ("a.docx", b"\0\0\0\x20ftypisom"),
        ("scan.jpg", b"\xff\xd8\xff\xe0"),
    ];
    for (name, bytes) in files {
        refused(|venice| venice.augment().parse_document(Upload::bytes(name, bytes)), "createTextParser", "file").await;
    }
    let large = Upload::bytes("a.txt", vec![b'a'; 25 * 1024 * 1024 + 1]);
    refused(|venice| venice.augment().parse_document(large), "createTextParser", "file").await;
}

#[tokio::test]
async fn documents_of_all_kinds_are_sent() {
    let (server, venice) = replying(Answer::json(200, r#"{"text": "x", "tokens": 1}"#));
    let names =
        ["a.pdf", "a.epub", "a.docx", "a.pptx", "a.xlsx", "a.txt", "a.md", "a.csv", "a.json", "main.rs", "Makefile"];
    for name in names {
        venice.augment().parse_document(Upload::bytes(name, "words")).await.unwrap();
    }
    venice.augment().parse_document(Upload::bytes("a.docx", &b"PK\x03\x04"[..])).await.unwrap();
    assert_eq!(server.count(), names.len() + 1);
}

#[tokio::test]
async fn rejections_are_reported_in_the_apis_words() {
    let text = "No text content could be extracted from the file.";
    let error = parsed(Answer::json(400, &json!({"error": text}).to_string()), pdf()).await.unwrap_err();
    assert!(error.is_invalid_request() && error.message() == text, "{error}");
    let body = r#"{"error": "Invalid request", "details": {"url": {"_errors": ["X is not supported"]}}}"#;
    let (_, venice) = replying(Answer::json(400, body));
    let error = venice.augment().scrape("https://x.com/x").await.unwrap_err();
    assert_eq!(error.field_errors()[0].field, "url");
}

#[tokio::test]
async fn what_did_not_run_is_retried_and_what_may_have_run_is_not() {
    for (status, sent) in [(429, 2), (503, 2), (500, 1), (504, 1)] {
        let server =
            Server::answering([Answer::json(status, r#"{"error": "no"}"#), Answer::json(200, r#"{"results": []}"#)]);
        let outcome = client(&server, &TestClock::without_jitter()).augment().search("x").await;
        assert_eq!((server.count(), outcome.is_ok()), (sent, sent == 2), "{status}");
    }
}

#[cfg(feature = "blocking")]
#[test]
fn the_web_without_async() {
    let answers = [r#"{"content": "x"}"#, FOUND, r#"{"text": "x", "tokens": 1}"#];
    let server = Server::answering(answers.map(|body| Answer::json(200, body)));
    let venice = once(&server);
    assert_eq!(venice.augment().scrape("https://example.org").send_blocking().unwrap().content, "x");
    assert_eq!(venice.augment().search("x").send_blocking().unwrap().results.len(), 3);
    assert_eq!(venice.augment().parse_document(pdf()).send_blocking().unwrap().tokens, Some(1));
}
