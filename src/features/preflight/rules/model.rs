//! Whether there is such a model, and whether it can be called.

use super::super::report::Findings;
use super::super::subject::Subject;
use super::{Area, quoted};
use crate::api::generated::types::ModelType;
use crate::features::catalogue::{Catalogue, CatalogueModel};

/// What the name of a model stands for.
pub(in super::super) enum Resolved<'c> {
    Model(&'c CatalogueModel),
    /// A model, and not of a type that the request is for.
    WrongType(&'c CatalogueModel),
    Unknown,
    /// It may be the name of another vendor's model. Those were not fetched.
    Unsure,
}

pub(in super::super) fn resolve<'c>(area: &Area, catalogue: &'c Catalogue, name: &str) -> Resolved<'c> {
    if let Some(model) = area.kinds.iter().find_map(|kind| catalogue.find_of_type(kind.clone(), name)) {
        return Resolved::Model(model);
    }
    match catalogue.find(name) {
        // A type that came after this crate may be one for these requests.
        Some(model) if matches!(model.kind(), ModelType::Unknown(_)) => Resolved::Model(model),
        Some(model) => Resolved::WrongType(model),
        None if area.kinds.iter().any(|kind| catalogue.knows_compatible_names(kind.clone())) => Resolved::Unknown,
        None => Resolved::Unsure,
    }
}

/// Tells of a name that no model answers to.
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

/// Tells of a model that cannot be called, or not for long.
pub(super) fn availability(subject: &Subject<'_>, found: &mut Findings) {
    let model = subject.model;
    if model.is_offline() {
        found.problem("offline", "model", format!("is {}, which is offline", model.id()));
    }
    let Some(retirement) = model.retirement() else { return };
    let instead = retirement.replacement.as_ref().map_or_else(String::new, |id| format!("; move to {id}"));
    let day = model.spec().deprecation.as_ref().and_then(|told| told.removes_at.get(..10).or(told.date.get(..10)));
    let day = day.filter(|_| retirement.removes_at.is_some()).unwrap_or("a day that is not known");
    match (model.is_removed_by(subject.now), retirement.is_remapped) {
        (true, false) => {
            found.problem("removed", "model", format!("is {}, which was removed on {day}{instead}", model.id()));
        }
        (true, true) => {
            let problem = format!("is {}, which was removed on {day}; another model answers{instead}", model.id());
            found.note("deprecated", "model", problem);
        }
        (false, _) => found.note("deprecated", "model", format!("is {}, which goes on {day}{instead}", model.id())),
    }
}
