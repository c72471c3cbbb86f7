//! The history of charges as a table.

use std::path::{Path, PathBuf};

use serde_json::json;
use venice_ai::billing::CsvTable;
use venice_ai::{Client, ErrorKind};
use venice_ai_mock::MockVenice;

use crate::billing::{assert_read, history};
use crate::support::{Answer, Server, TestClock, client, once};

const HEADER: &str = "timestamp,sku,amount";

fn page(lines: &str, next: Option<&str>) -> Answer {
    let mut headers = vec![("content-type", "text/csv; charset=utf-8")];
    headers.extend(next.map(|next| ("x-next-cursor", next)));
    Answer::new(200, &headers, lines)
}

fn table(venice: &Client) -> CsvTable {
    venice.billing().usage_history_table(history())
}

async fn text(table: &mut CsvTable) -> String {
    let mut text = Vec::new();
    while let Some(lines) = table.next().await {
        text.extend_from_slice(&lines.unwrap());
    }
    String::from_utf8(text).unwrap()
}

/// A temporary folder, deleted on drop.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("venice-csv-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn files(&self) -> Vec<String> {
        std::fs::read_dir(&self.0).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
    }

    fn join(&self, name: &str) -> PathBuf {
        Path::new(&self.0).join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn one_page_is_passed_through_as_it_came() {
    let body = format!("\u{feff}{HEADER}\r\n2026,\"a \"\"b\"\"\",-1\r\n");
    let headers = [
        ("content-type", "text/csv; charset=utf-8"),
        ("content-disposition", "attachment; filename=billing-usage-history-20260822T120000000Z.csv"),
        ("x-next-cursor", "two"),
    ];
    let server = Server::answering([Answer::new(200, &headers, &body)]);
    let reply = once(&server).billing().usage_history_csv(history().page_size(10)).await.unwrap();
    assert_read(&server.requests()[0], "/api/v1/billing/usage-history?pageSize=10", "text/csv");
    assert_eq!((reply.content_type().as_deref(), reply.meta().next_cursor()), (Some("text/csv"), Some("two")));
    assert!(reply.meta().header("content-disposition").unwrap().contains("billing-usage-history"));
    assert_eq!(reply.bytes().await.unwrap(), body);
}

#[tokio::test]
async fn the_last_page_has_no_cursor() {
    let server = Server::answering([page(HEADER, None), page(HEADER, Some(""))]);
    for _ in 0..2 {
        let reply = once(&server).billing().usage_history_csv(history()).await.unwrap();
        assert_eq!(reply.meta().next_cursor(), None);
    }
}

#[tokio::test]
async fn the_pages_become_one_table_with_one_header() {
    let server = Server::answering([
        page(&format!("{HEADER}\n1,a,-1\n2,b,-1\n"), Some("two")),
        page(&format!("{HEADER}\n3,c,-1\n"), Some("three")),
        page(&format!("{HEADER}\n"), Some("four")),
        page(&format!("{HEADER}\n4,d,-1\n"), None),
    ]);
    let params = history().page_size(10);
    let mut table = once(&server).billing().usage_history_table(params);
    assert_eq!(server.connections(), 0);
    assert_eq!(text(&mut table).await, format!("{HEADER}\n1,a,-1\n2,b,-1\n3,c,-1\n4,d,-1\n"));
    let targets: Vec<String> = server.requests().into_iter().map(|request| request.target).collect();
    let queries = ["pageSize=10", "cursor=two", "cursor=three", "cursor=four"];
    assert_eq!(targets, queries.map(|query| format!("/api/v1/billing/usage-history?{query}")));
    assert!(server.requests().iter().all(|request| request.header("accept") == Some("text/csv")));
}

#[tokio::test]
async fn a_page_that_is_cut_is_fetched_again_whole() {
    let cut = Answer::head(200, &[("content-type", "text/csv"), ("content-length", "500")])
        .send(format!("{HEADER}\n2,b"))
        .close();
    let second = || page(&format!("{HEADER}\n2,b,-1\n"), None);
    let first = || page(&format!("{HEADER}\n1,a,-1\n"), Some("two"));
    let whole = format!("{HEADER}\n1,a,-1\n2,b,-1\n");

    let server = Server::answering([first(), cut.clone(), second()]);
    assert_eq!(text(&mut table(&client(&server, &TestClock::without_jitter()))).await, whole);

    // Without retries the caller calls again, and no partial line was returned.
    let server = Server::answering([first(), cut, second()]);
    let mut lines = table(&once(&server));
    let mut together = lines.next().await.unwrap().unwrap().to_vec();
    assert_eq!(lines.next().await.unwrap().unwrap_err().kind(), ErrorKind::Transport);
    together.extend_from_slice(&lines.next().await.unwrap().unwrap());
    assert_eq!(String::from_utf8(together).unwrap(), whole);
}

#[tokio::test]
async fn what_is_not_csv_does_not_get_into_the_table() {
    let json = Answer::json(200, &json!({"data": [], "nextCursor": null}).to_string());
    let untold = |body: &str| Answer::new(200, &[], body);
    let others = [untold("<!doctype html>\n<p>maintenance"), untold(r#"{"data": []}"#)];
    for other in others.into_iter().chain([json, Answer::html(200, "<html>maintenance</html>")]) {
        let server = Server::answering([page(&format!("{HEADER}\n1,a,-1\n"), Some("two")), other]);
        let mut lines = table(&once(&server));
        lines.next().await.unwrap().unwrap();
        let error = lines.next().await.unwrap().unwrap_err();
        assert!(error.kind() == ErrorKind::Decode && error.message().contains("text/csv"), "{error}");
        assert!(lines.next().await.is_none());
    }
}

#[tokio::test]
async fn a_cursor_that_comes_again_ends_the_table() {
    let server = Server::answering([page(&format!("{HEADER}\n1,a,-1\n"), Some("two"))]);
    let mut lines = table(&once(&server));
    assert!(lines.next().await.unwrap().is_ok() && lines.next().await.unwrap().is_ok());
    assert_eq!(lines.next().await.unwrap().unwrap_err().kind(), ErrorKind::EndlessList);
    assert!(lines.next().await.is_none());
}

#[tokio::test]
async fn a_cursor_that_is_not_known_any_more_can_be_recognised() {
    let gone = Answer::json(400, r#"{"error":"Invalid or expired cursor"}"#);
    let server = Server::answering([page(&format!("{HEADER}\n1,a,-1\n"), Some("two")), gone]);
    let mut lines = table(&once(&server));
    lines.next().await.unwrap().unwrap();
    assert!(lines.next().await.unwrap().unwrap_err().is_invalid_cursor());
}

#[tokio::test]
async fn the_table_is_saved_whole_or_not_at_all() {
    let folder = Folder::new("save");
    let path = folder.join("charges.csv");
    std::fs::write(&path, "older").unwrap();
    let first = || page(&format!("{HEADER}\n1,a,-1\n"), Some("two"));

    let server = Server::answering([first(), Answer::json(500, "{}")]);
    assert_eq!(table(&once(&server)).save(&path).await.unwrap_err().kind(), ErrorKind::Server);
    assert_eq!((std::fs::read_to_string(&path).unwrap(), folder.files()), ("older".into(), vec!["charges.csv".into()]));

    let server = Server::answering([first(), page(&format!("{HEADER}\n2,b,-1\n"), None)]);
    let whole = format!("{HEADER}\n1,a,-1\n2,b,-1\n");
    let saved = table(&once(&server)).save(&path).await.unwrap();
    assert_eq!((saved.bytes, saved.content_type.as_deref()), (whole.len() as u64, Some("text/csv")));
    assert_eq!((std::fs::read_to_string(&path).unwrap(), folder.files()), (whole, vec!["charges.csv".into()]));

    let server = Server::answering([first()]);
    let error = table(&once(&server)).save(folder.join("missing/charges.csv")).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Io, Some("getBillingUsageHistory")));
    assert_eq!(server.count(), 0, "a folder that is not there is noticed before anything is fetched");
}

#[tokio::test]
async fn it_is_a_stream_and_its_pages_have_cursors() {
    use futures_core::Stream;
    use std::pin::Pin;

    let answers = || [page(&format!("{HEADER}\n1,a,-1\n"), Some("two")), page(&format!("{HEADER}\n2,b,-1\n"), None)];
    let server = Server::answering(answers());
    let mut lines = table(&once(&server));
    let mut count = 0;
    while let Some(part) = std::future::poll_fn(|cx| Pin::new(&mut lines).poll_next(cx)).await {
        count += part.unwrap().len();
    }
    assert_eq!(count, HEADER.len() + 15);
    let server = Server::answering(answers());
    let mut pages = table(&once(&server)).with_header("x-trace", "7");
    assert_eq!(pages.next_page().await.unwrap().unwrap().next_cursor.as_deref(), Some("two"));
    assert_eq!(pages.next_page().await.unwrap().unwrap().next_cursor, None);
    assert!(server.requests().iter().all(|request| request.header("x-trace") == Some("7")));
}

#[tokio::test]
async fn the_mock_sends_tables() {
    let mock = MockVenice::start().await.unwrap();
    let table = text(&mut table(&mock.client())).await;
    assert_eq!((table.lines().count(), table.matches("timestamp").count()), (2_346, 1));
    assert_eq!(mock.requests().len(), 3);
}

#[cfg(feature = "blocking")]
#[test]
fn a_table_is_read_and_saved_without_async() {
    use venice_ai::blocking;

    let mock = MockVenice::start_blocking().unwrap();
    let venice = mock.client();
    let parts = blocking::iter(table(&venice));
    let bytes: usize = parts.map(|part| part.unwrap().len()).sum();
    let folder = Folder::new("blocking");
    let path = folder.join("charges.csv");
    assert_eq!(blocking::wait(table(&venice).save(&path)).unwrap().bytes, bytes as u64);
    assert_eq!(std::fs::read(&path).unwrap().len(), bytes);
    let reply = venice.billing().usage_history_csv(history()).send_blocking().unwrap();
    assert!(blocking::wait(reply.text()).unwrap().starts_with("timestamp,"));
}
