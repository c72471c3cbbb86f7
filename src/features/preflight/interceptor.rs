//! `PreflightInterceptor`: checks calls before they are sent.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;

use super::refused::{self, RefusedFields};
use super::report::{Finding, FindingAction, PreflightReport, Severity};
use super::rules::{self, Area, Resolved};
use super::subject::remove;
use super::{Preflight, check};
use crate::features::catalogue::Catalogue;
use crate::features::catalogue::store;
use crate::features::request_model::model_of;
use crate::runtime::client::Client;
use crate::runtime::error::Error;
use crate::runtime::transport::interceptor::{
    CallInterceptor, CallInterceptorChange, CompletionObserver, Intercepting, Recovering,
};
use crate::runtime::transport::{Outgoing, Reply};

/// The longest wait of a call for the catalogue.
const MOST_PATIENCE: Duration = Duration::from_secs(10);

/// Checks each call that names a model.
#[derive(Clone, Debug)]
pub(crate) struct PreflightInterceptor {
    policy: Preflight,
    /// What this call left out after its model refused it.
    refused: Refused,
}

type Refused = Arc<Mutex<Vec<Finding>>>;

impl PreflightInterceptor {
    const NAME: &str = "preflight";

    /// Applies a policy to calls.
    pub(super) fn change(policy: Preflight) -> CallInterceptorChange {
        match policy {
            Preflight::Off => CallInterceptorChange::Remove(Self::NAME),
            policy => CallInterceptorChange::Set(Arc::new(Self { policy, refused: Refused::default() })),
        }
    }

    async fn check(&self, outgoing: &mut Outgoing) -> Result<Option<Box<dyn CompletionObserver>>, Error> {
        let Some(area) = rules::of(outgoing.scope.operation()) else { return Ok(None) };
        let Some(mut body) = outgoing.json() else { return Ok(None) };
        let Some((field, name)) = body.as_object().and_then(model_of) else { return Ok(None) };
        let report = match catalogue(outgoing, area, name).await {
            Ok(catalogue) => check::of(area, &body, &catalogue, outgoing.shared.clock.system_time()),
            Err(reason) => check::not_checked(field, &reason),
        };
        let mut report = self.with_policy(report, outgoing, &mut body);
        // Each call has a list of its own.
        let own = Self { policy: self.policy, refused: Refused::default() };
        if self.policy == Preflight::Drop && outgoing.form().is_none() {
            report = report.with(leave_out_refused(outgoing, &mut body));
            outgoing.interceptors.set(Arc::new(own.clone()));
        }
        log(outgoing, &report);
        match report.findings().iter().any(|finding| finding.action == FindingAction::Refused) {
            true => report.refusal().map_or(Ok(None), Err),
            false => Ok(Some(Box::new(Checked { report, refused: own.refused }))),
        }
    }

    /// Applies the policy to each finding.
    fn with_policy(&self, report: PreflightReport, outgoing: &mut Outgoing, body: &mut Value) -> PreflightReport {
        // A form is built from the caller's values and is not changed.
        let may_drop = self.policy == Preflight::Drop && outgoing.form().is_none();
        let act = |finding: &Finding| match self.policy {
            Preflight::Refuse if finding.severity == Severity::Problem => FindingAction::Refused,
            Preflight::Drop if may_drop && finding.droppable => FindingAction::Dropped,
            _ => FindingAction::Reported,
        };
        let report = report.with_actions(act);
        let dropped = report.findings().iter().filter(|finding| finding.action == FindingAction::Dropped);
        let dropped: Vec<&str> = dropped.map(|finding| finding.field.as_str()).collect();
        if !dropped.is_empty() {
            dropped.into_iter().for_each(|field| remove(body, field));
            outgoing.set_json(body);
        }
        report
    }
}

impl CallInterceptor for PreflightInterceptor {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn before_send<'a>(&'a self, outgoing: &'a mut Outgoing) -> Intercepting<'a> {
        Box::pin(self.check(outgoing))
    }

    fn recovers(&self, failure: &Error) -> bool {
        self.policy == Preflight::Drop && refused::is_refusal(failure)
    }

    /// Leaves out the field that the model refused.
    fn recover<'a>(&'a self, outgoing: &'a mut Outgoing, failure: Error) -> Recovering<'a> {
        Box::pin(async move {
            let Some(mut body) = outgoing.json().filter(|_| outgoing.form().is_none()) else { return Err(failure) };
            let model = body.as_object().and_then(model_of).map(|(_, model)| model.to_owned());
            let (Some(model), Some(field)) = (model, refused::refused_field(&failure, &body)) else {
                return Err(failure);
            };
            refused_fields(outgoing).learn(path_of(outgoing), &model, field);
            remove(&mut body, field);
            outgoing.set_json(&body);
            tracing::warn!(model, field, "the model refuses a field, which is left out from now on");
            self.refused.lock().unwrap_or_else(PoisonError::into_inner).push(refused::finding(field, &model));
            Ok(failure)
        })
    }
}

fn path_of(outgoing: &Outgoing) -> &str {
    outgoing.scope.operation().facts().path
}

fn refused_fields(outgoing: &Outgoing) -> Arc<RefusedFields> {
    outgoing.shared.slots.get_or(RefusedFields::default)
}

/// Removes the fields that the model refused before.
fn leave_out_refused(outgoing: &mut Outgoing, body: &mut Value) -> Vec<Finding> {
    let Some(model) = body.as_object().and_then(model_of).map(|(_, model)| model.to_owned()) else { return Vec::new() };
    let fields = refused_fields(outgoing).of(path_of(outgoing), &model, body);
    if !fields.is_empty() {
        fields.iter().for_each(|field| remove(body, field));
        outgoing.set_json(body);
    }
    fields.into_iter().map(|field| refused::finding(field, &model)).collect()
}

/// The catalogue, with other vendors' model ids if the request may use one; or why it is missing.
async fn catalogue(outgoing: &Outgoing, area: &Area, name: &str) -> Result<Catalogue, String> {
    let client = Client::of_call(outgoing);
    let patience = outgoing.timeout().min(MOST_PATIENCE);
    match tokio::time::timeout(patience, fetched(&client, area, name)).await {
        Ok(outcome) => outcome,
        Err(_) => {
            let older = store::record_give_up(&client, area.kind());
            older.ok_or_else(|| format!("the catalogue did not arrive within {patience:?}"))
        }
    }
}

async fn fetched(client: &Client, area: &Area, name: &str) -> Result<Catalogue, String> {
    if store::has_just_failed(client) {
        return Err("fetching the catalogue failed a moment ago".to_owned());
    }
    let catalogue = store::catalogue(client, None).await;
    let catalogue = catalogue.map_err(|error| format!("the catalogue cannot be fetched ({:?})", error.kind()))?;
    let unsure = matches!(rules::resolve(area, &catalogue, name), Resolved::Unsure) && !catalogue.is_empty();
    if !unsure || store::names_have_just_failed(client, area.kind()) {
        return Ok(catalogue);
    }
    Ok(store::with_names(client, catalogue, area.kind(), None).await.0)
}

/// Logs one event per finding. Of the request's text it has only the value that does not fit.
fn log(outgoing: &Outgoing, report: &PreflightReport) {
    let (operation, model) = (outgoing.scope.operation().name(), report.model());
    for Finding { field, rule, problem, action, .. } in report.findings() {
        let (field, action) = (field.as_str(), action.word());
        tracing::warn!(operation, model, field, rule, problem, action, "the request does not fit its model");
    }
}

/// Attaches the report to the reply or the error.
struct Checked {
    report: PreflightReport,
    refused: Refused,
}

impl Checked {
    fn whole(self) -> PreflightReport {
        let refused = std::mem::take(&mut *self.refused.lock().unwrap_or_else(PoisonError::into_inner));
        self.report.with(refused)
    }
}

impl CompletionObserver for Checked {
    fn succeeded(self: Box<Self>, reply: &mut Reply) -> Result<(), Error> {
        reply.change_meta(|meta| meta.attach(self.whole()));
        Ok(())
    }

    fn failed(self: Box<Self>, failure: Error) -> Error {
        failure.attach(self.whole())
    }
}
