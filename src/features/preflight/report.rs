//! `PreflightReport`, `Finding`: the result of a check.

use std::fmt;
use std::sync::Arc;

use crate::runtime::error::Error;
use crate::runtime::meta::Meta;
use crate::runtime::validation::ValidationError;

/// The result of a check. A clone is cheap.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), venice_ai::Error> {
/// # let mock = venice_ai_mock::MockVenice::start().await?;
/// # let venice = mock.client();
/// use venice_ai::types::ChatCompletionRequest;
///
/// let catalogue = venice.models().catalogue().with_compatible_names("text").await?;
/// let report = catalogue.check(&ChatCompletionRequest::new("gondola-9", ["Hello!"]));
/// assert_eq!(report.to_string(), r#"`model` is "gondola-9", which is no text model; did you mean gondola-9b?"#);
/// # Ok(()) }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct PreflightReport {
    inner: Arc<ReportData>,
}

#[derive(PartialEq, Eq)]
struct ReportData {
    model: Option<String>,
    findings: Vec<Finding>,
    did_you_mean: Vec<String>,
}

/// One mismatch between a request and its model.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The path of the field in the request's JSON, such as `messages[0].content[1]`; `model` for a feature in the suffix of the model id.
    pub field: String,
    /// The rule, as a stable word such as `tools`; [all of them](crate::preflight#what-is-checked).
    pub rule: &'static str,
    /// The problem, to be read after the field.
    pub problem: String,
    /// The severity.
    pub severity: Severity,
    /// The action taken.
    pub action: FindingAction,
    pub(super) droppable: bool,
}

/// The severity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// Information: the model will be removed, or nothing could be checked. Never a reason to reject.
    Note,
    /// The API rejects or ignores it.
    Problem,
}

/// The action taken for a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FindingAction {
    /// Only reported.
    Reported,
    /// The field was left out of the request.
    Dropped,
    /// The request was not sent.
    Refused,
}

impl FindingAction {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Dropped => "dropped",
            Self::Refused => "refused",
        }
    }
}

impl PreflightReport {
    pub(super) fn new(model: Option<String>, found: Findings) -> Self {
        let Findings { findings, did_you_mean } = found;
        Self { inner: Arc::new(ReportData { model, findings, did_you_mean }) }
    }

    /// The same report with an action for each finding.
    pub(super) fn with_actions(self, action: impl Fn(&Finding) -> FindingAction) -> Self {
        let ReportData { model, findings, did_you_mean } = &*self.inner;
        let act = |finding: &Finding| Finding { action: action(finding), ..finding.clone() };
        let findings = Findings { findings: findings.iter().map(act).collect(), did_you_mean: did_you_mean.clone() };
        Self::new(model.clone(), findings)
    }

    /// The same report with these findings, too.
    pub(super) fn with(self, more: Vec<Finding>) -> Self {
        if more.is_empty() {
            return self;
        }
        let ReportData { model, findings, did_you_mean } = &*self.inner;
        let findings = findings.iter().cloned().chain(more).collect();
        Self::new(model.clone(), Findings { findings, did_you_mean: did_you_mean.clone() })
    }

    /// All findings, problems and notes.
    ///
    /// ```
    /// # fn look(report: venice_ai::preflight::PreflightReport) {
    /// for finding in report.findings() {
    ///     println!("{} ({}): {}", finding.field, finding.rule, finding.problem);
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.inner.findings
    }

    /// The findings that are problems.
    pub fn problems(&self) -> impl Iterator<Item = &Finding> {
        self.findings().iter().filter(|finding| finding.severity == Severity::Problem)
    }

    /// Whether there are no findings.
    ///
    /// ```
    /// # fn look(report: venice_ai::preflight::PreflightReport) {
    /// assert!(report.is_clean());
    /// # }
    /// ```
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.problems().next().is_none()
    }

    /// The id of the model that the request was checked against; `None` for an unknown model, or if it was not checked.
    #[must_use]
    pub fn model(&self) -> Option<&str> {
        self.inner.model.as_deref()
    }

    /// Similar names for an unknown model.
    #[must_use]
    pub fn did_you_mean(&self) -> &[String] {
        &self.inner.did_you_mean
    }

    /// The error of a rejected request.
    pub(super) fn refusal(&self) -> Option<Error> {
        let problems =
            self.problems().map(|finding| ValidationError::new(finding.field.as_str(), finding.problem.as_str()));
        let finding = ValidationError::all(problems).err()?;
        Some(Error::validation(finding).with_did_you_mean(self.did_you_mean().to_vec()).attach(self.clone()))
    }
}

impl Error {
    /// The report of the check before sending ([`Preflight`](crate::Preflight)), whether the request was sent or not. `None` if it was not
    /// checked.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if let Some(report) = error.preflight() {
    ///     println!("{report}");
    /// }
    /// # }
    /// ```
    pub fn preflight(&self) -> Option<&PreflightReport> {
        self.attached().or_else(|| self.meta()?.preflight())
    }
}

impl Meta {
    /// The report of the check before sending ([`Preflight`](crate::Preflight)). `None` if it was not checked.
    ///
    /// ```no_run
    /// # async fn run(call: venice_ai::Call<String>) -> Result<(), venice_ai::Error> {
    /// let reply = call.with_preflight(venice_ai::Preflight::Drop).with_meta().await?;
    /// if let Some(report) = reply.meta.preflight() {
    ///     println!("{report}");
    /// }
    /// # Ok(()) }
    /// ```
    pub fn preflight(&self) -> Option<&PreflightReport> {
        self.attached()
    }
}

impl fmt::Display for PreflightReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, finding) in self.findings().iter().enumerate() {
            let between = if place == 0 { "" } else { "; " };
            write!(f, "{between}`{}` {}", finding.field, finding.problem)?;
            if finding.action != FindingAction::Reported {
                write!(f, " ({})", finding.action.word())?;
            }
        }
        if self.findings().is_empty() { f.write_str("nothing found") } else { Ok(()) }
    }
}

impl fmt::Debug for PreflightReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreflightReport").field("model", &self.model()).field("findings", &self.findings()).finish()
    }
}

/// Collects findings.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) findings: Vec<Finding>,
    pub(super) did_you_mean: Vec<String>,
}

/// The most findings of a report.
const MOST: usize = 32;

impl Findings {
    fn push(&mut self, rule: &'static str, field: &str, problem: String, severity: Severity, droppable: bool) {
        if self.findings.len() < MOST {
            let action = FindingAction::Reported;
            self.findings.push(Finding { field: field.to_owned(), rule, problem, severity, action, droppable });
        }
    }

    /// The API rejects or ignores the field.
    pub(super) fn problem(&mut self, rule: &'static str, field: &str, problem: String) {
        self.push(rule, field, problem, Severity::Problem, false);
    }

    /// Like [`problem`](Self::problem), for a field that does not change the answer.
    pub(super) fn droppable(&mut self, rule: &'static str, field: &str, problem: String) {
        self.push(rule, field, problem, Severity::Problem, true);
    }

    pub(super) fn note(&mut self, rule: &'static str, field: &str, problem: String) {
        self.push(rule, field, problem, Severity::Note, false);
    }
}
