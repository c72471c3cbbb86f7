//! `check`: whether a character leaves the content with the model of the request.

use super::content::Named;
use super::facts::Facts;
use super::{PrivacyPolicy, PrivacyReport};
use crate::runtime::client::Client;

/// Refuses a character that has another model than the request, or searches the web.
///
/// The API answers with the model of the request, and the character's own is what its author expects; a difference means that one of them may
/// be used without the caller's knowledge.
pub(super) async fn check(
    client: &Client,
    policy: &PrivacyPolicy,
    facts: &Facts,
    allowed: &[String],
    character: &Named,
    report: &mut PrivacyReport,
) {
    if policy.allows(character.field) {
        report.refuse_unless_allowed(policy, "character", character.field, "the character is not looked at");
        return;
    }
    let problem = match client.characters().retrieve(&character.name).await {
        Err(error) => format!("the character cannot be looked up ({:?})", error.kind()),
        Ok(found) if found.web_enabled => "the character may search the web".to_owned(),
        Ok(found) => match facts.find(&found.model_id) {
            Some((model, _)) if allowed.iter().any(|id| id == model.id()) => return,
            _ => format!("the character has another model than the request: {:?}", found.model_id),
        },
    };
    report.refuse_unless_allowed(policy, "character", character.field, problem);
}
