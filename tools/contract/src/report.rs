//! What a run has found: for people, for programs, and for the next run to be compared with.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::finding::Finding;

const A_BASELINE_IS: &str = "a baseline is a report of an earlier run with `--format json --out FILE`";
/// The format of the file. Another number cannot be compared with.
const FORMAT: u32 = 1;

#[derive(Debug, Serialize)]
pub struct Report {
    pub venice_contract: u32,
    /// The version of the API's document.
    pub api_version: String,
    /// `mock`, `test`, `live` or `cassette`: never an address.
    pub server: &'static str,
    pub counts: Counts,
    pub findings: Vec<Counted>,
    /// What the baseline had and this run did not see, of the operations that were answered.
    pub gone: Vec<Finding>,
    pub requests: Vec<Outcome>,
    /// Members and parameters that the document has and no maximal request sends.
    pub unsent: Vec<String>,
}

#[derive(Debug, Default, Serialize)]
pub struct Counts {
    pub requests: usize,
    pub answered: usize,
    pub refused: usize,
    pub denied: usize,
    pub failed: usize,
    pub skipped: usize,
    pub operations: usize,
    pub replies: usize,
    pub findings: usize,
    pub new: usize,
}

#[derive(Debug, Serialize)]
pub struct Counted {
    #[serde(flatten)]
    pub finding: Finding,
    /// How often it was seen.
    pub count: usize,
    /// It is not in the baseline.
    pub new: bool,
}

/// What became of a request.
#[derive(Debug, Serialize)]
pub struct Outcome {
    pub operation: &'static str,
    pub size: &'static str,
    pub result: Outcomes,
    /// Why it was skipped, or how it failed.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcomes {
    Answered,
    /// The server takes the request to be wrong. It is a finding too.
    Refused,
    /// The key may not do it, or there is no money or no quota left.
    Denied,
    Failed,
    Skipped,
}

/// What the bundled mock sends on purpose though the document does not have it, as recordings of the real API do.
const OF_THE_MOCK: &str = include_str!("../mock.json");

/// The findings of an earlier report.
#[derive(Debug, Deserialize)]
pub struct Baseline {
    venice_contract: u32,
    findings: BTreeSet<Finding>,
}

impl Baseline {
    /// What the mock is compared with where no other baseline is named.
    pub fn of_the_mock() -> Result<Self, Failure> {
        Self::parse(OF_THE_MOCK, "tools/contract/mock.json")
    }

    pub fn read(path: &Path) -> Result<Self, Failure> {
        let shown = path.display().to_string();
        let text = fs::read_to_string(path)
            .map_err(|error| Failure::new(format!("cannot read the baseline {shown}: {error}"), A_BASELINE_IS))?;
        Self::parse(&text, &shown)
    }

    fn parse(text: &str, shown: &str) -> Result<Self, Failure> {
        // The error's own words may quote the file.
        let baseline: Self = serde_json::from_str(text).map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            Failure::new(format!("the baseline {shown} is no report of this tool ({place})"), A_BASELINE_IS)
        })?;
        if baseline.venice_contract != FORMAT {
            let problem = format!("the baseline {shown} has format {}, and this is {FORMAT}", baseline.venice_contract);
            return Err(Failure::new(problem, "make a new one with this version of the tool"));
        }
        Ok(baseline)
    }
}

impl Report {
    pub fn new(
        api_version: &str,
        server: &'static str,
        found: Vec<Finding>,
        requests: Vec<Outcome>,
        baseline: Option<Baseline>,
    ) -> Self {
        let known = baseline.map(|baseline| baseline.findings).unwrap_or_default();
        let identities: BTreeSet<Finding> = known.iter().map(Finding::identity).collect();
        let mut counted: BTreeMap<Finding, usize> = BTreeMap::new();
        for finding in found {
            *counted.entry(finding).or_default() += 1;
        }
        let answered: BTreeSet<&str> =
            requests.iter().filter(|one| one.result == Outcomes::Answered).map(|one| one.operation).collect();
        let seen: BTreeSet<Finding> = counted.keys().map(Finding::identity).collect();
        let is_gone = |one: &&Finding| !seen.contains(&one.identity()) && answered.contains(one.operation.as_str());
        let gone = known.iter().filter(is_gone).cloned().collect();
        let with = |result| requests.iter().filter(|one| one.result == result).count();
        let mut counts = Counts {
            requests: requests.len(),
            answered: with(Outcomes::Answered),
            refused: with(Outcomes::Refused),
            denied: with(Outcomes::Denied),
            failed: with(Outcomes::Failed),
            skipped: with(Outcomes::Skipped),
            operations: answered.len(),
            ..Counts::default()
        };
        let findings: Vec<Counted> = counted
            .into_iter()
            .map(|(finding, count)| Counted { new: !identities.contains(&finding.identity()), finding, count })
            .collect();
        counts.findings = findings.len();
        counts.new = findings.iter().filter(|one| one.new).count();
        Self {
            venice_contract: FORMAT,
            api_version: api_version.to_owned(),
            server,
            counts,
            findings,
            gone,
            requests,
            unsent: Vec::new(),
        }
    }

    /// The exit code of the program.
    pub fn code(&self) -> u8 {
        // A key of the real API may be one that may not do everything. A test server should know its key.
        let is_denied = self.server != "live" && self.counts.denied > 0;
        match &self.counts {
            counts if counts.new > 0 => 1,
            counts if counts.failed > 0 || is_denied => 2,
            _ => 0,
        }
    }

    pub fn json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    pub fn text(&self) -> String {
        let counts = &self.counts;
        let mut text = if self.server == "cassette" {
            format!("contract with API {}: {} recorded replies compared\n", self.api_version, counts.replies)
        } else {
            format!(
                "contract with API {} ({}): {} of {} requests answered, {} operations, {} replies compared\n",
                self.api_version, self.server, counts.answered, counts.requests, counts.operations, counts.replies
            )
        };
        let mut list = |title: String, lines: Vec<String>| {
            if !lines.is_empty() {
                let _ = write!(text, "\n{title}\n  {}\n", lines.join("\n  "));
            }
        };
        let (new, known): (Vec<&Counted>, Vec<&Counted>) = self.findings.iter().partition(|one| one.new);
        let told =
            |all: Vec<&Counted>| all.iter().map(|one| format!("{} ({} times)", one.finding, one.count)).collect();
        list(format!("{} new:", new.len()), told(new));
        list(format!("{} as in the baseline:", known.len()), told(known));
        list(
            format!("{} gone since the baseline:", self.gone.len()),
            self.gone.iter().map(ToString::to_string).collect(),
        );
        for (result, title) in [
            (Outcomes::Failed, "failed"),
            (Outcomes::Refused, "refused"),
            (Outcomes::Denied, "denied to this key"),
            (Outcomes::Skipped, "not sent"),
        ] {
            let of = self.requests.iter().filter(|one| one.result == result);
            let lines: Vec<String> =
                of.map(|one| format!("{} ({}): {}", one.operation, one.size, one.reason)).collect();
            list(format!("{} {title}:", lines.len()), lines);
        }
        list(format!("{} members are in no maximal request:", self.unsent.len()), self.unsent.clone());
        let verdict = match self.code() {
            0 if counts.findings > 0 => "nothing that the baseline does not have",
            0 => "all replies are as the document says",
            1 => "the wire is not as the document says",
            _ => "some requests failed, so not everything was compared",
        };
        let _ = write!(text, "\n{verdict}\n");
        text
    }
}
