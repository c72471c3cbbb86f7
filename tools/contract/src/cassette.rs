//! Recorded replies against the document: `--cassette FILE`.

use std::path::{Path, PathBuf};

use venice_ai_mock::cassette::{Cassette, RecordedExchange};

use crate::compare;
use crate::discretion::Discretion;
use crate::document::Document;
use crate::exchange::{Exchange, essence};
use crate::failure::Failure;
use crate::report::{Baseline, Report};

/// The base URL's path, which recordings of the API and of the mock have.
const BASE_PATH: &str = "/api/v1";

/// Compares each reply of some cassettes. Nothing is sent.
pub fn run(files: &[PathBuf], document: &Document, baseline: Option<Baseline>) -> Result<Report, Failure> {
    let (mut findings, mut replies) = (Vec::new(), 0);
    for exchange in files.iter().map(|file| read(file)).collect::<Result<Vec<_>, _>>()?.into_iter().flatten() {
        // Other servers may be recorded beside the API.
        let Some(operation) = document.operation(&exchange.method, &exchange.path) else { continue };
        replies += 1;
        let discretion = Discretion::new(&exchange, operation.path, &[]);
        findings.extend(compare::reply(document, operation, &exchange, &discretion));
    }
    if replies == 0 {
        return Err(Failure::new("no cassette has a reply of the API", "check --cassette"));
    }
    let mut report = Report::new(document.version(), "cassette", findings, Vec::new(), baseline);
    report.counts.replies = replies;
    Ok(report)
}

fn read(file: &Path) -> Result<Vec<Exchange>, Failure> {
    let cassette = Cassette::read(file).map_err(|error| Failure::new(error.message(), "check --cassette"))?;
    Ok(cassette.exchanges().map(exchange).collect())
}

fn exchange(recorded: RecordedExchange) -> Exchange {
    let path = recorded.url.path();
    Exchange {
        method: recorded.method,
        path: path.split_once(BASE_PATH).map_or(path, |(_, path)| path).to_owned(),
        query: recorded.url.query().unwrap_or_default().to_owned(),
        request_media: recorded.request_content_type.as_deref().map(essence),
        request: recorded.request,
        status: recorded.status,
        media: recorded.content_type.as_deref().map(essence),
        reply: recorded.reply,
    }
}
