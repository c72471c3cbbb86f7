//! An overlay and a document that it was not written for: what applies, what does not, and what is left behind.

mod form;

use serde_json::{Value, json};
use venice_ai_codegen::document::target;
use venice_ai_codegen::lower::schema::all_mut;
use venice_ai_codegen::overlay::{Location, Overlay, get};
use venice_ai_codegen::{Error, Inputs};

pub use self::form::{inputs, parse};

use crate::operation_ids;

/// What becomes of an action that cannot be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It is an error: the document has changed below the overlay. For the document that the overlay was written for.
    Strict,
    /// It is skipped and reported. For older and newer documents.
    Lenient,
}

/// What one action met in a document.
#[derive(Debug, Clone)]
pub struct Traced {
    /// Its number in the overlay, from 0.
    pub index: usize,
    /// Its JSONPath query.
    pub target: String,
    /// What the overlay says about it.
    pub description: Option<String>,
    /// The places that it matched, and what stood there before it was applied.
    pub matches: Vec<(Location, Value)>,
    /// Why it could not be applied.
    pub problem: Option<String>,
}

/// Corrects a document, and names the operations that have no id; returns it with what of the overlay does not fit it, in lenient mode.
///
/// # Errors
/// In strict mode, when an action fails.
pub fn correct(facts: &Value, inputs: &Inputs, mode: Mode) -> Result<(Value, Vec<String>), Error> {
    let mut skipped = Vec::new();
    let mut document = if mode == Mode::Strict {
        venice_ai_codegen::correct(facts, inputs)?
    } else {
        let mut document = facts.clone();
        inputs.names.keep_operation_ids(&mut document);
        skipped = apply(&inputs.overlay, &mut document);
        skipped.extend(loosen(&mut document));
        document
    };
    operation_ids::fill(&mut document);
    Ok((document, skipped))
}

/// Applies the actions that can be applied; returns the others, a line each: index, description, reason, target.
pub fn apply(overlay: &Overlay, doc: &mut Value) -> Vec<String> {
    let actions = overlay.actions.iter().enumerate();
    let skipped = actions.filter_map(|(index, action)| {
        let unfit = action.apply(doc).err()?;
        Some(format!("overlay action {index}{} {}: {}", action.name(), unfit.problem, action.target))
    });
    skipped.collect()
}

/// Applies all actions that can be applied, and reports the matches of each.
pub fn trace(overlay: &Overlay, doc: &mut Value) -> Vec<Traced> {
    let actions = overlay.actions.iter().enumerate();
    let traced = actions.map(|(index, action)| {
        let located = action.target.locate(doc).into_iter();
        let matches = located.filter_map(|location| get(doc, &location).cloned().map(|value| (location, value)));
        Traced {
            index,
            target: action.target.to_string(),
            description: action.description.clone(),
            matches: matches.collect(),
            problem: action.apply(doc).err().map(|unfit| unfit.problem),
        }
    });
    traced.collect()
}

/// Loosens every schema whose `$ref` leads nowhere; returns a line for each. A correction may refer to a place of the document that an
/// older or newer version does not have: it becomes a value of any kind. In the document that the overlay belongs to it is an error.
fn loosen(doc: &mut Value) -> Vec<String> {
    let source = doc.clone();
    let mut notices = Vec::new();
    all_mut(doc, &mut |schema| {
        let Some(reference) = schema.get("$ref").and_then(Value::as_str) else { return };
        if target(&source, reference).is_none() {
            notices.push(format!("a reference of the overlay leads nowhere: {reference}"));
            *schema = json!({});
        }
    });
    notices
}

#[cfg(test)]
mod tests {
    use super::*;
    use venice_ai_codegen::yaml;

    /// An overlay with these actions, written as YAML.
    fn overlay(actions: &str) -> Overlay {
        let text = format!("overlay: 1.0.0\ninfo: {{title: t, version: '1'}}\nactions:\n{actions}");
        Overlay::parse(&yaml::parse(&text).unwrap()).unwrap()
    }

    #[test]
    fn a_lenient_application_skips_and_reports_what_does_not_fit() {
        let mut doc = json!({"info": {"title": "Lantern API"}});
        let actions = "- target: $.nothing\n  description: why\n  remove: true\n- target: $.info\n  update: {title: {a: 1}}\n- target: $.info\n  update: {title: new}\n";
        let skipped = apply(&overlay(actions), &mut doc);
        assert_eq!(skipped.len(), 2);
        assert_eq!(skipped[0], "overlay action 0 (why) matches nothing: $.nothing");
        assert!(
            skipped[1].starts_with("overlay action 1 merges an object into a string, at $.title"),
            "{}",
            skipped[1]
        );
        assert_eq!(doc["info"], json!({"title": "new"}));
    }

    #[test]
    fn a_trace_tells_what_each_action_met_before_it_changed_it() {
        let mut changed = json!({"paths": {"/a": {"get": {"tags": ["x"]}}, "/b": {"get": {"tags": ["y"]}}}});
        let actions = "- target: $.paths['/a','/b'].get.tags\n  description: why\n  update: z\n- target: $.nothing\n  remove: true\n";
        let traced = trace(&overlay(actions), &mut changed);
        let met = |index: usize| traced[index].matches.iter().map(|(_, value)| value.clone()).collect::<Vec<_>>();
        assert_eq!((met(0), met(1)), (vec![json!(["x"]), json!(["y"])], Vec::new()));
        assert_eq!(changed["paths"]["/a"]["get"]["tags"], json!(["x", "z"]));
        assert_eq!(traced[0].problem, None);
        assert_eq!((traced[1].index, traced[1].problem.as_deref()), (1, Some("matches nothing")));
        assert_eq!((traced[0].description.as_deref(), traced[1].target.as_str()), (Some("why"), "$.nothing"));
    }

    #[test]
    fn only_what_leads_nowhere_becomes_free() {
        let mut doc = json!({"components": {"schemas": {
            "A": {"type": "object", "properties": {"kept": {"$ref": "#/components/schemas/B"}, "lost": {"$ref": "#/components/schemas/B/properties/x"}}},
            "B": {"type": "object"}
        }}});
        let notices = loosen(&mut doc);
        assert_eq!(notices, ["a reference of the overlay leads nowhere: #/components/schemas/B/properties/x"]);
        let properties = &doc["components"]["schemas"]["A"]["properties"];
        assert_eq!(properties["kept"], json!({"$ref": "#/components/schemas/B"}));
        assert_eq!(properties["lost"], json!({}));
    }
}
