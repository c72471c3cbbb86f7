//! `PrivacyInterceptor`: refuses calls that the policy does not allow.

use std::any::Any;
use std::sync::Arc;

use super::judge::{self, Verdict};
use super::reply::ReplyGuard;
use super::{Privacy, PrivacyPolicy};
use crate::runtime::error::Error;
use crate::runtime::transport::Outgoing;
use crate::runtime::transport::interceptor::{CallInterceptor, CompletionObserver, Intercepting};

/// Checks each call that has content.
#[derive(Clone, Debug)]
pub(crate) struct PrivacyInterceptor {
    policy: PrivacyPolicy,
}

impl PrivacyInterceptor {
    pub(super) fn new(policy: PrivacyPolicy) -> Self {
        Self { policy }
    }

    pub(super) fn policy(&self) -> &PrivacyPolicy {
        &self.policy
    }

    async fn check(&self, outgoing: &Outgoing) -> Result<Option<Box<dyn CompletionObserver>>, Error> {
        if self.policy.level() == Privacy::Any {
            return Ok(None);
        }
        self.policy.validate()?;
        let verdict = judge::judge(&self.policy, outgoing).await;
        if let Verdict::NoContent(_) = verdict {
            return Ok(None);
        }
        let report = verdict.report();
        let (operation, level) = (report.operation(), report.level());
        for finding in report.findings() {
            let (field, rule, allowed) = (finding.field.as_str(), finding.rule, finding.is_allowed);
            tracing::debug!(operation, ?level, field, rule, allowed, "the privacy policy concerns this call");
        }
        match verdict {
            Verdict::Refused(report, cause) => Err(report.refusal(cause)),
            Verdict::Allowed(report, answers) => Ok(Some(Box::new(ReplyGuard::new(report, answers)))),
            Verdict::NoContent(_) => Ok(None),
        }
    }
}

impl CallInterceptor for PrivacyInterceptor {
    fn name(&self) -> &'static str {
        "privacy"
    }

    /// First: the others may spend money or make requests for a call that is refused. None of them adds content.
    fn order(&self) -> i8 {
        i8::MIN
    }

    fn validate(&self) -> Result<(), Error> {
        self.policy.validate()
    }

    fn in_place_of(&self, known: &dyn CallInterceptor) -> Result<Option<Arc<dyn CallInterceptor>>, Error> {
        let Some(known) = (known as &dyn Any).downcast_ref::<Self>() else { return Ok(None) };
        let policy = known.policy.tightened(&self.policy)?;
        Ok(Some(Arc::new(Self { policy })))
    }

    fn before_send<'a>(&'a self, outgoing: &'a mut Outgoing) -> Intercepting<'a> {
        Box::pin(self.check(outgoing))
    }
}
