//! `EMBEDDINGS`: rules for embeddings.

use serde_json::Value;

use super::super::report::Findings;
use super::super::subject::Subject;
use super::super::tokens;
use super::{Area, Rule, USUAL};
use crate::api::generated::types::ModelType;

pub(super) static EMBEDDINGS: Area = Area {
    paths: &["/embeddings"],
    kinds: &[ModelType::Embedding],
    rules: &[Rule::Special(dimensions), Rule::Special(length)],
    ..USUAL
};

fn dimensions(subject: &Subject<'_>, found: &mut Findings) {
    const FIELD: &str = "dimensions";
    let (Some(dimensions), model, id) = (subject.number(FIELD), subject.model, subject.model.id()) else { return };
    let own = model.embedding_dimensions().map(|dimensions| dimensions as f64);
    if model.supports_custom_dimensions() == Some(false) && own.is_none_or(|own| dimensions != own) {
        found.problem(FIELD, FIELD, format!("needs a model with configurable dimensions, and {id} has fixed ones"));
    } else if let Some(own) = own.filter(|own| dimensions > *own) {
        found.problem(FIELD, FIELD, format!("is {dimensions}, and the vectors of {id} have {own}"));
    }
}

fn length(subject: &Subject<'_>, found: &mut Findings) {
    let (Some(room), id) = (subject.model.max_input_tokens(), subject.model.id()) else { return };
    let mut look = |field: &str, text: &str| {
        let least = tokens::at_least(text);
        if least > u64::from(room) {
            let problem = format!("has more than {least} tokens by a low estimate, and {id} takes {room}");
            found.problem("context", field, problem);
        }
    };
    match subject.get("input") {
        Some(Value::String(text)) => look("input", text),
        Some(Value::Array(texts)) => {
            let texts = texts.iter().enumerate().filter_map(|(index, text)| Some((index, text.as_str()?)));
            texts.for_each(|(index, text)| look(&format!("input[{index}]"), text));
        }
        _ => {}
    }
}
