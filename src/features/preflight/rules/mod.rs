//! `Area`, `Rule`: what is checked, as tables: one per kind of request, one row per field.

mod decisions;
mod embeddings;
mod image;
mod model;
mod sound;
mod text;
mod video;

use serde_json::Value;

pub(super) use self::model::{Resolved, resolve, unknown};
use super::report::Findings;
use super::subject::{Subject, is_on, number};
use crate::api::generated::types::{Level, ModelType};
use crate::features::catalogue::CatalogueModel;
use crate::runtime::operation::OperationRef;

/// Requests of one kind.
pub(super) struct Area {
    /// The endpoints.
    paths: &'static [&'static str],
    /// The allowed types of models, the usual one first.
    pub(super) kinds: &'static [ModelType],
    /// Whether the default model serves unknown models.
    pub(super) any_name_is_served: bool,
    rules: &'static [Rule],
}

/// Requests that fail for an unknown model.
const USUAL: Area = Area { paths: &[], kinds: &[], any_name_is_served: false, rules: &[] };

/// One check.
enum Rule {
    /// A field that only some models support.
    Needs {
        rule: &'static str,
        field: &'static str,
        asks: fn(&Value) -> bool,
        has: fn(&CatalogueModel) -> Option<bool>,
        /// What a model that supports it does.
        does: &'static str,
        /// Whether the answer is the same without the field.
        droppable: bool,
    },
    /// A text that has to be one of those in the model's list, or otherwise valid for it.
    OneOf {
        rule: &'static str,
        field: &'static str,
        values: fn(&CatalogueModel) -> Option<Vec<&str>>,
        also: fn(&CatalogueModel, &str) -> bool,
    },
    /// A number within the model's bounds.
    Range {
        rule: &'static str,
        field: &'static str,
        least: fn(&CatalogueModel) -> Option<f64>,
        most: fn(&CatalogueModel) -> Option<f64>,
    },
    /// The length of a text in characters.
    Length {
        rule: &'static str,
        field: &'static str,
        least: fn(&CatalogueModel) -> Option<u64>,
        most: fn(&CatalogueModel) -> Option<u64>,
    },
    /// Any other check.
    Special(fn(&Subject<'_>, &mut Findings)),
}

static AREAS: [&Area; 14] = [
    &text::CHAT,
    &text::RESPONSES,
    &image::GENERATE,
    &image::GENERATIONS,
    &image::EDIT,
    &image::MULTI_EDIT,
    &video::VIDEO,
    &sound::SPEECH,
    &sound::MUSIC,
    &sound::TRANSCRIPTION,
    &sound::VOICE,
    &sound::VOICE_CHANGER,
    &decisions::DECISIONS,
    &embeddings::EMBEDDINGS,
];

/// The table of an operation, also if it is called by method and path.
pub(super) fn of(operation: &OperationRef) -> Option<&'static Area> {
    let path = match operation.is_ad_hoc() {
        true => operation.name().strip_prefix("POST ")?,
        false => operation.facts().path,
    };
    AREAS.iter().copied().find(|area| area.paths.contains(&path))
}

impl Area {
    /// The usual type of model.
    pub(super) fn kind(&self) -> &ModelType {
        self.kinds.first().unwrap_or(&ModelType::Text)
    }

    /// Runs all checks.
    pub(super) fn run(&self, subject: &Subject<'_>, found: &mut Findings) {
        model::availability(subject, found);
        self.rules.iter().for_each(|rule| rule.run(subject, found));
    }
}

impl Rule {
    fn run(&self, subject: &Subject<'_>, found: &mut Findings) {
        let id = subject.model.id();
        match self {
            Self::Needs { rule, field, asks, has, does, droppable } => {
                let Some(field_value) = subject.value_of(field).filter(|field_value| asks(&field_value.value)) else {
                    return;
                };
                if has(subject.model) != Some(false) {
                    return;
                }
                let problem = match field_value.field == *field {
                    true => format!("needs a model that {does}, and {id} does not"),
                    false => format!("asks for `{field}`, which needs a model that {does}, and {id} does not"),
                };
                // The model itself is never dropped, whatever its suffix says.
                match *droppable && field_value.field == *field {
                    true => found.droppable(rule, field_value.field, problem),
                    false => found.problem(rule, field_value.field, problem),
                }
            }
            Self::OneOf { rule, field, values, also } => {
                let (Some(text), Some(values)) = (subject.text(field), values(subject.model)) else { return };
                let is_listed = values.iter().any(|value| value.eq_ignore_ascii_case(text));
                if !is_listed && !also(subject.model, text) {
                    found.problem(
                        rule,
                        field,
                        format!("is {}, which {id} does not take; {}", quoted(text), it_takes(&values)),
                    );
                }
            }
            Self::Range { rule, field, least, most } => {
                let Some(number) = subject.number(field) else { return };
                if let Some(most) = most(subject.model).filter(|most| number > *most) {
                    found.problem(rule, field, format!("is {number}, and {id} takes {most} at most"));
                } else if let Some(least) = least(subject.model).filter(|least| number < *least) {
                    found.problem(rule, field, format!("is {number}, and {id} takes {least} at least"));
                }
            }
            Self::Length { rule, field, least, most } => {
                let Some(length) = subject.text(field).map(|text| text.chars().count() as u64) else { return };
                if let Some(most) = most(subject.model).filter(|most| length > *most) {
                    found.problem(rule, field, format!("has {length} characters, and {id} takes {most} at most"));
                } else if let Some(least) = least(subject.model).filter(|least| length < *least) {
                    found.problem(rule, field, format!("has {length} characters, and {id} needs {least} at least"));
                }
            }
            Self::Special(look) => look(subject, found),
        }
    }
}

/// A value for messages. Long ones are truncated.
fn quoted(text: &str) -> String {
    const LONGEST: usize = 64;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}…", text.get(..end).unwrap_or_default()),
        None => format!("{text:?}"),
    }
}

fn it_takes(values: &[&str]) -> String {
    const MOST: usize = 16;
    match values {
        [] => "it takes none".to_owned(),
        some if some.len() <= MOST => format!("it takes {}", some.join(", ")),
        some => format!("it takes {} and {} more", some.get(..MOST).unwrap_or_default().join(", "), some.len() - MOST),
    }
}

// Helpers for rows.

fn nothing<T>(_: &CatalogueModel) -> Option<T> {
    None
}

fn no_other(_: &CatalogueModel, _: &str) -> bool {
    false
}

fn texts(list: Option<&[String]>) -> Option<Vec<&str>> {
    Some(list?.iter().map(String::as_str).collect())
}

/// As [`texts`], where an empty list is unknown.
fn some_texts(list: Option<&[String]>) -> Option<Vec<&str>> {
    texts(list.filter(|list| !list.is_empty()))
}

const fn length_of_prompt(field: &'static str) -> Rule {
    Rule::Length { rule: "prompt_length", field, least: nothing, most: CatalogueModel::max_prompt_characters }
}

const fn aspect_ratio() -> Rule {
    Rule::OneOf {
        rule: "aspect_ratio",
        field: "aspect_ratio",
        values: |model| texts(model.aspect_ratios()),
        // These let the model choose.
        also: |_, ratio| matches!(ratio, "auto" | "adaptive"),
    }
}

const fn resolution() -> Rule {
    Rule::OneOf {
        rule: "resolution",
        field: "resolution",
        values: |model| some_texts(model.resolutions()),
        also: no_other,
    }
}

const fn quality() -> Rule {
    Rule::OneOf { rule: "quality", field: "quality", values: qualities, also: no_other }
}

fn qualities(model: &CatalogueModel) -> Option<Vec<&str>> {
    Some(model.qualities().filter(|list| !list.is_empty())?.iter().map(Level::as_str).collect())
}
