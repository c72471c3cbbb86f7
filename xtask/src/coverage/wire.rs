//! What tests sent and were answered, as their servers recorded it.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::rows::{Row, essence};
use crate::{failure::Failure, workspace};

/// A request that reached a server, and the head of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    method: String,
    path: String,
    request: Option<String>,
    status: String,
    success: Option<String>,
}

/// Reads the recordings of a folder: files of one JSON object a line.
pub fn read(folder: &Path) -> Result<Vec<Exchange>, Failure> {
    let unreadable =
        |error| Failure::new(format!("cannot read {}: {error}", workspace::shown(folder)), "check the path");
    let mut exchanges = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_none_or(|extension| extension != "jsonl") {
            continue;
        }
        for (index, line) in workspace::read(&path)?.lines().enumerate() {
            let wrong = || {
                Failure::new(
                    format!("{}:{}: not a record of a request: {line}", workspace::shown(&path), index + 1),
                    "record anew",
                )
            };
            let exchange = parse(line).ok_or_else(wrong)?;
            // Thousands of requests are of a few kinds.
            if !exchanges.contains(&exchange) {
                exchanges.push(exchange);
            }
        }
    }
    Ok(exchanges)
}

fn parse(line: &str) -> Option<Exchange> {
    let value: Value = serde_json::from_str(line).ok()?;
    let media = |name: &str| value.get(name).and_then(Value::as_str).map(essence);
    Some(Exchange {
        method: value.get("method")?.as_str()?.to_owned(),
        path: value.get("path")?.as_str()?.to_owned(),
        request: media("request_content_type"),
        status: value.get("status")?.as_u64()?.to_string(),
        success: media("reply_content_type"),
    })
}

/// Whether one of the exchanges is what the row asks for. `templates` are the paths of the document.
pub fn exercises(row: &Row, exchanges: &[Exchange], templates: &[&str]) -> bool {
    exchanges.iter().any(|exchange| {
        exchange.method == row.method
            && best(&exchange.path, templates) == Some(row.path.as_str())
            && exchange.request == row.request
            && row.statuses.iter().any(|status| is_status(status, &exchange.status))
            && (row.success.is_none() || exchange.success == row.success)
    })
}

/// `2XX` and `default` stand for many statuses.
fn is_status(listed: &str, status: &str) -> bool {
    listed == status || (listed.ends_with("XX") && listed.get(..1) == status.get(..1)) || listed == "default"
}

/// The template that fits a path best: the longest, and of these the one with the fewest parameters. What stands before it is
/// the server's base path.
fn best<'t>(path: &str, templates: &[&'t str]) -> Option<&'t str> {
    let fitting = templates.iter().filter(|template| fits(path, template));
    fitting
        .copied()
        .max_by_key(|template| (segments(template).count(), std::cmp::Reverse(template.matches('{').count())))
}

fn segments(path: &str) -> impl DoubleEndedIterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

fn fits(path: &str, template: &str) -> bool {
    let mut path = segments(path).rev();
    segments(template)
        .rev()
        .all(|expected| path.next().is_some_and(|segment| expected == segment || expected.starts_with('{')))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATES: [&str; 4] = ["/keys", "/keys/{id}", "/keys/limits", "/keys/limits/log"];

    fn row(method: &str, path: &str, request: Option<&str>, success: Option<&str>) -> Row {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Row {
            operation: "x".into(),
            method: method.into(),
            path: path.into(),
            request: owned(request),
            success: owned(success),
            statuses: vec!["200".into()],
        }
    }

    fn line(method: &str, path: &str, request: &str, status: u16, reply: &str) -> Exchange {
        parse(&format!(r#"{{"method":"{method}","path":"{path}","request_content_type":{request},"status":{status},"reply_content_type":"{reply}"}}"#)).unwrap_or_else(|| panic!("{path}"))
    }

    #[test]
    fn a_path_belongs_to_the_template_that_says_most_about_it() {
        for (path, template) in [
            ("/api/v1/keys", Some("/keys")),
            ("/keys/4f9c", Some("/keys/{id}")),
            ("/api/v1/keys/limits", Some("/keys/limits")),
            ("/api/v1/keys/limits/log", Some("/keys/limits/log")),
            ("/api/v1/wicks", None),
        ] {
            assert_eq!(best(path, &TEMPLATES), template, "{path}");
        }
    }

    #[test]
    fn method_media_types_and_status_must_be_those_of_the_row() {
        let row = row("POST", "/keys", Some("application/json"), Some("application/json"));
        let right = line("POST", "/api/v1/keys", "\"application/json\"", 200, "application/json; charset=utf-8");
        assert!(exercises(&row, &[right], &TEMPLATES));
        for wrong in [
            line("PATCH", "/keys", "\"application/json\"", 200, "application/json"),
            line("POST", "/keys/1", "\"application/json\"", 200, "application/json"),
            line("POST", "/keys", "\"multipart/form-data; boundary=x\"", 200, "application/json"),
            line("POST", "/keys", "null", 200, "application/json"),
            line("POST", "/keys", "\"application/json\"", 401, "application/json"),
            line("POST", "/keys", "\"application/json\"", 200, "text/html"),
        ] {
            assert!(!exercises(&row, std::slice::from_ref(&wrong), &TEMPLATES), "{wrong:?}");
        }
    }

    #[test]
    fn ranges_of_statuses_count() {
        let mut row = row("GET", "/keys", None, None);
        row.statuses = vec!["2XX".into()];
        assert!(exercises(&row, &[line("GET", "/keys", "null", 204, "")], &TEMPLATES));
        assert!(!exercises(&row, &[line("GET", "/keys", "null", 404, "")], &TEMPLATES));
    }
}
