//! What an error of the SDK says of the server.

use venice_ai::{Error, ErrorKind};

use crate::cases::{Case, Stop};
use crate::discretion::Discretion;
use crate::document::Document;
use crate::finding::{Finding, Kind};
use crate::report::Outcomes;

/// What became of a request: how it ended, why, and where it differs from the document.
pub struct Verdict {
    pub result: Outcomes,
    pub reason: String,
    pub findings: Vec<Finding>,
}

impl Verdict {
    pub fn of(case: &Case, result: Result<(), Stop>, document: &Document, secrets: &[String]) -> Self {
        let plain = |result, reason| Self { result, reason, findings: Vec::new() };
        match result {
            Ok(()) => plain(Outcomes::Answered, String::new()),
            Err(Stop::Skipped(reason)) => plain(Outcomes::Skipped, reason),
            Err(Stop::TookTooLong) => plain(Outcomes::Failed, "took too long".to_owned()),
            Err(Stop::Failed(error)) => of_error(case, &error, document, secrets),
        }
    }
}

/// An error, without any of its words: they may be the server's.
fn of_error(case: &Case, error: &Error, document: &Document, secrets: &[String]) -> Verdict {
    let status = error.status().map_or(0, |status| status.as_u16());
    let operation = error.operation().unwrap_or(case.operation);
    let (result, kind, paths) = match (error.kind(), status) {
        (ErrorKind::Decode | ErrorKind::StreamInterrupted, _) => {
            (Outcomes::Answered, Kind::Unreadable, vec![place(error.json_path().unwrap_or_default(), document)])
        }
        (_, 401..=403) => (Outcomes::Denied, Kind::RefusedRequest, Vec::new()),
        (_, 408 | 429) => (Outcomes::Failed, Kind::RefusedRequest, Vec::new()),
        // Without a status it never left the SDK, so this tool's request is wrong, or the SDK.
        (_, 400..=499) | (ErrorKind::InvalidRequest, 0) => {
            (Outcomes::Refused, Kind::RefusedRequest, fields(case, error, secrets))
        }
        _ => (Outcomes::Failed, Kind::RefusedRequest, Vec::new()),
    };
    let told = if status == 0 { String::new() } else { format!(" ({status})") };
    let reason = format!("{operation}: {:?}{told}", error.kind());
    let finding = |path| Finding {
        operation: operation.to_owned(),
        status,
        media: String::new(),
        kind,
        path,
        expected: String::new(),
        found: format!("{:?}", error.kind()),
    };
    Verdict { result, reason, findings: paths.into_iter().map(finding).collect() }
}

/// The members of the request that were refused; the request as a whole if none is named.
fn fields(case: &Case, error: &Error, secrets: &[String]) -> Vec<String> {
    let discretion = Discretion::of_secrets(secrets);
    let name =
        |field: &str| field.split('.').map(|step| discretion.shown(without_index(step))).collect::<Vec<_>>().join(".");
    let named = error.field_errors().iter().filter(|error| !error.field.is_empty());
    let fields: Vec<String> = named.map(|error| format!("request.{}", name(&error.field))).collect();
    if fields.is_empty() { vec![format!("request ({})", case.size.word())] } else { fields }
}

/// A path in a reply. Steps that the document does not know are names that the server made up.
fn place(path: &str, document: &Document) -> String {
    let steps = path.split('.').map(without_index).filter(|step| !step.is_empty());
    steps.fold("$".to_owned(), |path, step| format!("{path}.{}", if document.has_member(step) { step } else { "*" }))
}

fn without_index(step: &str) -> &str {
    step.split('[').next().unwrap_or_default()
}
