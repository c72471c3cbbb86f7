//! One of the two documents, prepared for the comparison.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::Value;
use venice_ai_codegen::{Error, Inputs, document::target, lower};

use crate::overlay::{Mode, correct};
use crate::{import, names};

/// A document in the three forms that the comparison reads.
#[derive(Debug)]
pub struct Document {
    /// Its `info.version`.
    pub version: String,
    /// Its facts as they stand, for the paths of what is found.
    pub facts: Value,
    /// The corrected document as the generator sees it: only schemas are shared, `allOf` is merged, nulls and unions are simplified.
    pub plain: Value,
    /// The document after all of lowering, for the names of types; or why there is none.
    pub lowered: Result<Value, Error>,
    /// The names of fields that hold whole numbers.
    pub integers: HashSet<String>,
    /// The types that the components of the plain document become.
    pub types: BTreeMap<String, String>,
}

impl Document {
    /// Prepares a document, the vendor's or an imported one.
    ///
    /// The inputs correct it and decide what types are called. They may have been written for another version of the document.
    ///
    /// # Errors
    /// When it is no valid OpenAPI document, or its references lead back to themselves.
    pub fn prepare(doc: &Value, inputs: &Inputs) -> Result<Self, Error> {
        let facts = import::import(doc)?;
        let (document, _) = correct(&facts, inputs, Mode::Lenient)?;
        let lowered = names::lowered(&document, &inputs.names, Mode::Lenient);
        let mut plain = document.clone();
        lower::references::inline(&mut plain)?;
        lower::all_of::merge(&mut plain)?;
        lower::nulls::collapse(&mut plain);
        lower::nulls::spread(&mut plain);
        lower::unions::simplify(&mut plain);
        let lists = [lower::integers::INTEGERS, lower::integers::COUNTS];
        let listed = |document| lists.iter().flat_map(|list| lower::integers::listed(document, list)).collect();
        let integers = lowered.as_ref().map(|_| listed(&document)).unwrap_or_default();
        let version = facts.pointer("/info/version").and_then(Value::as_str).unwrap_or_default().to_owned();
        let types = lowered.as_ref().map(|lowered| super::rust::types(&plain, lowered)).unwrap_or_default();
        Ok(Self { version, facts, plain, lowered, integers, types })
    }

    /// The handle of an operation and its method there, as `area.method`; `area` alone where the method is written by hand.
    pub fn handle(&self, path: &str, method: &str) -> Option<String> {
        let place = self.lowered.as_ref().ok()?["paths"].get(path)?.get(method)?.get(lower::handles::HANDLE)?;
        let area = place["area"].as_str()?;
        Some(match place["method"].as_str() {
            Some(method) => format!("{area}.{method}"),
            None => area.to_owned(),
        })
    }

    /// The accessor of a reply's header in `Meta`, with its type, if one is generated.
    pub fn accessor(&self, header: &str) -> Option<&Value> {
        self.lowered.as_ref().ok()?.get(lower::headers::HEADERS)?.get(header.to_ascii_lowercase())
    }

    /// The component schema that a plain schema names, through all references, with its name.
    pub fn resolve<'d>(&'d self, schema: &'d Value) -> (Option<&'d str>, &'d Value) {
        let (mut name, mut value) = (None, schema);
        for _ in 0..16 {
            let Some(next) = lower::schema::ref_name(value) else { break };
            let Some(found) = self.plain.pointer("/components/schemas").and_then(|schemas| schemas.get(next)) else {
                break;
            };
            (name, value) = (Some(next), found);
        }
        (name, value)
    }

    /// Adds the components that a plain schema leads to.
    pub fn reach(&self, schema: &Value, names: &mut BTreeSet<String>) {
        match schema {
            Value::Object(members) => {
                if let Some(name) = lower::schema::ref_name(schema) {
                    if names.insert(name.to_owned()) {
                        self.reach(self.resolve(schema).1, names);
                    }
                    return;
                }
                members.values().for_each(|member| self.reach(member, names));
            }
            Value::Array(items) => items.iter().for_each(|item| self.reach(item, names)),
            _ => {}
        }
    }

    /// What a reference of the facts leads to.
    pub fn fact(&self, reference: &str) -> Option<&Value> {
        target(&self.facts, reference)
    }
}
