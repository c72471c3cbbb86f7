//! `PrivacyReport`: what the privacy policy says of a call, and why.

use std::fmt;
use std::sync::Arc;

use super::{Privacy, PrivacyPolicy};
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::meta::Meta;

/// What the privacy policy says of a call, and why. A clone is cheap.
///
/// It has names of models, fields and operations, and nothing of the content.
#[derive(Clone, PartialEq, Eq)]
pub struct PrivacyReport {
    inner: Arc<ReportData>,
}

#[derive(Clone, Default, PartialEq, Eq)]
struct ReportData {
    operation: String,
    level: Privacy,
    models: Vec<ModelPrivacy>,
    findings: Vec<PrivacyFinding>,
}

/// A model that a call names, and how private it is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModelPrivacy {
    /// The field of the request that names it, such as `model` or `fallbacks[].model`; empty if the API chooses it.
    pub field: String,
    /// The name in the request.
    pub name: String,
    /// The id in the catalogue; `None` for an unknown model.
    pub id: Option<String>,
    /// What the name is; `None` for an unknown model.
    pub resolved_by: Option<ModelName>,
    /// The strictest level that it complies with; `None` if the catalogue does not say.
    pub privacy: Option<Privacy>,
}

/// What the name of a model is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ModelName {
    /// Its id.
    Id,
    /// A trait, such as `default`.
    Trait,
    /// Another vendor's model id.
    Compatible,
    /// It is the replacement of a model that was removed.
    Replacement,
    /// The request names none, and the API chooses one of this type.
    Type,
}

/// One reason to refuse a call, or one that the policy allows by name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PrivacyFinding {
    /// The rule, as a stable word; [all of them](crate::privacy#what-is-checked).
    pub rule: &'static str,
    /// The path of the field, the operation, or empty. A name for [`PrivacyPolicy::allow`] if [`can_be_allowed`](Self::can_be_allowed).
    pub field: String,
    /// The reason, to be read after the field.
    pub problem: String,
    /// Whether [`PrivacyPolicy::allow`] has the name.
    pub is_allowed: bool,
    /// Whether [`PrivacyPolicy::allow`] can allow it.
    pub can_be_allowed: bool,
}

impl PrivacyReport {
    pub(super) fn new(operation: &str, level: Privacy) -> Self {
        Self { inner: Arc::new(ReportData { operation: operation.to_owned(), level, ..ReportData::default() }) }
    }

    fn data(&mut self) -> &mut ReportData {
        Arc::make_mut(&mut self.inner)
    }

    /// Adds a reason that cannot be allowed.
    pub(super) fn refuse(&mut self, rule: &'static str, field: &str, problem: impl Into<String>) {
        let (field, problem) = (field.to_owned(), problem.into());
        self.data().findings.push(PrivacyFinding { rule, field, problem, is_allowed: false, can_be_allowed: false });
    }

    /// Adds a reason that the policy may allow by name.
    pub(super) fn refuse_unless_allowed(
        &mut self,
        policy: &PrivacyPolicy,
        rule: &'static str,
        field: &str,
        problem: impl Into<String>,
    ) {
        let is_known = self.findings().iter().any(|known| known.rule == rule && known.field == field);
        if !is_known {
            let (field, problem) = (field.to_owned(), problem.into());
            let is_allowed = policy.allows(&field);
            let can_be_allowed = policy.level() < Privacy::EndToEnd;
            self.data().findings.push(PrivacyFinding { rule, field, problem, is_allowed, can_be_allowed });
        }
    }

    pub(super) fn add_model(&mut self, model: ModelPrivacy) {
        self.data().models.push(model);
    }

    /// The operation: its id, or method and path.
    #[must_use]
    pub fn operation(&self) -> &str {
        &self.inner.operation
    }

    /// The level of the policy.
    #[must_use]
    pub fn level(&self) -> Privacy {
        self.inner.level
    }

    /// The models that the request names, `model` first.
    #[must_use]
    pub fn models(&self) -> &[ModelPrivacy] {
        &self.inner.models
    }

    /// All findings: what is refused, and what the policy allows by name.
    #[must_use]
    pub fn findings(&self) -> &[PrivacyFinding] {
        &self.inner.findings
    }

    /// The reasons to refuse the call.
    pub fn refusals(&self) -> impl Iterator<Item = &PrivacyFinding> {
        self.findings().iter().filter(|finding| !finding.is_allowed)
    }

    /// Whether the policy refuses the call.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.refusals().next().is_some()
    }

    /// The error of a call that is refused before it is sent.
    pub(super) fn refusal(self, cause: Option<Error>) -> Error {
        let error = Error::new(ErrorKind::Privacy, format!("{self}; nothing was sent"));
        let error = match cause {
            Some(cause) => error.with_source(cause),
            None => error,
        };
        error.attach(self)
    }

    /// The error of a reply by another model.
    pub(super) fn rejection(&self) -> Error {
        Error::new(ErrorKind::Privacy, format!("{self}; the reply is in `body`")).attach(self.clone())
    }
}

impl Error {
    /// What the privacy policy ([`ClientBuilder::privacy`](crate::ClientBuilder::privacy)) says of the call, whether it was sent or not.
    /// `None` without a policy, or if the call has no content.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// for finding in error.privacy().into_iter().flat_map(|report| report.refusals()) {
    ///     println!("{}: {} {}", finding.rule, finding.field, finding.problem);
    /// }
    /// # }
    /// ```
    pub fn privacy(&self) -> Option<&PrivacyReport> {
        self.attached().or_else(|| self.meta()?.privacy())
    }
}

impl Meta {
    /// What the privacy policy ([`ClientBuilder::privacy`](crate::ClientBuilder::privacy)) says of the call. `None` without a policy, or if
    /// the call has no content.
    ///
    /// ```no_run
    /// # async fn run(call: venice_ai::Call<String>) -> Result<(), venice_ai::Error> {
    /// let reply = call.with_privacy(venice_ai::Privacy::Tee).with_meta().await?;
    /// for model in reply.meta.privacy().into_iter().flat_map(|report| report.models()) {
    ///     println!("{:?}: {:?}", model.id, model.privacy);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn privacy(&self) -> Option<&PrivacyReport> {
        self.attached()
    }
}

impl fmt::Display for PrivacyReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.is_refused() {
            return write!(f, "the privacy policy ({:?}) allows {}", self.level(), self.operation());
        }
        write!(f, "the privacy policy ({:?}) refuses {}: ", self.level(), self.operation())?;
        for (place, finding) in self.refusals().enumerate() {
            let between = if place == 0 { "" } else { "; " };
            match finding.field.as_str() {
                "" => write!(f, "{between}{}", finding.problem)?,
                field => write!(f, "{between}`{field}`: {}", finding.problem)?,
            }
            if finding.can_be_allowed {
                f.write_str(" (`PrivacyPolicy::allow` allows it by this name)")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for PrivacyReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivacyReport")
            .field("operation", &self.operation())
            .field("level", &self.level())
            .field("models", &self.models())
            .field("findings", &self.findings())
            .finish()
    }
}
