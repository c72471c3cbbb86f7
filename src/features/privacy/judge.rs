//! `judge`: what the privacy policy says of a request.

use super::content::{Content, Reader};
use super::facts::{Facts, privacy_of};
use super::reply::Answers;
use super::report::{ModelName, ModelPrivacy};
use super::{Privacy, PrivacyPolicy, PrivacyReport, character};
use crate::api::generated::operations;
use crate::features::catalogue::CatalogueModel;
use crate::runtime::client::Client;
use crate::runtime::error::Error;
use crate::runtime::operation::{Carries, Operation};
use crate::runtime::transport::{Outgoing, ReplyForm, failure};

/// What the policy says of a request.
pub(super) enum Verdict {
    /// The request has no content.
    NoContent(PrivacyReport),
    /// The error is that of a catalogue that is missing.
    Refused(PrivacyReport, Option<Error>),
    /// The models that may answer, unless the recipient is no model.
    Allowed(PrivacyReport, Option<Answers>),
}

impl Verdict {
    pub(super) fn report(&self) -> PrivacyReport {
        match self {
            Self::NoContent(report) | Self::Refused(report, _) | Self::Allowed(report, _) => report.clone(),
        }
    }

    fn of(report: PrivacyReport, answers: Option<Answers>) -> Self {
        match report.is_refused() {
            true => Self::Refused(report, None),
            false => Self::Allowed(report, answers),
        }
    }
}

/// Judges a request as it will be sent.
pub(super) async fn judge(policy: &PrivacyPolicy, outgoing: &Outgoing) -> Verdict {
    let known = operation_of(outgoing);
    let name = known.map_or_else(|| outgoing.scope.operation().name(), |operation| operation.id);
    let mut report = PrivacyReport::new(name, policy.level());
    // A download or an attestation's collateral: another host, and nothing that could be content.
    let goes_elsewhere = !outgoing.is_of_api() && !outgoing.has_body();
    if policy.level() == Privacy::Any || goes_elsewhere {
        return Verdict::NoContent(report);
    }
    match known.map(|operation| (operation, &operation.carries)) {
        Some((_, Carries::Nothing)) => Verdict::NoContent(report),
        Some((_, Carries::Others(who))) => {
            report.refuse_unless_allowed(policy, "others", name, format!("the content goes to {who}"));
            Verdict::of(report, None)
        }
        Some((operation, Carries::Models { fields, types, characters })) => {
            let limit = outgoing.timeout();
            let request = Request { policy, outgoing, operation, fields, types, characters };
            let judging = Box::pin(request.judge(report.clone()));
            tokio::time::timeout(limit, judging).await.unwrap_or_else(|_| {
                report.refuse("catalogue", "", format!("the catalogue of models did not arrive within {limit:?}"));
                Verdict::Refused(report, Some(failure::out_of_time(limit)))
            })
        }
        Some((_, Carries::Unclassified)) | None => {
            let problem = "it is not known who gets the content of this operation";
            report.refuse_unless_allowed(policy, "unclassified_operation", name, problem);
            Verdict::of(report, None)
        }
    }
}

/// The operation of a request, also if it is called by method and path. The path counts as it is in the URL.
fn operation_of(outgoing: &Outgoing) -> Option<&'static Operation> {
    let operation = outgoing.scope.operation();
    if !operation.is_ad_hoc() {
        return Some(operation.facts());
    }
    let request = outgoing.request.as_ref()?;
    let base = reqwest::Url::parse(outgoing.shared.base_url.as_str()).ok()?;
    let path = request.url().path().strip_prefix(base.path().trim_end_matches('/'))?;
    let of_method = operations::ALL.iter().filter(|operation| operation.method == request.method().as_str());
    Operation::of_path(of_method.map(|operation| (operation.path, *operation)), path).map(|(operation, _)| operation)
}

/// A request whose content is for models.
struct Request<'a> {
    policy: &'a PrivacyPolicy,
    outgoing: &'a Outgoing,
    operation: &'static Operation,
    fields: &'static [&'static str],
    types: &'static [&'static str],
    characters: &'static [&'static str],
}

impl Request<'_> {
    async fn judge(&self, mut report: PrivacyReport) -> Verdict {
        let Self { policy, outgoing, .. } = *self;
        if policy.level() == Privacy::EndToEnd && !outgoing.options.encrypted {
            report.refuse("not_encrypted", "", "the call is not encrypted end to end");
            return Verdict::Refused(report, None);
        }
        let Some(content) = self.content(&mut report) else { return Verdict::Refused(report, None) };
        // Nothing is fetched for a call that is refused anyway.
        if report.is_refused() {
            return Verdict::Refused(report, None);
        }
        let (client, limit) = (Client::of_call(outgoing), policy.max_age());
        let mut facts = match Facts::fetch(&client, limit, self.types).await {
            Ok(facts) => facts,
            Err(error) => {
                let problem = format!(
                    "the catalogue of models is missing or older than {limit:?}, and cannot be fetched: {error}"
                );
                report.refuse("catalogue", "", problem);
                return Verdict::Refused(report, Some(error));
            }
        };
        let mut answers = Vec::new();
        for named in &content.models {
            match facts.resolve(&client, limit, &named.name).await {
                Ok(Some((model, by))) => {
                    self.model(&facts, named.field, &named.name, (&model, by), &mut report, &mut answers)
                }
                Ok(None) => {
                    report.add_model(unknown(named.field, &named.name));
                    report.refuse("unknown_model", named.field, format!("{:?} is not in the catalogue", named.name));
                }
                Err(error) => {
                    let problem = format!(
                        "{:?} is not in the catalogue, and other vendors' ids cannot be fetched: {error}",
                        named.name
                    );
                    report.add_model(unknown(named.field, &named.name));
                    report.refuse("unknown_model", named.field, problem);
                    return Verdict::Refused(report, Some(error));
                }
            }
        }
        if self.fields.is_empty() {
            self.chosen_by_the_api(&facts, &mut report, &mut answers);
        }
        for named in &content.characters {
            if !report.is_refused() {
                character::check(&client, policy, &facts, &answers, named, &mut report).await;
            }
        }
        let names = content.models.into_iter().map(|named| named.name).collect();
        Verdict::of(report, Some(Answers { facts, ids: answers, names }))
    }

    /// Reads the body.
    fn content(&self, report: &mut PrivacyReport) -> Option<Content> {
        let Self { policy, outgoing, operation, fields, characters, .. } = *self;
        let is_raw = outgoing.reply == ReplyForm::Body;
        if is_raw && operation.reply_media.iter().any(|media| names_models(media)) {
            let problem = "a reply that is read as raw bytes is not searched for the model that answered; use the method of the handle";
            report.refuse("unchecked_reply", "", problem);
        }
        let Some(serde_json::Value::Object(body)) = outgoing.json() else {
            report.refuse("unreadable_body", "", "the body is neither a JSON object nor a form");
            return None;
        };
        let mut reader = Reader::new(operation, (fields, characters), policy, report);
        reader.is_form = outgoing.form().is_some();
        let content = reader.read(&body);
        if content.models.is_empty()
            && let Some(field) = fields.first()
        {
            report.refuse("no_model", field, "the request names no model, so the API would choose one");
        }
        Some(content)
    }

    /// Judges a model, and the one that replaces it.
    fn model(
        &self,
        facts: &Facts,
        field: &str,
        name: &str,
        (model, by): (&CatalogueModel, ModelName),
        report: &mut PrivacyReport,
        answers: &mut Vec<String>,
    ) {
        let entry = |model: &CatalogueModel, by| ModelPrivacy {
            field: field.to_owned(),
            name: name.to_owned(),
            id: Some(model.id().to_owned()),
            resolved_by: Some(by),
            privacy: privacy_of(model),
        };
        report.add_model(entry(model, by));
        match privacy_of(model) {
            Some(privacy) if privacy >= self.policy.level() => answers.push(model.id().to_owned()),
            Some(_) => {
                let required = self.policy.level().describe();
                let problem = format!("{} is {}, and the policy requires {required}", model.id(), described(model));
                report.refuse("model_privacy", field, problem);
            }
            None => {
                let problem = format!("the catalogue does not say how private {} is", model.id());
                report.refuse("unknown_privacy", field, problem);
            }
        }
        let Some(retirement) = model.retirement().filter(|retirement| retirement.is_remapped) else { return };
        let now = self.outgoing.shared.clock.system_time();
        // Without a valid time it may be removed already.
        let is_removed = retirement.removes_at.is_none_or(|at| at <= now);
        let replacement = retirement.replacement.as_deref().and_then(|id| facts.find(id)).map(|(model, _)| model);
        let suitable = replacement.filter(|model| privacy_of(model) >= Some(self.policy.level()));
        match suitable {
            Some(model) => {
                report.add_model(entry(model, ModelName::Replacement));
                answers.push(model.id().to_owned());
            }
            None if is_removed => {
                let instead = retirement.replacement.as_deref().unwrap_or("a model that is not named");
                let problem =
                    format!("{} was removed, and {instead} answers instead, which is not known to comply", model.id());
                report.refuse("remapped", field, problem);
            }
            None => {}
        }
    }

    /// The request names no model: all of the type have to comply.
    fn chosen_by_the_api(&self, facts: &Facts, report: &mut PrivacyReport, answers: &mut Vec<String>) {
        for model in facts.of_types() {
            self.model(facts, "", model.id(), (model, ModelName::Type), report, answers);
        }
        if report.models().is_empty() {
            let problem = format!(
                "the API chooses the model, and the catalogue lists none of the type {}",
                self.types.join(", ")
            );
            report.refuse("unknown_model", "", problem);
        }
    }
}

fn unknown(field: &str, name: &str) -> ModelPrivacy {
    ModelPrivacy { field: field.to_owned(), name: name.to_owned(), id: None, resolved_by: None, privacy: None }
}

fn described(model: &CatalogueModel) -> &'static str {
    match privacy_of(model) {
        Some(Privacy::Any) | None => "anonymized, so its provider may keep prompts",
        Some(Privacy::PrivateModels) => "private, and not known to run in a trusted execution environment",
        Some(_) => "in a trusted execution environment, without end-to-end encryption",
    }
}

/// Whether a reply of this media type may name the model that answered.
fn names_models(media: &str) -> bool {
    media.contains("json") || media.contains("event-stream")
}
