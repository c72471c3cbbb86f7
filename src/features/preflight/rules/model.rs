//! `Resolved`: whether the model exists and is available.

use super::super::report::Findings;
use super::super::subject::Subject;
use super::{Area, quoted};
use crate::api::generated::types::ModelType;
use crate::features::catalogue::{Catalogue, CatalogueModel};

/// The result of looking up a model.
pub(in super::super) enum Resolved<'c> {
    Model(&'c CatalogueModel),
    /// A model whose type does not serve the request.
    WrongType(&'c CatalogueModel),
    Unknown,
    /// Possibly another vendor's id. Those were not fetched.
    Unsure,
}

pub(in super::super) fn resolve<'c>(area: &Area, catalogue: &'c Catalogue, name: &str) -> Resolved<'c> {
    if let Some(model) = area.kinds.iter().find_map(|kind| catalogue.find_of_type(kind.clone(), name)) {
        return Resolved::Model(model);
    }
    match catalogue.find(name) {
        // A type newer than this crate may serve these requests.
        Some(model) if matches!(model.kind(), ModelType::Unknown(_)) => Resolved::Model(model),
        Some(model) => Resolved::WrongType(model),
        None if area.kinds.iter().any(|kind| catalogue.knows_compatible_names(kind.clone())) => Resolved::Unknown,
        None => Resolved::Unsure,
    }
}

/// Reports an unknown model.
pub(in super::super) fn unknown(area: &Area, catalogue: &Catalogue, field: &str, name: &str, found: &mut Findings) {
    let mut suggestions: Vec<String> =
        area.kinds.iter().flat_map(|kind| catalogue.suggestions_of_type(kind.clone(), name)).collect();
    suggestions.dedup();
    let mut problem = format!("is {}, which is no {} model", quoted(name), area.kind());
    if !suggestions.is_empty() {
        problem += &format!("; did you mean {}?", suggestions.join(", "));
    }
    found.did_you_mean = suggestions;
    match area.any_name_is_served {
        true => found.note("unknown_model", field, problem + " The default model answers."),
        false => found.problem("unknown_model", field, problem),
    }
}

/// Reports a model that is unavailable, or will be.
pub(super) fn availability(subject: &Subject<'_>, found: &mut Findings) {
    let model = subject.model;
    if model.is_offline() {
        found.problem("offline", "model", format!("is {}, which is offline", model.id()));
    }
    let Some(retirement) = model.retirement() else { return };
    let instead = retirement.replacement.as_ref().map_or_else(String::new, |id| format!("; move to {id}"));
    let day = model
        .spec()
        .deprecation
        .as_ref()
        .and_then(|deprecation| deprecation.removes_at.get(..10).or(deprecation.date.get(..10)));
    let day = day.filter(|_| retirement.removes_at.is_some()).unwrap_or("an unknown day");
    match (model.is_removed_by(subject.now), retirement.is_remapped) {
        (true, false) => {
            found.problem("removed", "model", format!("is {}, which was removed on {day}{instead}", model.id()));
        }
        (true, true) => {
            let problem = format!("is {}, which was removed on {day}; another model answers{instead}", model.id());
            found.note("deprecated", "model", problem);
        }
        (false, _) => {
            found.note("deprecated", "model", format!("is {}, which will be removed on {day}{instead}", model.id()))
        }
    }
}
