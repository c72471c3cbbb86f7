//! `Handle`: the place of an operation on the handles, and what its method gives of the reply.

use super::{Field, Model, Operation, text, texts};
use crate::lower::handles::{AREAS, HANDLE};
use crate::lower::names::member;
use crate::lower::schema::ref_name;
use serde_json::Value;
use std::collections::BTreeMap;

/// The overlay's word for the member of a reply that the method gives: `data`, `data.token`.
pub const UNWRAP: &str = "x-unwrap";
/// The overlay's word for the member of a reply that must be `true`, alone or with what it means when it is not.
pub const ENVELOPE: &str = "x-envelope";
/// The overlay's word for the members of a reply that must be there and not be empty: a list, or a map with the texts of the errors.
pub const PRESENT: &str = "x-present";
/// The overlay's word for the type of `src/api` that the method makes of the reply, or of what is taken from it, by its function `of`.
pub const BECOMES: &str = "x-becomes";
/// The overlay's word for the form in which the method reads a reply that has several: `json`.
pub const READ_AS: &str = "x-read-as";

/// An area of the API, which has a handle.
#[derive(Debug, Clone, Default)]
pub struct Area {
    /// Its documentation.
    pub doc: Option<String>,
    /// The cargo feature that it is behind.
    pub feature: Option<String>,
    /// Whether its struct is written by hand, with more than a client in it.
    pub handwritten: bool,
}

/// The method of a handle.
#[derive(Debug, Clone, Default)]
pub struct Handle {
    /// The handle, by the name of the client's method that makes it.
    pub area: String,
    /// The method; none when it is written by hand.
    pub method: Option<String>,
    /// Parameters that are arguments of their own and always sent, by their names in Rust.
    pub arguments: Vec<String>,
    /// What it gives of the reply.
    pub opening: Opening,
}

/// A member, and the text of the error where it is not there.
type Present = (Vec<String>, Option<String>);

/// What is taken from a reply, and what it must hold. Members are paths of names on the wire.
#[derive(Debug, Clone, Default)]
pub struct Opening {
    /// The member that is given; empty for the whole reply.
    pub unwrap: Vec<String>,
    /// The member that must be `true`, and what it means when it is not.
    pub envelope: Option<Present>,
    /// Members that must be there and not be empty, and the text of the error.
    pub present: Vec<Present>,
    /// The type that is made of what is given, as a path in `crate::api`.
    pub becomes: Vec<String>,
    /// Whether a reply that has several forms is read as JSON.
    pub as_json: bool,
}

impl Opening {
    /// Whether the reply is checked, so that opening it can fail.
    #[must_use]
    pub fn is_checked(&self) -> bool {
        self.envelope.is_some() || !self.present.is_empty()
    }

    /// Every member that it names.
    fn members(&self) -> impl Iterator<Item = Vec<String>> {
        let present = self.envelope.iter().chain(&self.present).flat_map(|(steps, words)| {
            let beside = words.iter().flat_map(|words| placeholders(words)).map(|name| sibling(steps, name));
            std::iter::once(steps.clone()).chain(beside)
        });
        std::iter::once(self.unwrap.clone()).chain(present)
    }
}

/// The member `name` beside the one at the end of a path.
#[must_use]
pub fn sibling(steps: &[String], name: &str) -> Vec<String> {
    let owner = steps.split_last().map_or(&[][..], |(_, owner)| owner);
    owner.iter().cloned().chain([name.to_owned()]).collect()
}

/// The names in braces.
#[must_use]
pub fn placeholders(words: &str) -> Vec<&str> {
    words.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect()
}

impl Model {
    /// The fields behind a path of names on the wire that begins in a reply; none where the document does not have it. Only the last
    /// may be optional.
    #[must_use]
    pub fn path(&self, reply: &str, steps: &[String]) -> Option<Vec<(String, &Field)>> {
        let mut owner = Some(reply.to_owned());
        let mut found: Vec<(String, &Field)> = Vec::new();
        for step in steps {
            let name = owner.filter(|_| found.last().is_none_or(|(_, field)| field.required))?;
            let field = self.object(&name)?.fields.iter().find(|field| field.wire == *step)?;
            found.push((name, field));
            owner = ref_name(&field.schema).map(str::to_owned);
        }
        Some(found)
    }

    /// The operation's reply, when it has all members that the overlay opens.
    #[must_use]
    pub fn opened<'m>(&self, operation: &'m Operation) -> Option<&'m str> {
        let reply = operation.reply.as_deref()?;
        operation.handle.opening.members().all(|steps| self.path(reply, &steps).is_some()).then_some(reply)
    }

    /// Whether the arguments that the overlay names are parameters, and all of those that must be sent.
    #[must_use]
    pub fn takes_arguments(&self, operation: &Operation) -> bool {
        let listed = &operation.handle.arguments;
        let there = |name: &String| operation.parameters.iter().any(|field| field.rust == *name);
        let in_path = |field: &Field| operation.path.contains(&format!("{{{}}}", field.wire));
        let needed = operation.parameters.iter().filter(|field| field.required && !in_path(field));
        !listed.is_empty() && listed.iter().all(there) && needed.into_iter().all(|field| listed.contains(&field.rust))
    }
}

/// The areas of a lowered document.
pub(super) fn areas(doc: &Value) -> BTreeMap<String, Area> {
    let all = doc.get(AREAS).and_then(Value::as_object).into_iter().flatten();
    let area = |facts: &Value| Area {
        doc: text(facts, "description"),
        feature: text(facts, "feature"),
        handwritten: facts["struct"] == "handwritten",
    };
    all.map(|(name, facts)| (name.clone(), area(facts))).collect()
}

/// The place of an operation of a lowered document.
pub(super) fn handle(operation: &Value) -> Handle {
    let place = &operation[HANDLE];
    let path = |word: &str, sign: &str| text(operation, word).map(|path| steps(&path, sign)).unwrap_or_default();
    Handle {
        area: text(place, "area").unwrap_or_default(),
        method: text(place, "method"),
        arguments: texts(place.get("arguments")).iter().map(|name| member(name)).collect(),
        opening: Opening {
            unwrap: path(UNWRAP, "."),
            envelope: present(&operation[ENVELOPE]).pop(),
            present: present(&operation[PRESENT]),
            becomes: path(BECOMES, "::"),
            as_json: operation[READ_AS] == "json",
        },
    }
}

/// `.` is the reply itself.
fn steps(path: &str, sign: &str) -> Vec<String> {
    path.split(sign).filter(|step| !step.is_empty()).map(str::to_owned).collect()
}

/// One member, a list of them, or a map with the texts of their errors.
fn present(word: &Value) -> Vec<Present> {
    match word {
        Value::Object(map) => {
            map.iter().map(|(path, words)| (steps(path, "."), words.as_str().map(str::to_owned))).collect()
        }
        Value::Array(list) => list.iter().flat_map(present).collect(),
        Value::String(path) => vec![(steps(path, "."), None)],
        _ => Vec::new(),
    }
}
